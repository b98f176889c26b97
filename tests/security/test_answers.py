"""What every kind of answer carries, how it refuses what is too large, and its pages of errors."""

import io
import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path, reverse
from gunicorn.http.unreader import SocketUnreader
from pytest_django import Settings

from accounts.kept import KeptForms, seal_of
from config import gunicorn
from core.logs import JsonLine
from tests.cases.pages import at, browser
from tests.conftest import Cast
from tests.factories import CaseFactory, ImportFactory, OutcomeFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-7f3a"


def breaks(request: HttpRequest) -> HttpResponse:
    request.GET.get("q")
    raise ValueError(f"{CANARY} in an exception")


def writes_a_row_that_the_database_refuses(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE refused (word text CHECK (word = ''));"
            f" INSERT INTO refused VALUES ('{CANARY}')"
        )
    return HttpResponse()


urlpatterns = [
    path("breaks/", breaks),
    path("refused/", writes_a_row_that_the_database_refuses),
    path("", include("config.urls")),
]
handler400 = "core.views.bad_request"
handler500 = "core.views.server_error"


@pytest.fixture
def kinds(cast: Cast, settings: Settings) -> Iterator[dict[str, Any]]:
    """An answer of each kind that there is."""
    settings.ROOT_URLCONF = __name__
    settings.WHITENOISE_AUTOREFRESH = False
    case = CaseFactory.create(borough=cast.a)
    OutcomeFactory.create(case=case)
    officer, admin = browser(cast.officer), browser(cast.administrator)
    officer.raise_request_exception = False
    strict = Client(enforce_csrf_checks=True)
    why = {"form": "csv", "recipient": "me", "reason": "Weekly review"}
    found = {
        "page": officer.get(at("case", case.pk)),
        "list": officer.get(at("outcomes")),
        "json": officer.get(
            reverse("accounts:import_progress", args=[ImportFactory.create(owner=cast.officer).pk]),
        ),
        "seconds": officer.get("/session/"),
        "export": officer.post(at("export_outcomes"), why),
        "workbook": officer.get(at("import_template")),
        "redirect": officer.get("/"),
        "sign-in": Client().get("/sign-in/"),
        "sent to sign in": Client().get(at("desk")),
        "signed out": browser(cast.colleague).post("/sign-out/"),
        "health": Client().get("/health/"),
        "static": Client().get(staticfiles_storage.url("app.css")),
        "picture": Client().get(staticfiles_storage.url("images/favicon.svg")),
        "admin": admin.get("/admin/"),
        "admin's list": admin.get(reverse("admin:cases_outcome_changelist")),
        "admin's form": admin.get(reverse("admin:cases_case_change", args=[case.pk])),
        "admin's words": admin.get("/admin/jsi18n/"),
        "not understood": officer.get("/", headers={"host": "elsewhere.example"}),
        "forged": strict.post("/sign-in/", {}),
        "refused": officer.get(at("duplicates")),
        "not found": officer.get("/cases/99999999/"),
        "no such page": Client().get("/nowhere/"),
        "not allowed": officer.get(at("find")),
        "too large": officer.post(at("find"), {"reference": "x" * 2_700_000}),
        "broken": officer.get("/breaks/"),
    }
    yield found
    for answer in found.values():
        answer.close()


STATUSES = {
    "redirect": 302,
    "sent to sign in": 302,
    "signed out": 302,
    "not understood": 400,
    "forged": 403,
    "refused": 403,
    "not found": 404,
    "no such page": 404,
    "not allowed": 405,
    "too large": 413,
    "broken": 500,
}
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
}
KEPT_BY_THE_BROWSER = {"static", "picture"}


def test_every_kind_of_answer_carries_the_headers(kinds: dict[str, Any]) -> None:
    for kind, answer in kinds.items():
        assert answer.status_code == STATUSES.get(kind, 200), kind
        assert {name: answer.get(name) for name in EVERYWHERE} == EVERYWHERE, kind
        said = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
        assert said == POLICY, kind
        assert "camera=()" in answer["Permissions-Policy"], kind
        assert UUID(answer["X-Request-ID"]), kind
        assert "Access-Control-Allow-Origin" not in answer, kind
        written = answer.get("Content-Type", "")
        assert "utf-8" in written or not written.startswith("text/"), kind


def test_nothing_but_static_files_is_kept_by_a_browser_or_a_proxy(kinds: dict[str, Any]) -> None:
    for kind, answer in kinds.items():
        kept = "no-store" not in answer["Cache-Control"]
        assert kept is (kind in KEPT_BY_THE_BROWSER), kind


def test_each_page_of_an_error_says_what_to_do_and_its_number(kinds: dict[str, Any]) -> None:
    told = {
        "not understood": "reload the page and try again",
        "forged": "reload the page and try again",
        "refused": "ask an administrator",
        "not found": "check that it is right",
        "no such page": "check that it is right",
        "too large": "shorten it and send it again",
        "broken": "Try again in a few minutes",
    }
    for kind, words in told.items():
        page = kinds[kind].content.decode()
        assert words in page, kind
        assert f'<span class="app-reference">{kinds[kind]["X-Request-ID"]}</span>' in page, kind
        assert "<strong>OFFICIAL-SENSITIVE</strong>" in page, kind
        assert "Traceback" not in page, kind
        assert CANARY not in page, kind


def test_every_page_is_marked(kinds: dict[str, Any]) -> None:
    for kind in ("page", "list", "sign-in", "admin", "admin's list", "admin's form"):
        page = kinds[kind].content.decode()
        assert page.count("<strong>OFFICIAL-SENSITIVE</strong>") == 1, kind


def test_the_page_of_a_fault_needs_no_database(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(cast.officer)
    client.raise_request_exception = False

    def down(*_: Any, **__: Any) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", down)
    answer = client.get(at("desk"))
    assert answer.status_code == 500
    assert "Sorry, something went wrong" in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()


PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": "".join(chr(33 + n) for n in range(60)),
    "ALLOWED_HOSTS": "days.example.org",
    "DATABASE_URL": "postgresql://x:password@127.0.0.1:1/z",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
ASK = """
import django
from django.conf import settings
django.setup()
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING")
from django.test import Client, RequestFactory
answer = Client().get("/sign-in/", secure=True, headers={"host": "days.example.org"})
plain = Client().get("/sign-in/", headers={"host": "days.example.org"})
cookies = [str(cookie) for cookie in answer.cookies.values()]
print(answer["Strict-Transport-Security"], plain.status_code, plain["Location"], sep="|")
print(plain["Content-Security-Policy"] == answer["Content-Security-Policy"])
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_HTTPONLY, cookies, sep="|")
"""


def test_in_production_the_deployment_check_is_clean_and_cookies_are_of_this_host_alone() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK],
        cwd=ROOT,
        env={**PRODUCTION, "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    _, headers, same_policy, session = ran.stdout.strip().rsplit("\n", 3)
    assert same_policy == "True"
    assert headers == (
        "max-age=31536000; includeSubDomains; preload|301|https://days.example.org/sign-in/"
    )
    name, http_only, cookies = session.split("|")
    assert (name, http_only) == ("__Host-session", "True")
    assert "Set-Cookie: __Host-csrf=" in cookies
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookies
    assert "Domain" not in cookies


@pytest.mark.parametrize("method", ["TRACE", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_that_no_page_asks_for_is_refused(cast: Cast, method: str) -> None:
    client = browser(cast.administrator)
    for address in (at("desk"), "/session/", "/sign-in/", "/admin/", "/health/"):
        answer = client.generic(method, address, headers={"x-echo": CANARY})
        assert answer.status_code == 405
        assert answer["Allow"] == "GET, HEAD, POST"
        assert CANARY not in answer.content.decode()


class TestTooLarge:
    LIMIT = 2_621_440

    @pytest.mark.parametrize("who", ["anonymous", "officer"])
    def test_a_body_over_the_limit_is_refused_unread(self, cast: Cast, who: str) -> None:
        client = Client() if who == "anonymous" else browser(cast.officer)
        for address in (at("find"), "/sign-in/", at("draft", UUID(int=1)), "/admin/login/"):
            answer = client.generic(
                "POST", address, b"x" * (self.LIMIT + 1), "application/x-www-form-urlencoded"
            )
            assert answer.status_code == 413
            assert "This is too much to send at once" in answer.content.decode()

    def test_a_file_is_taken_by_no_form_but_the_imports(self, cast: Cast) -> None:
        file = SimpleUploadedFile("x.csv", b"x" * (self.LIMIT + 1))
        client = browser(cast.officer)
        assert client.post(at("find"), {"reference": file}).status_code == 413
        file.seek(0)
        answer = client.post(at("imports"), {"file": file, "owner": seal_of(cast.officer)})
        assert answer.status_code in {200, 302}

    def test_more_fields_or_files_than_any_form_has_are_not_understood(self, cast: Cast) -> None:
        client = browser(cast.officer)
        many = {f"f{n}": "" for n in range(1001)}
        files = {f"f{n}": SimpleUploadedFile("x", b"x") for n in range(2)}
        for sent in (many, files):
            answer = client.post(at("find"), sent)
            assert answer.status_code == 400
            assert "was not understood" in answer.content.decode()

    def test_a_body_that_stops_half_way_is_let_go(self) -> None:
        class Stopped(io.BytesIO):
            def read(self, *_: Any) -> bytes:
                raise TimeoutError

        request = RequestFactory().post("/sign-in/", {"username": "x"})
        request.META["wsgi.input"] = request._stream = Stopped()
        answer = KeptForms(lambda _: HttpResponse()).process_view(request, breaks)
        assert answer is not None
        assert answer.status_code == 408

    def test_a_client_that_sends_too_slowly_is_let_go(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gunicorn, "PATIENCE", 0.3)
        ours, theirs = socket.socketpair()
        ended = threading.Event()

        def drip() -> None:
            while not ended.wait(0.05):
                theirs.send(b"x")

        request = SimpleNamespace(unreader=SocketUnreader(ours), headers=[("CONTENT-LENGTH", "9")])
        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            gunicorn.pre_request(None, request)
            begun = monotonic()
            with pytest.raises(TimeoutError):
                list(iter(request.unreader.read, b""))
            assert monotonic() - begun >= 0.3
            gunicorn.post_request(None, request, None, None)
            sleep(0.1)
            assert request.unreader.read()
        finally:
            ended.set()
            dripping.join()
            ours.close()
            theirs.close()


class TestLog:
    @pytest.fixture
    def lines(self, settings: Settings) -> Iterator[list[str]]:
        """All that the log says, down to the last logger."""
        settings.ROOT_URLCONF = __name__
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

    def test_nothing_of_a_request_but_its_kind_is_in_a_line(
        self, lines: list[str], cast: Cast
    ) -> None:
        client = browser(cast.officer)
        client.raise_request_exception = False
        headers = {"user-agent": CANARY, "referer": f"http://testserver/{CANARY}", "x": CANARY}
        client.cookies["other"] = CANARY
        for address in ("/breaks/", "/refused/", at("outcomes"), f"/{CANARY}/", "/cases/9/"):
            client.get(f"{address}?q={CANARY}", headers=headers)
            client.post(f"{address}?q={CANARY}", {"note": CANARY}, headers=headers)
        client.get("/", headers={"host": f"{CANARY}.example"})
        Client(enforce_csrf_checks=True).post(f"/sign-in/?next={CANARY}", {"username": CANARY})
        Client().post("/sign-in/", {"username": CANARY, "password": CANARY})
        text = "\n".join(lines)
        assert CANARY not in text
        for word in (cast.officer.username, cast.officer.name, client.session.session_key):
            assert word
            assert str(word) not in text

        said = [json.loads(line) for line in lines]
        requests = [line for line in said if line["logger"] == "core.edge"]
        assert {(line["route"], line["status"]) for line in requests} >= {
            ("breaks/", 500),
            ("outcomes/", 200),
            ("cases/<int:pk>/", 404),
            ("", 404),
        }
        assert all(line["milliseconds"] > 0 and UUID(line["request"]) for line in requests)
        broken = next(line for line in said if line.get("exception") == "builtins.ValueError")
        assert broken["at"][-1].endswith(" breaks")
        assert broken["request"] in {line["request"] for line in requests}

    def test_a_job_is_named_and_its_arguments_are_not(self, lines: list[str]) -> None:
        words: dict[str, object] = {
            "name": "cases.tasks.purge",
            "id": "7",
            "args": CANARY,
            "return_value": CANARY,
        }
        words |= {"exc": CANARY, "runtime": 0.2}
        logging.getLogger("celery.app.trace").info("%(name)s gave %(return_value)s", words)
        assert CANARY not in lines[0]
        said = json.loads(lines[0])
        assert (said["name"], said["runtime"]) == ("cases.tasks.purge", 0.2)

    def test_what_celery_says_of_itself_is_readable(self, lines: list[str]) -> None:
        logging.getLogger("celery.worker.consumer").info("Connected to %s", "redis")
        assert json.loads(lines[0])["message"] == "Connected to redis"
