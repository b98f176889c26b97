"""Sending by a real mail server on this machine, and the page of what was kept instead."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from core.mail import Server
from summaries import tasks
from summaries.digest import supervisors_to_send
from summaries.models import MailSent
from tests.conftest import Cast
from tests.factories import CampaignFactory, SummaryRunFactory
from tests.faults.conftest import wait_until
from tests.summaries.test_digest import SEVEN

pytestmark = pytest.mark.django_db


class Inbox:
    """What the server took in; it can be told to refuse so many first, or to wait."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bool]] = []
        self.refuses = 0
        self.goes_on = Event()
        self.goes_on.set()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            self.refuses -= 1
            return "451 Try again"
        while not self.goes_on.is_set():
            await asyncio.sleep(0.01)
        under_tls = server.transport.get_extra_info("ssl_object") is not None
        self.taken.append((envelope.rcpt_tos[0], under_tls))
        return "250 OK"


class OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for 127.0.0.1 that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("mail") / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def serve(inbox: Inbox, certificate: Path, settings: Settings) -> Iterator[Callable[..., None]]:
    """Starts a server, and sets its address as the environment would."""
    running: list[Controller] = []

    def start(scheme: str, *, offers: str = "") -> None:
        context = None
        if offers:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        controller = OnAnyPort(
            inbox,
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if offers == "tls" else None,
            tls_context=context if offers == "starttls" else None,
        )
        controller.start()
        running.append(controller)
        use(settings, f"{scheme}://127.0.0.1:{controller.port}")

    yield start
    for controller in running:
        controller.stop()


def use(settings: Settings, url: str) -> None:
    server = Server.of(url)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = server.starttls, server.tls


@pytest.fixture(autouse=True)
def at_seven(cast: Cast) -> Iterator[None]:
    """On the morning of a campaign, after a good night."""
    CampaignFactory.create(boroughs=[cast.a])
    at = SEVEN.replace(hour=2)
    SummaryRunFactory.create(started_at=at, finished_at=at, counted_to=at)
    User.objects.filter(pk=cast.supervisor.pk).update(email="dana@example.org")
    with time_machine.travel(SEVEN, tick=True):
        yield


def send(cast: Cast) -> Any:
    """The job as the worker does it, its retries included."""
    return tasks.figures_to.apply(args=(cast.supervisor.pk,))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("scheme", "offers"), [("smtp", "starttls"), ("smtps", "tls"), ("smtp+plain", "")]
)
def test_a_server_takes_it(
    serve: Callable[..., None], inbox: Inbox, cast: Cast, scheme: str, offers: str
) -> None:
    serve(scheme, offers=offers)
    assert send(cast).successful()
    assert send(cast).successful()
    assert inbox.taken == [("dana@example.org", bool(offers))]


def test_nothing_is_said_to_a_server_without_tls(
    serve: Callable[..., None], inbox: Inbox, cast: Cast
) -> None:
    serve("smtp")
    assert send(cast).failed()
    assert (inbox.taken, MailSent.objects.count()) == ([], 0)


@pytest.mark.parametrize(("scheme", "offers"), [("smtp", "starttls"), ("smtps", "tls")])
def test_nothing_is_said_to_a_server_that_nobody_vouches_for(
    serve: Callable[..., None], inbox: Inbox, cast: Cast, scheme: str, offers: str
) -> None:
    serve(scheme, offers=offers)
    assert send(cast).failed()
    assert (inbox.taken, MailSent.objects.count()) == ([], 0)


def test_a_server_that_is_busy_is_asked_again(
    serve: Callable[..., None], inbox: Inbox, cast: Cast
) -> None:
    serve("smtp+plain")
    inbox.refuses = 3
    assert send(cast).result is None
    assert inbox.taken == [("dana@example.org", False)]
    assert MailSent.objects.count() == 1


def test_what_a_dead_server_kept_back_goes_out_with_the_next_round(
    serve: Callable[..., None], inbox: Inbox, cast: Cast, settings: Settings
) -> None:
    use(settings, "smtp+plain://127.0.0.1:9")
    assert send(cast).failed()
    assert not MailSent.objects.exists()
    assert list(supervisors_to_send(SEVEN)) == [cast.supervisor]
    serve("smtp+plain")
    assert send(cast).successful()
    assert inbox.taken == [("dana@example.org", False)]
    assert not supervisors_to_send(SEVEN)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_job_delivered_again_while_the_first_is_sending_sends_nothing(
    serve: Callable[..., None], inbox: Inbox, cast: Cast
) -> None:
    serve("smtp+plain")
    inbox.goes_on.clear()

    def work() -> None:
        try:
            send(cast)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    wait_until(somebody_waits, "the second worker to wait for the first")
    inbox.goes_on.set()
    for worker in workers:
        worker.join()
    assert inbox.taken == [("dana@example.org", False)]
    assert MailSent.objects.count() == 1


@pytest.fixture
def kept(cast: Cast, settings: Settings, tmp_path: Path) -> str:
    """An email on a machine without a server; where it is shown."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert send(cast).successful()
    [file] = tmp_path.glob("*.log")
    return f"/mails/{file.stem}/"


def test_an_e_mail_that_is_kept_is_shown_whole(kept: str, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.administrator)
    [listed] = client.get("/mails/").context["mails"]
    assert listed.subject == "OFFICIAL-SENSITIVE: Days of Action, Thu 25 November"
    assert (listed.to, listed.sent_at.date()) == ("dana@example.org", SEVEN.date())
    page = client.get(kept).content.decode()
    assert "Clare’s Law" in page or "Clare&#x27;s Law" in page
    assert "get it no more: " in page
    assert 'href="http://127.0.0.1:8000/campaigns/' in page
    assert client.get("/mails/another/").status_code == 404
    assert client.get("/mails/../settings/").status_code == 404


def test_only_administrators_read_it_and_only_where_nothing_is_sent(
    kept: str, cast: Cast, settings: Settings
) -> None:
    def answers(person: User | None) -> list[int]:
        client = Client()
        if person:
            client.force_login(person)
        return [client.get(at).status_code for at in ("/mails/", kept)]

    assert answers(None) == [302, 302]
    for person in (cast.officer, cast.supervisor, cast.communications, cast.auditor):
        assert answers(person) == [403, 403]
    assert answers(cast.administrator) == [200, 200]
    settings.MAILS_KEPT = False
    assert answers(cast.administrator) == [404, 404]
