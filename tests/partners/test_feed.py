"""Calendars by private link: what is in them, read by two parsers, and when they end."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
import time_machine
import vobject
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import StaffBorough, User
from audit.changes import Rows, changes
from audit.models import LogRow
from core.days import LONDON
from partners.actions.links import make_calendar
from partners.models import CalendarLink, EngagementEvent
from partners.models.link import digest_of
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import BoroughFactory, EngagementEventFactory, PartnerFactory, TeamFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLANNED: dict[str, Any] = {"status": "planned", "attendances": 0, "reach_method": ""}
CANCELLED = PLANNED | {"status": "cancelled"}


def address_of(user: User, borough: Any = None) -> str:
    _, token = make_calendar(by=User.objects.get(pk=user.pk), borough=borough)
    return reverse("partners:feed", args=[token])


def read(address: str) -> bytes:
    answer = Client().get(address)
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def events_of(address: str) -> dict[str, dict[str, Any]]:
    """What icalendar reads of a calendar, by the titles; what vobject reads has to be the same."""
    body = read(address)
    ours, calendar = {}, cast(Any, Calendar.from_ical(body))
    for entry in calendar.walk("VEVENT"):
        assert entry.errors == []
        ours[str(entry["summary"])] = {
            "uid": str(entry["uid"]),
            "starts": entry["dtstart"].dt,
            "ends": entry["dtend"].dt if "dtend" in entry else None,
            "where": str(entry["location"]),
            "what": str(entry["description"]),
            "status": str(entry["status"]),
            "sequence": int(entry["sequence"]),
            "changed": entry["last-modified"].dt,
            "page": str(entry["url"]),
        }
    theirs = {}
    for entry in getattr(vobject.readOne(body.decode()), "vevent_list", []):
        theirs[entry.summary.value] = {
            "uid": entry.uid.value,
            "starts": entry.dtstart.value,
            "ends": entry.dtend.value if hasattr(entry, "dtend") else None,
            "where": entry.location.value,
            "what": entry.description.value,
            "status": entry.status.value,
            "sequence": int(entry.sequence.value),
            "changed": entry.last_modified.value,
            "page": entry.url.value,
        }
    assert theirs == ours
    return ours


class TestWhatIsInIt:
    def test_an_event_with_all_that_it_has_and_nothing_of_anybody(self, cast: Cast) -> None:
        event = EngagementEventFactory.create(
            title="Stall at the station",
            kind="stall",
            happened_at=timezone.now() - timedelta(days=3),
            place="London Bridge Station",
            borough=cast.a,
            team=TeamFactory.create(name="Predatory Offender Unit"),
            topics=["clares_law", "safety"],
            audience="A group of survivors",
            feedback="Ms Brown was pleased",
            conversations=9,
        )
        event.participations.create(partner=PartnerFactory.create(name="Refuge"), part="Host")
        event.ends_at = event.happened_at + timedelta(hours=2)
        event.save()
        address = address_of(cast.officer, cast.a)
        [(title, found)] = events_of(address).items()
        last = EngagementEvent.objects.get().events.latest("pgh_id")  # type: ignore[attr-defined]
        assert title == "Stall at the station"
        assert found == {
            "uid": f"engagement-{event.pk}@days-of-action",
            "starts": event.happened_at.replace(microsecond=0),
            "ends": event.ends_at.replace(microsecond=0),
            "where": "London Bridge Station",
            "what": (
                "Public stall, Lambeth. Done.\nLead team: Predatory Offender Unit.\n"
                "Topics: Clare's Law, General safety advice."
            ),
            "status": "CONFIRMED",
            "sequence": 1,
            "changed": last.pgh_created_at.replace(microsecond=0),
            "page": f"{settings.SITE_URL}/engagement/{event.pk}/",
        }

    def test_the_page_of_an_event_opens_for_who_may_see_it_and_for_nobody_else(
        self, cast: Cast
    ) -> None:
        EngagementEventFactory.create(title="Stall", borough=cast.a, happened_at=timezone.now())
        page = events_of(address_of(cast.officer, cast.a))["Stall"]["page"]
        path = page.removeprefix(settings.SITE_URL)
        assert browser(cast.officer).get(path).status_code == 200
        assert browser(cast.officer_of_b).get(path).status_code == 404
        answer = Client().get(path)
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer["Location"].startswith("/sign-in/")

    def test_planned_done_and_cancelled_of_a_year_back_and_of_all_time_to_come(
        self, cast: Cast
    ) -> None:
        now = timezone.now()
        in_it = {
            "Planned": {"happened_at": now + timedelta(days=900), **PLANNED},
            "Done": {"happened_at": now - timedelta(days=365)},
            "Called off": {"happened_at": now + timedelta(days=1), **CANCELLED},
        }
        not_in_it: dict[str, dict[str, Any]] = {
            "Long ago": {"happened_at": now - timedelta(days=367)},
            "Void": {
                "happened_at": now - timedelta(days=1),
                "voided_at": now + timedelta(seconds=1),
                "voided_by": cast.officer,
                "void_reason": "Twice",
            },
        }
        for title, fields in {**in_it, **not_in_it}.items():
            EngagementEventFactory.create(title=title, borough=cast.a, **fields)
        EngagementEventFactory.create(
            title="Elsewhere", borough=cast.b, happened_at=now - timedelta(days=1)
        )
        found = events_of(address_of(cast.officer, cast.a))
        assert {title: one["status"] for title, one in found.items()} == {
            "Planned": "CONFIRMED",
            "Done": "CONFIRMED",
            "Called off": "CANCELLED",
        }

    def test_a_change_raises_the_sequence_and_keeps_the_uid(self, cast: Cast) -> None:
        event = EngagementEventFactory.create(
            borough=cast.a, happened_at=timezone.now() + timedelta(days=1), **PLANNED
        )
        address = address_of(cast.officer, cast.a)
        [before] = events_of(address).values()
        event.happened_at += timedelta(hours=3)
        event.save()
        [after] = events_of(address).values()
        assert after["uid"] == before["uid"]
        assert (before["sequence"], after["sequence"]) == (0, 1)
        assert after["starts"] == before["starts"] + timedelta(hours=3)
        assert after["changed"] >= before["changed"]

    def test_an_empty_calendar_can_be_read(self, cast: Cast) -> None:
        assert events_of(address_of(cast.officer, cast.a)) == {}


@pytest.fixture
def in_2021() -> Iterator[None]:
    with time_machine.travel(datetime(2021, 11, 20, 12, 0, tzinfo=UTC), tick=False):
        yield


class TestTimes:
    @pytest.mark.parametrize(
        ("starts", "ends", "hours"),
        [
            # The night of 25 hours: the second half past one, an hour after the first.
            (
                datetime(2021, 10, 31, 0, 30, tzinfo=LONDON),
                datetime(2021, 10, 31, 1, 30, tzinfo=LONDON, fold=1),
                2,
            ),
            # The night of 23 hours.
            (
                datetime(2021, 3, 28, 0, 30, tzinfo=LONDON),
                datetime(2021, 3, 28, 2, 30, tzinfo=LONDON),
                1,
            ),
        ],
    )
    def test_an_event_over_a_change_of_clocks_lasts_as_long_as_it_did(
        self, in_2021: None, cast: Cast, starts: datetime, ends: datetime, hours: int
    ) -> None:
        EngagementEventFactory.create(borough=cast.a, happened_at=starts, ends_at=ends)
        [found] = events_of(address_of(cast.officer, cast.a)).values()
        assert found["ends"] - found["starts"] == timedelta(hours=hours)
        assert found["starts"] == starts.astimezone(UTC)
        assert found["starts"].astimezone(LONDON).hour == 0

    def test_an_event_without_an_end_has_none(self, in_2021: None, cast: Cast) -> None:
        EngagementEventFactory.create(borough=cast.a, ends_at=None)
        [found] = events_of(address_of(cast.officer, cast.a)).values()
        assert found["ends"] is None

    def test_an_online_event_says_so(self, in_2021: None, cast: Cast) -> None:
        EngagementEventFactory.create(borough=cast.a, place="", kind="webinar")
        [found] = events_of(address_of(cast.officer, cast.a)).values()
        assert found["where"] == "Online"


class TestText:
    @pytest.mark.parametrize(
        "title",
        [
            "Talk, stall; and more: \\n is no end",
            'A "quoted" title, with 100% and \\, and \\;',
            "First line\nSecond line",
            "Café ☕ في لندن 伦敦 🏳️‍🌈",
            "Long " + "é伦🧡," * 45,
        ],
    )
    def test_what_was_typed_comes_back_as_it_was(
        self, in_2021: None, cast: Cast, title: str
    ) -> None:
        EngagementEventFactory.create(borough=cast.a, title=title, place=title[:200])
        address = address_of(cast.officer, cast.a)
        [(found, event)] = events_of(address).items()
        assert (found, event["where"]) == (title, title)

    def test_no_line_is_longer_than_75_bytes_or_cut_within_a_letter(
        self, in_2021: None, cast: Cast
    ) -> None:
        EngagementEventFactory.create(borough=cast.a, title="é伦🧡" * 60)
        lines = read(address_of(cast.officer, cast.a)).split(b"\r\n")
        assert max(map(len, lines)) <= 75
        assert all(line.decode() == line.decode(errors="ignore") for line in lines)

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
    def test_nothing_typed_becomes_a_line_of_its_own(
        self, in_2021: None, cast: Cast, end: str
    ) -> None:
        title = f"Stall{end}END:VEVENT{end}BEGIN:VALARM\x07"
        EngagementEventFactory.create(borough=cast.a, title=title)
        address = address_of(cast.officer, cast.a)
        assert list(events_of(address)) == ["Stall\nEND:VEVENT\nBEGIN:VALARM"]
        lines = read(address).decode().splitlines()
        assert [line for line in lines if line.startswith(("BEGIN", "END"))] == [
            *("BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR"),
        ]


class TestWhatItAnswers:
    def test_its_headers_let_nobody_between_keep_it(self, cast: Cast) -> None:
        answer = Client().get(address_of(cast.officer, cast.a))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer["Cache-Control"] == "private, max-age=900"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer.cookies == {}

    def test_a_head_has_no_body_and_a_post_is_refused(self, cast: Cast) -> None:
        address = address_of(cast.officer, cast.a)
        assert (Client().head(address).status_code, Client().head(address).content) == (200, b"")
        assert Client().post(address).status_code == 405

    def test_it_costs_as_many_queries_with_one_event_as_with_twenty(
        self, cast: Cast, django_assert_num_queries: Any
    ) -> None:
        address = address_of(cast.officer, cast.a)
        for number in (1, 19):
            EngagementEventFactory.create_batch(
                number, borough=cast.a, happened_at=timezone.now() - timedelta(days=1)
            )
            with django_assert_num_queries(3):
                read(address)


class TestWhenItEnds:
    def status(self, address: str) -> int:
        return Client().get(address).status_code

    def test_a_wrong_address_is_told_as_one_that_ended(self, cast: Cast) -> None:
        address = address_of(cast.officer, cast.a)
        address_of(cast.officer, cast.a)
        ended = Client().get(address)
        wrong = Client().get(reverse("partners:feed", args=["x" * 43]))
        assert ended.status_code == wrong.status_code == 404
        assert ended.content == wrong.content

    def test_losing_the_borough_ends_it_at_once(self, cast: Cast) -> None:
        address, every = address_of(cast.officer, cast.a), address_of(cast.officer)
        assert (self.status(address), self.status(every)) == (200, 200)
        StaffBorough.objects.filter(user=cast.officer).delete()
        assert (self.status(address), self.status(every)) == (404, 404)

    def test_the_calendar_of_all_boroughs_follows_the_owners_own(self, cast: Cast) -> None:
        for title, borough in (("Here", cast.a), ("There", cast.b)):
            EngagementEventFactory.create(
                title=title, borough=borough, happened_at=timezone.now() - timedelta(days=1)
            )
        address = address_of(cast.officer)
        assert set(events_of(address)) == {"Here"}
        cast.officer.boroughs.set([cast.b])
        assert set(events_of(address)) == {"There"}
        assert set(events_of(address_of(cast.supervisor))) == {"Here", "There"}

    def test_a_suspension_ends_it_for_good(self, cast: Cast) -> None:
        address = address_of(cast.officer, cast.a)
        others = address_of(cast.colleague, cast.a)
        User.objects.filter(pk=cast.officer.pk).update(is_active=False)
        assert self.status(address) == 404
        User.objects.filter(pk=cast.officer.pk).update(is_active=True)
        assert self.status(address) == 404
        assert self.status(others) == 200
        assert self.status(address_of(cast.officer, cast.a)) == 200

    @pytest.mark.parametrize(("days", "status"), [(89, 200), (90, 404)])
    def test_one_that_nobody_opens_for_90_days_ends(
        self, cast: Cast, days: int, status: int
    ) -> None:
        with time_machine.travel(NOW, tick=False):
            address = address_of(cast.officer, cast.a)
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            assert self.status(address) == status

    def test_opening_it_keeps_it_and_is_written_once_a_day(
        self, cast: Cast, django_assert_num_queries: Any
    ) -> None:
        with time_machine.travel(NOW, tick=False):
            address = address_of(cast.officer, cast.a)
        with time_machine.travel(NOW + timedelta(days=60), tick=False):
            read(address)
            assert CalendarLink.objects.get().used_on == date(2026, 5, 1)
            with django_assert_num_queries(3):
                read(address)
        with time_machine.travel(NOW + timedelta(days=120), tick=False):
            assert self.status(address) == 200

    def test_asking_without_end_is_refused(self, cast: Cast) -> None:
        with time_machine.travel(NOW, tick=False):
            address, client = address_of(cast.officer, cast.a), Client()
            found = [client.get(address).status_code for _ in range(61)]
            assert found == [200] * 60 + [429]
            assert self.status(address_of(cast.colleague, cast.a)) == 200

    def test_guessing_is_refused_and_then_a_right_address_is_too(self, cast: Cast) -> None:
        with time_machine.travel(NOW, tick=False):
            address, client = address_of(cast.officer, cast.a), Client()
            guesses = [reverse("partners:feed", args=[f"{n:043}"]) for n in range(31)]
            found = [client.get(guess).status_code for guess in guesses]
            assert found == [404] * 30 + [429]
            assert self.status(address) == 429
            elsewhere = Client(REMOTE_ADDR="10.1.2.3")
            assert elsewhere.get(address).status_code == 200


class TestItsPage:
    def test_an_address_is_shown_once_and_a_digest_kept(self, cast: Cast) -> None:
        client = browser(cast.officer)
        page = client.post(reverse("partners:make_feed"), {"borough": cast.a.pk})
        address = page.context["address"]
        assert address in page.content.decode()
        token = address.rpartition("/")[2].removesuffix(".ics")
        link = CalendarLink.objects.get()
        assert (link.owner, link.borough, link.digest) == (cast.officer, cast.a, digest_of(token))
        assert token not in client.get(reverse("partners:feeds")).content.decode()
        assert Client().get(address).status_code == 200
        row = LogRow.objects.get(action="disclosure")
        assert (row.object_type, row.actor, row.details) == (
            *("partners.engagementevent", cast.officer.username),
            {"borough": "Lambeth"},
        )
        assert token not in str(LogRow.objects.values())

    def test_a_new_address_is_the_only_one(self, cast: Cast) -> None:
        client, make = browser(cast.officer), reverse("partners:make_feed")
        for borough in (cast.a.pk, ""):
            first = client.post(make, {"borough": borough}).context["address"]
            second = client.post(make, {"borough": borough}).context["address"]
            assert Client().get(first).status_code == 404
            assert Client().get(second).status_code == 200
        assert CalendarLink.objects.count() == 2

    def test_its_owner_ends_it_and_nobody_else_can(self, cast: Cast) -> None:
        address = address_of(cast.officer, cast.a)
        link = CalendarLink.objects.get()
        end = reverse("partners:end_feed", args=[link.pk])
        for other in (cast.colleague, cast.administrator, cast.force_supervisor):
            assert browser(other).post(end).status_code == 404
            assert b"Calendar of" not in browser(other).get(reverse("partners:feeds")).content
        assert Client().get(address).status_code == 200
        assert browser(cast.officer).post(end).status_code == 302
        assert Client().get(address).status_code == 404
        assert not CalendarLink.objects.exists()
        made, ended = changes([Rows(CalendarLink, [link.pk])])
        assert (made.label, ended.label, ended.user) == ("insert", "delete", cast.officer.pk)

    def test_no_calendar_of_a_borough_that_is_not_theirs(self, cast: Cast) -> None:
        client, make = browser(cast.officer), reverse("partners:make_feed")
        for borough in (cast.b.pk, BoroughFactory.create().pk, "x"):
            page = client.post(make, {"borough": borough})
            assert page.context["form"].errors == {"borough": ["Select a borough from the list"]}
        assert not CalendarLink.objects.exists()

    @pytest.mark.parametrize("role", ["communications", "auditor", "administrator"])
    def test_whoever_reads_of_engagement_can_have_one(self, cast: Cast, role: str) -> None:
        client = browser(getattr(cast, role))
        assert client.get(reverse("partners:feeds")).status_code == 200
        page = client.post(reverse("partners:make_feed"), {"borough": ""})
        assert Client().get(page.context["address"]).status_code == 200

    def test_the_anonymous_are_led_to_sign_in(self) -> None:
        for answer in (
            Client().get(reverse("partners:feeds")),
            Client().post(reverse("partners:make_feed")),
            Client().post(reverse("partners:end_feed", args=[1])),
        ):
            assert answer.status_code in {302, 405}


def test_a_dead_address_opened_by_somebody_signed_in_is_logged_without_its_token(
    cast: Cast,
) -> None:
    token = "t" * 43
    assert browser(cast.officer).get(reverse("partners:feed", args=[token])).status_code == 404
    row = LogRow.objects.get(action="refused")
    assert (row.object_type, row.object_id) == ("partners:feed", "")
    assert "ttt" not in str(row.details)
