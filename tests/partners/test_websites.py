"""Websites are asked for politely, and only where they are somebody's in the public internet."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Thread
from typing import Any

import pytest
from celery import Celery
from django.core.management import call_command
from django.utils import timezone

from config.celery import app
from partners.actions.websites import record_check, to_check
from partners.choices import LinkResult
from partners.links import check_link, is_public
from partners.models import Partner
from partners.tasks import check_link as check_one
from partners.tasks import check_links as check_all
from tests.factories import PartnerFactory


class Site(BaseHTTPRequestHandler):
    """A website whose paths say what it answers."""

    asked: list[tuple[str, str]]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        """Nothing: a test reads `asked`."""

    def _answer(self) -> None:
        self.asked.append((self.command, self.path))
        what, _, rest = self.path.strip("/").partition("/")
        if what == "drip":
            self._drip()
        elif what == "to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.end_headers()
        elif what == "loop":
            self.send_response(301)
            self.send_header("Location", f"/loop/{len(self.asked)}")
            self.end_headers()
        elif what == "get-only" and self.command == "HEAD":
            self.send_error(405)
        else:
            self.send_response(int(what) if what.isdigit() else 200)
            self.end_headers()

    def _drip(self) -> None:
        """Words without end, until the other side hangs up."""
        try:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
            while True:
                self.wfile.write(b"x" * 1000)
        except OSError:
            self.close_connection = True


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Site, "asked", [], raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def anybody(_: IPv4Address | IPv6Address) -> bool:
    return True


def asked_for(url: str, **options: Any) -> LinkResult | None:
    return check_link(url, may_ask=anybody, **options)


class TestAnswers:
    def test_one_head_is_enough_for_a_website_that_answers(self, site: str) -> None:
        assert asked_for(f"{site}/help?in=Lambeth") == LinkResult.ANSWERS
        assert Site.asked == [("HEAD", "/help?in=Lambeth")]

    def test_one_that_knows_no_head_is_asked_again(self, site: str) -> None:
        assert asked_for(f"{site}/get-only") == LinkResult.ANSWERS
        assert [method for method, _ in Site.asked] == ["HEAD", "GET"]

    @pytest.mark.parametrize("status", [401, 403, 429])
    def test_one_that_lets_no_machine_in_is_there(self, site: str, status: int) -> None:
        assert asked_for(f"{site}/{status}") == LinkResult.ANSWERS

    @pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
    def test_one_that_says_that_it_is_not_there_is_broken(self, site: str, status: int) -> None:
        assert asked_for(f"{site}/{status}") == LinkResult.BROKEN

    def test_a_name_that_is_not_plain_letters_is_asked_for(self, site: str) -> None:
        assert asked_for(f"{site}/über uns") == LinkResult.ANSWERS
        assert Site.asked == [("HEAD", "/%C3%BCber%20uns")]

    def test_nobody_at_the_address_is_broken(self) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
            assert asked_for(f"http://127.0.0.1:{port}/") == LinkResult.BROKEN

    def test_words_without_encryption_are_no_safe_website(self, site: str) -> None:
        assert asked_for(site.replace("http:", "https:")) == LinkResult.BROKEN

    def test_words_without_end_are_cut_off(self, site: str) -> None:
        assert asked_for(f"{site}/drip") == LinkResult.BROKEN

    def test_nobody_waits_beyond_the_time_for_one_website(self, site: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            assert asked_for(url, within=0.2) == LinkResult.BROKEN

    def test_without_a_way_out_nothing_is_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_names(*_: Any, **__: Any) -> None:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", no_names)
        assert asked_for("https://www.example.org/") is None


class TestRedirects:
    def test_within_the_site_it_answers(self, site: str) -> None:
        assert asked_for(f"{site}/to//help") == LinkResult.ANSWERS

    def test_to_another_site_it_has_moved(self, site: str) -> None:
        other = site.replace("127.0.0.1", "localhost")
        assert asked_for(f"{site}/to/{other}/help") == LinkResult.MOVED

    def test_three_are_followed_and_a_fourth_is_not(self, site: str) -> None:
        three = "/to/" * 3 + "/help"
        assert asked_for(f"{site}{three}") == LinkResult.ANSWERS
        assert asked_for(f"{site}/to/{three}") == LinkResult.BROKEN

    def test_without_end_they_are_broken(self, site: str) -> None:
        assert asked_for(f"{site}/loop/") == LinkResult.BROKEN
        assert len(Site.asked) == 4

    @pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/"])
    def test_to_what_is_no_website_is_not_followed(self, site: str, where: str) -> None:
        assert asked_for(f"{site}/to/{where}") == LinkResult.BROKEN

    def test_into_the_force_s_own_network_is_not_followed(self, site: str) -> None:
        """The first address is allowed here as a public one is; the one it leads to is judged."""
        inside = site.replace("127.0.0.1", "127.0.0.2")

        def all_but_inside(address: IPv4Address | IPv6Address) -> bool:
            return str(address) != "127.0.0.2"

        found = check_link(f"{site}/to/{inside}/secret", may_ask=all_but_inside)
        assert (found, [path for _, path in Site.asked]) == (
            LinkResult.BROKEN,
            [f"/to/{inside}/secret"],
        )


class TestPublicAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
            *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1", "::"),
            *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "ff02::1"),
        ],
    )
    def test_others_are_never_asked(self, address: str) -> None:
        assert not is_public(ip_address(address))

    @pytest.mark.parametrize("address", ["8.8.8.8", "2a00:1450:4009:81f::200e"])
    def test_public_ones_are(self, address: str) -> None:
        assert is_public(ip_address(address))

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
    def test_a_name_of_this_machine_is_refused_before_anything_is_sent(
        self, site: str, host: str
    ) -> None:
        assert check_link(site.replace("127.0.0.1", host)) == LinkResult.BROKEN
        assert Site.asked == []

    def test_one_private_address_among_public_ones_is_enough(
        self, site: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = int(site.rpartition(":")[2])
        two = [(2, 1, 6, "", (address, port)) for address in ("8.8.8.8", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: two)
        assert check_link(site) == LinkResult.BROKEN
        assert Site.asked == []


@pytest.mark.django_db
class TestRecorded:
    def test_those_not_asked_for_in_six_days_and_still_offered(self) -> None:
        now = timezone.now()
        said = {"website": "https://partner.example", "link_result": "answers"}
        never = PartnerFactory.create(website="https://partner.example")
        old = PartnerFactory.create(link_checked_at=now - timedelta(days=6), **said)
        PartnerFactory.create(link_checked_at=now - timedelta(days=6, seconds=-1), **said)
        PartnerFactory.create(website="https://partner.example", retired_on=now.date())
        PartnerFactory.create()
        assert sorted(to_check(now)) == [never.pk, old.pk]

    def test_what_came_of_it_is_kept(self, site: str) -> None:
        now, partner = timezone.now(), PartnerFactory.create(website=f"{site}/404")
        record_check(partner.pk, now, asked_for)
        partner.refresh_from_db()
        assert (partner.link_checked_at, partner.link_result) == (now, "broken")

    def test_a_website_that_was_changed_meanwhile_keeps_nothing_of_the_old_one(self) -> None:
        partner = PartnerFactory.create(website="https://old.example")

        def changed(_: str) -> LinkResult:
            Partner.objects.update(website="https://new.example")
            return LinkResult.BROKEN

        record_check(partner.pk, timezone.now(), changed)
        partner.refresh_from_db()
        assert (partner.link_checked_at, partner.link_result) == (None, "")

    def test_where_nothing_is_known_the_last_check_stands(self) -> None:
        partner = PartnerFactory.create(website="https://partner.example")
        record_check(partner.pk, timezone.now(), lambda _: None)
        partner.refresh_from_db()
        assert partner.link_checked_at is None

    def test_the_tasks_ask_and_refuse_this_machine(
        self, site: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        partner = PartnerFactory.create(website=site)
        queued: list[int] = []
        monkeypatch.setattr(check_one, "delay", queued.append)
        check_all()
        assert queued == [partner.pk]
        check_one(partner.pk)
        partner.refresh_from_db()
        assert (partner.link_result, Site.asked) == ("broken", [])


@pytest.mark.django_db
def test_the_command_does_what_the_timetable_does(site: str) -> None:
    partner = PartnerFactory.create(website=site)
    said = StringIO()
    call_command("check_links", stdout=said)
    call_command("check_links", stdout=said)
    partner.refresh_from_db()
    assert (partner.link_result, Site.asked) == ("broken", [])
    assert said.getvalue() == "1 website asked for.\n0 websites asked for.\n"


def test_the_timetable_asks_once_a_week() -> None:
    celery: Celery = app
    entry = celery.conf.beat_schedule["check-links"]
    assert (entry["task"], entry["schedule"].day_of_week) == (check_all.name, {0})
