"""The check that nothing sealed has been touched since, over the database itself.

What is checked is in `audit/check_seals.py`, which needs no database; here are the rows for it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from audit.check_seals import BEFORE_ALL, Erased, Fault, Part, Result, Row, Sealed, check
from audit.models import ErasedRow, Seal
from audit.seals import salt_of, sealed_of
from audit.tables import tables
from core.snapshots import one_snapshot


def verify(kept: Mapping[int, str] | None = None) -> Result:
    """What was found, up to the first fault.

    `kept` are the digests of seals, by number, that were exported before.
    """
    with one_snapshot():
        log = Database()
        return check(log.seals(), log, kept or {})


class Database:
    """The log as it is in the database."""

    def __init__(self) -> None:
        self.tables = tables()
        self.salts: dict[str, bytes | memoryview] = {}
        """Of the seal that is being checked, by table."""

    def seals(self) -> Iterator[Sealed]:
        for made in Seal.objects.order_by("pk").iterator():
            parts = list(made.parts.order_by("table"))
            self.salts = {part.table: part.salts for part in parts}
            yield sealed_of(made, parts)

    def rows(self, part: Part, after: int) -> Iterator[Row]:
        table, columns = self.tables.get(part["table"]), part["columns"]
        if table is None:
            raise Fault(f"the table {part['table']} is missing")
        if gone := sorted({*columns} - {*table.columns}):
            raise Fault(f"the columns {', '.join(gone)} of {table.name} are missing")
        salts = self.salts[table.name]
        for n, (key, content) in enumerate(table.digests(columns, after, part["last_id"])):
            yield Row(key, content, salt_of(salts, n))

    def erased(self, part: Part, after: int) -> Mapping[int, Erased]:
        return erased(part["table"], row_id__gt=after, row_id__lte=part["last_id"])

    def unlogged(self) -> tuple[str, int] | None:
        with connection.cursor() as cursor:
            # A set operation: the planner, which may know nothing of new rows yet, cannot choose
            # to look through the log once for each erased row.
            cursor.execute(
                'SELECT "table", row_id FROM audit_erasedrow WHERE log_row_id = (SELECT min(entry)'
                " FROM (SELECT log_row_id FROM audit_erasedrow"
                " EXCEPT SELECT id FROM audit_logrow WHERE action = 'erasure') AS unlogged (entry))"
                " ORDER BY 1, 2 LIMIT 1"
            )
            row: tuple[str, int] | None = cursor.fetchone()
            return row

    def unsealed(self, reached: Mapping[str, int]) -> int:
        count = 0
        with connection.cursor() as cursor:
            for name, table in self.tables.items():
                cursor.execute(
                    f"SELECT count(*) FROM {name} WHERE {table.key} > %s",
                    [reached.get(name, BEFORE_ALL)],
                )
                count += cursor.fetchone()[0]
        return count


def erased(table: str, **rows: Any) -> dict[int, Erased]:
    """The sealed rows among some of a table that were erased, by id; of several times, the last."""
    found = ErasedRow.objects.filter(table=table, **rows).exclude(sealed="").order_by("pk")
    return {row.row_id: Erased(row.sealed, row.left) for row in found.iterator()}
