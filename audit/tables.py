"""The tables that seals cover, and how their rows are read: in order of id, a few at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from audit.models import ErasedRow, LogRow

EVERYTHING = 2**63 - 1
"""An id that no row goes beyond."""


@dataclass(frozen=True)
class Table:
    """A table of the log, its key, and the columns that a seal of today covers."""

    name: str
    key: str
    columns: list[str]

    def digests(
        self, columns: list[str], after: int, end: int, limit: int | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """The id of each row, and the SHA-256 of its content."""
        return self._read(digest(columns), after, end, limit)

    def texts(self, columns: list[str], after: int, end: int) -> Iterator[tuple[int, str]]:
        """The id of each row, and its content to the letter."""
        return self._read(content(columns), after, end, None)

    def _read(self, what: str, after: int, end: int, limit: int | None) -> Iterator[Any]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                f"SELECT {self.key}, {what} FROM {self.name}"
                f" WHERE {self.key} > %s AND {self.key} <= %s ORDER BY {self.key} LIMIT %s",
                [after, end, limit],
            )
            while rows := cursor.fetchmany(CHUNK):
                yield from rows


CHUNK = 2000
"""Rows that are on their way at once."""


WHO = "pgh_context.user"
"""Not a column: who made a change stands beside its history, and is sealed with it."""


def content(columns: list[str]) -> str:
    """SQL for the content of a row as a seal covers it: a JSON array of its columns."""
    who = "(SELECT metadata->'user' FROM pghistory_context WHERE id = pgh_context_id)"
    names = [who if column == WHO else connection.ops.quote_name(column) for column in columns]
    return f"jsonb_build_array({', '.join(names)})::text"


def digest(columns: list[str]) -> str:
    """SQL for the SHA-256 of a row's content."""
    return f"sha256(convert_to({content(columns)}, 'UTF8'))"


def tables() -> dict[str, Table]:
    """The log, what was erased from it, and every history table, by name."""
    history = [m for m in apps.get_models() if hasattr(m, "pgh_tracked_model")]
    models: list[type[Model]] = [LogRow, ErasedRow, *history]
    return {model._meta.db_table: table(model) for model in models}


def table(model: type[Model]) -> Table:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    if "pgh_context_id" in columns:
        columns.append(WHO)
    return Table(name=model._meta.db_table, key=str(model._meta.pk.column), columns=columns)
