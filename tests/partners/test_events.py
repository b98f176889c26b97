"""Engagement events: added, put right, held, cancelled, repeated and followed up on their pages."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import SavedFilter
from audit.models import LogRow
from core.days import LONDON, ONE_DAY, london_day
from partners import actions
from partners.actions import Every
from partners.actions.events import repeats
from partners.models import EngagementEvent, FollowUp, Participation
from tests.cases.pages import browser, form_at, text_of
from tests.conftest import Cast
from tests.factories import (
    NOON,
    CampaignFactory,
    EngagementEventFactory,
    FollowUpFactory,
    ParticipationFactory,
    PartnerFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

PLANNED: dict[str, Any] = {"status": "planned", "attendances": 0, "reach_method": ""}


def at(name: str, *args: object) -> str:
    return reverse(f"partners:{name}", args=args)


def typed(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Stall at Brixton market",
        "kind": "stall",
        "day_day": "27",
        "day_month": "nov",
        "day_year": "21",
        "starts": "1430",
        "ends": "4pm",
        "where": "place",
        "place": "Brixton market",
        "borough": cast.a.pk,
        "topics": ["clares_law", "safety"],
        "audience": "Shoppers",
        "token": str(uuid4()),
        **changes,
    }


class TestAdding:
    def test_an_event_is_saved_as_typed_and_what_came_of_it_is_asked(
        self, officer: Client, cast: Cast
    ) -> None:
        partner, lead, helping = PartnerFactory.create(), *TeamFactory.create_batch(2)
        sent = typed(
            cast, partners=[partner.pk], team=lead.pk, supporting_teams=[lead.pk, helping.pk]
        )
        answer = officer.post(at("add_event"), sent)
        event = EngagementEvent.objects.get()
        assert answer.headers["Location"] == at("finish_event", event.pk)
        assert (event.title, event.kind, event.status, event.place) == (
            *("Stall at Brixton market", "stall", "planned", "Brixton market"),
        )
        assert event.happened_at == datetime(2021, 11, 27, 14, 30, tzinfo=LONDON)
        assert event.ends_at == datetime(2021, 11, 27, 16, tzinfo=LONDON)
        assert (event.topics, event.audience) == (["clares_law", "safety"], "Shoppers")
        assert list(event.partners.all()) == [partner]
        assert (event.team, list(event.supporting_teams.all())) == (lead, [helping])

    def test_a_form_sent_twice_makes_one(self, officer: Client, cast: Cast) -> None:
        sent = typed(cast)
        answers = [officer.post(at("add_event"), sent) for _ in range(2)]
        assert EngagementEvent.objects.count() == 1
        assert answers[0].headers["Location"] == answers[1].headers["Location"]

    def test_one_to_come_leads_to_its_page_and_online_has_no_place(
        self, officer: Client, cast: Cast
    ) -> None:
        sent = typed(cast, day_year="2999", where="online", ends="")
        answer = officer.post(at("add_event"), sent)
        event = EngagementEvent.objects.get()
        assert answer.headers["Location"] == at("event", event.pk)
        assert (event.place, event.ends_at, event.online) == ("", None, True)

    @pytest.mark.parametrize(
        ("changes", "errors"),
        [
            ({"title": " "}, {"title": ["Enter what it is called"]}),
            ({"kind": "parade"}, {"kind": ["Select a kind from the list"]}),
            ({"day_day": "31"}, {"day": ["Day of the event must be a real date"]}),
            (
                {"starts": "25"},
                {"starts": ["The time it starts must be a time, like 1430 or 2.30pm"]},
            ),
            ({"ends": "2.30pm"}, {"ends": ["The time it ends must be after the time it starts"]}),
            ({"place": ""}, {"place": ["Enter the place, or choose online"]}),
            ({"topics": ["weather"]}, {"topics": ["Select topics from the list"]}),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_saved(
        self, officer: Client, cast: Cast, changes: dict[str, Any], errors: dict[str, list[str]]
    ) -> None:
        answer = officer.post(at("add_event"), typed(cast, **changes))
        assert answer.context["form"].errors == errors
        assert not EngagementEvent.objects.exists()

    def test_another_borough_is_not_to_be_had(self, officer: Client, cast: Cast) -> None:
        answer = officer.post(at("add_event"), typed(cast, borough=cast.b.pk))
        assert answer.context["form"].errors == {"borough": ["Select a borough from the list"]}

    def test_a_retired_partner_is_not_offered(self, officer: Client) -> None:
        partner = PartnerFactory.create()
        PartnerFactory.create(retired_on=date(2021, 1, 1))
        form = officer.get(at("add_event")).context["form"]
        assert list(form.fields["partners"].queryset) == [partner]


class TestPuttingRight:
    def test_what_was_typed_stands_and_the_rest_stays(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a, place="The station", feedback="Good")
        staying = ParticipationFactory.create(event=event, part="host")
        ParticipationFactory.create(event=event)
        sent = form_at(officer, at("amend_event", event.pk))
        sent |= {"title": "Stall by the station", "partners": [staying.partner.pk]}
        assert officer.post(at("amend_event", event.pk), sent).status_code == 302
        event.refresh_from_db()
        assert (event.title, event.place, event.feedback) == (
            *("Stall by the station", "The station", "Good"),
        )
        assert (event.happened_at, event.attendances, event.counted) == (NOON, 40, True)
        [kept] = Participation.objects.all()
        assert (kept.pk, kept.part) == (staying.pk, "host")

    def test_a_done_event_is_not_moved_into_the_future(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a, place="The station")
        sent = form_at(officer, at("amend_event", event.pk)) | {"day_year": "2999"}
        answer = officer.post(at("amend_event", event.pk), sent)
        assert answer.context["form"].non_field_errors() == [
            "An event that has not started cannot be done."
        ]

    def test_history_says_what_changed_and_who_came(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a, place="The station")
        partner = PartnerFactory.create(name="Lantern")
        sent = form_at(officer, at("amend_event", event.pk))
        sent |= {"topics": ["clares_law"], "partners": [partner.pk]}
        officer.post(at("amend_event", event.pk), sent)
        changes = officer.get(at("event", event.pk)).context["page"].changes
        assert [
            (change.who, change.action, [(f.label, f.before, f.after) for f in change.fields])
            for change in changes
        ] == [
            (cast.officer.name, "Amend event", [("Partner", "empty", "Lantern")]),
            (cast.officer.name, "Amend event", [("Topics", "empty", "Clare's Law")]),
            ("The system", "Entered", []),
        ]


def test_what_each_partner_does_is_said_and_kept(officer: Client, cast: Cast) -> None:
    event = EngagementEventFactory.create(borough=cast.a)
    one = ParticipationFactory.create(event=event, partner__name="Lantern")
    elsewhere = ParticipationFactory.create(part="host")
    page = at("say_parts", event.pk)
    wrong = officer.post(page, {f"part_{one.pk}": "x" * 121}).context["form"].errors
    assert wrong == {f"part_{one.pk}": ["Lantern must be 120 characters or fewer"]}
    sent = {f"part_{one.pk}": "speaker", f"part_{elsewhere.pk}": "guest"}
    assert officer.post(page, sent).status_code == 302
    assert [row.part for row in Participation.objects.order_by("pk")] == ["speaker", "host"]
    [change, *_] = officer.get(at("event", event.pk)).context["page"].changes
    assert (change.action, [(f.label, f.before, f.after) for f in change.fields]) == (
        *("Say what partners do", [("Part", "empty", "speaker")]),
    )


COUNTED: dict[str, Any] = {
    "attendances": "85",
    "reach_method": "clicker",
    "conversations": "12",
    "leaflets": "300",
    "safeguarding_handoffs": "1",
    "feedback": "Many asked how a report is made.",
}


class TestWhatCameOfIt:
    def test_a_planned_event_is_done_and_counts(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        page = at("finish_event", event.pk)
        assert officer.post(page, form_at(officer, page) | COUNTED).status_code == 302
        event.refresh_from_db()
        assert (event.status, event.counted, event.attendances, event.reach_method) == (
            *("done", True, 85, "clicker"),
        )
        assert (event.conversations, event.leaflets, event.safeguarding_handoffs) == (12, 300, 1)

    def test_attendances_say_how_they_were_counted_and_none_need_not(
        self, officer: Client, cast: Cast
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        page = at("finish_event", event.pk)
        sent = form_at(officer, page) | COUNTED | {"reach_method": ""}
        assert officer.post(page, sent).context["form"].errors == {
            "reach_method": ["Select how they were counted"]
        }
        sent |= {"attendances": "0", "reach_method": "clicker"}
        assert officer.post(page, sent).status_code == 302
        event.refresh_from_db()
        assert (event.status, event.attendances, event.reach_method) == ("done", 0, "")

    def test_what_may_identify_somebody_is_asked_about_once(
        self, officer: Client, cast: Cast
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        page, note = at("finish_event", event.pk), "Mr Khan spoke\r\nand sang"
        sent = form_at(officer, page) | COUNTED | {"feedback": note}
        assert "sure" not in sent
        answer = officer.post(page, sent)
        assert answer.context["form"].errors == {
            "feedback": ["This may identify somebody: “Mr Khan”. Take it out, or confirm"]
        }
        assert "I have checked: this does not identify anybody" in text_of(answer)
        assert officer.post(page, sent | {"sure": "on"}).status_code == 302
        event.refresh_from_db()
        assert event.feedback == note
        # What stands there was asked about; other words are asked about anew.
        sent = form_at(officer, page)
        assert officer.post(page, sent | {"leaflets": "9"}).status_code == 302
        answer = officer.post(page, form_at(officer, page) | {"feedback": f"{note} twice"})
        assert list(answer.context["form"].errors) == ["feedback"]

    def test_feedback_has_an_end(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        page = at("finish_event", event.pk)
        sent = form_at(officer, page) | COUNTED
        answer = officer.post(page, sent | {"feedback": "x" * 4001})
        assert list(answer.context["form"].errors) == ["feedback"]
        assert officer.post(page, sent | {"feedback": "x" * 4000}).status_code == 302

    @pytest.mark.parametrize(
        ("name", "field"),
        [("cancel_event", "reason"), ("void_event", "reason"), ("add_follow_up", "what")],
    )
    def test_other_free_text_is_asked_about_too(
        self, officer: Client, cast: Cast, name: str, field: str
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        answer = officer.post(at(name, event.pk), {field: "Told Mrs Patel"})
        assert answer.context["form"].errors[field] == [
            "This may identify somebody: “Mrs Patel”. Take it out, or confirm"
        ]

    @pytest.mark.parametrize("number", ["-1", "many", "1000001", ""])
    def test_an_odd_number_is_refused(self, officer: Client, cast: Cast, number: str) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        page = at("finish_event", event.pk)
        answer = officer.post(page, form_at(officer, page) | COUNTED | {"leaflets": number})
        assert list(answer.context["form"].errors) == ["leaflets"]

    def test_one_that_has_not_begun_or_is_cancelled_cannot_be_done(
        self, officer: Client, cast: Cast
    ) -> None:
        later = datetime(2999, 1, 1, tzinfo=UTC)
        for facts in ({"happened_at": later} | PLANNED, PLANNED | {"status": "cancelled"}):
            event = EngagementEventFactory.create(borough=cast.a, **facts)
            for answer in (
                officer.get(at("finish_event", event.pk)),
                officer.post(at("finish_event", event.pk), COUNTED | {"version": "1"}),
            ):
                assert answer.headers["Location"] == at("event", event.pk)
            event.refresh_from_db()
            assert event.status != "done"

    def test_whoever_opens_one_that_is_over_is_told_that_it_waits(
        self, officer: Client, cast: Cast
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        assert "does not count until somebody records its results" in text_of(
            officer.get(at("event", event.pk))
        )
        event.status = "done"
        event.save()
        assert "does not count until" not in text_of(officer.get(at("event", event.pk)))


class TestCancelledAndVoid:
    def test_a_planned_event_is_cancelled_with_a_reason(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a, **PLANNED)
        page = at("cancel_event", event.pk)
        assert officer.post(page, {"reason": " "}).context["form"].errors == {"reason": ["Say why"]}
        assert officer.post(page, {"reason": "Snow"}).status_code == 302
        event.refresh_from_db()
        assert (event.status, event.cancel_reason) == ("cancelled", "Snow")

    def test_one_that_is_done_is_not_cancelled(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a)
        officer.post(at("cancel_event", event.pk), {"reason": "Snow"})
        event.refresh_from_db()
        assert (event.status, event.attendances) == ("done", 40)

    def test_void_counts_nowhere_is_changed_by_nobody_and_restored_by_supervisors(
        self, officer: Client, supervisor: Client, cast: Cast
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a)
        officer.post(at("void_event", event.pk), {"reason": "Entered twice"})
        event.refresh_from_db()
        assert (event.counted, event.voided_by, event.void_reason) == (
            *(False, cast.officer, "Entered twice"),
        )
        for name in ("amend_event", "finish_event", "cancel_event", "void_event", "repeat_event"):
            assert officer.get(at(name, event.pk)).status_code == 403
        assert officer.post(at("restore_event", event.pk)).status_code == 403
        assert supervisor.post(at("restore_event", event.pk)).status_code == 302
        event.refresh_from_db()
        assert (event.counted, event.voided_at, event.void_reason) == (True, None, "")


class TestRepeats:
    @pytest.mark.parametrize(
        ("first", "every", "expected"),
        [
            ("2021-10-24T14:00", Every.WEEK, ["2021-10-31T14:00", "2021-11-07T14:00"]),
            ("2022-03-20T14:00", Every.FORTNIGHT, ["2022-04-03T14:00", "2022-04-17T14:00"]),
            ("2021-12-31T09:00", Every.MONTH, ["2022-01-31T09:00", "2022-02-28T09:00"]),
        ],
    )
    def test_the_time_of_day_stays_over_a_change_of_the_clocks_and_short_months(
        self, first: str, every: Every, expected: list[str]
    ) -> None:
        found = repeats(datetime.fromisoformat(first).replace(tzinfo=LONDON), every, 2)
        assert [f"{one:%Y-%m-%dT%H:%M}" for one in found] == expected

    def test_the_copies_are_planned_with_what_belongs_to_the_event(
        self, officer: Client, cast: Cast
    ) -> None:
        event = EngagementEventFactory.create(
            borough=cast.a, topics=["safety"], ends_at=NOON + ONE_DAY / 24, leaflets=9
        )
        part = ParticipationFactory.create(event=event, part="host")
        sent = {"every": "week", "times": "2"}
        for _ in range(2):
            assert officer.post(at("repeat_event", event.pk), sent).status_code == 302
        event.refresh_from_db()
        copies = list(EngagementEvent.objects.exclude(pk=event.pk).order_by("happened_at"))
        assert [copy.day for copy in copies] == [date(2021, 12, 2), date(2021, 12, 9)]
        for copy in copies:
            assert (copy.series, copy.status, copy.topics) == (event.series, "planned", ["safety"])
            assert copy.ends_at is not None
            assert copy.ends_at - copy.happened_at == ONE_DAY / 24
            assert (copy.attendances, copy.leaflets) == (0, 0)
            [theirs] = copy.participations.all()
            assert (theirs.partner, theirs.part) == (part.partner, "host")
        page = officer.get(at("event", event.pk)).context["page"]
        assert page.repeats == copies

    @pytest.mark.parametrize("times", ["0", "27", "x"])
    def test_an_odd_number_of_times_is_refused(
        self, officer: Client, cast: Cast, times: str
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a)
        answer = officer.post(at("repeat_event", event.pk), {"every": "week", "times": times})
        assert list(answer.context["form"].errors) == ["times"]
        assert EngagementEvent.objects.count() == 1


class TestFollowUps:
    def test_one_is_added_and_done_once(self, officer: Client, cast: Cast) -> None:
        event = EngagementEventFactory.create(borough=cast.a)
        sent = {"what": "Send leaflets", "who": cast.colleague.pk}
        sent |= {"due_on_day": "1", "due_on_month": "12", "due_on_year": "2021"}
        assert officer.post(at("add_follow_up", event.pk), sent).status_code == 302
        made = FollowUp.objects.get()
        assert (made.what, made.owner, made.due_on, made.done_at) == (
            *("Send leaflets", cast.colleague, date(2021, 12, 1), None),
        )
        for client in (officer, browser(cast.colleague)):
            client.post(at("finish_follow_up", made.pk))
        made.refresh_from_db()
        assert made.done_by == cast.officer

    def test_an_open_one_of_a_void_event_is_none(self, cast: Cast) -> None:
        made = FollowUpFactory.create(event__borough=cast.a)
        assert list(FollowUp.objects.open()) == [made]
        actions.void_event(by=cast.officer, event=made.event, reason="Entered twice")
        assert not FollowUp.objects.open().exists()

    @pytest.mark.parametrize(("due_in", "overdue"), [(0, ""), (-1, ", 1 overdue")])
    def test_its_owner_finds_it_from_the_desk(
        self, officer: Client, cast: Cast, due_in: int, overdue: str
    ) -> None:
        mine, another = EngagementEventFactory.create_batch(2, borough=cast.a)
        today = london_day(timezone.now())
        due_on = today + due_in * ONE_DAY
        made = FollowUpFactory.create(event=mine, owner=cast.officer, due_on=due_on)
        FollowUpFactory.create(event=another, owner=cast.colleague, due_on=today - ONE_DAY)
        assert f">My follow-ups of events: 1{overdue}</a>" in text_of(officer.get("/desk/"))
        listed = officer.get("/engagement/?to_do=on").context["page"].rows
        assert [event.pk for event in listed] == [mine.pk]
        assert ("Overdue" in text_of(officer.get(at("event", mine.pk)))) is bool(overdue)
        officer.post(at("finish_follow_up", made.pk))
        assert "My follow-ups" not in text_of(officer.get("/desk/"))
        assert "Overdue" not in text_of(officer.get(at("event", mine.pk)))
        assert not officer.get("/engagement/?to_do=on").context["page"].rows


class TestTheList:
    def found(self, client: Client, query: str) -> set[str]:
        page = client.get(f"{at('events')}?{query}").context["page"]
        return {event.title for event in page.rows}

    def test_each_filter_narrows_to_its_own(self, supervisor: Client, cast: Cast) -> None:
        team, partner = TeamFactory.create(), PartnerFactory.create()
        one = EngagementEventFactory.create(
            title="one", borough=cast.a, team=team, topics=["safety"], kind="bus"
        )
        ParticipationFactory.create(event=one, partner=partner)
        two = EngagementEventFactory.create(
            title="two", borough=cast.b, happened_at=NOON + 30 * ONE_DAY, **PLANNED
        )
        two.supporting_teams.add(team)
        void = EngagementEventFactory.create(title="void", borough=cast.b)
        actions.void_event(by=cast.officer, event=void, reason="Entered twice")
        campaign = CampaignFactory.create(boroughs=[cast.a, cast.b])
        for query, titles in {
            "": {"one", "two", "void"},
            "state=done": {"one"},
            "state=planned": {"two"},
            "state=waiting": {"two"},
            "state=cancelled": set(),
            "state=void": {"void"},
            "kind=bus": {"one"},
            "topic=safety": {"one"},
            f"borough={cast.a.pk}": {"one"},
            f"boroughs={cast.a.pk}&boroughs={cast.b.pk}&state=done": {"one"},
            f"team={team.pk}": {"one", "two"},
            f"lead={team.pk}": {"one"},
            "lead=not_stated&state=planned": {"two"},
            f"partner={partner.pk}": {"one"},
            f"campaign={campaign.pk}": {"one", "void"},
            "first_day=26&first_month=11&first_year=2021": {"two"},
            "kind=nonsense": set(),
        }.items():
            assert self.found(supervisor, query) == titles, query

    def test_an_officer_finds_their_own_boroughs_and_an_auditor_all(self, cast: Cast) -> None:
        EngagementEventFactory.create(title="a", borough=cast.a)
        EngagementEventFactory.create(title="b", borough=cast.b)
        assert self.found(browser(cast.officer), "") == {"a"}
        for person in (cast.supervisor, cast.communications, cast.auditor, cast.administrator):
            assert self.found(browser(person), "") == {"a", "b"}
        assert self.found(browser(cast.outsider), "") == set()

    def test_its_page_asks_as_much_for_one_as_for_twenty(self, supervisor: Client) -> None:
        def queries() -> int:
            supervisor.get(at("events"))
            with CaptureQueriesContext(connection) as captured:
                supervisor.get(at("events"))
            return len(captured)

        ParticipationFactory.create()
        one = queries()
        ParticipationFactory.create_batch(19)
        assert queries() == one

    def test_a_filter_is_kept_and_used_by_whoever_reads(self, cast: Cast) -> None:
        client = browser(cast.communications)
        client.post(f"{at('save_events')}?state=done", {"name": "Held"})
        kept = SavedFilter.objects.get()
        assert (kept.page, kept.query) == ("events", "state=done")
        assert client.get(at("events")).context["list"].kept == [kept]
        client.post(reverse("accounts:remove_filter", args=[kept.pk]))
        assert not SavedFilter.objects.exists()

    def test_a_file_is_taken_with_a_reason_and_logged(self, cast: Cast) -> None:
        event = EngagementEventFactory.create(
            borough=cast.a, title="=Stall", topics=["clares_law"], ends_at=NOON + ONE_DAY / 24
        )
        ParticipationFactory.create(event=event, partner__name="Lantern")
        why = {"form": "csv", "recipient": "others", "others": "Mayor's office", "reason": "Asked"}
        answer: Any = browser(cast.communications).post(at("export_events"), why)
        _, headings, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        assert headings.split(",")[:4] == ["Event", "Kind", "State", "London day"]
        assert row.startswith("'=Stall,Public stall,Done,2021-11-25,")
        assert "Lantern" in row
        logged = LogRow.objects.get(action="disclosure")
        assert (logged.object_type, logged.results, logged.recipient, logged.reason) == (
            *("partners.engagementevent", 1, "Mayor's office", "Asked"),
        )
