"""A session ends: idle, old, suspended, signed out. Each on the server, and to the minute."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from cases.models import Case
from core.sessions import POLL
from tests.accounts.pages import give_code, give_password, is_in, person
from tests.cases.pages import at, browser
from tests.conftest import Cast
from tests.factories import CampaignFactory, CaseFactory, DraftFactory, ImportFactory
from tests.signing_in import code

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT = str(__import__("pathlib").Path(__file__).resolve().parents[2])


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def inside(client: Client) -> bool:
    return client.get(reverse("cases:desk")).status_code == 200


class TestIdle:
    @pytest.mark.parametrize(("minutes", "stays"), [(14.99, True), (15, False)])
    def test_after_fifteen_minutes_the_session_is_over(
        self, clock: Any, cast: Cast, minutes: float, stays: bool
    ) -> None:
        client = browser(cast.officer)
        clock.shift(timedelta(minutes=minutes))
        assert inside(client) is stays

    def test_each_page_moves_the_end_on(self, clock: Any, cast: Cast) -> None:
        client = browser(cast.officer)
        for _ in range(4):
            clock.shift(timedelta(minutes=14))
            assert inside(client)

    def test_a_session_is_written_once_a_minute_and_ends_no_later_for_it(
        self, clock: Any, cast: Cast
    ) -> None:
        client = browser(cast.officer)
        for seconds, writes in [(59, 0), (1, 1), (30, 0)]:
            clock.shift(timedelta(seconds=seconds))
            with CaptureQueriesContext(connection) as asked:
                assert inside(client)
            written = [one for one in asked if one["sql"].startswith('UPDATE "django_session"')]
            assert len(written) == writes
        clock.shift(timedelta(minutes=14, seconds=31))
        assert not inside(client)

    def test_what_a_script_asks_by_itself_keeps_nobody_signed_in(
        self, clock: Any, cast: Cast
    ) -> None:
        client = browser(cast.officer)
        batch = ImportFactory.create(owner=cast.officer)
        draft = DraftFactory.create(owner=cast.officer)
        london = reverse("summaries:campaign", args=[CampaignFactory.create().slug])
        for _ in range(14):
            clock.shift(timedelta(minutes=1))
            client.get(reverse("accounts:import_progress", args=[batch.pk]))
            client.post(at("draft", draft.pk), {"owner": "x"})
            client.get(london, headers={POLL: "figures"})
            assert client.get("/session/").json()["left"] > 0
        clock.shift(timedelta(minutes=1))
        assert client.get("/session/").json() == {"left": 0}
        assert not inside(client)

    def test_one_click_keeps_the_session_going(self, clock: Any, cast: Cast) -> None:
        client = browser(cast.officer)
        clock.shift(timedelta(minutes=13))
        assert client.get("/session/").json() == {"left": 120}
        assert client.post("/session/").json() == {"left": 900}
        clock.shift(timedelta(minutes=14))
        assert inside(client)

    def test_a_page_says_how_long_there_is(self, clock: Any, cast: Cast) -> None:
        client = browser(cast.officer)
        clock.shift(timedelta(minutes=5))
        assert b'data-left="900"' in client.get(reverse("cases:desk")).content


class TestAbsolute:
    def test_after_ten_hours_it_is_over_however_busy(self, clock: Any, cast: Cast) -> None:
        client = browser(cast.officer)
        for _ in range(59):
            clock.shift(timedelta(minutes=10))
            assert inside(client)
        assert client.post("/session/").json() == {"left": 600}
        clock.shift(timedelta(minutes=9, seconds=59))
        assert inside(client)
        clock.shift(timedelta(seconds=1))
        assert not inside(client)

    def test_signing_in_anew_begins_anew(self, clock: Any, cast: Cast) -> None:
        client = browser(cast.officer)
        clock.shift(timedelta(hours=11))
        client.force_login(cast.officer)
        clock.shift(timedelta(minutes=14))
        assert inside(client)


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("SESSION_IDLE_MINUTES", "4", False),
        ("SESSION_IDLE_MINUTES", "61", False),
        ("SESSION_HOURS", "0", False),
        ("SESSION_HOURS", "13", False),
        ("SESSION_HOURS", "ten", False),
        ("SESSION_HOURS", "12", True),
    ],
)
def test_a_length_out_of_bounds_stops_start_up(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, accepted: bool
) -> None:
    monkeypatch.setenv(name, value)
    started = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, capture_output=True, text=True
    )
    assert (started.returncode == 0) is accepted
    assert accepted or name in started.stderr


def by_saving(user: User) -> None:
    user.is_active = False
    user.save()


def by_bulk_update(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def by_hand(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_active = false WHERE id = %s", [user.pk])


def by_the_admin(user: User) -> None:
    admin = browser(User.objects.create_superuser("root", "x", name="R"))
    address = reverse("admin:accounts_user_change", args=[user.pk])
    form = admin.get(address).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False)}
    del sent["is_active"]
    assert admin.post(address, sent).status_code == 302


class TestSuspended:
    @pytest.mark.parametrize("suspend", [by_saving, by_bulk_update, by_hand, by_the_admin])
    def test_the_next_request_is_refused_and_the_session_never_lives_again(
        self, cast: Cast, suspend: Callable[[User], None]
    ) -> None:
        client = browser(cast.officer)
        assert inside(client)
        suspend(User.objects.get(pk=cast.officer.pk))
        assert not User.objects.get(pk=cast.officer.pk).is_active
        assert not inside(client)
        User.objects.filter(pk=cast.officer.pk).update(is_active=True)
        assert not inside(client)
        assert inside(browser(cast.officer))

    def test_the_sessions_of_others_live_on(self, cast: Cast) -> None:
        client = browser(cast.colleague)
        by_bulk_update(cast.officer)
        assert inside(client)

    def test_a_stale_copy_of_the_person_opens_no_earlier_epoch(self, cast: Cast) -> None:
        stale = User.objects.get(pk=cast.officer.pk)
        by_bulk_update(cast.officer)
        stale.save()
        cast.officer.refresh_from_db()
        assert (cast.officer.is_active, cast.officer.session_epoch) == (True, 1)


class TestMoved:
    def test_another_borough_is_another_scope_at_the_next_request(self, cast: Cast) -> None:
        client, here, there = browser(cast.officer), *(self.case_in(b) for b in (cast.a, cast.b))
        assert self.seen(client, here, there) == [200, 404]
        cast.officer.boroughs.set([cast.b])
        assert self.seen(client, here, there) == [404, 200]

    def test_another_role_is_another_right_at_the_next_request(self, cast: Cast) -> None:
        client, here = browser(cast.officer), self.case_in(cast.a)
        User.objects.filter(pk=cast.officer.pk).update(role=User.Role.AUDITOR)
        assert self.seen(client, here) == [403]

    def case_in(self, borough: Any) -> Case:
        made: Case = CaseFactory.create(borough=borough)
        return made

    def seen(self, client: Client, *cases: Case) -> list[int]:
        return [client.get(at("case", case.pk)).status_code for case in cases]


class TestSignedOut:
    def test_the_browser_drops_what_it_holds_and_the_server_the_session(self, cast: Cast) -> None:
        client = browser(cast.officer)
        stolen = client.cookies["sessionid"].value
        answer = client.post(reverse("accounts:sign_out"))
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        assert not Session.objects.filter(pk=stolen).exists()
        client.cookies["sessionid"] = stolen
        assert not inside(client)

    def test_no_other_answer_wipes_the_browser(self, cast: Cast) -> None:
        assert "Clear-Site-Data" not in browser(cast.officer).get(reverse("cases:desk"))


def test_a_session_that_somebody_else_planted_is_not_signed_in(broker: str) -> None:
    robin = person()
    planter, browser_of_robin = Client(), Client()
    planter.get("/sign-in/?next=/desk/")
    session = planter.session
    session["planted"] = True
    session.save()
    planter.cookies["sessionid"] = planted = str(session.session_key)
    browser_of_robin.cookies["sessionid"] = planted
    assert give_password(browser_of_robin, robin).status_code == 302
    assert not is_in(planter)
    assert give_code(browser_of_robin, code()).status_code == 302
    assert (is_in(planter), is_in(browser_of_robin)) == (False, True)
    assert browser_of_robin.cookies["sessionid"].value != planted
    assert not Session.objects.filter(pk=planted).exists()
