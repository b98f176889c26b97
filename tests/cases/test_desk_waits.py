"""What waits on a desk: each thing on both sides of its boundary, and what another officer sees."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from cases.actions.entries import UNDO_WITHIN
from cases.choices import BailKind, Kind
from cases.models import Case, Draft, Outcome, SentBack
from cases.presenters.desk import CLOCKS, LATEST
from core.days import LONDON, ONE_DAY, DatabaseNow, london_day
from tests.cases.pages import at, browser, text_of
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    DisclosureApplicationFactory,
    DraftFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    OutcomeFactory,
    PossibleDuplicateFactory,
    ProtectiveOrderFactory,
    SentBackFactory,
    SuspectFactory,
)

pytestmark = pytest.mark.django_db
NOTHING = "Nothing waits for you."


def london(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


@pytest.fixture
def case(cast: Cast) -> Case:
    return CaseFactory.create(borough=cast.a, officer=cast.officer)


def clocks(who: User, now: datetime) -> list[tuple[str, str]]:
    """The state and words of each clock on a desk, as its page shows them."""
    client = browser(who)
    # A session that began then, so that it has not ended.
    with time_machine.travel(now, tick=False):
        client.force_login(who)
        desk = client.get(at("desk")).context["desk"]
        return [(clock.state.value, clock.words) for clock in desk.clocks]


GIVEN = "2021-11-26T18:00"
DUE = "6pm on Monday 29 November 2021"


class TestClocks:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ("2021-11-28T17:59", ("running", f"Hearing due by {DUE}")),
            ("2021-11-28T18:00", ("soon", f"Hearing due by {DUE}")),
            ("2021-11-29T18:00", ("soon", f"Hearing due by {DUE}")),
            ("2021-11-29T18:01", ("overdue", f"Hearing was due by {DUE}")),
        ],
    )
    def test_a_notice_waits_for_its_hearing(
        self, cast: Cast, case: Case, now: str, expected: tuple[str, str]
    ) -> None:
        notice = ProtectiveOrderFactory.create(
            case=case, notice=True, suspect=None, given_at=london(GIVEN)
        )
        assert clocks(cast.officer, london(now)) == [expected]
        type(notice).objects.update(status="expired")
        assert clocks(cast.officer, london(now)) == []

    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            ("2021-12-09", []),
            ("2021-12-10", [("soon", "Ends in 14 days, on 24 December 2021")]),
            ("2021-12-23", [("soon", "Ends in 1 day, on 24 December 2021")]),
            ("2021-12-24", [("overdue", "Ended on 24 December 2021. Record that it has expired")]),
        ],
    )
    def test_an_order_about_to_expire(
        self, cast: Cast, case: Case, today: str, expected: list[tuple[str, str]]
    ) -> None:
        ProtectiveOrderFactory.create(
            case=case, served=True, suspect=None, expires_on=date(2021, 12, 24)
        )
        assert clocks(cast.officer, london(f"{today}T00:00")) == expected
        assert clocks(cast.officer, london(f"{today}T23:59")) == expected

    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            ("2021-12-15", ("running", "8 days left")),
            ("2021-12-16", ("soon", "7 days left")),
            ("2021-12-23", ("soon", "Due today")),
            ("2021-12-24", ("overdue", "1 day overdue")),
        ],
    )
    def test_clares_law_takes_28_days(
        self, cast: Cast, case: Case, today: str, expected: tuple[str, str]
    ) -> None:
        DisclosureApplicationFactory.create(case=case)
        assert clocks(cast.officer, london(f"{today}T12:00")) == [expected]

    @pytest.mark.parametrize(
        ("today", "expected"),
        [
            ("2021-12-16", ("running", "8 days left: bail ends on 24 December 2021")),
            ("2021-12-17", ("soon", "7 days left: bail ends on 24 December 2021")),
            ("2021-12-24", ("soon", "Due today: bail ends on 24 December 2021")),
            ("2021-12-25", ("overdue", "1 day overdue: bail ended on 24 December 2021")),
        ],
    )
    def test_a_day_to_answer_bail(
        self, cast: Cast, case: Case, today: str, expected: tuple[str, str]
    ) -> None:
        bail = OutcomeFactory.create(
            kind=Kind.BAIL,
            bail_kind=BailKind.CONDITIONAL,
            bail_until=date(2021, 12, 24),
            case=case,
        )
        assert clocks(cast.officer, london(f"{today}T12:00")) == [expected]
        OutcomeFactory.create(charge=True, case=case, suspect=bail.suspect, happened_at=NEXT)
        assert clocks(cast.officer, london(f"{today}T12:00")) == []

    @pytest.mark.parametrize(
        ("today", "words"),
        [
            ("2021-11-25", "Sent today"),
            ("2021-11-26", "Out for 1 day"),
            ("2022-01-09", "Out for 45 days"),
        ],
    )
    def test_a_device_that_is_out(self, cast: Cast, case: Case, today: str, words: str) -> None:
        EvidenceSubmissionFactory.create(case=case)
        EvidenceSubmissionFactory.create(case=case, returned=True)
        assert clocks(cast.officer, london(f"{today}T12:00")) == [("running", words)]

    def test_the_most_urgent_stand_first_and_the_rest_is_counted(
        self, cast: Cast, case: Case
    ) -> None:
        today = london_day(timezone.now())
        EvidenceSubmissionFactory.create(case=case, sent_on=today)
        for days in range(CLOCKS):
            DisclosureApplicationFactory.create(case=case, received_on=today - days * ONE_DAY)
        answer = browser(cast.officer).get(at("desk"))
        desk = answer.context["desk"]
        dues = [clock.due for clock in desk.clocks]
        assert dues == sorted(dues)
        assert (len(desk.clocks), desk.clocks_left_out) == (CLOCKS, 1)
        assert "And 1 more, less urgent" in text_of(answer)
        DisclosureApplicationFactory._meta.model.objects.filter(received_on=today).update(
            stage="withdrawn", closed_on=today
        )
        answer = browser(cast.officer).get(at("desk"))
        assert answer.context["desk"].clocks_left_out == 0
        assert "less urgent" not in text_of(answer)

    def test_another_officers_desk_has_none_of_it(self, cast: Cast, case: Case) -> None:
        EvidenceSubmissionFactory.create(case=case)
        for other in (cast.colleague, cast.supervisor, cast.officer_of_b, cast.outsider):
            assert NOTHING in text_of(browser(other).get(at("desk")))
        assert NOTHING not in text_of(browser(cast.officer).get(at("desk")))

    def test_a_case_that_bars_its_officer_runs_on_nobodys_desk(
        self, cast: Cast, case: Case
    ) -> None:
        EvidenceSubmissionFactory.create(case=case)
        ExclusionFactory.create(case=case, user=cast.officer)
        page = text_of(browser(cast.officer).get(at("desk")))
        assert NOTHING in page
        assert case.reference not in page


NEXT = london("2021-11-26T12:00")


class TestDrafts:
    def test_each_leads_back_to_its_form(self, cast: Cast) -> None:
        draft = DraftFactory.create(owner=cast.officer, form="charge")
        page = text_of(browser(cast.officer).get(at("desk")))
        assert f'href="{at("log_kind", "charge")}?draft={draft.pk}">Go on with: charge</a>' in page
        assert at("discard_draft", draft.pk) in page

    def test_one_of_a_form_that_is_no_more_is_left_out(self, cast: Cast) -> None:
        DraftFactory.create(owner=cast.officer, form="gone")
        assert NOTHING in text_of(browser(cast.officer).get(at("desk")))

    def test_nobody_else_sees_it(self, cast: Cast) -> None:
        DraftFactory.create(owner=cast.officer)
        for other in (cast.colleague, cast.force_supervisor, cast.administrator):
            assert NOTHING in text_of(browser(other).get(at("desk")))
        assert Draft.objects.count() == 1


class TestSentBack:
    @pytest.fixture
    def asked(self, cast: Cast, case: Case) -> SentBack:
        outcome = OutcomeFactory.create(case=case, logged_by=cast.officer)
        return SentBackFactory.create(outcome=outcome, sent_by=cast.supervisor)

    def test_whoever_logged_it_is_asked_until_it_is_answered(
        self, cast: Cast, asked: SentBack
    ) -> None:
        words = f"Sent back by {cast.supervisor.name}:"
        page = text_of(browser(cast.officer).get(at("desk")))
        assert words in page
        assert asked.reason in page
        assert at("outcome", asked.outcome_id) in page
        assert words not in text_of(browser(cast.colleague).get(at("desk")))
        browser(cast.officer).post(at("answer_sent_back", asked.outcome_id), {"answer": "Yes."})
        assert words not in text_of(browser(cast.officer).get(at("desk")))

    def test_a_supervisor_sees_how_many_are_unanswered_in_their_boroughs(
        self, cast: Cast, asked: SentBack
    ) -> None:
        SentBackFactory.create(outcome__case__borough=cast.b)
        words = "Entries sent back and not answered yet: "
        assert f"{words}1" in text_of(browser(cast.supervisor).get(at("desk")))
        listed = browser(cast.supervisor).get(f"{at('outcomes')}?asked=on").context["page"]
        assert listed.rows == [asked.outcome]
        assert f"{words}2" in text_of(browser(cast.force_supervisor).get(at("desk")))
        assert words not in text_of(browser(cast.officer).get(at("desk")))


def test_a_supervisor_sees_the_duplicates_of_their_boroughs(cast: Cast, case: Case) -> None:
    for borough in (cast.a, cast.b):
        one = OutcomeFactory.create(case__borough=borough)
        PossibleDuplicateFactory.create(
            outcome=one, earlier=OutcomeFactory.create(case=one.case, suspect=one.suspect)
        )
    words = "Possible duplicates that wait for a decision: "
    shown = text_of(browser(cast.supervisor).get(at("desk")))
    assert f"{words}1" in shown
    assert NOTHING not in shown
    assert f"{words}2" in text_of(browser(cast.force_supervisor).get(at("desk")))
    assert words not in text_of(browser(cast.officer).get(at("desk")))


class TestLatest:
    def entries(self, cast: Cast, case: Case, ages: list[timedelta]) -> list[Outcome]:
        suspect = SuspectFactory.create(case=case, number=1)
        made = [
            OutcomeFactory.create(case=case, suspect=suspect, logged_by=cast.officer) for _ in ages
        ]
        for row, age in zip(made, ages, strict=True):
            Outcome.objects.filter(pk=row.pk).update(recorded_at=DatabaseNow() - age)
        return made

    def test_the_last_ones_of_ones_own_the_latest_first(self, cast: Cast, case: Case) -> None:
        rows = self.entries(cast, case, [timedelta(hours=n) for n in range(LATEST + 1)])
        OutcomeFactory.create(case=case, logged_by=cast.colleague)
        desk = browser(cast.officer).get(at("desk")).context["desk"]
        assert [row for row, _ in desk.latest] == rows[:LATEST]

    @pytest.mark.parametrize(
        ("age", "undoable"), [(UNDO_WITHIN - timedelta(minutes=1), True), (UNDO_WITHIN, False)]
    )
    def test_undo_stands_there_for_a_shift(
        self, cast: Cast, case: Case, age: timedelta, undoable: bool
    ) -> None:
        [row] = self.entries(cast, case, [age])
        page = text_of(browser(cast.officer).get(at("desk")))
        assert at("amend_outcome", row.pk) in page
        assert (at("undo_outcome", row.pk) in page) is undoable

    def test_one_that_is_void_is_only_read(self, cast: Cast, case: Case) -> None:
        [row] = self.entries(cast, case, [timedelta(0)])
        browser(cast.officer).post(at("undo_outcome", row.pk))
        page = text_of(browser(cast.officer).get(at("desk")))
        assert at("outcome", row.pk) in page
        for way in ("amend_outcome", "undo_outcome"):
            assert at(way, row.pk) not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *(("officer", 200), ("supervisor", 200), ("administrator", 200), ("outsider", 200)),
        *(("communications", 403), ("auditor", 403)),
    ],
)
def test_who_has_a_desk(client: Client, cast: Cast, who: str, status: int) -> None:
    assert browser(getattr(cast, who)).get(at("desk")).status_code == status


def test_an_empty_desk_says_what_to_do(cast: Cast) -> None:
    page = text_of(browser(cast.officer).get(at("desk")))
    for words in (NOTHING, "You have not logged anything yet.", "Log an outcome"):
        assert words in page
    ways: dict[str, Any] = {kind: at("log_kind", kind.value) in page for kind in Kind}
    assert {kind for kind, there in ways.items() if there} == {
        *(Kind.ARREST, Kind.CHARGE, Kind.ORDER, Kind.NO_FURTHER_ACTION),
    }


def test_who_only_reads_is_offered_nothing_to_log(cast: Cast) -> None:
    page = text_of(browser(cast.administrator).get(at("desk")))
    assert at("log") not in page
