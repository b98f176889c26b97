"""`manage.py run` as a new user meets it: servers of its own, one at a time, gone when stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from django.conf import settings

from tests.faults.conftest import PATIENCE, wait_until

GIVEN = {"DATABASE_URL", "REDIS_URL", "MODE", "PORT", "VAR_DIR", "DEBUG"}


class Product:
    """The product in a folder of its own."""

    def __init__(self, var: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var = var
        self.log = var.parent / "log"

    def environment(self, **changes: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in GIVEN}
        return {**inherited, "VAR_DIR": str(self.var), "PORT": str(self.port), **changes}

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it and waits until its page answers."""
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=settings.BASE_DIR,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )

        def ready() -> bool:
            return "Ctrl-C stops everything" in self.log.read_text() and self.answers()

        wait_until(lambda: ready() or process.poll() is not None, "the sign-in page")
        assert process.poll() is None, self.log.read_text()
        return process

    def try_to(self, *words: str, **changes: str) -> tuple[int, str]:
        """The exit status of a command and all that it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=self.environment(**changes),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=5) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def left_running(self) -> list[str]:
        """Processes of this product that are still there, servers included."""
        found = []
        for process in psutil.process_iter(["cmdline", "name"]):
            try:
                theirs = process.environ().get("VAR_DIR") == str(self.var)
            except psutil.Error:
                theirs = False
            if theirs or str(self.var) in " ".join(process.info["cmdline"] or []):
                found.append(process.info["name"])
        return found


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("product") / "var")
    yield product
    for process in psutil.process_iter():
        try:
            if process.environ().get("VAR_DIR") == str(product.var):
                process.kill()
        except psutil.Error:
            continue


pytestmark = pytest.mark.xdist_group("run")


def test_it_starts_once_and_stops_all_that_it_started(product: Product) -> None:
    process = product.start()
    words = product.log.read_text()
    assert f"http://127.0.0.1:{product.port}/" in words
    assert "supervisor.force" in words

    status, words = product.try_to("run")
    assert status == 1
    assert words == (
        f"CommandError: It is running already, at http://127.0.0.1:{product.port}/. "
        "Stop that one first."
    )
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    wait_until(lambda: product.left_running() == [], "all processes to end")


def test_killed_hard_it_recovers_at_the_next_start(product: Product) -> None:
    process = product.start()
    process.kill()
    process.wait(PATIENCE)
    assert product.left_running()
    process = product.start()
    assert "demo was loaded" not in product.log.read_text()
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    wait_until(lambda: product.left_running() == [], "all processes to end")


def test_a_command_starts_the_database_it_needs_and_stops_it(product: Product) -> None:
    status, words = product.try_to("migrate", "--verbosity=0")
    assert (status, words) == (0, "")
    status, words = product.try_to("prove")
    assert status == 0, words
    assert words.endswith("0 differ.")
    wait_until(lambda: product.left_running() == [], "the database to stop")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"PORT": "eighty"}, "ImproperlyConfigured: PORT must be a number from 1 to 65535"),
        ({"DATABASE_URL": "mysql://host/name"}, "Settings: DATABASE_URL must look like postgres"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "OperationalError: "),
        ({"REDIS_URL": "amqp://host"}, "Settings: REDIS_URL must look like redis://"),
        ({"MODE": "staging"}, "Settings: MODE must be local or production, not 'staging'."),
        ({"MODE": "production"}, "Settings: Set SECRET_KEY: MODE=production needs it."),
        (
            {"SEAL_EVERY_MINUTES": "0"},
            'Settings: Environment variable "SEAL_EVERY_MINUTES" invalid',
        ),
        ({"EMAIL_URL": "smtp://host"}, "Settings: EMAIL_URL needs EMAIL_FROM and SITE_URL."),
        ({"SITE_URL": "days.example"}, "Settings: SITE_URL must look like https://"),
        ({"EMAIL_FROM": "nobody"}, "Settings: EMAIL_FROM must be an email address."),
        ({"DEBUG": "perhaps"}, 'Settings: Environment variable "DEBUG" invalid'),
        ({"VAR_DIR": "/proc/var"}, "Settings: Cannot write to /proc/var"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    product: Product, changes: dict[str, str], line: str
) -> None:
    status, words = product.try_to("run", **changes)
    assert status == 1
    assert words.startswith(line)
    assert "\n" not in words


def test_a_port_in_use_is_said_in_one_line(product: Product) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, words = product.try_to("run", PORT=str(port))
    assert status == 1
    assert words == (
        f"CommandError: Port {port} cannot be used (Address already in use). "
        "Choose another: PORT=8001 make run"
    )
