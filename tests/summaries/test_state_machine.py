"""Whatever is done, in whatever order and from however many connections, figures stay exact."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pgtrigger
import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.permissions import EVERYWHERE, BoroughScope
from cases.actions import outcomes as actions
from cases.choices import Kind
from cases.models import Case, Outcome
from core.days import DayRange
from partners import actions as partner_actions
from partners.actions import training
from partners.models import EngagementEvent, Participation, TrainingSession
from summaries.actions import run_nightly
from summaries.figures import Window
from summaries.models import SummaryRun
from summaries.proof import prove
from tests.factories import (
    BoroughFactory,
    CaseFactory,
    EngagementEventFactory,
    ParticipationFactory,
    PartnerFactory,
    SuspectFactory,
    TeamFactory,
    TrainingSessionFactory,
    UserFactory,
)
from tests.summaries.brute import assert_exact

EDGES = [
    datetime(2021, 11, 25, 0, 0, tzinfo=UTC),  # the campaign's first midnight
    datetime(2021, 12, 11, 0, 0, tzinfo=UTC),  # and the one after its last day
    datetime(2021, 6, 14, 23, 0, tzinfo=UTC),  # midnight in summer time
    datetime(2021, 3, 28, 1, 0, tzinfo=UTC),  # clocks go forward
    datetime(2021, 10, 31, 1, 0, tzinfo=UTC),  # clocks go back
    datetime(2021, 10, 30, 23, 0, tzinfo=UTC),  # the midnight before that
]
MOMENTS = st.builds(
    lambda edge, seconds, micro: edge + timedelta(seconds=seconds, microseconds=micro),
    st.sampled_from(EDGES),
    st.integers(-5400, 5400) | st.sampled_from([-1, 0, 1]),
    st.sampled_from([0, 999_999]),
)
WINDOWS = st.sampled_from(
    [
        DayRange(date(2021, 1, 1), date(2022, 1, 1)),
        DayRange(date(2021, 11, 25), date(2021, 12, 11)),
        DayRange(date(2021, 6, 15), date(2021, 6, 16)),
        DayRange(date(2021, 3, 28), date(2021, 3, 29)),
        DayRange(date(2021, 10, 31), date(2021, 11, 1)),
    ]
)
SHAPES: list[dict[str, str]] = [
    {"kind": "arrest", "offence": "stalking"},
    {"kind": "arrest", "offence": "rape", "strand": "sexual_offences"},
    {"kind": "charge", "offence": "stalking", "charging_authority": "cps"},
    {"kind": "caution", "offence": "harassment", "caution_kind": "simple"},
    {"kind": "order", "order_kind": "dvpo"},
    {"kind": "order", "order_kind": "dvpn"},
    {"kind": "disclosure_application", "route": "right_to_know"},
    {"kind": "no_further_action", "offence": "ccb", "no_further_action_type": "ho16"},
]
FACT_TABLES = "cases_outcome, partners_engagementevent, partners_trainingsession"
DERIVED_TABLES = (
    "summaries_changedday, summaries_dailytotal, summaries_restatement, summaries_summaryrun"
)


class Figures(RuleBasedStateMachine):
    """Officers on several connections, and a nightly run at any moment."""

    outcomes = Bundle("outcomes")
    events = Bundle("events")
    sessions = Bundle("sessions")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[BaseDatabaseWrapper, set[UUID]]] = []

    @initialize()
    def empty(self) -> None:
        with pgtrigger.ignore(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {FACT_TABLES}, {DERIVED_TABLES} CASCADE")
        self.by: User = UserFactory.create()
        self.boroughs = BoroughFactory.create_batch(3)
        self.partners = PartnerFactory.create_batch(3)
        self.teams = [*TeamFactory.create_batch(2), None]
        self.suspects = [
            SuspectFactory.create(case=CaseFactory.create(borough=borough))
            for borough in self.boroughs
        ] * 2

    def teardown(self) -> None:
        for other, _ in self.open:
            other.rollback()
            other.close()

    def free(self, pk: UUID) -> bool:
        """Whether no open transaction holds the row."""
        return not any(pk in held for _, held in self.open)

    @rule(target=outcomes, at=MOMENTS, shape=st.sampled_from(SHAPES), pick=st.integers(0, 5))
    def log(self, at: datetime, shape: dict[str, str], pick: int) -> UUID:
        fields: dict[str, Any] = {k: v for k, v in shape.items() if k != "kind"}
        suspect = self.suspects[pick]
        outcome, made = actions.log_outcome(
            by=self.by,
            token=uuid4(),
            case=suspect.case,
            suspect=suspect,
            kind=Kind(shape["kind"]),
            happened_at=at,
            team=self.teams[pick % 3],
            **fields,
        )
        assert made
        return outcome.pk

    @rule(target=events, at=MOMENTS, people=st.integers(0, 90), pick=st.integers(0, 2))
    def hold_an_event(self, at: datetime, people: int, pick: int) -> EngagementEvent:
        event = EngagementEventFactory.create(
            happened_at=at,
            borough=self.boroughs[pick],
            team=self.teams[pick],
            attendances=people,
            reach_method="clicker" if people else "",
        )
        ParticipationFactory(event=event, partner=self.partners[pick])
        return event

    @rule(event=events, at=MOMENTS, people=st.integers(0, 90), picks=st.sets(st.integers(0, 2)))
    def amend_event(
        self, event: EngagementEvent, at: datetime, people: int, picks: set[int]
    ) -> None:
        """Moves it, counts it anew, and has other partners there, or none."""
        partner_actions.amend_event(
            by=self.by,
            event=event,
            partners=[self.partners[pick] for pick in picks],
            supporting_teams=[],
            happened_at=at,
            borough=self.boroughs[people % 3],
            team=self.teams[people % 3],
            status="done",
            cancel_reason="",
            attendances=people,
            reach_method="clicker" if people else "",
        )

    @rule(event=events)
    def cancel_event(self, event: EngagementEvent) -> None:
        """By hand, since a cancelled one can be held after all."""
        EngagementEvent.objects.filter(pk=event.pk).update(
            status="cancelled", attendances=0, reach_method=""
        )

    @rule(event=events, back=st.booleans())
    def void_event(self, event: EngagementEvent, back: bool) -> None:
        if back:
            partner_actions.restore_event(event=event, by=self.by)
        else:
            partner_actions.void_event(event=event, by=self.by, reason="Not held")

    @rule(event=events, pick=st.integers(0, 2))
    def join_or_leave(self, event: EngagementEvent, pick: int) -> None:
        found = Participation.objects.filter(event=event, partner=self.partners[pick])
        if not found.delete()[0]:
            ParticipationFactory(event=event, partner=self.partners[pick])

    @rule(target=sessions, at=MOMENTS, people=st.integers(0, 90), pick=st.integers(0, 2))
    def train(self, at: datetime, people: int, pick: int) -> TrainingSession:
        return TrainingSessionFactory.create(
            happened_at=at,
            borough=self.boroughs[pick],
            partner=self.partners[people % 3],
            team=self.teams[pick],
            officers_trained=people,
            officers_attended=people + pick,
        )

    @rule(session=sessions, at=MOMENTS, people=st.integers(0, 90), pick=st.integers(0, 2))
    def amend_session(self, session: TrainingSession, at: datetime, people: int, pick: int) -> None:
        training.amend_session(
            by=self.by,
            session=session,
            happened_at=at,
            borough=self.boroughs[pick],
            partner=self.partners[people % 3],
            officers_trained=people,
            officers_attended=people + pick,
        )

    @rule(session=sessions, back=st.booleans())
    def void_session(self, session: TrainingSession, back: bool) -> None:
        if back:
            training.restore_session(session=session, by=self.by)
        else:
            training.void_session(session=session, by=self.by, reason="Not held")

    @rule(pk=outcomes, at=MOMENTS, pick=st.integers(0, 2))
    def amend(self, pk: UUID, at: datetime, pick: int) -> None:
        if self.free(pk):
            actions.amend_outcome(
                outcome=Outcome(pk=pk),
                by=self.by,
                happened_at=at,
                borough=self.boroughs[pick],
                team=self.teams[pick],
            )

    @rule(pk=outcomes)
    def void(self, pk: UUID) -> None:
        if self.free(pk):
            actions.void_outcome(outcome=Outcome(pk=pk), by=self.by, reason="Entered twice")

    @rule(pk=outcomes)
    def restore(self, pk: UUID) -> None:
        if self.free(pk):
            actions.restore_outcome(outcome=Outcome(pk=pk), by=self.by)

    @rule(one=outcomes, other=outcomes)
    def merge(self, one: UUID, other: UUID) -> None:
        duplicate, survivor = (Outcome.objects.filter(pk=pk).first() for pk in (one, other))
        if not (duplicate and survivor and self.free(one) and self.free(other)):
            return
        alone = one != other and survivor.counted and not duplicate.duplicates.exists()
        if alone and duplicate.merged_into is None:
            actions.merge_outcome(duplicate=duplicate, into=survivor, by=self.by)

    @rule(pk=outcomes)
    def unmerge(self, pk: UUID) -> None:
        if self.free(pk):
            actions.unmerge_outcome(duplicate=Outcome(pk=pk), by=self.by)

    @precondition(lambda self: not self.open)
    @rule(pick=st.integers(0, 2), to=st.integers(0, 2))
    def transfer(self, pick: int, to: int) -> None:
        case = Case.objects.get(suspects=self.suspects[pick])
        actions.correct_borough(case=case, borough=self.boroughs[to], by=self.by)

    @rule(at=MOMENTS, rows=st.integers(1, 40), pick=st.integers(0, 5))
    def load_in_bulk(self, at: datetime, rows: int, pick: int) -> None:
        with connection.cursor() as cursor:
            _insert(cursor, self.suspects[pick], at, rows)

    @precondition(lambda self: not self.open)
    @rule(
        pick=st.integers(0, 2),
        hours=st.integers(-30, 30),
        kind=st.sampled_from(["arrest", "order"]),
    )
    def update_by_hand(self, pick: int, hours: int, kind: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_outcome SET borough_id = %s,"
                " happened_at = happened_at + %s::interval"
                " WHERE kind = %s",
                [self.boroughs[pick].pk, f"{hours} hours", kind],
            )

    @rule(pk=outcomes)
    def change_ones_mind(self, pk: UUID) -> None:
        """A change that is rolled back leaves neither a fact nor a mark."""
        if self.free(pk):
            with transaction.atomic():
                actions.void_outcome(outcome=Outcome(pk=pk), by=self.by, reason="Entered twice")
                transaction.set_rollback(True)

    @precondition(lambda self: len(self.open) < 2)
    @rule(at=MOMENTS, pick=st.integers(0, 5))
    def begin_elsewhere(self, at: datetime, pick: int) -> None:
        """Another connection writes and does not commit yet."""
        other = connections.create_connection("default")
        other.set_autocommit(False)
        with other.cursor() as cursor:
            self.open.append((other, _insert(cursor, self.suspects[pick], at, 3)))

    @precondition(lambda self: len(self.open) < 2)
    @rule(event=events, session=sessions, pick=st.integers(0, 2))
    def begin_engagement_elsewhere(
        self, event: EngagementEvent, session: TrainingSession, pick: int
    ) -> None:
        """Another connection enters the like of them, a partner with it, and does not commit."""
        other = connections.create_connection("default")
        other.set_autocommit(False)
        with other.cursor() as cursor:
            _copy(cursor, session)
            cursor.execute(
                "INSERT INTO partners_participation (event_id, partner_id, part)"
                " VALUES (%s, %s, 'Host')",
                [_copy(cursor, event), self.partners[pick].pk],
            )
        self.open.append((other, set()))

    @precondition(lambda self: self.open)
    @rule(commit=st.booleans(), last=st.booleans())
    def end_elsewhere(self, commit: bool, last: bool) -> None:
        other, _ = self.open.pop(-1 if last else 0)
        if commit:
            other.commit()
        else:
            other.rollback()
        other.close()

    @rule(recount=st.booleans())
    def nightly(self, recount: bool) -> None:
        assert run_nightly(by=None, recount=recount).state == SummaryRun.State.PUBLISHED

    @rule()
    def nightly_that_is_rolled_back(self) -> None:
        with transaction.atomic():
            run_nightly()
            transaction.set_rollback(True)

    @rule(days=WINDOWS, pick=st.integers(0, 2))
    def ask_of_one_borough(self, days: DayRange, pick: int) -> None:
        ids = frozenset({self.boroughs[pick].pk})
        assert_exact(Window(days, BoroughScope(everywhere=False, borough_ids=ids)))

    @invariant()
    def figures_are_exact(self) -> None:
        assert_exact(Window(DayRange(date(2021, 1, 1), date(2022, 1, 1)), EVERYWHERE))

    @invariant()
    def proof_agrees(self) -> None:
        assert prove().equal


def _insert(cursor: Any, suspect: Any, at: datetime, rows: int) -> set[UUID]:
    tokens = [uuid4() for _ in range(rows)]
    cursor.execute(
        "INSERT INTO cases_outcome"
        " (id, kind, offence, happened_at, case_id, suspect_id, borough_id, void_reason)"
        " SELECT token, 'arrest', 'ccb', %s, %s, %s, %s, '' FROM unnest(%s::uuid[]) AS token",
        [at, suspect.case_id, suspect.pk, suspect.case.borough_id, tokens],
    )
    return set(tokens)


def _copy(cursor: Any, row: Model) -> int:
    """Enters a row once more, with another token."""
    columns = [
        field.column
        for field in row._meta.concrete_fields
        if not (field.generated or field.primary_key or field.name == "token")
    ]
    names, table = ", ".join(columns), row._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = %s RETURNING id",
        [row.pk],
    )
    (made,) = cursor.fetchone()
    return int(made)


def _run(examples: int, steps: int, *phases: Phase) -> None:
    run_state_machine_as_test(
        Figures,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases or tuple(Phase),
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_figures_are_exact_whatever_happens() -> None:
    _run(examples=30, steps=20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("table", "operation"),
    [
        ("cases_outcome", "insert"),
        ("cases_outcome", "update"),
        ("partners_trainingsession", "insert"),
    ],
)
def test_the_machine_notices_a_missing_trigger(table: str, operation: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER summaries_mark_{operation}")
        try:
            with pytest.raises(AssertionError):
                # That it fails is enough; the smallest example is not looked for.
                _run(60, 15, Phase.generate)
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER summaries_mark_{operation}")
