"""Whether a website answers, asked politely, and of public addresses alone.

A website is typed by people, so asking for it must not lead into the force's own network: each
address that its name stands for is judged before anything is sent, and the connection is made to
the very address that was judged.
"""

import errno
import http.client
import socket
import ssl
import string
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Timer
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from partners.choices import LinkResult

EACH_ANSWER_WITHIN = 5
ALL_WITHIN = 15
"""Seconds; the second for one website altogether, however slowly its words drip in."""
REDIRECTS = 3
MOVED = {301, 302, 303, 307, 308}
THERE = {401, 403, 429}
"""What websites say that are there and let no machine in."""
NO_WAY_OUT = {socket.EAI_AGAIN, errno.ENETUNREACH, errno.EHOSTUNREACH}
HEADERS = {"User-Agent": "DaysOfAction-link-check/1.0", "Accept": "*/*", "Connection": "close"}

Judge = Callable[[IPv4Address | IPv6Address], bool]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is somebody's in the public internet."""
    return address.is_global and not (address.is_multicast or address.is_reserved)


def check_link(
    url: str, *, may_ask: Judge = is_public, within: float = ALL_WITHIN
) -> LinkResult | None:
    """What came of asking for a website; nothing where this machine has no way out to ask."""
    try:
        status, arrived = _follow(url, may_ask, time.monotonic() + within)
    except (http.client.HTTPException, ValueError):
        return LinkResult.BROKEN
    except OSError as failed:
        return None if failed.errno in NO_WAY_OUT else LinkResult.BROKEN
    if status >= 400 and status not in THERE:
        return LinkResult.BROKEN
    return LinkResult.ANSWERS if _site(arrived) == _site(url) else LinkResult.MOVED


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _follow(url: str, may_ask: Judge, until: float) -> tuple[int, str]:
    """The last status of a chain of redirects, and the address that gave it."""
    for _ in range(REDIRECTS + 1):
        status, leads_to = _ask("HEAD", url, may_ask, until)
        if status >= 400:
            # Some websites know no HEAD, and say so in many ways.
            status, leads_to = _ask("GET", url, may_ask, until)
        if status not in MOVED or not leads_to:
            return status, url
        url = urljoin(url, leads_to)
    raise ValueError("Redirected too often")


def _ask(method: str, url: str, may_ask: Judge, until: float) -> tuple[int, str]:
    """The status of one answer and where it leads; its body stays unread."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("No website")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port)
    bare = _connected(parts.hostname, connection.port, may_ask)
    with bare, _cut_off(bare, until):
        connection.sock = bare
        if parts.scheme == "https":
            # A hold of its own on the connection, so that cutting it off meddles with no secret.
            held, safe = bare.dup(), ssl.create_default_context()
            connection.sock = safe.wrap_socket(held, server_hostname=parts.hostname)
        try:
            connection.request(method, _target(parts), headers=HEADERS)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
        finally:
            connection.close()


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return quote(f"{parts.path or '/'}{query}", safe=string.punctuation)


def _connected(host: str, port: int, may_ask: Judge) -> socket.socket:
    """A connection to the first address that takes one; to none where one of them is not public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    places = [place[:2] for *_, place in found]
    if not all(may_ask(ip_address(str(address))) for address, _ in places):
        raise ValueError("Not a public address")
    failed = OSError("No address")
    for address, number in places:
        try:
            return socket.create_connection((str(address), int(number)), EACH_ANSWER_WITHIN)
        except OSError as refused:
            failed = refused
    raise failed


@contextmanager
def _cut_off(connection: socket.socket, until: float) -> Iterator[None]:
    """Ends a connection at a moment, whatever is still to come through it."""

    def cut() -> None:
        # It may have ended by itself.
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    timer = Timer(max(until - time.monotonic(), 0), cut)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
