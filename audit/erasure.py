"""Erasing content of the log under retention: the one lawful exception to "never changed".

The seals keep verifying: for each sealed row its digest is kept and its salt wiped, so that nobody
can find the content by trying, and `verify_log` tells a lawful gap from tampering.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from audit.check_seals import SALT, Erased, digest_of_row, split
from audit.models import ErasedRow, LogRow, SealedPart
from audit.seals import locked_against_others, salt_of
from audit.tables import Table, digest, table
from audit.verify import erased

ALWAYS_KEPT = {"id", "at", "actor", "role", "action"}
"""Columns of the log that say who did what and when."""
BATCH = 5000


class NotAsSealed(Exception):
    """A row was altered since it was sealed: erasing it would destroy the evidence."""


def erase(
    model: type[Model],
    rows: QuerySet[Any] | Iterable[int],
    blank: Mapping[str, Any],
    *,
    by: str,
    second: str,
    reason: str,
) -> int:
    """Puts blanks in place of columns of log rows or of history; how many rows that changed.

    `blank` gives by column what stands there afterwards. Rows that hold it already are left as
    they are, so that a run which was interrupted can be repeated. For each record one entry of the
    log says who erased, with whom and why, and never what. All or nothing, in the transaction of
    the caller. Where that blanks the records themselves too, it calls this last: what was written
    to history meanwhile is reached as well. No seal is made until that transaction ends.
    """
    job = _Erasure.of(model, blank)
    if not (by.strip() and second.strip() and reason.strip()) or by == second:
        raise ValueError("An erasure names two people and a reason")
    with transaction.atomic():
        locked_against_others()
        ids = rows.values_list("pk", flat=True) if isinstance(rows, QuerySet) else rows
        records = job.records(list(ids))
        if not records:
            return 0
        entries = _entries(model, records.values(), blank, by=by, second=second, reason=reason)
        for part, of_part in _by_part(job.table, sorted(records)):
            pairs = job.sealed(part, of_part) if part else job.unsealed(of_part)
            ErasedRow.objects.bulk_create(
                [
                    ErasedRow(
                        table=job.table.name,
                        row_id=key,
                        sealed=pair.sealed,
                        left=pair.left,
                        log_row=entries[records[key]],
                    )
                    for key, pair in pairs.items()
                ],
                batch_size=BATCH,
            )
    return len(records)


@dataclass(frozen=True)
class _Erasure:
    """Blanks for columns of one table."""

    model: type[Model]
    table: Table
    columns: list[str]
    values: list[Any]

    @classmethod
    def of(cls, model: type[Model], blank: Mapping[str, Any]) -> "_Erasure":
        fields = {str(field.column): field for field in model._meta.concrete_fields}
        kept = ALWAYS_KEPT if model is LogRow else {c for c in fields if c.startswith("pgh_")}
        if not (model is LogRow or hasattr(model, "pgh_tracked_model")):
            raise ValueError(f"{model._meta.label} is no table of the log")
        if odd := sorted(blank.keys() - (fields.keys() - kept)) or not blank:
            raise ValueError(f"Columns of {model._meta.label} that cannot be erased: {odd}")
        values = [fields[name].get_db_prep_save(blank[name], connection) for name in blank]
        return cls(model, table(model), list(blank), values)

    def records(self, ids: list[int]) -> dict[int, str]:
        """The rows among these that hold something else yet, and the record that each is about."""
        record = self.table.key if self.model is LogRow else "pgh_obj_id"
        places = ", ".join(["%s"] * len(self.columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {self.table.key}, coalesce({record}::text, '') FROM {self.table.name}"
                f" WHERE {self.table.key} = ANY(%s::bigint[])"
                f" AND ({self._names}) IS DISTINCT FROM ({places}) ORDER BY 1",
                [ids, *self.values],
            )
            return dict(cursor.fetchall())

    def unsealed(self, ids: list[int]) -> dict[int, Erased]:
        """Blanks rows that no seal covers yet: the next one covers what is left."""
        return dict.fromkeys(self._blank(ids, self.table.columns), Erased("", ""))

    def sealed(self, part: SealedPart, ids: list[int]) -> dict[int, Erased]:
        """Blanks rows of a sealed part, keeps their digests and wipes their salts."""
        digests = self._digests(part, ids)
        salts = bytearray(part.salts)
        for number, (key, _) in enumerate(split(part.leaves)):
            if key in digests:
                salts[number * SALT : (number + 1) * SALT] = bytes(SALT)
        with pgtrigger.ignore("audit.SealedPart:never_changed"):
            SealedPart.objects.filter(pk=part.pk).update(salts=bytes(salts))
        left = self._blank(ids, part.columns)
        return {key: Erased(digests[key], content.hex()) for key, content in left.items()}

    def _digests(self, part: SealedPart, ids: list[int]) -> dict[int, str]:
        """The digest under which each row was sealed; NotAsSealed where it is another row now."""
        contents = self._contents(ids, part.columns)
        before = erased(self.table.name, ids[0] - 1, ids[-1])
        found = {}
        for number, (key, start) in enumerate(split(part.leaves)):
            if key in contents:
                gone, content = before.get(key), contents[key]
                sealed = (
                    gone.sealed if gone else digest_of_row(salt_of(part.salts, number), content)
                )
                if not sealed.startswith(start.hex()) or (gone and gone.left != content.hex()):
                    break
                found[key] = sealed
        if odd := sorted(contents.keys() - found.keys()):
            raise NotAsSealed(
                f"Row {odd[0]} of {self.table.name} is not as it was sealed, so nothing was"
                " erased. Run verify_log."
            )
        return found

    def _contents(self, ids: list[int], columns: list[str]) -> dict[int, bytes]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {self.table.key}, {digest(columns)} FROM {self.table.name}"
                f" WHERE {self.table.key} = ANY(%s::bigint[])",
                [ids],
            )
            return {key: bytes(content) for key, content in cursor}

    def _blank(self, ids: list[int], columns: list[str]) -> dict[int, bytes]:
        """Past the guard of the table, for this one statement; the SHA-256 of what is left."""
        guard = "never_changed" if self.model is LogRow else "append_only"
        sets = ", ".join(f"{connection.ops.quote_name(name)} = %s" for name in self.columns)
        with (
            pgtrigger.ignore(f"{self.model._meta.label}:{guard}"),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"UPDATE {self.table.name} SET {sets} WHERE {self.table.key} = ANY(%s::bigint[])"
                f" RETURNING {self.table.key}, {digest(columns)}",
                [*self.values, ids],
            )
            return {key: bytes(content) for key, content in cursor.fetchall()}

    @property
    def _names(self) -> str:
        return ", ".join(connection.ops.quote_name(name) for name in self.columns)


def _by_part(table: Table, ids: Sequence[int]) -> Iterator[tuple[SealedPart | None, list[int]]]:
    """Ids in order, each run of them with the part that covers it, then those that none covers."""
    parts = SealedPart.objects.filter(table=table.name).order_by("last_id")
    rest = list(ids)
    for pk, last_id in parts.values_list("pk", "last_id"):
        here = bisect_right(rest, last_id)
        if here:
            yield parts.get(pk=pk), rest[:here]
            rest = rest[here:]
    if rest:
        yield None, rest


def _entries(
    model: type[Model],
    records: Iterable[str],
    blank: Mapping[str, Any],
    *,
    by: str,
    second: str,
    reason: str,
) -> dict[str, LogRow]:
    """The log's entry for each record, by the record's id."""
    about: type[Model] = getattr(model, "pgh_tracked_model", model)
    made = [
        LogRow(
            actor=by,
            action=LogRow.Action.ERASURE,
            object_type=about._meta.label_lower,
            object_id=record,
            reason=reason,
            results=count,
            details={"second": second, "columns": sorted(blank)},
        )
        for record, count in Counter(records).items()
    ]
    return {row.object_id: row for row in LogRow.objects.bulk_create(made, batch_size=BATCH)}
