"""The page of one entry: who may do what with it, and what history says afterwards."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from audit.models import LogRow
from cases.actions.entries import UNDO_WITHIN
from cases.actions.outcomes import merge_outcome
from cases.choices import Kind
from cases.models import (
    Case,
    DisclosureApplication,
    Outcome,
    OutcomeSupport,
    ProtectiveOrder,
    SentBack,
    Suspect,
)
from core.days import LONDON, DatabaseNow
from tests.cases.pages import as_asked, at, browser, form_at, restrict, text_of
from tests.cases.test_log import OTHERS, logged, typed
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    SentBackFactory,
    SuspectFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 3, 4, 14, 30, 45, tzinfo=LONDON)


@pytest.fixture
def entry(cast: Cast) -> Outcome:
    """An arrest that the officer logged, on a case of Lambeth."""
    case = CaseFactory.create(reference="01/1234567/26", system="connect", borough=cast.a)
    made = OutcomeFactory.create(
        case=case,
        suspect=SuspectFactory.create(case=case, number=1),
        happened_at=WHEN,
        logged_by=cast.officer,
        team=TeamFactory.create(name="Response"),
    )
    return Outcome.objects.get(pk=made.pk)


def amended(client: Client, entry: Outcome, **changes: Any) -> Any:
    address = at("amend_outcome", entry.pk)
    return client.post(address, form_at(client, address) | changes)


def test_a_correction_that_moves_it_out_of_sight_is_logged(cast: Cast, entry: Outcome) -> None:
    barred = CaseFactory.create(reference="01/7654321/26", system="connect", borough=cast.a)
    ExclusionFactory.create(case=barred, user=cast.officer)
    answer = amended(browser(cast.officer), entry, reference=barred.reference)
    assert answer["Location"] == at("desk")
    row = LogRow.objects.get(action="search")
    assert (row.results, row.details["reference"], row.flag) == (
        0,
        "01/7654321/26",
        "excluded_case",
    )


def states(entry: Outcome) -> tuple[int, int]:
    """How many states history has of an entry and of who is credited with it."""
    credited: Any = OutcomeSupport.pgh_event_model  # type: ignore[attr-defined]
    return entry.events.count(), credited.objects.filter(outcome=entry).count()  # type: ignore[attr-defined]


class TestWho:
    READS = {"officer", "colleague", "supervisor", "force_supervisor", "administrator"}
    WRITES = READS - {"administrator"}
    SUPERVISES = {"supervisor", "force_supervisor"}

    def statuses(self, cast: Cast, address: str, **how: Any) -> dict[str, int]:
        people = {name: who for name, who in vars(cast).items() if isinstance(who, User)}
        return {
            name: getattr(browser(who), how.get("method", "get"))(address).status_code
            for name, who in people.items()
        }

    def expected(self, may: set[str], forbidden: set[str], good: int) -> dict[str, int]:
        found = dict.fromkeys(["communications", "auditor", *forbidden], 403)
        return found | dict.fromkeys(may, good) | dict.fromkeys(["officer_of_b", "outsider"], 404)

    @pytest.fixture(autouse=True)
    def _excluded(self, cast: Cast, entry: Outcome) -> None:
        ExclusionFactory.create(case=entry.case, user=cast.excluded)

    def test_may_read(self, cast: Cast, entry: Outcome) -> None:
        assert self.statuses(cast, at("outcome", entry.pk)) == {
            **self.expected(self.READS, set(), 200),
            "excluded": 404,
        }

    @pytest.mark.parametrize("page", ["amend_outcome", "void_outcome", "answer_sent_back"])
    def test_may_put_right(self, cast: Cast, entry: Outcome, page: str) -> None:
        assert self.statuses(cast, at(page, entry.pk)) == {
            **self.expected(self.WRITES, {"administrator"}, 200),
            "excluded": 404,
        }

    def test_may_send_back(self, cast: Cast, entry: Outcome) -> None:
        not_they = {"officer", "colleague", "administrator", "officer_of_b", "outsider", "excluded"}
        assert self.statuses(cast, at("send_back", entry.pk)) == {
            **dict.fromkeys(["communications", "auditor", *not_they], 403),
            **dict.fromkeys(self.SUPERVISES, 200),
        }

    @pytest.mark.parametrize(
        ("page", "may"), [("undo_outcome", WRITES), ("restore_outcome", SUPERVISES)]
    )
    def test_may_undo_and_restore(
        self, cast: Cast, entry: Outcome, page: str, may: set[str]
    ) -> None:
        found = self.statuses(cast, at(page, entry.pk), method="post")
        assert {name for name, status in found.items() if status == 302} == may
        assert set(self.statuses(cast, at(page, entry.pk)).values()) == {405}

    def test_a_restricted_case_hides_its_entries(self, cast: Cast, entry: Outcome) -> None:
        restrict(entry.case)
        for page in ("outcome", "amend_outcome", "void_outcome", "answer_sent_back"):
            assert browser(cast.officer).get(at(page, entry.pk)).status_code == 404

    def test_nobody_signed_out_sees_anything(self, client: Client, entry: Outcome) -> None:
        address = at("outcome", entry.pk)
        answer = client.get(address)
        assert answer["Location"] == f"{reverse('accounts:sign_in')}?next={address}"

    def test_is_offered_only_what_they_may_do(self, cast: Cast, entry: Outcome) -> None:
        ways = ["amend_outcome", "undo_outcome", "void_outcome", "send_back", "restore_outcome"]
        offered = {
            name: [
                way
                for way in ways
                if at(way, entry.pk)
                in text_of(browser(getattr(cast, name)).get(at("outcome", entry.pk)))
            ]
            for name in ("officer", "colleague", "supervisor", "administrator")
        }
        assert offered == {
            "officer": ["amend_outcome", "undo_outcome", "void_outcome"],
            "colleague": ["amend_outcome", "void_outcome"],
            "supervisor": ["amend_outcome", "void_outcome", "send_back"],
            "administrator": [],
        }


def test_the_page_says_what_the_entry_says(officer: Client, cast: Cast, entry: Outcome) -> None:
    OutcomeSupportFactory.create(outcome=entry, team=TeamFactory.create(name="Taskforce"))
    page = officer.get(at("outcome", entry.pk)).context["page"]
    assert (page.outcome.state, page.colour) == ("Counts", "green")
    assert list(page.rows)[:-1] == [
        ("Happened", "2:30pm on Wednesday 4 March 2026"),
        ("Suspect", "Suspect 1"),
        ("Offence", "Common assault or battery"),
        ("Borough of the offence", "Lambeth"),
        ("Lead team", "Response"),
        ("Teams that helped", "Taskforce"),
    ]
    assert list(page.rows)[-1][1].endswith(f" by {cast.officer.name}")


class TestAmend:
    def test_history_says_who_when_from_and_to(
        self, officer: Client, cast: Cast, entry: Outcome
    ) -> None:
        answer = amended(officer, entry, offence="stalking", time="1500", custody_record="01LX/9")
        assert answer["Location"] == at("outcome", entry.pk)
        shown = officer.get(answer["Location"])
        assert "Entry corrected" in text_of(shown)
        last, first = shown.context["page"].changes
        assert (last.who, last.action) == (cast.officer.name, "Amend outcome")
        assert last.when == entry.events.latest("pgh_id").pgh_created_at  # type: ignore[attr-defined]
        assert {(field.label, field.before, field.after) for field in last.fields} == {
            (
                "When it happened",
                "2:30pm on Wednesday 4 March 2026",
                "3pm on Wednesday 4 March 2026",
            ),
            ("Offence", "Common assault or battery", "Stalking"),
            ("Custody record", "empty", "01LX/9"),
        }
        assert first.fields == []
        assert "Offence: from Common assault or battery to Stalking" in text_of(shown)

    def test_what_is_left_as_it_was_leaves_no_trace(self, officer: Client, entry: Outcome) -> None:
        before = states(entry)
        assert amended(officer, entry).status_code == 302
        assert states(entry) == before
        entry.refresh_from_db()
        assert entry.happened_at == WHEN

    def test_credits_are_kept_in_history_too(self, officer: Client, entry: Outcome) -> None:
        first, second = TeamFactory.create(name="First"), TeamFactory.create(name="Second")
        OutcomeSupportFactory.create(outcome=entry, team=first)
        amended(officer, entry, supporting_teams=[str(second.pk)])
        assert list(entry.supporting_teams.all()) == [second]
        page = officer.get(at("outcome", entry.pk)).context["page"]
        assert {
            (change.action, field.before, field.after)
            for change in page.changes
            for field in change.fields
        } == {
            ("Changed", "empty", "First"),
            ("Amend outcome", "First", "empty"),
            ("Amend outcome", "empty", "Second"),
        }

    def test_every_kind_opens_filled_in_and_saves_as_it_was(
        self, officer: Client, cast: Cast
    ) -> None:
        for kind in Kind:
            data = typed(cast, kind, **OTHERS.get(kind, {}))
            logged(officer, data, kind, save="", different="on")
            row = Outcome.objects.get(pk=data["token"])
            before = states(row)
            assert amended(officer, row).status_code == 302, kind
            assert states(row) == before, kind

    def test_another_offence_takes_the_note_of_the_first_along(
        self, officer: Client, entry: Outcome
    ) -> None:
        Outcome.objects.update(offence="other", offence_note="Bigamy")
        amended(officer, entry, offence="stalking")
        entry.refresh_from_db()
        assert (entry.offence, entry.offence_note) == ("stalking", "")

    def test_the_case_stays_though_its_reference_looks_like_another_systems(
        self, officer: Client, cast: Cast, entry: Outcome
    ) -> None:
        case = CaseFactory.create(reference="77/21", system="cris", borough=cast.a)
        OutcomeFactory.create(
            case=case, suspect=SuspectFactory.create(case=case, number=1), logged_by=cast.officer
        )
        row = case.outcomes.get()
        amended(officer, row, offence="stalking")
        assert Case.objects.filter(reference="77/21").count() == 1
        row.refresh_from_db()
        assert (row.case, row.offence) == (case, "stalking")

    def test_a_case_that_the_person_may_not_open_takes_it_out_of_their_sight(
        self, officer: Client, cast: Cast, entry: Outcome
    ) -> None:
        hidden = CaseFactory.create(
            reference="01/7654321/26", system="connect", borough=cast.a, restricted=True
        )
        answer = amended(officer, entry, reference="01/7654321/26")
        assert answer["Location"] == at("desk")
        entry.refresh_from_db()
        assert entry.case == hidden

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"offence": ""}, "offence"),
            ({"day_year": "2999"}, "day"),
            ({"reference": " "}, "reference"),
            ({"suspect_number": "x"}, "suspect_number"),
        ],
    )
    def test_a_mistake_keeps_what_was_typed(
        self, officer: Client, entry: Outcome, wrong: dict[str, str], field: str
    ) -> None:
        answer = amended(officer, entry, custody_record="01LX/77", **wrong)
        assert list(answer.context["form"].errors) == [field]
        page = text_of(answer)
        assert "<title> Error: Correct: arrest" in page.replace("  ", " ")
        assert 'value="01LX/77"' in page
        assert all(message in page for _, message in answer.context["form"].error_links)
        assert answer.context["form"].error_links
        entry.refresh_from_db()
        assert entry.custody_record == ""

    def test_a_mistake_that_another_answer_hides_is_none(
        self, officer: Client, entry: Outcome
    ) -> None:
        hidden = {"offence_note": "x" * 201, "reference_day_day": "31", "reference_day_month": "2"}
        assert amended(officer, entry, **hidden).status_code == 302
        entry.refresh_from_db()
        assert entry.offence_note == ""


class TestWhatItBegan:
    """An order and an application follow their entry, in what they still have from it."""

    def begun(self, client: Client, cast: Cast, kind: Kind, **fields: Any) -> Outcome:
        data = typed(cast, kind, **fields)
        logged(client, data, kind)
        return Outcome.objects.get(pk=data["token"])

    def test_the_clock_of_a_notice_starts_when_the_entry_says(
        self, officer: Client, cast: Cast
    ) -> None:
        entry = self.begun(officer, cast, Kind.ORDER, order_kind="dvpn")
        amended(officer, entry, time="0900", order_kind="dapn")
        order = ProtectiveOrder.objects.get()
        entry.refresh_from_db()
        assert (order.kind, order.status) == ("dapn", "notice_issued")
        assert order.given_at == entry.happened_at
        assert entry.happened_at.astimezone(LONDON).hour == 9

    def test_a_notice_that_was_an_order(self, officer: Client, cast: Cast) -> None:
        entry = self.begun(officer, cast, Kind.ORDER, order_kind="dvpn")
        amended(officer, entry, order_kind="dvpo")
        order = ProtectiveOrder.objects.get()
        assert (order.kind, order.status) == ("dvpo", "granted")
        assert order.given_at is None
        assert order.granted_on == entry.day
        amended(officer, entry, order_kind="dvpn")
        order.refresh_from_db()
        assert (order.kind, order.status) == ("dvpn", "notice_issued")
        assert order.granted_on is None
        assert order.given_at == entry.happened_at

    def test_one_that_has_moved_on_stays_what_it_is(self, officer: Client, cast: Cast) -> None:
        entry = self.begun(officer, cast, Kind.ORDER, order_kind="dvpn")
        ProtectiveOrder.objects.update(status="applied")
        answer = amended(officer, entry, order_kind="dvpo")
        assert answer.context["form"].errors == {
            "order_kind": ["It has moved on since. Make this entry void, and log the right one"]
        }
        entry.refresh_from_db()
        assert (entry.order_kind, ProtectiveOrder.objects.get().kind) == ("dvpn", "dvpn")

    def test_what_the_order_has_of_its_own_stays(self, officer: Client, cast: Cast) -> None:
        entry = self.begun(officer, cast, Kind.ORDER, order_kind="spo")
        ProtectiveOrder.objects.update(granted_on=date(2026, 1, 5), status="served", served_at=WHEN)
        amended(officer, entry, time="0900", suspect_number="2")
        order = ProtectiveOrder.objects.get()
        assert (order.granted_on, order.status) == (date(2026, 1, 5), "served")
        assert order.suspect == Suspect.objects.get(number=2)

    def test_the_name_of_another_order_is_dropped_with_it(
        self, officer: Client, cast: Cast
    ) -> None:
        entry = self.begun(
            officer, cast, Kind.ORDER, order_kind="other_order", other_order="Injunction"
        )
        assert str(ProtectiveOrder.objects.get()) == "Injunction"
        amended(officer, entry, order_kind="dvpo")
        assert str(ProtectiveOrder.objects.get()) == "Domestic Violence Protection Order"

    def test_the_28_days_of_an_application(self, officer: Client, cast: Cast) -> None:
        entry = self.begun(officer, cast, Kind.DISCLOSURE_APPLICATION, route="right_to_ask")
        amended(
            officer,
            entry,
            route="right_to_know",
            day_day="1",
            day_month="3",
            day_year="2026",
            reference="01/7777777/26",
        )
        application = DisclosureApplication.objects.get()
        assert (application.route, application.applicant) == ("right_to_know", "police")
        assert application.received_on == date(2026, 3, 1)
        assert application.case.reference == "01/7777777/26"

    def test_what_could_not_be_so_is_refused_whole(self, officer: Client, cast: Cast) -> None:
        kind, early = Kind.DISCLOSURE_APPLICATION, date(2026, 3, 1)
        parts = {"day_day": "1", "day_month": "3", "day_year": "2026"}
        entry = self.begun(officer, cast, kind, route="right_to_ask", **parts)
        DisclosureApplication.objects.update(stage="withdrawn", closed_on=early)
        answer = amended(officer, entry, day_day="2", custody_record="01LX/1")
        assert answer.context["form"].errors == {
            "__all__": ["It cannot be decided or end before it was received."]
        }
        entry.refresh_from_db()
        assert (entry.day, DisclosureApplication.objects.get().received_on) == (early, early)


class TestTwoPeople:
    """Both open the form; the first saves; the second is shown what changed, and chooses."""

    def opened(self, client: Client, entry: Outcome) -> dict[str, Any]:
        return form_at(client, at("amend_outcome", entry.pk))

    def sent(self, client: Client, entry: Outcome, data: dict[str, Any]) -> Any:
        return client.post(at("amend_outcome", entry.pk), data)

    def test_the_second_sees_field_by_field_what_changed(
        self, officer: Client, cast: Cast, entry: Outcome
    ) -> None:
        mine = self.opened(officer, entry) | {"offence": "stalking", "time": "1600"}
        amended(browser(cast.colleague), entry, offence="harassment", custody_record="01LX/5")
        answer = self.sent(officer, entry, mine)
        assert answer.status_code == 200
        found = [(c.name, c.now, c.mine, c.touched) for c in answer.context["form"].conflicts]
        assert found == [
            ("time", "14:30", "16:00", True),
            ("offence", "Harassment or fear of violence", "Stalking", True),
            ("custody_record", "01LX/5", "nothing", False),
        ]
        page = text_of(answer)
        assert "Somebody corrected this while you had it open" in page
        assert "<title> Error: Correct: arrest" in page
        entry.refresh_from_db()
        assert (entry.offence, entry.custody_record) == ("harassment", "01LX/5")
        again = as_asked(answer.context["form"]) | {
            "keep_time": "mine",
            "keep_offence": "now",
            "keep_custody_record": "now",
        }
        assert self.sent(officer, entry, again)["Location"] == at("outcome", entry.pk)
        entry.refresh_from_db()
        assert (entry.offence, entry.custody_record) == ("harassment", "01LX/5")
        assert entry.happened_at.astimezone(LONDON).hour == 16

    def test_the_second_may_insist(self, officer: Client, cast: Cast, entry: Outcome) -> None:
        mine = self.opened(officer, entry) | {"offence": "stalking"}
        amended(browser(cast.colleague), entry, offence="harassment")
        answer = self.sent(officer, entry, mine)
        again = as_asked(answer.context["form"]) | {"keep_offence": "mine"}
        self.sent(officer, entry, again)
        entry.refresh_from_db()
        assert entry.offence == "stalking"
        changes = officer.get(at("outcome", entry.pk)).context["page"].changes
        assert [change.who for change in changes[:2]] == [cast.officer.name, cast.colleague.name]

    def test_credits_alone_are_a_change(self, officer: Client, cast: Cast, entry: Outcome) -> None:
        team = TeamFactory.create(name="Taskforce")
        mine = self.opened(officer, entry) | {"offence": "stalking"}
        amended(browser(cast.colleague), entry, supporting_teams=[str(team.pk)])
        answer = self.sent(officer, entry, mine)
        found = {c.name: (c.now, c.mine, c.touched) for c in answer.context["form"].conflicts}
        assert found == {
            "offence": ("Common assault or battery", "Stalking", True),
            "supporting_teams": ("Taskforce", "nothing", False),
        }
        again = as_asked(answer.context["form"]) | {
            "keep_offence": "mine",
            "keep_supporting_teams": "now",
        }
        self.sent(officer, entry, again)
        entry.refresh_from_db()
        assert (entry.offence, list(entry.supporting_teams.all())) == ("stalking", [team])

    def test_a_third_is_asked_anew(self, officer: Client, cast: Cast, entry: Outcome) -> None:
        mine = self.opened(officer, entry) | {"offence": "stalking"}
        amended(browser(cast.colleague), entry, offence="harassment")
        again = as_asked(self.sent(officer, entry, mine).context["form"]) | {"keep_offence": "mine"}
        amended(browser(cast.supervisor), entry, offence="rape")
        answer = self.sent(officer, entry, again)
        assert [c.now for c in answer.context["form"].conflicts] == ["Rape or attempted rape"]

    def test_both_typed_the_same(self, officer: Client, cast: Cast, entry: Outcome) -> None:
        mine = self.opened(officer, entry) | {"offence": "stalking"}
        amended(browser(cast.colleague), entry, offence="stalking")
        assert self.sent(officer, entry, mine)["Location"] == at("outcome", entry.pk)
        entry.refresh_from_db()
        assert entry.offence == "stalking"

    @pytest.mark.parametrize("version", ["", "7 ' x"])
    def test_a_page_that_does_not_say_what_it_was_opened_with(
        self, officer: Client, entry: Outcome, version: str
    ) -> None:
        mine = self.opened(officer, entry) | {"offence": "stalking", "version": version}
        answer = self.sent(officer, entry, mine)
        assert [conflict.name for conflict in answer.context["form"].conflicts] == ["offence"]

    @pytest.mark.parametrize("page", ["amend_outcome", "void_outcome", "undo_outcome"])
    def test_one_that_was_made_void_meanwhile(
        self, officer: Client, entry: Outcome, page: str
    ) -> None:
        mine = self.opened(officer, entry)
        Outcome.objects.update(voided_at=DatabaseNow(), voided_by=entry.logged_by, void_reason="x")
        before = states(entry)
        answer = officer.post(at(page, entry.pk), mine | {"why": "Other", "words": "y"})
        assert answer["Location"] == at("outcome", entry.pk)
        assert "This entry is void or merged already" in text_of(officer.get(answer["Location"]))
        assert states(entry) == before


class TestVoid:
    def test_it_says_who_when_and_why(self, officer: Client, cast: Cast, entry: Outcome) -> None:
        answer = officer.post(
            at("void_outcome", entry.pk), {"why": "Entered twice", "words": "Same custody record"}
        )
        entry.refresh_from_db()
        assert entry.voided_by == cast.officer
        assert entry.void_reason == "Entered twice: Same custody record"
        assert not entry.counted
        page = officer.get(answer["Location"])
        shown = page.context["page"]
        assert (shown.outcome.state, shown.colour) == ("Void", "red")
        assert "Entered twice: Same custody record." in text_of(page)
        assert page.context["page"].changes[0].action == "Void outcome"

    @pytest.mark.parametrize(
        ("sent", "wrong"),
        [
            ({}, ["why", "words"]),
            ({"why": "Other"}, ["words"]),
            ({"why": "Other", "words": "  "}, ["words"]),
            ({"why": "Because", "words": "x"}, ["why"]),
            ({"why": "Other", "words": "x" * 401}, ["words"]),
        ],
    )
    def test_without_a_reason_nothing_happens(
        self, officer: Client, entry: Outcome, sent: dict[str, str], wrong: list[str]
    ) -> None:
        answer = officer.post(at("void_outcome", entry.pk), sent)
        assert list(answer.context["form"].errors) == wrong
        assert "<title>Error: Make this entry void" in text_of(answer)
        entry.refresh_from_db()
        assert entry.counted

    def test_the_longest_reason_fits(self, officer: Client, entry: Outcome) -> None:
        sent = {"why": "On the wrong case", "words": "x" * 400}
        assert officer.post(at("void_outcome", entry.pk), sent).status_code == 302

    def test_it_is_restored_by_a_supervisor(self, cast: Cast, entry: Outcome) -> None:
        officer, supervisor = browser(cast.officer), browser(cast.supervisor)
        officer.post(at("void_outcome", entry.pk), {"why": "Other", "words": "x"})
        assert at("restore_outcome", entry.pk) not in text_of(officer.get(at("outcome", entry.pk)))
        assert at("restore_outcome", entry.pk) in text_of(supervisor.get(at("outcome", entry.pk)))
        assert officer.post(at("restore_outcome", entry.pk)).status_code == 403
        answer = supervisor.post(at("restore_outcome", entry.pk))
        page = supervisor.get(answer["Location"])
        assert "Entry restored. It counts again." in text_of(page)
        entry.refresh_from_db()
        assert entry.counted
        assert [change.action for change in page.context["page"].changes] == [
            *("Restore outcome", "Void outcome", "Entered"),
        ]

    def test_nothing_is_said_to_be_restored_that_was_not_void(
        self, cast: Cast, entry: Outcome
    ) -> None:
        twin = OutcomeFactory.create(case=entry.case, suspect=entry.suspect)
        merge_outcome(duplicate=entry, into=twin, by=cast.supervisor)
        supervisor = browser(cast.supervisor)
        answer = supervisor.post(at("restore_outcome", entry.pk))
        page = supervisor.get(answer["Location"])
        assert "counts again" not in text_of(page)
        shown = page.context["page"]
        assert (shown.outcome.state, shown.colour) == ("Merged", "yellow")
        assert at("outcome", twin.pk) in text_of(page)


class TestUndo:
    def age(self, entry: Outcome, age: timedelta) -> None:
        Outcome.objects.update(recorded_at=DatabaseNow() - age)

    @pytest.mark.parametrize(
        ("short", "undone"), [(timedelta(minutes=1), True), (timedelta(0), False)]
    )
    def test_within_the_shift(
        self, officer: Client, entry: Outcome, short: timedelta, undone: bool
    ) -> None:
        self.age(entry, UNDO_WITHIN - short)
        assert (
            at("undo_outcome", entry.pk) in text_of(officer.get(at("outcome", entry.pk)))
        ) is undone
        answer = officer.post(at("undo_outcome", entry.pk))
        words = "Entry undone" if undone else "Only your own entry of this shift can be undone"
        assert words in text_of(officer.get(answer["Location"]))
        entry.refresh_from_db()
        assert entry.counted is not undone
        if undone:
            assert entry.void_reason == "Undone by the officer who logged it"

    def test_is_for_whoever_logged_it(self, cast: Cast, entry: Outcome) -> None:
        for other in (cast.colleague, cast.supervisor):
            browser(other).post(at("undo_outcome", entry.pk))
        entry.refresh_from_db()
        assert entry.counted


class TestSentBack:
    def sent_back(self, cast: Cast, entry: Outcome, reason: str = "Is the borough right?") -> Any:
        return browser(cast.supervisor).post(at("send_back", entry.pk), {"reason": reason})

    def test_the_officer_reads_the_question_and_answers(
        self, officer: Client, cast: Cast, entry: Outcome
    ) -> None:
        assert self.sent_back(cast, entry)["Location"] == at("outcome", entry.pk)
        page = text_of(officer.get(at("outcome", entry.pk)))
        assert f"{cast.supervisor.name} sent this back: Is the borough right?" in page
        assert at("answer_sent_back", entry.pk) in page
        officer.post(at("answer_sent_back", entry.pk), {"answer": "Yes, it is."})
        asked = SentBack.objects.get()
        assert (asked.answer, asked.answered_by) == ("Yes, it is.", cast.officer)
        assert "sent this back" not in text_of(officer.get(at("outcome", entry.pk)))

    def test_one_question_at_a_time(self, cast: Cast, entry: Outcome) -> None:
        self.sent_back(cast, entry)
        answer = self.sent_back(cast, entry, "And the team?")
        assert answer.context["form"].errors == {
            "reason": ["This entry has been sent back already."]
        }
        assert SentBack.objects.count() == 1

    @pytest.mark.parametrize("way", ["correct", "void"])
    def test_putting_it_right_answers_and_keeps_its_name_in_history(
        self, officer: Client, cast: Cast, entry: Outcome, way: str
    ) -> None:
        self.sent_back(cast, entry)
        if way == "correct":
            amended(officer, entry, offence="stalking")
        else:
            officer.post(at("void_outcome", entry.pk), {"why": "Other", "words": "x"})
        answer, action = {
            "correct": ("Corrected", "Amend outcome"),
            "void": ("Made void", "Void outcome"),
        }[way]
        assert SentBack.objects.get().answer == answer
        changes = officer.get(at("outcome", entry.pk)).context["page"].changes
        assert changes[0].action == action

    def test_an_answer_that_is_given_stays(self, officer: Client, entry: Outcome) -> None:
        SentBackFactory.create(outcome=entry, answered=True)
        officer.post(at("answer_sent_back", entry.pk), {"answer": "No."})
        assert SentBack.objects.get().answer == "Put right."

    def test_it_needs_words(self, cast: Cast, entry: Outcome) -> None:
        answer = self.sent_back(cast, entry, "  ")
        assert answer.context["form"].errors == {"reason": ["Say what should be looked at"]}
        assert self.sent_back(cast, entry, "x" * 501).status_code == 200
        assert self.sent_back(cast, entry, "x" * 500).status_code == 302


def test_every_past_state_can_be_read(officer: Client, cast: Cast, entry: Outcome) -> None:
    for offence in ("stalking", "rape", "harassment"):
        amended(officer, entry, offence=offence)
    changes = officer.get(at("outcome", entry.pk)).context["page"].changes
    steps = [(f.before, f.after) for change in reversed(changes) for f in change.fields]
    assert steps == [
        ("Common assault or battery", "Stalking"),
        ("Stalking", "Rape or attempted rape"),
        ("Rape or attempted rape", "Harassment or fear of violence"),
    ]


def test_history_names_no_case_that_the_reader_may_not_see(
    officer: Client, cast: Cast, entry: Outcome
) -> None:
    hidden = CaseFactory.create(reference="01/9999999/26", system="connect", borough=cast.b)
    here = entry.case
    for case in (hidden, here):
        Outcome.objects.update(case=case, suspect=SuspectFactory.create(case=case, number=9))
    page = text_of(officer.get(at("outcome", entry.pk)))
    assert "01/9999999/26" not in page
    assert "one that you may not see" in page


ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["\x00", "‮", "𝟙𝟜", "١٤٣٠", "9" * 400, "-1", "1e9", "<script>", "=1+1", "🧡", "​", " "]
    ),
)


@settings(max_examples=120)
@given(st.data())
def test_no_odd_post_breaks_or_half_saves(cast: Cast, entry: Outcome, data: st.DataObject) -> None:
    supervisor = browser(cast.supervisor)
    page = data.draw(
        st.sampled_from(["amend_outcome", "void_outcome", "send_back", "answer_sent_back"])
    )
    address = at(page, entry.pk)
    Outcome.objects.update(voided_at=None, voided_by=None, void_reason="")
    base = form_at(supervisor, address) | {"why": "Other", "words": "x", "reason": "y"}
    names = data.draw(st.lists(st.sampled_from(sorted(base)), min_size=1, max_size=4))
    base |= {name: data.draw(ODD) for name in names}
    before = rows()
    answer = supervisor.post(address, base)
    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        assert answer.context["form"].errors or answer.context.get("conflicts") is not None
        assert rows() == before


def rows() -> list[list[Any]]:
    models = (Outcome, Case, Suspect, OutcomeSupport, SentBack)
    return [list(model.objects.order_by("pk").values()) for model in models]
