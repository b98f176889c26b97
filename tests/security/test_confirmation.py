"""Attacks on the link by which a partner answers without signing in."""

import io
import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeptForm
from audit.models import LogRow
from core.limits import Limit, network_of
from core.logs import JsonLine
from partners.actions.links import (
    answer_confirmation,
    make_confirmation,
    withdraw_confirmation,
)
from partners.models import ConfirmationLink, EngagementEvent, Participation
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.core.rules import PATIENCE, until_someone_waits
from tests.factories import EngagementEventFactory, ParticipationFactory, UserFactory

pytestmark = pytest.mark.django_db
ANSWER = {"attended": "yes", "attendances": "45", "may_be_named": "no"}
CONFIRM = "/confirmation/"


def new_link(**fields: Any) -> tuple[ConfirmationLink, str]:
    part: Participation = ParticipationFactory.create(**fields)
    return make_confirmation(by=UserFactory.create(), participation=part)


def address_of(token: str) -> str:
    return reverse("partners:open_confirmation", args=[token])


def opened(token: str, client: Client | None = None) -> Any:
    return (client or Client()).get(address_of(token), follow=True)


def sent(token: str, client: Client | None = None, **changed: Any) -> Any:
    return (client or Client()).post(CONFIRM, {**ANSWER, "credential": token, **changed})


def used() -> str:
    _, token = new_link()
    assert sent(token).status_code == 200
    return token


def expired() -> str:
    link, token = new_link()
    ago = timedelta(days=14, seconds=1)
    ConfirmationLink.objects.filter(pk=link.pk).update(
        made_at=link.made_at - ago, expires_at=link.expires_at - ago
    )
    return token


def withdrawn() -> str:
    link, token = new_link()
    withdraw_confirmation(by=link.made_by, link=link)
    return token


def replaced() -> str:
    link, token = new_link()
    make_confirmation(by=link.made_by, participation=link.participation)
    return token


def of_a_void_event() -> str:
    link, token = new_link()
    EngagementEvent.objects.filter(pk=link.participation.event_id).update(
        voided_at=timezone.now() + timedelta(seconds=1),
        voided_by=link.made_by,
        void_reason="Twice",
    )
    return token


def of_an_event_put_off() -> str:
    link, token = new_link()
    EngagementEvent.objects.filter(pk=link.participation.event_id).update(
        happened_at=timezone.now() + timedelta(days=1),
        status="planned",
        attendances=0,
        reach_method="",
    )
    return token


def of_a_partner_taken_off() -> str:
    link, token = new_link()
    link.participation.delete()
    return token


def wrong() -> str:
    return "w" * 43


def malformed() -> str:
    return "..;%00'-- é" + "x" * 500


VALUES = re.compile(r"'[0-9a-f]{64}'|'\d{4}-[^']*'")
DEAD = [
    *(wrong, malformed, used, expired, withdrawn, replaced),
    *(of_a_void_event, of_an_event_put_off, of_a_partner_taken_off),
]


def without_what_differs(page: bytes) -> bytes:
    """A page without the token against forgery, which differs each time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


class TestNoOracle:
    def test_every_dead_link_is_told_in_the_same_words_with_the_same_status(self) -> None:
        seen = set()
        for number, make in enumerate(DEAD):
            token, client = make(), Client(REMOTE_ADDR=f"10.0.0.{number}")
            for answer in (opened(token, client), sent(token, client), client.head(CONFIRM)):
                assert answer.status_code == 404, make
                kept = {
                    name: value
                    for name, value in answer.items()
                    if name not in {"X-Request-ID", "Content-Length"}
                }
                body = without_what_differs(answer.content)
                seen.add((json.dumps(kept), body or b"head"))
        bodies = {body for _, body in seen if body != b"head"}
        assert len(bodies) == 1
        assert len(seen) == 2

    def test_the_way_in_is_the_same_for_each(self) -> None:
        _, right = new_link()
        for token in (right, *(make() for make in DEAD)):
            answer = Client().get(address_of(token))
            assert (answer.status_code, answer["Location"]) == (302, CONFIRM)

    def test_it_costs_the_same_work_whether_a_token_is_wrong_or_dead(self) -> None:
        asked = set()
        for make in DEAD:
            token, client = make(), Client()
            client.get(address_of(wrong()))
            with CaptureQueriesContext(connection) as queries:
                sent(token, client)
            asked.add(tuple(VALUES.sub("?", query["sql"]) for query in queries))
        assert len(asked) == 1
        assert len(asked.pop()) == 1


class TestGuessing:
    def test_after_fifteen_wrong_ones_a_network_is_refused_the_right_one_too(self) -> None:
        _, token = new_link()
        with time_machine.travel(timezone.now(), tick=False):
            found = [sent(f"{number:043}").status_code for number in range(17)]
            assert found == [404] * 15 + [429] * 2
            assert (opened(token).status_code, sent(token).status_code) == (429, 429)
            assert b"Too many attempts" in opened(token).content
        assert ConfirmationLink.objects.get().answered_at is None

    def test_guesses_by_opening_count_as_well(self) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            found = [opened(f"{number:043}").status_code for number in range(16)]
        assert found == [404] * 15 + [429]

    def test_another_network_is_let_in_and_the_limit_ends_by_itself(self) -> None:
        _, token = new_link()
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            for number in range(16):
                sent(f"{number:043}")
            assert opened(token, Client(REMOTE_ADDR="10.9.8.7")).status_code == 200
        with time_machine.travel(now + timedelta(minutes=5), tick=False):
            assert opened(token).status_code == 200

    def test_one_link_is_not_hammered_from_many_networks(self) -> None:
        _, token = new_link()
        with time_machine.travel(timezone.now(), tick=False):
            clients = [Client(REMOTE_ADDR=f"10.2.{number}.1") for number in range(62)]
            wrong = {"attended": "perhaps"}
            found = [sent(token, client, **wrong).status_code for client in clients[:61]]
            assert found == [200] * 60 + [429]
            # Another link is open, and whoever has none is told as before.
            assert opened(new_link()[1], clients[61]).status_code == 200
            assert Client(REMOTE_ADDR="10.3.0.1").get(CONFIRM).status_code == 404
        with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
            assert sent(token).status_code == 200

    def test_many_networks_together_are_refused(self) -> None:
        _, token = new_link()
        with time_machine.travel(timezone.now(), tick=False):
            for network in range(40):
                client = Client(REMOTE_ADDR=f"10.1.{network}.1")
                for number in range(15):
                    assert sent(f"{network:020}{number:023}", client).status_code == 404
            assert opened(token, Client(REMOTE_ADDR="10.200.0.1")).status_code == 429

    def test_addresses_of_one_network_of_version_6_are_one(self, rf: Any) -> None:
        here = {network_of(rf.get("/", REMOTE_ADDR=f"2001:db8:1:2::{n:x}")) for n in range(9)}
        assert here == {"2001:db8:1:2::/64"}
        assert network_of(rf.get("/", REMOTE_ADDR="2001:db8:1:3::1")) == "2001:db8:1:3::/64"
        assert network_of(rf.get("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"
        assert network_of(rf.get("/", REMOTE_ADDR="odd")) == "odd"

    def test_hammering_a_right_link_is_refused(self) -> None:
        _, token = new_link()
        client = Client()
        with time_machine.travel(timezone.now(), tick=False):
            found = [opened(token, client).status_code for _ in range(61)]
        assert found == [200] * 60 + [429]

    def test_guesses_at_the_same_moment_are_all_counted(self) -> None:
        with time_machine.travel(timezone.now(), tick=False):
            limit = Limit("of-a-test", 50, 300)
            with ThreadPoolExecutor(8) as pool:
                allowed = list(pool.map(lambda _: limit.take("x"), range(200)))
        assert (allowed.count(True), limit.spent("x"), limit.spent("y")) == (50, True, False)


class TestOnce:
    def test_a_replay_is_refused_and_changes_nothing(self) -> None:
        _, token = new_link()
        client = Client()
        opened(token, client)
        assert sent(token, client).status_code == 200
        first = ConfirmationLink.objects.values().get()
        again = sent(token, client, attendances="9000", may_be_named="yes")
        assert again.status_code == 404
        assert ConfirmationLink.objects.values().get() == first
        assert opened(token).status_code == 404

    @pytest.mark.django_db(transaction=True)
    def test_of_eight_sent_at_the_same_moment_one_is_taken(self) -> None:
        _, token = new_link()
        together = Barrier(8)

        def send(number: int) -> int:
            client = Client()
            together.wait(timeout=PATIENCE)
            try:
                return int(sent(token, client, attendances=str(number)).status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(send, range(8)))
        assert sorted(found) == [200] + [404] * 7
        [link] = ConfirmationLink.objects.all()
        assert link.attendances == found.index(200)
        answers = link.events.filter(answered_at__isnull=False)  # type: ignore[attr-defined]
        assert answers.count() == 1

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("meanwhile", ["answered", "withdrawn"])
    def test_one_that_waits_for_what_comes_first_is_not_taken(self, meanwhile: str) -> None:
        link, token = new_link()

        def send() -> int:
            try:
                return int(sent(token).status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                if meanwhile == "withdrawn":
                    withdraw_confirmation(by=link.made_by, link=link)
                else:
                    first: dict[str, Any] = {
                        "attended": False,
                        "attendances": None,
                        "may_be_named": False,
                    }
                    assert answer_confirmation(token=token, **first)
                answer = other.submit(send)
                until_someone_waits()
            assert answer.result(timeout=PATIENCE) == 404
        link.refresh_from_db()
        assert (link.attended, link.attendances) == (
            False if meanwhile == "answered" else None,
            None,
        )

    def test_the_token_of_one_event_answers_no_other(self) -> None:
        mine, token = new_link()
        other, _ = new_link()
        extra: dict[str, Any] = {
            "pk": other.pk,
            "link": other.pk,
            "participation": other.participation_id,
            "event": other.participation.event_id,
            "partner": other.participation.partner_id,
            "digest": other.digest,
        }
        sent(token, **extra)
        mine.refresh_from_db()
        other.refresh_from_db()
        assert (mine.attended, other.answered_at) == (True, None)

    @pytest.mark.parametrize(("before", "status"), [(1, 200), (0, 404)])
    def test_it_works_until_the_moment_at_which_it_expires(self, before: int, status: int) -> None:
        link, token = new_link()
        with time_machine.travel(link.expires_at - timedelta(seconds=before), tick=False):
            assert (opened(token).status_code, sent(token).status_code) == (status, status)

    def test_a_digest_opens_nothing(self) -> None:
        link, _ = new_link()
        assert (opened(link.digest).status_code, sent(link.digest).status_code) == (404, 404)


class TestScanners:
    """Programs that read mail open its links before their reader does."""

    def test_opening_uses_nothing_however_often_and_by_whichever_method(self) -> None:
        _, token = new_link()
        before = ConfirmationLink.objects.values().get()
        for method in ("get", "head"):
            for follow in (False, True):
                client = Client(headers={"user-agent": "Link scanner"})
                getattr(client, method)(address_of(token), follow=follow)
                getattr(client, method)(CONFIRM)
        assert ConfirmationLink.objects.values().get() == before
        assert opened(token).status_code == 200

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
    def test_no_other_method_does_anything(self, method: str) -> None:
        _, token = new_link()
        for address in (address_of(token), CONFIRM):
            assert Client().generic(method, address).status_code == 405
        assert ConfirmationLink.objects.get().answered_at is None

    def test_a_post_to_the_link_itself_does_nothing(self) -> None:
        _, token = new_link()
        assert Client().post(address_of(token), ANSWER).status_code == 405
        assert ConfirmationLink.objects.get().answered_at is None

    def test_a_method_cannot_be_overridden(self) -> None:
        _, token = new_link()
        client = Client()
        opened(token, client)
        odd = {"x-http-method-override": "POST", "x-method-override": "POST"}
        query = {**ANSWER, "credential": token, "_method": "POST"}
        assert client.get(CONFIRM, query, headers=odd).status_code == 200
        assert client.get(address_of(token), query, headers=odd).status_code == 302
        assert ConfirmationLink.objects.get().answered_at is None

    def test_an_answer_in_the_address_is_none(self) -> None:
        _, token = new_link()
        client = Client()
        opened(token, client)
        query = f"?credential={token}&attended=yes&may_be_named=yes"
        assert client.post(f"{CONFIRM}{query}").status_code == 404
        assert ConfirmationLink.objects.get().answered_at is None


class TestForgery:
    def test_a_post_from_elsewhere_is_refused(self) -> None:
        _, token = new_link()
        strict = Client(enforce_csrf_checks=True)
        page = opened(token, strict)
        assert sent(token, strict).status_code == 403
        forgery = page.context["csrf_token"]
        elsewhere = {"origin": "https://elsewhere.example"}
        answer = strict.post(
            CONFIRM,
            {**ANSWER, "credential": token, "csrfmiddlewaretoken": str(forgery)},
            headers=elsewhere,
        )
        assert answer.status_code == 403
        assert ConfirmationLink.objects.get().answered_at is None
        assert sent(token, strict, csrfmiddlewaretoken=str(forgery)).status_code == 200

    def test_over_https_the_page_lets_its_own_browser_say_where_the_form_is(self) -> None:
        """A policy of no referrer would make the browser say nothing, and the form be refused."""
        for origin, status in (("null", 403), ("https://testserver", 200)):
            _, token = new_link()
            strict = Client(enforce_csrf_checks=True)
            page = strict.get(address_of(token), follow=True, secure=True)
            answer = strict.post(
                CONFIRM,
                {**ANSWER, "credential": token, "csrfmiddlewaretoken": page.context["csrf_token"]},
                headers={"origin": origin},
                secure=True,
            )
            assert answer.status_code == status

    def test_a_body_that_is_too_large_is_refused_unread(self) -> None:
        _, token = new_link()
        large = "x" * 2_700_000
        assert sent(token, attended=large).status_code == 413
        many = {f"f{number}": "" for number in range(1_001)}
        assert Client().post(CONFIRM, many).status_code == 400
        body = io.BytesIO(b"{")
        kind = "application/json"
        assert Client().post(CONFIRM, body.read(), content_type=kind).status_code == 404
        assert ConfirmationLink.objects.get().answered_at is None

    @pytest.mark.parametrize(
        "odd", ["\0", "a\0b", "9" * 5_000, "<script>alert(1)</script>", "' OR 1=1 --", "{{ 7*7 }}"]
    )
    def test_nothing_odd_breaks_it_or_comes_back_as_markup(self, odd: str) -> None:
        _, token = new_link()
        for name in ANSWER:
            answer = sent(token, None, **{name: odd})
            assert answer.status_code == 200
            assert b"<script" not in answer.content
        assert sent(odd).status_code == 404
        client = Client()
        client.cookies["confirmation"] = "odd"
        assert client.get(CONFIRM).status_code == 404
        assert ConfirmationLink.objects.get().answered_at is None


class Links(HTMLParser):
    """Every address that a page leads to or loads, but for where its form is sent."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = {name: value or "" for name, value in attrs}
        self.found |= {given[name] for name in ("href", "src", "action") if given.get(name)}


class TestNothingElse:
    def test_its_pages_lead_nowhere_but_to_static_files_and_themselves(self) -> None:
        _, token = new_link()
        client = Client()
        pages = [
            opened(token, client),
            sent(token, client, attended=""),
            sent(token, client),
            opened(token),
        ]
        for page in pages:
            links = Links(page.content.decode())
            assert "script" not in links.tags
            addresses = {one for one in links.found if not one.startswith("#")}
            others = {one for one in addresses if not one.startswith("/static/")}
            assert others <= {CONFIRM}
        assert Client().get(CONFIRM).status_code == 404

    def test_it_shows_nothing_that_was_typed_or_counted_of_the_event(self) -> None:
        event = EngagementEventFactory.create(
            title="Stall",
            feedback="A woman asked for help",
            audience="Survivors of Lambeth",
            attendances=4321,
            conversations=8765,
            leaflets=7654,
            safeguarding_handoffs=5432,
        )
        ParticipationFactory.create(event=event, partner__name="Another partner")
        link, token = new_link(event=event, partner__name="Refuge")
        event.follow_ups.create(what="Ring the library", owner=link.made_by, due_on="2021-12-01")
        page = opened(token).content.decode()
        assert "Refuge" in page
        for word in (
            *("A woman asked", "Survivors", "4321", "4,321", "8765", "7654", "5432"),
            *("Another partner", "Ring the library", str(link.made_by), event.borough.name),
            *(link.made_by.username, link.digest, "See all", "Sign in"),
        ):
            assert word not in page, word

    def test_the_cookie_opens_no_other_page(self) -> None:
        _, token = new_link()
        client = Client()
        opened(token, client)
        for address in ("/", "/desk/", "/engagement/feed/", "/admin/", "/campaigns/"):
            assert client.get(address).status_code in {302, 404}
        cookie = client.cookies["confirmation"]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (CONFIRM, True, "Lax")
        assert cookie["max-age"] == 3600

    def test_a_member_who_is_signed_in_sees_the_same_page(self, cast: Cast) -> None:
        _, token = new_link()
        page = opened(token, browser(cast.officer)).content.decode()
        assert cast.officer.name not in page
        assert "<nav" not in page


class TestWhatIsLeftBehind:
    @pytest.fixture
    def lines(self) -> Iterator[list[str]]:
        """All that the log says, down to the last logger."""
        said: list[str] = []

        class Listener(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                said.append(self.format(record))

        listener, root = Listener(), logging.getLogger()
        listener.setFormatter(JsonLine())
        before = root.level
        root.addHandler(listener)
        root.setLevel(logging.INFO)
        yield said
        root.removeHandler(listener)
        root.setLevel(before)

    def test_the_token_is_in_no_line_of_the_log_and_in_no_table(
        self, cast: Cast, lines: list[str]
    ) -> None:
        tokens = [new_link()[1], used(), wrong()]
        strict, member = Client(enforce_csrf_checks=True), browser(cast.officer)
        for token in tokens:
            for client in (Client(), strict, member):
                opened(token, client)
                client.post(address_of(token), {"credential": token})
                client.put(address_of(token))
                client.post(CONFIRM, {"credential": token})
        strict_member = Client(enforce_csrf_checks=True)
        strict_member.force_login(cast.officer)
        owner = re.search(
            r'name="owner" value="([^"]+)"', opened(tokens[0], member).content.decode()
        )
        assert owner
        strict_member.post(CONFIRM, {"credential": tokens[0], "owner": owner[1], "note": "a b"})
        sent(tokens[0])
        text = "\n".join(lines)
        assert '"route": "confirmation/<str:credential>/"' in text
        held = [*LogRow.objects.values(), *KeptForm.objects.values()]
        held += ConfirmationLink.objects.values()
        with connection.cursor() as cursor:
            cursor.execute("SELECT metadata::text FROM pghistory_context")
            held += cursor.fetchall()
        assert KeptForm.objects.exists()
        for token in tokens:
            assert token not in text
            assert token[:20] not in str(held)

    def test_no_page_that_is_shown_has_the_token_in_its_address(self) -> None:
        _, token = new_link()
        client = Client()
        way_in = client.get(address_of(token))
        assert way_in.status_code == 302
        assert way_in["Referrer-Policy"] == "no-referrer"
        assert (way_in["Location"], way_in.content) == (CONFIRM, b"")
        page = client.get(CONFIRM)
        assert page["Referrer-Policy"] == "same-origin"
        for answer in (way_in, page, sent(token, client), opened(token)):
            assert answer["Cache-Control"] == "no-store, private"
            assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert b'<meta name="robots" content="noindex, nofollow">' in page.content

    def test_it_makes_no_session(self) -> None:
        _, token = new_link()
        client = Client()
        opened(token, client)
        sent(token, client)
        assert "sessionid" not in client.cookies
