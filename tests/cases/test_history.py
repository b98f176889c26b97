"""Field history: the database keeps it, whichever path a change takes, and says who when known."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pghistory
import pgtrigger
import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cases.actions.outcomes import (
    amend_outcome,
    correct_borough,
    log_outcome,
    merge_outcome,
    restore_outcome,
    unmerge_outcome,
    void_outcome,
)
from cases.choices import Kind
from cases.models import Exclusion, Outcome
from tests.conftest import Cast
from tests.core.rules import execute
from tests.core.test_triggers import EVENTS, PROTECTED, tracked_of
from tests.factories import (
    BY_MODEL,
    NOON,
    CampaignFactory,
    CaseFactory,
    OutcomeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def events_of(row: Model) -> list[Any]:
    event = next(event for event in EVENTS if tracked_of(event) is type(row))
    return list(event._base_manager.filter(pgh_obj_id=row.pk).order_by("pgh_id"))


def noted(row: Model, *fields: str) -> list[tuple[Any, ...]]:
    """What history says of a row: what was done, and what each field was then."""
    return [
        (event.pgh_label, *(getattr(event, field) for field in fields)) for event in events_of(row)
    ]


def by_save(outcome: Outcome) -> None:
    outcome.offence_note = "Bigamy"
    outcome.save()


def by_update(outcome: Outcome) -> None:
    Outcome.objects.filter(pk=outcome.pk).update(offence_note="Bigamy")


def by_bulk_update(outcome: Outcome) -> None:
    outcome.offence_note = "Bigamy"
    Outcome.objects.bulk_update([outcome], ["offence_note"])


def by_upsert(outcome: Outcome) -> None:
    outcome.offence_note = "Bigamy"
    Outcome.objects.bulk_create(
        [outcome], update_conflicts=True, unique_fields=["id"], update_fields=["offence_note"]
    )


def by_sql(outcome: Outcome) -> None:
    execute("UPDATE cases_outcome SET offence_note = 'Bigamy' WHERE id = %s", outcome.pk)


PATHS = [by_save, by_update, by_bulk_update, by_upsert, by_sql]


@pytest.mark.parametrize("change", PATHS)
def test_a_change_leaves_the_old_and_the_new_value(change: Callable[[Outcome], None]) -> None:
    outcome, other = OutcomeFactory.create(), OutcomeFactory.create()
    change(outcome)
    assert noted(outcome, "offence", "offence_note") == [
        ("insert", "assault_no_injury", ""),
        ("update", "assault_no_injury", "Bigamy"),
    ]
    assert noted(other, "offence_note") == [("insert", "")]


@pytest.mark.parametrize("change", PATHS)
def test_a_change_to_what_it_was_leaves_nothing(change: Callable[[Outcome], None]) -> None:
    outcome = OutcomeFactory.create(offence_note="Bigamy")
    change(outcome)
    assert noted(outcome, "offence_note") == [("insert", "Bigamy")]


def test_rows_made_in_bulk_are_kept_as_well() -> None:
    model = OutcomeFactory.create()
    rows = [
        Outcome(
            kind=model.kind,
            case=model.case,
            suspect=model.suspect,
            borough=model.borough,
            offence=offence,
            happened_at=NOON,
        )
        for offence in ("rape", "stalking")
    ]
    Outcome.objects.bulk_create(rows)
    assert [noted(row, "offence") for row in rows] == [
        [("insert", "rape")],
        [("insert", "stalking")],
    ]


SEEDED = {"ReviewPeriod"}
"""Its four rows are there before history is, and none is added."""


@pytest.mark.parametrize("model", [m for m in map(tracked_of, EVENTS) if m.__name__ not in SEEDED])
def test_every_tracked_row_is_kept_from_first_to_last(model: type[Model]) -> None:
    row = BY_MODEL[model].create()
    assert [event.pgh_label for event in events_of(row)] == ["insert"]
    guard = [f"{model._meta.label}:never_deleted"] if model in PROTECTED else []
    guard += ["cases.Exclusion:lifted_by_two"] if model is Exclusion else []
    with pgtrigger.ignore(*guard) if guard else pghistory.context():
        execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk)
    assert [event.pgh_label for event in events_of(row)] == ["insert", "delete"]


def test_every_row_that_a_person_may_change_is_tracked() -> None:
    assert {tracked_of(event).__name__ for event in EVENTS} == {
        *("Campaign", "CampaignBorough", "User", "StaffBorough"),
        *("Programme", "ProgrammeYear", "Milestone", "ReviewPeriod"),
        *("Partner", "PartnerBorough", "EngagementEvent", "EventTeam", "Participation"),
        *("FollowUp", "ConfirmationLink", "CalendarLink", "TrainingProgramme", "TrainingSession"),
        "BoroughReturn",
        *("Case", "Suspect", "CaseAccess", "Exclusion", "Outcome", "OutcomeSupport"),
        *("ProtectiveOrder", "OrderBreach", "OrderAvailability", "DisclosureApplication"),
        *("EvidenceSubmission", "MaracReferral", "CaseFlag", "SentBack", "Lifting", "BreakGlass"),
    }


def test_a_password_is_not_kept(cast: Cast) -> None:
    cast.officer.set_password("correct horse battery")
    cast.officer.save()
    assert noted(cast.officer, "name") == [("insert", cast.officer.name)]
    fields = {field.name for field in apps.get_model("accounts.UserEvent")._meta.get_fields()}
    assert fields & {"password", "last_login"} == set()


def boroughs_of(event: str, whose: Model) -> list[tuple[str, int]]:
    """What was done to somebody's choice of boroughs."""
    history = apps.get_model(event)._base_manager
    rows = history.filter(**{whose._meta.model_name: whose.pk}).order_by("pgh_id")
    return list(rows.values_list("pgh_label", "borough_id"))


@pytest.mark.parametrize(
    ("event", "whose"),
    [
        ("accounts.StaffBoroughEvent", UserFactory),
        ("campaigns.CampaignBoroughEvent", CampaignFactory),
    ],
)
def test_each_borough_let_in_or_taken_away_is_kept(cast: Cast, event: str, whose: Any) -> None:
    row, other = whose.create(boroughs=[cast.a]), whose.create(boroughs=[cast.a])
    row.boroughs.set([cast.b])
    row.boroughs.clear()
    assert sorted(boroughs_of(event, row)) == sorted(
        [
            *[("insert", cast.a.pk), ("delete", cast.a.pk)],
            *[("insert", cast.b.pk), ("delete", cast.b.pk)],
        ]
    )
    assert boroughs_of(event, other) == [("insert", cast.a.pk)]


def test_a_change_of_boroughs_says_who_made_it(signed_in: Client, cast: Cast) -> None:
    page = reverse("admin:accounts_user_change", args=[cast.officer.pk])
    form = signed_in.get(page).context["adminform"].form
    sent = {name: value for name, value in form.initial.items() if value is not None}
    answer = signed_in.post(page, sent | {"boroughs": [cast.a.pk, cast.b.pk], "team": ""})
    assert answer.status_code == 302
    added = apps.get_model("accounts.StaffBoroughEvent")._base_manager.get(
        user=cast.officer, borough=cast.b
    )
    assert (added.pgh_label, added.pgh_context.metadata["user"]) == (
        "insert",
        cast.administrator.pk,
    )


def who(row: Model) -> list[tuple[str, dict[str, Any] | None]]:
    """What was done to a row, and by whom."""
    return [
        (event.pgh_label, event.pgh_context.metadata if event.pgh_context else None)
        for event in events_of(row)
    ]


def test_each_action_says_who_did_it(cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a)
    survivor = OutcomeFactory.create(case=case)
    outcome, _ = log_outcome(
        by=cast.officer,
        token=uuid4(),
        case=case,
        kind=Kind.ARREST,
        happened_at=NOON,
        suspect=survivor.suspect,
        offence="stalking",
    )
    amend_outcome(outcome=outcome, by=cast.colleague, offence="harassment")
    void_outcome(outcome=outcome, by=cast.supervisor, reason="Entered twice")
    restore_outcome(outcome=outcome, by=cast.officer)
    merge_outcome(duplicate=outcome, into=survivor, by=cast.supervisor)
    unmerge_outcome(duplicate=outcome, by=cast.colleague)
    correct_borough(case=case, borough=cast.b, by=cast.force_supervisor)
    assert who(outcome) == [
        ("insert", {"user": cast.officer.pk, "action": "log outcome"}),
        ("update", {"user": cast.colleague.pk, "action": "amend outcome"}),
        ("update", {"user": cast.supervisor.pk, "action": "void outcome"}),
        ("update", {"user": cast.officer.pk, "action": "restore outcome"}),
        ("update", {"user": cast.supervisor.pk, "action": "merge outcome"}),
        ("update", {"user": cast.colleague.pk, "action": "unmerge outcome"}),
        ("update", {"user": cast.force_supervisor.pk, "action": "correct borough"}),
    ]
    assert who(case) == [
        ("insert", None),
        ("update", {"user": cast.force_supervisor.pk, "action": "correct borough"}),
    ]


def test_an_action_that_changes_nothing_leaves_nothing(cast: Cast) -> None:
    outcome = OutcomeFactory.create()
    restore_outcome(outcome=outcome, by=cast.officer)
    unmerge_outcome(duplicate=outcome, by=cast.officer)
    amend_outcome(outcome=outcome, by=cast.officer, offence=outcome.offence)
    assert who(outcome) == [("insert", None)]
