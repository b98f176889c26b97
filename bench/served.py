"""The product as `make run` serves it, for a benchmark, and browsers that ask it."""

import http.client
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.management.commands.run import GUNICORN
from core.servers import database_url
from tests.signing_in import show_second_factor

PORT = 8790


@contextmanager
def serving() -> Iterator[int]:
    """Gunicorn with the product and the plain views, on this database; its process number."""
    config = "--config python:config.gunicorn"
    words = f"-m gunicorn {config} bench.plain {GUNICORN} --bind 127.0.0.1:{PORT}"
    url = database_url(connection.settings_dict)
    server = subprocess.Popen(
        [sys.executable, *shlex.split(words)],
        env={**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "4"},
    )
    try:
        for _ in range(100):
            with suppress(OSError):
                asked = http.client.HTTPConnection("127.0.0.1", PORT)
                asked.request("GET", reverse("health"))
                asked.getresponse()
                break
            time.sleep(0.1)
        yield server.pid
    finally:
        server.terminate()
        server.wait(10)


class Browser:
    """Somebody signed in, with a browser that keeps its connection."""

    def __init__(self, user: User) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT)
        signed_in = Client(headers={"host": "localhost"})
        signed_in.force_login(user)
        show_second_factor(signed_in, user)
        signed_in.get(reverse("summaries:campaigns"))
        self.cookies = {name: morsel.value for name, morsel in signed_in.cookies.items()}
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.headers = {"Cookie": cookie, "Accept-Encoding": "gzip"}

    def ask(
        self,
        method: str,
        address: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        return self.read(method, address, body, headers)[0]

    def read(
        self,
        method: str,
        address: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection.request(method, address, body, self.headers | (headers or {}))
        answer = self.connection.getresponse()
        return answer, answer.read()
