"""The clocks of a case: the 48 hours of a notice, the 28 days of Clare's Law, and the others."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from cases.choices import BailKind, CaseStatus, Kind, OrderKind
from cases.clocks import (
    Clock,
    by_moment,
    disclosure_clock,
    evidence_clock,
    hearing_clock,
    hearing_due,
    left_out,
    order_clocks,
    running_clocks,
)
from cases.models import Case, ProtectiveOrder
from core.days import LONDON, ONE_DAY, london_day, start_of
from tests.conftest import Cast
from tests.factories import (
    CaseAccessFactory,
    CaseFactory,
    DisclosureApplicationFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    OutcomeFactory,
    ProtectiveOrderFactory,
    SuspectFactory,
)


def london(written: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON, fold=fold)


HEARINGS = [
    # Thursday and Friday of an ordinary week; Saturday counts, Sunday does not.
    ("2021-11-25T10:00", "2021-11-27T10:00"),
    ("2021-11-26T18:00", "2021-11-29T18:00"),
    ("2021-11-27T20:00", "2021-11-30T20:00"),
    # Given on a Sunday: the hours start at its end.
    ("2021-11-28T15:00", "2021-12-01T00:00"),
    # Two whole days end with the second, also where a day that is left out follows.
    ("2021-11-25T00:00", "2021-11-27T00:00"),
    ("2021-11-26T00:00", "2021-11-28T00:00"),
    ("2021-11-27T00:00", "2021-11-30T00:00"),
    # Christmas on a Saturday, kept on the Monday and the Tuesday.
    ("2021-12-24T12:00", "2021-12-30T12:00"),
    # Boxing Day and New Year's Day on a Saturday, kept on the Monday: the Saturday counts.
    ("2026-12-24T18:00", "2026-12-29T18:00"),
    ("2021-12-31T18:00", "2022-01-04T18:00"),
    # Christmas on a Sunday.
    ("2022-12-23T18:00", "2022-12-28T18:00"),
    # Maundy Thursday, before Good Friday and Easter Monday.
    ("2022-04-14T18:00", "2022-04-19T18:00"),
    # A special day of mourning, and one of joy.
    ("2022-09-17T12:00", "2022-09-21T12:00"),
    ("2023-05-05T18:00", "2023-05-09T18:00"),
    # The weekends on which the clocks change.
    ("2022-03-26T18:00", "2022-03-29T18:00"),
    ("2021-10-30T18:00", "2021-11-02T18:00"),
    ("2021-10-31T01:30", "2021-11-03T00:00"),
    # A holiday of Scotland is none here.
    ("2021-11-29T09:00", "2021-12-01T09:00"),
]


@pytest.mark.parametrize(("given_at", "due"), HEARINGS)
def test_a_hearing_is_due_within_48_hours_that_count(given_at: str, due: str) -> None:
    assert hearing_due(london(given_at)) == london(due)


def test_the_hour_that_comes_twice_is_on_a_day_that_is_left_out() -> None:
    twice = [london("2021-10-31T01:30", fold=fold) for fold in (0, 1)]
    assert [hearing_due(moment) for moment in twice] == [london("2021-11-03T00:00")] * 2


def test_a_moment_counts_on_the_london_day_it_falls_in() -> None:
    """Half past midnight on a Saturday in summer is still Friday by UTC."""
    given_at = datetime(2022, 6, 10, 23, 30, tzinfo=UTC)
    assert hearing_due(given_at) == london("2022-06-14T00:30")


@given(
    st.builds(
        datetime.combine,
        st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        st.times(),
        tzinfo=st.just(LONDON),
    )
)
def test_48_hours_pass_by_clock_and_by_wall_on_days_that_count(given_at: datetime) -> None:
    due = hearing_due(given_at)
    elapsed = wall = timedelta()
    day = london_day(given_at)
    while start_of(day) < due:
        first, last = max(given_at, start_of(day)), min(due, start_of(day + ONE_DAY))
        if not left_out(day):
            elapsed += last.astimezone(UTC) - first.astimezone(UTC)
            wall += last.replace(tzinfo=None) - first.replace(tzinfo=None)
        day += ONE_DAY
    assert (elapsed, wall) == (timedelta(hours=48), timedelta(hours=48))
    assert not left_out(london_day(due - timedelta(microseconds=1)))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2021-11-29T18:00", "by 6pm on Monday 29 November 2021"),
        ("2021-11-29T09:05", "by 9:05am on Monday 29 November 2021"),
        ("2021-11-29T12:00", "by midday on Monday 29 November 2021"),
        ("2021-12-01T00:00", "by midnight at the end of Tuesday 30 November 2021"),
    ],
)
def test_a_limit_is_said_in_words(when: str, words: str) -> None:
    assert by_moment(london(when)) == words


GIVEN = "2021-11-26T18:00"
LIMIT = "6pm on Monday 29 November 2021"


def notice(**fields: Any) -> ProtectiveOrder:
    return ProtectiveOrderFactory.build(notice=True, case__pk=7, given_at=london(GIVEN), **fields)


def seen(clock: Clock | None) -> tuple[str, str] | None:
    return (clock.state.value, clock.words) if clock else None


@pytest.mark.parametrize(
    ("now", "fields", "state", "words"),
    [
        ("2021-11-28T17:59", {}, "running", f"Hearing due by {LIMIT}"),
        ("2021-11-28T18:00", {}, "soon", f"Hearing due by {LIMIT}"),
        ("2021-11-29T18:00", {}, "soon", f"Hearing due by {LIMIT}"),
        ("2021-11-29T18:01", {}, "overdue", f"Hearing was due by {LIMIT}"),
        (
            "2021-11-27T10:00",
            {"hearing_at": london("2021-11-29T10:00")},
            "running",
            f"Hearing at 10am on Monday 29 November 2021. It is due by {LIMIT}",
        ),
        (
            "2021-11-27T10:00",
            {"hearing_at": london("2021-11-29T18:01")},
            "soon",
            f"Listed for 6:01pm on Monday 29 November 2021: too late. Hearing due by {LIMIT}",
        ),
        (
            "2021-11-29T18:01",
            {"hearing_at": london("2021-11-29T18:01")},
            "overdue",
            f"Listed for 6:01pm on Monday 29 November 2021: too late. Hearing due by {LIMIT}",
        ),
        (
            "2021-11-29T10:00",
            {"hearing_at": london("2021-11-29T10:00"), "status": "applied"},
            "soon",
            "Hearing was at 10am on Monday 29 November 2021. Record what the court decided",
        ),
        (
            "2021-12-01T10:00",
            {"hearing_at": london("2021-12-03T10:00"), "status": "adjourned"},
            "running",
            "Adjourned to 10am on Friday 3 December 2021. The notice stays in force",
        ),
        (
            "2021-12-03T10:00",
            {"hearing_at": london("2021-12-03T10:00"), "status": "adjourned"},
            "soon",
            "Hearing was at 10am on Friday 3 December 2021. Record what the court decided",
        ),
        (
            "2021-12-01T10:00",
            {"status": "adjourned"},
            "soon",
            "Adjourned, the notice stays in force. Add the new hearing",
        ),
    ],
)
def test_what_is_said_of_a_hearing(
    now: str, fields: dict[str, Any], state: str, words: str
) -> None:
    assert seen(hearing_clock(notice(**fields), london(now))) == (state, words)


@pytest.mark.parametrize("status", ["withdrawn", "expired"])
def test_a_notice_that_has_ended_waits_for_nothing(status: str) -> None:
    assert order_clocks(notice(status=status), london(GIVEN)) == []


def order(**fields: Any) -> ProtectiveOrder:
    return ProtectiveOrderFactory.build(case__pk=7, **fields)


def test_granted_is_not_served() -> None:
    now = london("2021-11-26T12:00")
    unserved = ("soon", "Granted, not yet served: duties have not started")
    assert [seen(c) for c in order_clocks(order(granted=True), now)] == [unserved]
    interim = order(granted=True, status="interim_granted")
    assert [seen(c) for c in order_clocks(interim, now)] == [unserved]
    assert order_clocks(order(served=True), now) == []
    assert order_clocks(order(), now) == []


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2021-12-09", []),
        ("2021-12-10", [("soon", "Ends in 14 days, on 24 December 2021")]),
        ("2021-12-23", [("soon", "Ends in 1 day, on 24 December 2021")]),
        ("2021-12-24", [("overdue", "Ended on 24 December 2021. Record that it has expired")]),
    ],
)
def test_an_order_is_about_to_expire_14_days_ahead(
    today: str, expected: list[tuple[str, str]]
) -> None:
    lasting = order(served=True, expires_on=date(2021, 12, 24))
    assert [seen(c) for c in order_clocks(lasting, london(f"{today}T12:00"))] == expected
    assert (
        order_clocks(
            order(served=True, status="expired", expires_on=date(2021, 12, 24)),
            london(f"{today}T12:00"),
        )
        == []
    )


@pytest.mark.parametrize("kind", OrderKind)
def test_name_and_address_are_due_within_3_days_that_begin_with_service(kind: OrderKind) -> None:
    served = order(served=True, kind=kind, other_kind="Injunction")
    on_last_day = [seen(c) for c in order_clocks(served, london("2021-11-27T23:59"))]
    asked = (
        "soon",
        "The respondent must give name and address by the end of Saturday 27 November 2021",
    )
    assert on_last_day == ([asked] if kind in {"spo", "ispo", "dapo"} else [])
    assert order_clocks(served, london("2021-11-28T00:00")) == []


@pytest.mark.parametrize(
    ("today", "closed", "state", "words"),
    [
        ("2021-11-25", None, "running", "28 days left"),
        ("2021-12-15", None, "running", "8 days left"),
        ("2021-12-16", None, "soon", "7 days left"),
        ("2021-12-22", None, "soon", "1 day left"),
        ("2021-12-23", None, "soon", "Due today"),
        ("2021-12-24", None, "overdue", "1 day overdue"),
        ("2022-02-01", date(2021, 11, 26), "met", "Ended after 1 day, in time"),
        ("2022-02-01", date(2021, 12, 23), "met", "Ended after 28 days, in time"),
        ("2022-02-01", date(2021, 12, 25), "met", "Ended after 30 days, 2 days over"),
    ],
)
def test_clares_law_takes_28_days_at_most(
    today: str, closed: date | None, state: str, words: str
) -> None:
    application = DisclosureApplicationFactory.build(case__pk=7, closed_on=closed)
    clock = disclosure_clock(application, london(f"{today}T23:59"))
    assert seen(clock) == (state, words)
    assert clock.due == date(2021, 12, 23)


def test_the_days_of_clares_law_are_a_setting(settings: Settings) -> None:
    settings.DISCLOSURE_DAYS = 35
    application = DisclosureApplicationFactory.build(case__pk=7)
    assert seen(disclosure_clock(application, london("2021-11-25T12:00"))) == (
        "running",
        "35 days left",
    )


@pytest.mark.parametrize(
    ("today", "returned", "expected"),
    [
        ("2021-11-25", {}, ("running", "Sent today")),
        ("2021-11-26", {}, ("running", "Out for 1 day")),
        ("2022-01-09", {}, ("running", "Out for 45 days")),
        ("2022-01-09", {"returned": True}, ("met", "Back after 5 days")),
    ],
)
def test_how_long_a_device_is_out(
    today: str, returned: dict[str, bool], expected: tuple[str, str]
) -> None:
    submission = EvidenceSubmissionFactory.build(case__pk=7, **returned)
    assert seen(evidence_clock(submission, london(f"{today}T12:00"))) == expected


# Of one person

NOW = london("2021-12-20T12:00")


def bailed(case: Case, until: date, **fields: Any) -> Any:
    return OutcomeFactory.create(
        kind=Kind.BAIL, bail_kind=BailKind.CONDITIONAL, bail_until=until, case=case, **fields
    )


def everything(case: Case, by: User) -> None:
    """One clock of each sort."""
    suspect = SuspectFactory.create(case=case)
    day = date(2021, 12, 1)
    ProtectiveOrderFactory.create(notice=True, case=case, recorded_by=by, suspect=suspect)
    ProtectiveOrderFactory.create(granted=True, case=case, recorded_by=by, suspect=suspect)
    ProtectiveOrderFactory.create(
        served=True, case=case, recorded_by=by, suspect=suspect, expires_on=date(2021, 12, 25)
    )
    DisclosureApplicationFactory.create(case=case, recorded_by=by, received_on=day)
    EvidenceSubmissionFactory.create(case=case, recorded_by=by, sent_on=day)
    bailed(case, date(2021, 12, 31), logged_by=by, suspect=suspect)


@pytest.mark.django_db
class TestRunningClocks:
    def test_the_most_urgent_comes_first(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a, officer=cast.officer)
        everything(case, cast.colleague)
        DisclosureApplicationFactory.create(case=case, received_on=date(2021, 11, 1))
        shown = [(c.state.value, c.what, c.words) for c in running_clocks(cast.officer, NOW)]
        hearing = "Hearing was due by midday on Saturday 27 November 2021"
        assert shown == [
            ("overdue", "Hearing: Domestic Violence Protection Notice", hearing),
            ("overdue", "Clare's Law application", "21 days overdue"),
            (
                "soon",
                "End: Domestic Violence Protection Order",
                "Ends in 5 days, on 25 December 2021",
            ),
            (
                "soon",
                "Service: Domestic Violence Protection Order",
                "Granted, not yet served: duties have not started",
            ),
            ("running", "Clare's Law application", "9 days left"),
            ("running", "Bail", "11 days left: bail ends on 31 December 2021"),
            ("running", "Mobile phone at South hub", "Out for 19 days"),
        ]

    def test_each_leads_to_its_part_of_the_case(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a, officer=cast.officer)
        everything(case, cast.officer)
        parts = {clock.part for clock in running_clocks(cast.officer, NOW)}
        assert parts == {"orders", "disclosures", "evidence", "outcomes"}

    def test_it_runs_for_the_officer_and_whoever_recorded_it(self, cast: Cast) -> None:
        everything(CaseFactory.create(borough=cast.a, officer=cast.officer), cast.colleague)
        assert len(running_clocks(cast.officer, NOW)) == 6
        assert len(running_clocks(cast.colleague, NOW)) == 6
        assert running_clocks(cast.supervisor, NOW) == []

    def test_a_case_that_one_may_not_read_runs_for_nobody(self, cast: Cast) -> None:
        barred = CaseFactory.create(borough=cast.a, officer=cast.excluded)
        ExclusionFactory.create(case=barred, user=cast.excluded)
        everything(barred, cast.excluded)
        assert running_clocks(cast.excluded, NOW) == []
        elsewhere = CaseFactory.create(borough=cast.b, officer=cast.officer)
        restricted = CaseFactory.create(borough=cast.a, officer=cast.officer, restricted=True)
        for case in (elsewhere, restricted):
            everything(case, cast.officer)
        assert running_clocks(cast.officer, NOW) == []
        CaseAccessFactory.create(case=restricted, user=cast.officer)
        assert {clock.case for clock in running_clocks(cast.officer, NOW)} == {restricted}

    def test_what_is_over_runs_no_more(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a, officer=cast.officer)
        ProtectiveOrderFactory.create(notice=True, case=case, status="expired")
        ProtectiveOrderFactory.create(served=True, case=case)
        ProtectiveOrderFactory.create(case=case)
        DisclosureApplicationFactory.create(disclosed=True, case=case)
        EvidenceSubmissionFactory.create(returned=True, case=case)
        assert running_clocks(cast.officer, NOW) == []

    @pytest.mark.parametrize(
        ("kind", "more", "ends"),
        [
            (Kind.CHARGE, {}, True),
            (Kind.NO_FURTHER_ACTION, {"no_further_action_type": "ho15"}, True),
            (Kind.RELEASED, {}, True),
            (Kind.VOLUNTARY_ATTENDANCE, {}, False),
            (Kind.ARREST, {}, False),
        ],
    )
    def test_bail_ends_with_what_comes_of_it(
        self, cast: Cast, kind: Kind, more: dict[str, str], ends: bool
    ) -> None:
        bail = bailed(CaseFactory.create(borough=cast.a, officer=cast.officer), NOW.date())
        later = bail.happened_at + timedelta(days=2)
        OutcomeFactory.create(kind=kind, case=bail.case, happened_at=later, **more)
        assert len(running_clocks(cast.officer, NOW)) == 1, "That of another suspect does not."
        OutcomeFactory.create(
            kind=kind, case=bail.case, suspect=bail.suspect, happened_at=later, **more
        )
        assert len(running_clocks(cast.officer, NOW)) == (0 if ends else 1)

    def test_a_new_bail_takes_the_place_of_the_old(self, cast: Cast) -> None:
        first = bailed(CaseFactory.create(borough=cast.a, officer=cast.officer), NOW.date())
        bailed(
            first.case,
            NOW.date() + ONE_DAY,
            suspect=first.suspect,
            happened_at=first.happened_at + timedelta(days=9),
        )
        assert [c.due for c in running_clocks(cast.officer, NOW)] == [NOW.date() + ONE_DAY]

    def test_bail_without_a_suspect_ends_too(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a, officer=cast.officer)
        bail = bailed(case, NOW.date(), suspect=None)
        assert len(running_clocks(cast.officer, NOW)) == 1
        OutcomeFactory.create(
            kind=Kind.RELEASED, case=case, suspect=None, happened_at=bail.happened_at + ONE_DAY
        )
        assert running_clocks(cast.officer, NOW) == []

    def test_bail_in_a_closed_case_is_over(self, cast: Cast) -> None:
        bailed(
            CaseFactory.create(borough=cast.a, officer=cast.officer, status=CaseStatus.CLOSED),
            NOW.date(),
        )
        assert running_clocks(cast.officer, NOW) == []

    def test_it_asks_as_little_for_twenty_cases_as_for_one(self, cast: Cast) -> None:
        asked = []
        for more in (1, 19):
            for _ in range(more):
                case = CaseFactory.create(borough=cast.a, officer=cast.officer)
                everything(case, cast.officer)
            officer = User.objects.get(pk=cast.officer.pk)
            with CaptureQueriesContext(connection) as captured:
                clocks = running_clocks(officer, NOW)
                assert [clock.case.reference for clock in clocks]
            asked.append(len(captured))
        assert asked == [5, 5], "The boroughs of the person, and one for each sort of clock."
        assert len(clocks) == 120
