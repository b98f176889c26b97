"""Real processes: a worker on a real broker, and commands that can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections

from config.celery import app
from core.servers import database_url

PATIENCE = 180
"""Seconds that a slow machine gets; nothing is measured by them."""


def wait_until(true: Callable[[], bool], what: str) -> None:
    """Waits for a condition; fails in words when it does not come."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"Waited {PATIENCE} s in vain for: {what}"
        time.sleep(0.1)


@dataclass(frozen=True)
class Processes:
    """Starts processes of the product on the test's own database, broker and queue."""

    environment: dict[str, str]
    queue: str

    def command(self, *words: str) -> subprocess.Popen[str]:
        return self._start("manage.py", *words)

    def worker(self) -> subprocess.Popen[str]:
        return self._start(
            "-m", "celery", "--app", "config", "worker",
            "--concurrency", "1", "--queues", self.queue, "--loglevel", "WARNING",
        )  # fmt: skip

    def web(self, config: Path, port: int) -> subprocess.Popen[str]:
        return self._start(
            "-m", "gunicorn", "--config", str(config), "config.wsgi",
            "--bind", f"127.0.0.1:{port}", "--threads", "2", "--no-control-socket",
        )  # fmt: skip

    def _start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the process and all its children: no goodbye, no clean-up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    if process.stdout:
        process.stdout.close()


@pytest.fixture
def processes(transactional_db: None, broker: str, monkeypatch: pytest.MonkeyPatch) -> Processes:
    queue = f"test-{uuid4()}"
    monkeypatch.setitem(app.conf, "task_default_queue", queue)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(connection.settings_dict),
        "REDIS_URL": broker,
        "PYTHONPATH": str(Path(settings.BASE_DIR)),
    }
    return Processes(environment, queue)


@contextmanager
def ledger_locked() -> Iterator[Callable[[], bool]]:
    """Stops any fill half-way: after it took the marks, before it wrote the ledger.

    Gives a question: is a fill waiting now?
    """
    holder = connections.create_connection("default")
    holder.set_autocommit(False)
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE summaries_restatement IN EXCLUSIVE MODE")

        def waiting() -> bool:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                " WHERE datname = current_database() AND NOT granted"
                " AND relation = 'summaries_restatement'::regclass"
            )
            return bool(cursor.fetchone()[0])

        try:
            yield waiting
        finally:
            holder.rollback()
            holder.close()
