"""Columns that the database works out itself: `detail`, `counted` and `reference_key`."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.choices import Kind
from cases.models import Outcome
from partners.models import EngagementEvent
from tests.cases.test_rules import EVERY_KIND, merged_outcome, voided_outcome
from tests.core.rules import execute, refused_by
from tests.factories import (
    CaseFactory,
    EngagementEventFactory,
    OutcomeFactory,
    TrainingSessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        (Kind.ARREST, ""),
        (Kind.CHARGE, "cps"),
        (Kind.CAUTION, "youth"),
        (Kind.ORDER, "dvpn"),
        (Kind.DISCLOSURE_APPLICATION, "right_to_ask"),
        (Kind.VOLUNTARY_ATTENDANCE, ""),
        (Kind.BAIL, "conditional_bail"),
        (Kind.RELEASED, ""),
        (Kind.NO_FURTHER_ACTION, "ho04"),
    ],
)
def test_detail_is_the_code_of_the_kind(kind: Kind, detail: str) -> None:
    outcome = OutcomeFactory.create(**EVERY_KIND[kind])
    outcome.refresh_from_db()
    assert outcome.detail == detail


def test_detail_follows_a_change_in_bulk() -> None:
    outcome = OutcomeFactory.create(order=True)
    Outcome.objects.update(order_kind="nmo")
    outcome.refresh_from_db()
    assert outcome.detail == "nmo"


@pytest.mark.parametrize("column", ["day", "detail", "counted"])
def test_nobody_writes_a_generated_column(column: str) -> None:
    OutcomeFactory.create()
    assert f'column "{column}" can only be updated to DEFAULT' in refused_by(
        lambda: execute(f"UPDATE cases_outcome SET {column} = NULL")
    )


def test_an_outcome_counts_unless_void_or_merged() -> None:
    counts, void, merged = OutcomeFactory.create(), voided_outcome(), merged_outcome()
    survivor = merged.merged_into
    assert survivor is not None
    assert dict(Outcome.objects.values_list("pk", "counted")) == {
        counts.pk: True,
        void.pk: False,
        merged.pk: False,
        survivor.pk: True,
    }
    assert set(Outcome.objects.counted()) == {counts, survivor}


def test_an_event_counts_once_it_is_done_unless_void() -> None:
    for status in EngagementEvent.Status:
        EngagementEventFactory.create(title=status, status=status, attendances=0, reach_method="")
    void = EngagementEventFactory.create(title="void")
    void.voided_at, void.voided_by, void.void_reason = timezone.now(), UserFactory.create(), "Twice"
    void.save()
    assert dict(EngagementEvent.objects.values_list("title", "counted")) == {
        "planned": False,
        "done": True,
        "cancelled": False,
        "void": False,
    }


def test_a_training_session_counts_unless_void() -> None:
    session = TrainingSessionFactory.create()
    session.refresh_from_db()
    assert session.counted is True
    session.voided_at, session.voided_by = timezone.now(), UserFactory.create()
    session.void_reason = "Entered twice"
    session.save()
    session.refresh_from_db()
    assert session.counted is False


@pytest.mark.parametrize(
    ("reference", "key"),
    [
        ("1234567/21", "1234567/21"),
        ("ab 1234/21", "AB1234/21"),
        (" aB  12 / 21 ", "AB12/21"),
    ],
)
def test_a_reference_has_one_key_whatever_its_spaces_and_case(reference: str, key: str) -> None:
    case = CaseFactory.create(reference=reference)
    case.refresh_from_db()
    assert (case.reference, case.reference_key) == (reference, key)


@given(
    reference=st.text(
        st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40
    ).filter(str.strip)
)
@settings(max_examples=50)
def test_any_reference_is_kept_as_typed_beside_its_key(reference: str) -> None:
    with transaction.atomic():
        case = CaseFactory.create(reference=reference, borough__elsewhere=True)
        case.refresh_from_db()
        transaction.set_rollback(True)
    key = reference.replace(" ", "").upper()
    assert (case.reference, case.reference_key) == (reference, key)
