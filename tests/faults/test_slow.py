"""A client that sends too slowly, against the real web server with the product's own settings."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Processes, kill, wait_until

HURRIED = """
from config import gunicorn
from config.gunicorn import *

gunicorn.PATIENCE = 0.5
"""
HEAD = "POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n"
HEAD += "Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=rob"


@pytest.fixture
def port(processes: Processes, tmp_path: Path) -> Iterator[int]:
    """Of a web server that waits half a second where it would wait twenty."""
    config = tmp_path / "hurried.py"
    config.write_text(HURRIED)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    served = processes.web(config, number)
    wait_until(lambda: status(number) == 200, "the web server")
    yield number
    kill(served)


def status(port: int) -> int:
    """What is answered to a question that asks little; 0 where nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(b"GET /health/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return answered(line)
    except ConnectionRefusedError:
        return 0


def answered(line: socket.socket) -> int:
    return int(line.recv(4096).decode("latin1").split(" ", 2)[1])


def test_half_a_form_is_let_go_and_others_are_served_meanwhile(port: int) -> None:
    waiting = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(6)]
    for line in waiting:
        line.sendall(HEAD.encode())
    answers = [answered(line) for line in waiting]
    for line in waiting:
        line.close()
    assert answers == [408] * 6
    assert status(port) == 200
