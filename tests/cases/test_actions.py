"""What people do to outcomes: each change once, whole, and undone by another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from cases.actions.outcomes import (
    FIXED,
    amend_outcome,
    correct_borough,
    log_outcome,
    merge_outcome,
    restore_outcome,
    unmerge_outcome,
    void_outcome,
)
from cases.choices import Kind
from cases.models import Case, Outcome, OutcomeSupport, PossibleDuplicate, Suspect
from tests.cases.test_rules import merged_outcome, voided_outcome
from tests.conftest import Cast
from tests.core.rules import A_MICROSECOND, PATIENCE, until_someone_waits
from tests.factories import (
    NOON,
    CaseFactory,
    OutcomeFactory,
    PossibleDuplicateFactory,
    SuspectFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


@pytest.fixture
def suspect(cast: Cast) -> Suspect:
    return SuspectFactory.create(case=CaseFactory.create(borough=cast.a))


def arrest(suspect: Suspect | None, **fields: Any) -> tuple[Outcome, bool]:
    wanted: dict[str, Any] = {
        "by": UserFactory.create(),
        "token": uuid4(),
        "case": suspect and suspect.case,
        "kind": Kind.ARREST,
        "happened_at": NOON,
        "suspect": suspect,
        "offence": "stalking",
    }
    return log_outcome(**(wanted | fields))


def row(outcome: Outcome) -> dict[str, Any]:
    return dict(Outcome.objects.filter(pk=outcome.pk).values().get())


class TestLogging:
    def test_an_outcome_says_who_logged_it_and_counts_where_its_case_is(
        self, cast: Cast, suspect: Suspect
    ) -> None:
        token, before = uuid4(), timezone.now()
        outcome, made = arrest(suspect, by=cast.officer, token=token, custody_record="01TW/1/21")
        recorded_at = outcome.recorded_at
        assert made
        assert before <= recorded_at <= timezone.now()
        assert row(outcome) == {
            "id": token,
            "kind": "arrest",
            "strand": "domestic_abuse",
            "case_id": suspect.case_id,
            "suspect_id": suspect.pk,
            "borough_id": cast.a.pk,
            "team_id": None,
            "offence": "stalking",
            "offence_note": "",
            "order_kind": "",
            "caution_kind": "",
            "route": "",
            "bail_kind": "",
            "bail_until": None,
            "charging_authority": "",
            "no_further_action_type": "",
            "custody_record": "01TW/1/21",
            "logged_by_id": cast.officer.pk,
            "happened_at": NOON,
            "recorded_at": recorded_at,
            "day": NOON.date(),
            "voided_at": None,
            "voided_by_id": None,
            "void_reason": "",
            "merged_into_id": None,
            "merged_at": None,
            "merged_by_id": None,
            "detail": "",
            "counted": True,
        }

    def test_it_counts_in_another_borough_if_one_is_given(
        self, cast: Cast, suspect: Suspect
    ) -> None:
        assert arrest(suspect, borough=cast.b)[0].borough == cast.b

    def test_the_same_token_twice_makes_one_row(self, suspect: Suspect) -> None:
        token = uuid4()
        first, made = arrest(suspect, token=token)
        kept = row(first)
        again, made_again = arrest(suspect, token=token, offence="rape", happened_at=NOON - A_DAY)
        assert (made, made_again, again) == (True, False, first)
        assert list(Outcome.objects.values()) == [kept]

    def test_supporting_teams_are_credited(self, suspect: Suspect) -> None:
        lead, *others = TeamFactory.create_batch(3)
        outcome, _ = arrest(suspect, team=lead, supporting_teams=others)
        assert outcome.team == lead
        assert set(OutcomeSupport.objects.values_list("outcome", "team")) == {
            (outcome.pk, team.pk) for team in others
        }

    @pytest.mark.parametrize(
        ("wrong", "messages"),
        [
            (
                {"happened_at": datetime(2100, 1, 1, tzinfo=NOON.tzinfo)},
                {"__all__": ["When it happened must be today or in the past."]},
            ),
            ({"offence": ""}, {"__all__": ["Choose the offence."]}),
            ({"kind": "gossip"}, {"kind": ["Value 'gossip' is not a valid choice."]}),
        ],
    )
    def test_a_wrong_outcome_is_refused_and_leaves_nothing(
        self, suspect: Suspect, wrong: dict[str, Any], messages: dict[str, list[str]]
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            arrest(suspect, supporting_teams=[TeamFactory.create()], **wrong)
        assert refused.value.message_dict == messages
        assert (Outcome.objects.count(), OutcomeSupport.objects.count()) == (0, 0)

    def test_a_support_that_cannot_be_saved_takes_the_outcome_with_it(
        self, suspect: Suspect
    ) -> None:
        team = TeamFactory.create()
        with pytest.raises(Exception, match="cases_outcomesupport_once"), transaction.atomic():
            arrest(suspect, supporting_teams=[team, team])
        assert (Outcome.objects.count(), OutcomeSupport.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_the_same_moment_make_one_row_and_both_get_it() -> None:
    suspect, by, token = SuspectFactory.create(), UserFactory.create(), uuid4()

    def submit() -> tuple[UUID, bool]:
        try:
            outcome, made = arrest(suspect, by=by, token=token)
        finally:
            connection.close()
        return outcome.pk, made

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = arrest(suspect, by=by, token=token)
            second = other.submit(submit)
            until_someone_waits()
            assert not second.done()
        assert second.result(timeout=PATIENCE) == (token, False)
    assert (first[0].pk, first[1]) == (token, True)
    assert list(Outcome.objects.values_list("pk", flat=True)) == [token]


def log_at_the_same_moment(one: Suspect, two: Suspect, **fields: Any) -> None:
    """Two entries from two connections, of which neither can see the other's row when it starts."""

    def submit() -> None:
        try:
            arrest(two, **fields)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            arrest(one, **fields)
            second = other.submit(submit)
            until_someone_waits()
            assert not second.done()
        second.result(timeout=PATIENCE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_one_case", [True, False])
def test_two_entries_of_one_event_at_the_same_moment_are_flagged(of_one_case: bool) -> None:
    first = SuspectFactory.create()
    second = first if of_one_case else SuspectFactory.create()
    log_at_the_same_moment(first, second, custody_record="" if of_one_case else "01TW/1")
    earlier, later = Outcome.objects.order_by("recorded_at")
    assert list(PossibleDuplicate.objects.values_list("outcome", "earlier", "state")) == [
        (later.pk, earlier.pk, "open")
    ]


@pytest.mark.django_db(transaction=True)
def test_entries_of_two_cases_do_not_wait_for_each_other() -> None:
    first, second = SuspectFactory.create(), SuspectFactory.create()

    def submit() -> None:
        try:
            arrest(second)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        arrest(first)
        other.submit(submit).result(timeout=PATIENCE)
    assert list(PossibleDuplicate.objects.all()) == []


class TestLikelyDuplicates:
    @pytest.mark.parametrize("apart", [timedelta(), A_DAY - A_MICROSECOND, A_MICROSECOND - A_DAY])
    def test_the_same_suspect_and_kind_within_24_hours_is_flagged(
        self, suspect: Suspect, apart: timedelta
    ) -> None:
        earlier, _ = arrest(suspect)
        outcome, made = arrest(suspect, happened_at=NOON + apart)
        assert made
        assert list(PossibleDuplicate.objects.values_list("outcome", "earlier", "state")) == [
            (outcome.pk, earlier.pk, "open")
        ]

    @pytest.mark.parametrize("apart", [A_DAY, -A_DAY])
    def test_24_hours_apart_is_not(self, suspect: Suspect, apart: timedelta) -> None:
        arrest(suspect)
        arrest(suspect, happened_at=NOON + apart)
        assert list(PossibleDuplicate.objects.all()) == []

    def test_the_same_custody_record_in_another_case_is_flagged(self, suspect: Suspect) -> None:
        earlier, _ = arrest(suspect, custody_record="01TW/1/21")
        outcome, _ = arrest(SuspectFactory.create(), custody_record="01TW/1/21")
        assert list(PossibleDuplicate.objects.values_list("outcome", "earlier")) == [
            (outcome.pk, earlier.pk)
        ]

    @pytest.mark.parametrize("records", [("", ""), ("01TW/1/21", "01TW/2/21"), ("01TW/1/21", "")])
    def test_another_custody_record_in_another_case_is_not(
        self, suspect: Suspect, records: tuple[str, str]
    ) -> None:
        arrest(suspect, custody_record=records[0])
        arrest(SuspectFactory.create(), custody_record=records[1])
        assert list(PossibleDuplicate.objects.all()) == []

    def test_another_kind_or_suspect_is_not(self, suspect: Suspect) -> None:
        arrest(suspect)
        arrest(suspect, kind=Kind.CHARGE)
        arrest(SuspectFactory.create(case=suspect.case))
        assert list(PossibleDuplicate.objects.all()) == []

    def test_the_same_case_without_a_suspect_is_flagged(self, suspect: Suspect) -> None:
        application = {
            "kind": Kind.DISCLOSURE_APPLICATION,
            "route": "right_to_ask",
            "offence": "",
            "case": suspect.case,
        }
        arrest(suspect, **application)
        earlier, _ = arrest(None, **application)
        outcome, _ = arrest(None, **application)
        assert list(PossibleDuplicate.objects.values_list("outcome", "earlier")) == [
            (outcome.pk, earlier.pk)
        ]

    def test_what_does_not_count_is_not_flagged(self, suspect: Suspect) -> None:
        void_outcome(outcome=arrest(suspect)[0], by=UserFactory.create(), reason="Not them")
        arrest(suspect)
        assert list(PossibleDuplicate.objects.all()) == []

    def test_each_earlier_one_is_flagged(self, suspect: Suspect) -> None:
        earlier = [arrest(suspect)[0], arrest(suspect)[0]]
        outcome, _ = arrest(suspect)
        flags = PossibleDuplicate.objects.filter(outcome=outcome)
        assert {flag.earlier for flag in flags} == set(earlier)
        assert PossibleDuplicate.objects.count() == 3


class TestAmending:
    def test_an_amendment_changes_these_fields_and_no_other(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create(custody_record="01TW/1/21")
        before = row(outcome)
        moved = NOON + timedelta(hours=13)
        amended = amend_outcome(
            outcome=outcome, by=cast.officer, borough=cast.b, happened_at=moved, offence="rape"
        )
        assert row(outcome) == before | {
            "borough_id": cast.b.pk,
            "happened_at": moved,
            "day": moved.date(),
            "offence": "rape",
        }
        assert (amended.borough, amended.day) == (cast.b, moved.date())

    def test_it_is_made_to_the_row_as_it_is_now(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        stale = Outcome.objects.get(pk=outcome.pk)
        amend_outcome(outcome=outcome, by=cast.officer, offence="rape")
        amended = amend_outcome(outcome=stale, by=cast.officer, custody_record="01TW/1/21")
        assert (amended.offence, amended.custody_record) == ("rape", "01TW/1/21")

    @pytest.mark.parametrize(
        ("wrong", "messages"),
        [
            ({"kind": Kind.CAUTION}, ["A caution needs its kind; nothing else has one."]),
            ({"suspect": None}, ["Choose the suspect arrested, charged or cautioned."]),
            ({"offence": "murder"}, ["Value 'murder' is not a valid choice."]),
        ],
    )
    def test_a_wrong_one_is_refused_and_changes_nothing(
        self, cast: Cast, wrong: dict[str, Any], messages: list[str]
    ) -> None:
        outcome = OutcomeFactory.create()
        before = row(outcome)
        with pytest.raises(ValidationError) as refused:
            amend_outcome(outcome=outcome, by=cast.officer, custody_record="01TW/1/21", **wrong)
        assert refused.value.messages[:1] == messages
        assert row(outcome) == before

    @pytest.mark.parametrize("field", sorted(FIXED))
    def test_what_is_fixed_stays(self, cast: Cast, field: str) -> None:
        outcome = OutcomeFactory.create()
        before = row(outcome)
        with pytest.raises(ValueError, match=f"Not to be amended: {field}"):
            amend_outcome(outcome=outcome, by=cast.officer, **{field: None})
        assert row(outcome) == before

    @pytest.mark.parametrize("field", ["voided_by_id", "merged_into_id", "logged_by_id"])
    def test_what_is_fixed_stays_by_its_other_name_too(self, cast: Cast, field: str) -> None:
        outcome = OutcomeFactory.create()
        before = row(outcome)
        with pytest.raises(ValueError, match="Not to be amended: "):
            amend_outcome(outcome=outcome, by=cast.officer, **{field: None})
        assert row(outcome) == before


class TestVoiding:
    def test_a_void_says_who_when_and_why(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        before, asked_at = row(outcome), timezone.now()
        voided = void_outcome(outcome=outcome, by=cast.officer, reason=" Entered twice \n")
        assert voided.voided_at is not None
        assert asked_at <= voided.voided_at <= timezone.now()
        assert row(outcome) == before | {
            "voided_at": voided.voided_at,
            "voided_by_id": cast.officer.pk,
            "void_reason": "Entered twice",
            "counted": False,
        }
        assert list(Outcome.objects.counted()) == []

    @pytest.mark.parametrize("reason", ["", " \t\n"])
    def test_without_a_reason_it_is_refused_and_changes_nothing(
        self, cast: Cast, reason: str
    ) -> None:
        outcome = OutcomeFactory.create()
        before = row(outcome)
        with pytest.raises(ValidationError) as refused:
            void_outcome(outcome=outcome, by=cast.officer, reason=reason)
        assert refused.value.message_dict == {"void_reason": ["Say why this entry is void."]}
        assert row(outcome) == before

    def test_twice_is_once(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        void_outcome(outcome=outcome, by=cast.officer, reason="Entered twice")
        before = row(outcome)
        void_outcome(outcome=outcome, by=cast.supervisor, reason="")
        assert row(outcome) == before

    def test_it_is_undone_as_it_was(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        before = row(outcome)
        void_outcome(outcome=outcome, by=cast.officer, reason="Entered twice")
        restored = restore_outcome(outcome=outcome, by=cast.supervisor)
        assert (row(outcome), restored.counted) == (before, True)


class TestMerging:
    def test_two_entries_count_once_and_each_team_keeps_its_credit(self, cast: Cast) -> None:
        ours, theirs = TeamFactory.create_batch(2)
        survivor = OutcomeFactory.create(team=ours)
        duplicate = OutcomeFactory.create(team=theirs, case=survivor.case, suspect=survivor.suspect)
        before, kept, asked_at = row(duplicate), row(survivor), timezone.now()
        merged = merge_outcome(duplicate=duplicate, into=survivor, by=cast.supervisor)
        assert merged.merged_at is not None
        assert asked_at <= merged.merged_at <= timezone.now()
        assert row(survivor) == kept
        assert row(duplicate) == before | {
            "merged_into_id": survivor.pk,
            "merged_at": merged.merged_at,
            "merged_by_id": cast.supervisor.pk,
            "counted": False,
        }
        assert list(Outcome.objects.counted()) == [survivor]
        assert [o.team for o in (survivor, merged)] == [ours, theirs]

    @pytest.mark.parametrize("turned", [False, True])
    def test_it_settles_the_flag_whichever_was_logged_first(self, cast: Cast, turned: bool) -> None:
        flag = PossibleDuplicateFactory.create()
        other = PossibleDuplicateFactory.create()
        pair = (flag.earlier, flag.outcome) if turned else (flag.outcome, flag.earlier)
        merge_outcome(duplicate=pair[0], into=pair[1], by=cast.supervisor)
        flag.refresh_from_db()
        other.refresh_from_db()
        assert (flag.state, flag.decided_by) == ("merged", cast.supervisor)
        assert (other.state, other.decided_by) == ("open", None)
        unmerge_outcome(duplicate=pair[0], by=cast.officer)
        flag.refresh_from_db()
        assert (flag.state, flag.decided_by) == ("apart", cast.officer)

    @pytest.mark.parametrize("into", [voided_outcome, merged_outcome])
    def test_into_one_that_does_not_count_it_is_refused(
        self, cast: Cast, into: Callable[[], Outcome]
    ) -> None:
        duplicate = OutcomeFactory.create()
        before = row(duplicate)
        with pytest.raises(ValidationError) as refused:
            merge_outcome(duplicate=duplicate, into=into(), by=cast.supervisor)
        assert refused.value.messages == ["Merge it into another entry that still counts."]
        assert row(duplicate) == before

    def test_into_itself_it_is_refused(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        with pytest.raises(ValidationError) as refused:
            merge_outcome(duplicate=outcome, into=outcome, by=cast.supervisor)
        assert refused.value.messages == ["Merge it into another entry that still counts."]

    def test_a_chain_is_refused(self, cast: Cast) -> None:
        survivor = merged_outcome().merged_into
        assert survivor is not None
        with pytest.raises(ValidationError) as refused:
            merge_outcome(duplicate=survivor, into=OutcomeFactory.create(), by=cast.supervisor)
        assert refused.value.messages == [
            "Other entries are merged into this one: merge it the other way."
        ]
        assert survivor in Outcome.objects.counted()

    def test_it_is_undone_as_it_was(self, cast: Cast) -> None:
        survivor, duplicate = OutcomeFactory.create_batch(2)
        before = row(duplicate)
        merge_outcome(duplicate=duplicate, into=survivor, by=cast.supervisor)
        unmerged = unmerge_outcome(duplicate=duplicate, by=cast.supervisor)
        assert (row(duplicate), unmerged.counted) == (before, True)

    def test_undone_twice_is_undone_once(self, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        before = row(outcome)
        assert unmerge_outcome(duplicate=outcome, by=cast.supervisor) == outcome
        assert row(outcome) == before


class TestCorrectingTheBorough:
    def test_the_case_moves_with_the_outcomes_that_count_where_it_was(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a)
        here, there = (
            OutcomeFactory.create(case=case),
            OutcomeFactory.create(case=case, borough=CaseFactory.create().borough),
        )
        other = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
        correct_borough(case=case, borough=cast.b, by=cast.supervisor)
        assert dict(Case.objects.values_list("pk", "borough"))[case.pk] == cast.b.pk
        assert dict(Outcome.objects.values_list("pk", "borough")) == {
            here.pk: cast.b.pk,
            there.pk: there.borough_id,
            other.pk: cast.a.pk,
        }

    def test_voided_and_merged_ones_move_too(self, cast: Cast) -> None:
        void, merged = voided_outcome(), merged_outcome()
        for outcome in (void, merged):
            correct_borough(case=outcome.case, borough=cast.b, by=cast.supervisor)
            assert Outcome.objects.get(pk=outcome.pk).borough == cast.b
