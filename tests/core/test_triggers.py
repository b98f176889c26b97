"""What the database never lets anyone do, by whatever path: delete facts, or rewrite history."""

from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db.models import Model

from audit.models import ErasedRow, LogRow, Review, Sample, SampledRow, Seal, SealedPart
from cases.models import (
    BreakGlass,
    Case,
    CaseAccess,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    EvidenceSubmission,
    Exclusion,
    Lifting,
    MaracReferral,
    OrderBreach,
    Outcome,
    ProtectiveOrder,
    Reduction,
    ReductionCase,
    RiskAssessment,
    SentBack,
    Suspect,
)
from partners.models import EngagementEvent, TrainingSession
from summaries.models import BoroughReturn, MailSent
from tests.core.rules import execute, refused_by
from tests.factories import BY_MODEL

pytestmark = pytest.mark.django_db

APPEND_ONLY: list[type[Model]] = [
    *(CaseNote, RiskAssessment, BoroughReturn),
    *(LogRow, Seal, SealedPart, ErasedRow),
    *(Sample, SampledRow, Review, MailSent),
]
PROTECTED: list[type[Model]] = [
    *(Case, Suspect, Outcome, SentBack, EngagementEvent, TrainingSession),
    *(ProtectiveOrder, OrderBreach, DisclosureApplication, EvidenceSubmission),
    *(MaracReferral, CaseFlag, Lifting, BreakGlass, Reduction, ReductionCase),
    *APPEND_ONLY,
]
OF_LIVE_CASES: list[type[Model]] = [
    *(Suspect, Outcome, ProtectiveOrder, DisclosureApplication, EvidenceSubmission, CaseNote),
    *(RiskAssessment, MaracReferral, CaseFlag, CaseAccess, Exclusion, Lifting, BreakGlass),
]
EVENTS: list[type[Model]] = [
    model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
]

REFUSING = {
    *(f"{model._meta.label}:never_deleted" for model in PROTECTED),
    *(f"{model._meta.label}:never_deleted_truncate" for model in PROTECTED),
    *(f"{model._meta.label}:never_changed" for model in APPEND_ONLY),
    *(f"{model._meta.label}:append_only" for model in EVENTS),
    *(f"{model._meta.label}:append_only_truncate" for model in EVENTS),
    *(f"{model._meta.label}:of_live_case" for model in OF_LIVE_CASES),
    *("cases.Outcome:merged_into_counted", "cases.Case:reduced_once"),
    "cases.ReductionCase:frozen",
    *("cases.Case:restricted_has_a_list", "cases.Case:lifted_by_two"),
    *("cases.CaseAccess:list_not_emptied", "cases.Exclusion:lifted_by_two"),
    *("cases.Exclusion:stays_whose_it_is", "cases.BreakGlass:granted_once"),
    *("cases.BreakGlass:never_for_the_excluded", "partners.ConfirmationLink:answered_once"),
}
"""Each trigger that refuses something; tests of these names are here, in cases and in partners."""


def trigger(model: type[Model], name: str) -> str:
    """The trigger's name in the database."""
    [(of, found)] = pgtrigger.registered(f"{model._meta.label}:{name}")
    return str(found.get_pgid(of))


def tracked_of(event: Any) -> type[Model]:
    model: type[Model] = event.pgh_tracked_model
    return model


@pytest.mark.parametrize("model", PROTECTED)
def test_a_fact_is_never_deleted(model: type[Model]) -> None:
    BY_MODEL[model].create()
    table = model._meta.db_table
    queryset = model._base_manager.all()
    guard = trigger(model, "never_deleted")
    assert refused_by(lambda: execute(f"DELETE FROM {table}")) == guard
    assert refused_by(lambda: queryset._raw_delete(queryset.db)) == guard


@pytest.mark.parametrize("model", PROTECTED)
def test_facts_are_never_emptied_out(model: type[Model]) -> None:
    assert refused_by(lambda: execute(f"TRUNCATE {model._meta.db_table} CASCADE")) == (
        trigger(model, "never_deleted_truncate")
    )


@pytest.mark.parametrize("model", APPEND_ONLY)
def test_what_was_written_stays_as_it_is(model: type[Model]) -> None:
    BY_MODEL[model].create()
    unchanged = f"UPDATE {model._meta.db_table} SET id = id"
    assert refused_by(lambda: execute(unchanged)) == trigger(model, "never_changed")


@pytest.mark.parametrize("event", EVENTS)
def test_history_is_only_added_to(event: type[Model]) -> None:
    BY_MODEL[tracked_of(event)].create()
    table, guard = event._meta.db_table, trigger(event, "append_only")
    assert refused_by(lambda: event._base_manager.update(pgh_label="never happened")) == guard
    assert refused_by(lambda: execute(f"UPDATE {table} SET pgh_obj_id = NULL")) == guard
    assert refused_by(lambda: execute(f"DELETE FROM {table}")) == guard


@pytest.mark.parametrize("event", EVENTS)
def test_history_is_never_emptied_out(event: type[Model]) -> None:
    assert refused_by(lambda: execute(f"TRUNCATE {event._meta.db_table}")) == (
        trigger(event, "append_only_truncate")
    )
