"""One question to the product: what it answers, which rows of the log it leaves, what it writes."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.test import TestCase
from django.urls import Resolver404, resolve

from audit.models import LogRow
from tests.security.world import World

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
OF_ANY_LOOK = {"audit_logrow", "django_session", "usersessions_usersession"}
"""What a look may write: its row of the log, and the session."""


def asked(world: World, who: str, method: str, address: str) -> list[str]:
    """The status, where it leads, each row of the log, and each table written besides."""
    written: set[str] = set()

    def watch(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if found := WRITES.match(sql):
            written.add(found[1])
        return execute(sql, *args)

    client = world.browser(who)
    last = LogRow.objects.values_list("pk", flat=True).first() or 0
    with transaction.atomic(), connection.execute_wrapper(watch):
        try:
            with TestCase.captureOnCommitCallbacks(execute=True):
                answer: Any = getattr(client, method.lower())(address)
            said = f"{answer.status_code}{_leads_to(answer)}"
            # Read to its end, a file closes itself.
            if answer.streaming:
                b"".join(answer.streaming_content)
        except Exception as error:  # What the product does not answer is an answer of the table.
            said = f"500 {type(error).__name__}: {error}"
        rows = [] if said.startswith("500") else _rows(world, who, last)
        transaction.set_rollback(True)
    return [said, *rows, *(f"writes {table}" for table in sorted(written - OF_ANY_LOOK))]


def _leads_to(answer: Any) -> str:
    """The name of the page, if the answer leads to another."""
    if "Location" not in answer.headers:
        return ""
    path = urlsplit(answer.headers["Location"]).path
    if path.startswith(settings.STATIC_URL):
        return " static"
    try:
        return f" {resolve(path).view_name}"
    except Resolver404:
        return f" {path}"


def _rows(world: World, who: str, last: int) -> list[str]:
    """In words, with the person only where it is not who asks."""
    found = []
    for row in LogRow.objects.filter(pk__gt=last).order_by("pk"):
        words = [row.action, row.object_type, row.object_id]
        if row.action == LogRow.Action.REFUSED:
            words += [str(row.details["status"]), row.details["method"]]
        words += [f"for {row.reason_code}"] if row.reason_code else []
        words += [f"flag {row.flag}"] if row.flag else []
        person = world.people.get(who)
        known = (person.username, person.role) if person else ("", "")
        words += [] if (row.actor, row.role) == known else [f"by {row.actor} {row.role}"]
        found.append(" ".join(filter(None, words)))
    return found
