"""Whoever owns the database, and what they can do to the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from audit.check_seals import BEFORE_ALL
from audit.models import ErasedRow, LogRow
from audit.seals import seal
from audit.tables import EVERYTHING, table
from tests.core.rules import execute
from tests.factories import BY_MODEL

COVERED: list[type[Model]] = [
    LogRow,
    ErasedRow,
    *(model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")),
]
"""Every table that a seal covers."""


def past_the_guards(*statements: str) -> None:
    """As the owner of the database, who can put triggers to sleep."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET session_replication_role = replica")
    for sql in statements:
        execute(sql)
    execute("SET session_replication_role = DEFAULT")


@dataclass(frozen=True)
class Nights:
    """Rows of one table in two nights, each sealed."""

    table: str
    key: str
    ids: list[int]
    second: int
    """The first row of the second night."""

    @classmethod
    def of(cls, model: type[Model]) -> "Nights":
        """Of history, by making what it is the history of."""
        of = table(model)
        nights: list[list[int]] = []
        for _ in range(2):
            for _ in range(2):
                BY_MODEL[getattr(model, "pgh_tracked_model", model)].create()
            seal()
            after = nights[-1][-1] if nights else BEFORE_ALL
            nights.append([key for key, _ in of.digests([of.key], after, EVERYTHING)])
        return cls(of.name, of.key, [*nights[0], *nights[1]], nights[1][0])


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
