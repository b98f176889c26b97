"""`manage.py run`: the whole product on this machine, started and stopped together."""

import fcntl
import os
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from honcho.manager import Manager

from config.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS, demo_code
from core.servers import database_url, private_directory, redis_running

STARTED_BY = "DAYS_OF_ACTION_STARTED_BY"
"""Set for every process that this command starts, so that the next start finds what a kill left."""

GUNICORN = "--workers 2 --threads 4 --log-level warning"
"""How the web server is started here; the benchmarks start it so too."""


class Command(BaseCommand):
    help = "Run the web server, the worker and the timetable, with the demo. Ctrl-C stops them all."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        port = _port()
        with ExitStack() as stack:
            stack.enter_context(_the_only_one(settings.VAR_DIR / "run.lock", port))
            _end_what_a_kill_left(settings.VAR_DIR)
            _check_port(port)
            connection.ensure_connection()
            os.environ[STARTED_BY] = str(settings.VAR_DIR)
            if not os.environ.get("REDIS_URL"):
                stack.enter_context(redis_running(settings.VAR_DIR))
            self.stdout.write("Preparing the database and the demo campaign...")
            call_command("migrate", verbosity=0)
            call_command("demo", stdout=self.stdout)
            # Given the address, none of the other processes starts a server.
            environment = {
                **os.environ,
                "DATABASE_URL": database_url(connection.settings_dict),
                # Celery says so at each start; on a machine of one's own it is a matter of taste.
                "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
            }
            connection.close()
            self._announce(port)
            status = _serve(port, environment)
        if status not in {0, 130, 143}:
            raise CommandError(f"A process ended with status {status}; its last lines are above.")

    def _announce(self, port: int) -> None:
        self.stdout.write(f"\nDays of Action is at http://127.0.0.1:{port}/\n\nDemo sign-ins:")
        for sign_in in DEMO_SIGN_INS:
            self.stdout.write(f"  {sign_in.username:<22} {sign_in.who}")
        self.stdout.write(f"  Password of each: {DEMO_PASSWORD}")
        code, seconds = demo_code()
        self.stdout.write(f"  One-time code of each: {code}, for {seconds} seconds")
        self.stdout.write("  Another code: make code, in another window")
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ImproperlyConfigured(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


@contextmanager
def _the_only_one(path: Path, port: int) -> Iterator[None]:
    """Holds the lock of this checkout; the kernel lets go of it even if we are killed."""
    private_directory(path.parent)
    with path.open("a+") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CommandError(
                f"It is running already, at {lock.read().strip()}. Stop that one first."
            ) from None
        lock.truncate(0)
        lock.write(f"http://127.0.0.1:{port}/")
        lock.flush()
        yield


def _end_what_a_kill_left(var: Path) -> None:
    """Ends the web, worker and beat of a run that was killed and could not end them."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(STARTED_BY) == str(var) and process.pid != os.getpid():
                process.kill()
                left.append(process)
    psutil.wait_procs(left, timeout=10)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: PORT=8001 make run"
            ) from None


def _serve(port: int, environment: dict[str, str]) -> int:
    """Runs the three processes until one ends or we are told to stop; gives the exit status."""
    program = f"{shlex.quote(sys.executable)} -m"
    jobs = f"{program} celery --app config --quiet"
    manager = Manager()
    for name, command in {
        "web": f"{program} gunicorn --config python:config.gunicorn config.wsgi"
        f" --bind 127.0.0.1:{port} {GUNICORN}",
        "worker": f"{jobs} worker --concurrency 1 --loglevel WARNING",
        "beat": f"{jobs} beat --loglevel WARNING",
    }.items():
        pool = {"DATABASE_POOL": "4"} if name == "web" else {}
        manager.add_process(name, command, env=environment | pool)
    manager.loop()
    return int(manager.returncode or 0)
