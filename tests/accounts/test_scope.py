"""Who sees what: each scoped model, each member of the cast, each state of the row."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Model
from factory.django import DjangoModelFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from campaigns.models import Borough
from cases.models import Case, CaseAccess, Exclusion, Outcome
from core.querysets import ScopedQuerySet
from core.scoping import sensitive
from tests.conftest import Cast
from tests.factories import (
    NOON,
    BoroughFactory,
    BoroughReturnFactory,
    BreakGlassFactory,
    CalendarLinkFactory,
    CaseAccessFactory,
    CaseFactory,
    CaseFlagFactory,
    CaseNoteFactory,
    ConfirmationLinkFactory,
    ContactFactory,
    DailyTotalFactory,
    DisclosureApplicationFactory,
    DraftFactory,
    EngagementEventFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    FollowUpFactory,
    ImportedEventFactory,
    ImportedOutcomeFactory,
    ImportFactory,
    ImportFileFactory,
    KeptFormFactory,
    LiftingFactory,
    MaracReferralFactory,
    OrderBreachFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    ParticipationFactory,
    PossibleDuplicateFactory,
    ProtectiveOrderFactory,
    ReductionCaseFactory,
    RestatementFactory,
    RiskAssessmentFactory,
    SavedFilterFactory,
    SentBackFactory,
    SuspectFactory,
    TeamFactory,
    TrainingSessionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PEOPLE = [name for name, kind in Cast.__annotations__.items() if kind is User]

OF_A = {"officer", "colleague", "supervisor", "force_supervisor", "administrator", "excluded"}
STATES: dict[str, set[str]] = {
    "in A": OF_A,
    "in B": {"officer_of_b", "force_supervisor", "administrator"},
    "in neither": {"force_supervisor", "administrator"},
    "in A, restricted": set(),
    "in A, restricted, with access for all": OF_A,
    "in A, restricted, with access for the colleague": {"colleague"},
    "in A, with the excluded and an administrator excluded": OF_A - {"excluded", "administrator"},
    "in A, restricted, with access for all, and all excluded": set(),
    "in B, with access for all": {"officer_of_b", "force_supervisor", "administrator"},
}
"""Who may read a record, by the state of its case. Nobody else of the cast sees any record."""


def case_in(state: str, cast: Cast) -> Case:
    places = {"in A": cast.a, "in B": cast.b}
    place = places.get(state.split(",")[0]) or BoroughFactory.create()
    case = CaseFactory.create(borough=place, restricted="restricted" in state)
    everyone = [getattr(cast, name) for name in PEOPLE]
    access = everyone if "access for all" in state else []
    access += [cast.colleague] if "access for the colleague" in state else []
    excluded = everyone if "all excluded" in state else []
    excluded += [cast.excluded, cast.administrator] if "the excluded and" in state else []
    for builder, people in ((CaseAccessFactory, access), (ExclusionFactory, excluded)):
        for person in people:
            builder.create(case=case, user=person)
    return case


def flag_of(case: Case) -> Model:
    """A pair of which the other half is in a borough and case that no state hides."""
    return PossibleDuplicateFactory.create(
        outcome=OutcomeFactory.create(case=case),
        earlier=OutcomeFactory.create(case=CaseFactory.create(borough=case.borough)),
    )


def flag_turned(case: Case) -> Model:
    return PossibleDuplicateFactory.create(
        earlier=OutcomeFactory.create(case=case),
        outcome=OutcomeFactory.create(case=CaseFactory.create(borough=case.borough)),
    )


def itself(case: Case) -> Model:
    return case


def suspect_of(case: Case) -> Model:
    return SuspectFactory.create(case=case)


def outcome_of(case: Case) -> Model:
    return OutcomeFactory.create(case=case)


def support_of(case: Case) -> Model:
    return OutcomeSupportFactory.create(outcome=OutcomeFactory.create(case=case))


def breach_of(case: Case) -> Model:
    return OrderBreachFactory.create(order=ProtectiveOrderFactory.create(case=case))


def sent_back_of(case: Case) -> Model:
    return SentBackFactory.create(outcome=OutcomeFactory.create(case=case))


def imported_row_of(case: Case) -> Model:
    return ImportedOutcomeFactory.create(outcome=OutcomeFactory.create(case=case))


def access_of(case: Case) -> Model:
    return CaseAccessFactory.create(case=case)


def exclusion_of(case: Case) -> Model:
    return ExclusionFactory.create(case=case)


def lifting_of(case: Case) -> Model:
    return LiftingFactory.create(case=case)


def work_on(builder: type[DjangoModelFactory[Any]]) -> Callable[[Case], Model]:
    return lambda case: builder.create(case=case)


RECORDS: list[Callable[[Case], Model]] = [
    *(itself, suspect_of, outcome_of, support_of, flag_of, flag_turned),
    *(breach_of, sent_back_of),
    work_on(ProtectiveOrderFactory),
    work_on(DisclosureApplicationFactory),
    work_on(EvidenceSubmissionFactory),
    work_on(CaseNoteFactory),
    work_on(RiskAssessmentFactory),
    work_on(MaracReferralFactory),
    work_on(CaseFlagFactory),
    imported_row_of,
    *(access_of, exclusion_of, lifting_of),
    work_on(ReductionCaseFactory),
]


def seen_by(row: Model, cast: Cast) -> set[str]:
    """The members of the cast who see a row."""
    rows: Any = type(row)._default_manager.all()
    return {
        name for name in PEOPLE if rows.visible_to(getattr(cast, name)).filter(pk=row.pk).exists()
    }


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("record", RECORDS)
def test_a_record_is_seen_by_whoever_may_read_its_case(
    record: Callable[[Case], Model], state: str, cast: Cast
) -> None:
    assert seen_by(record(case_in(state, cast)), cast) == STATES[state]


def test_an_outcome_is_seen_where_it_counts_and_its_case_where_it_is(cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a)
    outcome = OutcomeFactory.create(case=case, borough=cast.b)
    support = OutcomeSupportFactory.create(outcome=outcome)
    assert seen_by(case, cast) == STATES["in A"]
    assert seen_by(outcome, cast) == seen_by(support, cast) == STATES["in B"]


def test_a_pair_across_boroughs_is_seen_by_whoever_covers_both(cast: Cast) -> None:
    one, other = (
        OutcomeFactory.create(case=CaseFactory.create(borough=borough))
        for borough in (cast.a, cast.b)
    )
    flag = PossibleDuplicateFactory.create(outcome=one, earlier=other)
    assert seen_by(flag, cast) == {"force_supervisor", "administrator"}


COUNTS: list[Callable[[Borough], Model]] = [
    lambda borough: DailyTotalFactory.create(borough=borough),
    lambda borough: RestatementFactory.create(borough=borough),
    lambda borough: BoroughReturnFactory.create(borough=borough),
]
EVERYWHERE = {"supervisor", "force_supervisor", "communications", "administrator"}


@pytest.mark.parametrize("counted", COUNTS, ids=["total", "restatement", "return"])
def test_figures_are_seen_by_whoever_may_see_figures_of_the_borough(
    counted: Callable[[Borough], Model], cast: Cast
) -> None:
    assert seen_by(counted(cast.a), cast) == EVERYWHERE | {"officer", "colleague", "excluded"}
    assert seen_by(counted(cast.b), cast) == EVERYWHERE | {"officer_of_b"}
    assert seen_by(counted(BoroughFactory.create()), cast) == EVERYWHERE


ENGAGED: list[Callable[[Borough], Model]] = [
    lambda borough: EngagementEventFactory.create(borough=borough),
    lambda borough: TrainingSessionFactory.create(borough=borough),
    lambda borough: ParticipationFactory.create(event__borough=borough),
    lambda borough: FollowUpFactory.create(event__borough=borough),
    lambda borough: ConfirmationLinkFactory.create(participation__event__borough=borough),
]


@pytest.mark.parametrize(
    "engaged", ENGAGED, ids=["event", "training", "participation", "follow-up", "link"]
)
def test_engagement_is_seen_by_whoever_sees_figures_of_the_borough_and_by_auditors(
    engaged: Callable[[Borough], Model], cast: Cast
) -> None:
    everywhere = EVERYWHERE | {"auditor"}
    assert seen_by(engaged(cast.a), cast) == everywhere | {"officer", "colleague", "excluded"}
    assert seen_by(engaged(cast.b), cast) == everywhere | {"officer_of_b"}
    assert seen_by(engaged(BoroughFactory.create()), cast) == everywhere


def test_which_row_an_event_came_from_is_for_those_who_keep_its_boroughs_records(
    cast: Cast,
) -> None:
    keepers = {"force_supervisor", "administrator"}
    here = {"officer", "colleague", "supervisor", "excluded"}
    assert seen_by(row_of_event(cast.a), cast) == keepers | here
    assert seen_by(row_of_event(cast.b), cast) == keepers | {"officer_of_b"}


def row_of_event(borough: Borough) -> Model:
    return ImportedEventFactory.create(event__borough=borough)


def test_a_contact_is_seen_by_whoever_reads_records(cast: Cast) -> None:
    nobody = {"communications", "auditor"}
    assert seen_by(ContactFactory.create(), cast) == set(PEOPLE) - nobody


def seen_openings(cast: Cast, **facts: Any) -> set[str]:
    return seen_by(BreakGlassFactory.create(**facts), cast)


def test_an_opening_is_seen_by_its_person_and_by_reviewers_outside_their_chain(cast: Cast) -> None:
    case, reviewers = CaseFactory.create(borough=cast.a), {"auditor", "force_supervisor"}
    assert seen_openings(cast, case=case, user=cast.officer_of_b) == {"officer_of_b"} | reviewers
    assert seen_openings(cast, case=case, user=cast.supervisor) == {"supervisor"} | reviewers
    # The supervisors of the force are one chain, and nobody reviews their own.
    for person in ("force_supervisor", "administrator"):
        opened = seen_openings(cast, case=case, user=getattr(cast, person))
        assert opened == {person, "auditor"}
    team = TeamFactory.create()
    User.objects.filter(pk__in=[cast.officer_of_b.pk, cast.auditor.pk]).update(team=team)
    cast.auditor.refresh_from_db()
    assert seen_openings(cast, case=case, user=cast.officer_of_b) == {
        *("officer_of_b", "force_supervisor")
    }
    User.objects.update(team=None)
    cast.auditor.refresh_from_db()
    cast.auditor.boroughs.add(cast.b)
    assert "auditor" not in seen_openings(cast, case=case, user=cast.officer_of_b)
    assert "auditor" in seen_openings(cast, case=case, user=cast.supervisor)


def test_an_opening_of_a_barred_case_tells_nobody_who_may_not_know_of_it(cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a, restricted=True)
    opening = BreakGlassFactory.create(case=case, user=cast.officer_of_b)
    assert seen_by(opening, cast) == {"officer_of_b", "auditor"}
    CaseAccessFactory.create(case=case, user=cast.force_supervisor)
    assert seen_by(opening, cast) == {"officer_of_b", "auditor", "force_supervisor"}
    for person in (cast.officer_of_b, cast.auditor):
        ExclusionFactory.create(case=case, user=person)
    assert seen_by(opening, cast) == {"force_supervisor"}


OWNED: list[Callable[[User], Model]] = [
    lambda owner: DraftFactory.create(owner=owner),
    lambda owner: SavedFilterFactory.create(owner=owner),
    lambda owner: ImportFactory.create(owner=owner),
    lambda owner: ImportFileFactory.create(batch__owner=owner),
]


@pytest.mark.parametrize("owned", OWNED, ids=["draft", "saved filter", "import", "file"])
def test_what_is_ones_own_is_seen_by_its_owner_who_reads_records(
    owned: Callable[[User], Model], cast: Cast
) -> None:
    seen = {name: seen_by(owned(getattr(cast, name)), cast) for name in PEOPLE}
    nobody = {"communications", "auditor"}
    assert seen == {name: set() if name in nobody else {name} for name in PEOPLE}


def test_what_somebody_typed_is_seen_by_themselves_whatever_their_role(cast: Cast) -> None:
    seen = {
        name: seen_by(KeptFormFactory.create(owner=getattr(cast, name)), cast) for name in PEOPLE
    }
    assert seen == {name: {name} for name in PEOPLE}


def test_a_saved_import_is_seen_by_a_supervisor_of_all_its_rows(cast: Cast) -> None:
    saved = ImportFactory.create(owner=cast.officer, saved=True)
    assert seen_by(saved, cast) == {"officer"}
    row = ImportedOutcomeFactory.create(
        batch=saved, outcome=OutcomeFactory.create(case=case_in("in A", cast))
    )
    assert seen_by(saved, cast) == {"officer", "supervisor", "force_supervisor"}
    ExclusionFactory.create(case=row.outcome.case, user=cast.supervisor)
    assert seen_by(saved, cast) == {"officer", "force_supervisor"}
    ImportedOutcomeFactory.create(
        batch=saved, outcome=outcome_of(case_in("in A, restricted", cast))
    )
    assert seen_by(saved, cast) == {"officer"}


def test_a_saved_import_of_events_is_seen_by_a_supervisor_of_all_their_boroughs(
    cast: Cast,
) -> None:
    saved = ImportFactory.create(owner=cast.officer, of="events", saved=True)
    ImportedEventFactory.create(batch=saved, event__borough=cast.a)
    assert seen_by(saved, cast) == {"officer", "supervisor", "force_supervisor"}
    ImportedEventFactory.create(batch=saved, event__borough=cast.b)
    assert seen_by(saved, cast) == {"officer", "force_supervisor"}


def list_of(case: Case) -> Model:
    return ReductionCaseFactory.create(case=case).reduction


@pytest.mark.parametrize("state", STATES)
def test_a_list_to_be_reduced_is_seen_by_reviewers_who_may_see_all_its_cases(
    state: str, cast: Cast
) -> None:
    reviewers = {"supervisor", "force_supervisor", "administrator"}
    made = list_of(case_in(state, cast))
    assert seen_by(made, cast) == STATES[state] & reviewers
    ReductionCaseFactory.create(reduction=made, case=case_in("in B", cast))
    everywhere = {"force_supervisor", "administrator"}
    assert seen_by(made, cast) == STATES[state] & everywhere


def test_a_calendar_is_seen_by_its_owner_alone(cast: Cast) -> None:
    made = {name: CalendarLinkFactory.create(owner=getattr(cast, name)) for name in PEOPLE}
    assert {name: seen_by(link, cast) for name, link in made.items()} == {n: {n} for n in PEOPLE}


def one_of_each(cast: Cast) -> list[Model]:
    case = CaseFactory.create(borough=cast.a)
    return [
        *(record(case) for record in RECORDS),
        list_of(CaseFactory.create(borough=cast.a)),
        *(counted(cast.a) for counted in [*COUNTS, *ENGAGED]),
        row_of_event(cast.a),
        ContactFactory.create(),
        CalendarLinkFactory.create(owner=cast.officer),
        *(owned(cast.officer) for owned in OWNED),
        KeptFormFactory.create(),
        BreakGlassFactory.create(case=case, user=cast.officer),
    ]


def test_every_scoped_model_is_in_these_tables(cast: Cast) -> None:
    assert {type(row).__name__ for row in one_of_each(cast)} == sensitive().models


def test_the_suspended_and_the_anonymous_see_nothing(cast: Cast) -> None:
    suspended = UserFactory.create(role="administrator", whole_force=True, is_active=False)
    for row in one_of_each(cast):
        rows: Any = type(row)._default_manager.all()
        assert list(rows.visible_to(suspended)) == []
        assert list(rows.visible_to(AnonymousUser())) == []


def test_whoever_is_not_one_of_ours_sees_nothing(cast: Cast) -> None:
    class Stranger:
        is_authenticated = is_active = True

    for row in one_of_each(cast):
        rows: Any = type(row)._default_manager.all()
        assert list(rows.visible_to(Stranger())) == []


def test_a_scope_that_says_nothing_shows_nothing(cast: Cast) -> None:
    assert ScopedQuerySet(Borough).count() == 2
    for name in PEOPLE:
        assert list(ScopedQuerySet(Borough).visible_to(getattr(cast, name))) == []


READERS = {"officer", "supervisor", "administrator"}
PLACES = st.integers(0, 3)


@given(
    role=st.sampled_from(User.Role.values),
    whole_force=st.booleans(),
    active=st.integers(0, 5).map(bool),
    covered=st.sets(PLACES),
    cases=st.lists(
        st.fixed_dictionaries(
            {
                "place": PLACES,
                "counts_in": PLACES,
                "restricted": st.booleans(),
                "access": st.booleans(),
                "excluded": st.booleans(),
                "opened": st.booleans(),
            }
        ),
        max_size=6,
    ),
)
@settings(max_examples=60)
def test_nobody_ever_sees_beyond_their_boroughs_or_a_case_they_are_barred_from(
    role: str, whole_force: bool, active: bool, covered: set[int], cases: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        boroughs = BoroughFactory.create_batch(4, elsewhere=True)
        user = UserFactory.create(
            role=role,
            whole_force=whole_force,
            is_active=active,
            boroughs=[boroughs[n] for n in covered],
        )
        rows = [
            CaseFactory.create(borough=boroughs[c["place"]], restricted=c["restricted"])
            for c in cases
        ]
        outcomes = Outcome.objects.bulk_create(
            Outcome(
                kind="order",
                order_kind="dvpo",
                case=row,
                borough=boroughs[case["counts_in"]],
                happened_at=NOON,
            )
            for row, case in zip(rows, cases, strict=True)
        )
        bars: list[tuple[Any, str]] = [
            (CaseAccess, "access"),
            (partial(Exclusion, reason="A relative"), "excluded"),
        ]
        for made, bar in bars:
            type(made()).objects.bulk_create(
                made(case=row, user=user)
                for row, case in zip(rows, cases, strict=True)
                if case[bar]
            )
        user.opened = frozenset(
            row.pk for row, case in zip(rows, cases, strict=True) if case["opened"]
        )
        seen = set(Case.objects.visible_to(user)), set(Outcome.objects.visible_to(user))
        transaction.set_rollback(True)

    def open_to(case: dict[str, Any], place: str) -> bool:
        reads = active and role in READERS
        listed = case["access"] or not case["restricted"]
        theirs = listed and (whole_force or case[place] in covered)
        return reads and not case["excluded"] and (theirs or case["opened"])

    assert seen == (
        {row for row, case in zip(rows, cases, strict=True) if open_to(case, "place")},
        {row for row, case in zip(outcomes, cases, strict=True) if open_to(case, "counts_in")},
    )
