"""The database's own rules, each by its name, with changes that it refuses and ones it lets pass.

A change is a bare UPDATE, so no form, model or action stands before the database.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Model
from factory.django import DjangoModelFactory

from core.days import DatabaseNow
from tests.factories import UserFactory

Change = dict[str, Any]
"""The new value of each field; a function among the values makes it from the row."""

A_MICROSECOND = timedelta(microseconds=1)
PATIENCE = 60
"""Seconds that a slow machine gets; nothing is measured by them."""


@dataclass(frozen=True)
class Rule:
    """A named rule, a row that keeps it, changes that it refuses and neighbours that it accepts."""

    name: str
    row: Callable[[], Model]
    refused: Sequence[Change]
    accepted: Sequence[Change] = field(default=())


def trials(rules: Iterable[Rule]) -> pytest.MarkDecorator:
    """Runs a test for each change, with the name of the rule that must refuse it, or none."""
    return pytest.mark.parametrize(
        ("row", "change", "verdict"),
        [
            pytest.param(rule.row, change, verdict, id=f"{rule.name}-{what}-{n}")
            for rule in rules
            for what, changes, verdict in (
                ("refuses", rule.refused, rule.name),
                ("accepts", rule.accepted, ""),
            )
            for n, change in enumerate(changes, start=1)
        ],
    )


def judged(row: Model, change: Change) -> str:
    """Who refuses a change of a row; nobody if it passes."""
    values = {name: new(row) if callable(new) else new for name, new in change.items()}
    rows = type(row)._base_manager.filter(pk=row.pk)
    return refused_by(lambda: rows.update(**values))


def refused_by(act: Callable[[], object]) -> str:
    """The constraint or trigger function that refuses an act; nobody if it passes, undone again."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except DatabaseError as error:
        cause = error.__cause__
        assert isinstance(cause, psycopg.Error)
        function = re.match(r"PL/pgSQL function (\w+)\(", cause.diag.context or "")
        return cause.diag.constraint_name or (function[1] if function else str(cause))
    return ""


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def new(builder: type[DjangoModelFactory[Any]], **fields: Any) -> Callable[[Model], Model]:
    """A value that is made for the change."""
    return lambda _row: builder.create(**fields)


somebody = new(UserFactory)


def fact_rules(table: str, row: Callable[[], Model]) -> list[Rule]:
    """The rules that every fact shares."""
    when, who, why = {"voided_at": DatabaseNow()}, {"voided_by": somebody}, {"void_reason": "Twice"}
    return [
        Rule(
            f"{table}_void_says_who_when_why",
            row,
            refused=[
                *(when, who, why, when | who, when | why, who | why),
                when | who | {"void_reason": " \n"},
            ],
            accepted=[when | who | why],
        ),
        Rule(
            f"{table}_recorded_in_the_past",
            row,
            refused=[{"recorded_at": DatabaseNow() + A_MICROSECOND}],
            accepted=[{"recorded_at": DatabaseNow()}],
        ),
        Rule(
            f"{table}_voided_after_recorded",
            row,
            refused=[who | why | {"voided_at": F("recorded_at") - A_MICROSECOND}],
            accepted=[who | why | {"voided_at": F("recorded_at")}],
        ),
    ]


def until_someone_waits() -> None:
    """Returns once another session waits for this one to commit."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise TimeoutError
