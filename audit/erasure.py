"""Erasing content of the log under retention: the one lawful exception to "never changed".

The seals keep verifying: for each sealed row its digest is kept and its salt wiped, so that nobody
can find the content by trying, and `verify_log` tells a lawful gap from tampering.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from audit.check_seals import LEAF, SALT, Erased, digest_of_row, leaf
from audit.models import LogRow, Review, SealedPart
from audit.seals import locked_against_others, salt_of
from audit.tables import Table, digest, table
from audit.verify import erased

ALWAYS_KEPT: dict[type[Model], set[str]] = {
    LogRow: {"id", "at", "actor", "role", "action"},
    Review: {"id", "sampled_id", "verdict", "reviewed_by", "reviewed_at"},
}
"""Columns of the log, and of an auditor's review of it, that say who did what and when."""


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
    """Puts blanks in place of columns of the log or of history; how many rows that changed.

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
        entries = _entries(
            LogRow(
                actor=by,
                action=LogRow.Action.ERASURE,
                object_type=getattr(model, "pgh_tracked_model", model)._meta.label_lower,
                reason=reason,
                details={"second": second, "columns": sorted(blank)},
            ),
            records.values(),
        )
        for part, of_part in _by_part(job.table, sorted(records)):
            pairs = job.sealed(part, of_part) if part else job.unsealed(of_part)
            _keep(job.table, pairs, [entries[records[key]] for key in pairs])
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
        kept = ALWAYS_KEPT.get(model) or {c for c in fields if c.startswith("pgh_")}
        if not (model in ALWAYS_KEPT or hasattr(model, "pgh_tracked_model")):
            raise ValueError(f"{model._meta.label} is no table of the log")
        if odd := sorted(blank.keys() - (fields.keys() - kept)) or not blank:
            raise ValueError(f"Columns of {model._meta.label} that cannot be erased: {odd}")
        values = [fields[name].get_db_prep_save(blank[name], connection) for name in blank]
        return cls(model, table(model), list(blank), values)

    def records(self, ids: list[int]) -> dict[int, str]:
        """The rows among these that hold something else yet, and the record that each is about."""
        record = self.table.key if self.model in ALWAYS_KEPT else "pgh_obj_id"
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
        places = _places(bytes(part.leaves), ids)
        digests = self._digests(part, places)
        salts = bytearray(part.salts)
        for place in places.values():
            salts[place * SALT : (place + 1) * SALT] = bytes(SALT)
        with pgtrigger.ignore("audit.SealedPart:never_changed"):
            SealedPart.objects.filter(pk=part.pk).update(salts=bytes(salts))
        left = self._blank(ids, part.columns)
        return {key: Erased(digests[key], content.hex()) for key, content in left.items()}

    def _digests(self, part: SealedPart, places: Mapping[int, int]) -> dict[int, str]:
        """The digest under which each row was sealed; NotAsSealed where it is another row now."""
        ids, leaves, salts = list(places), bytes(part.leaves), bytes(part.salts)
        contents = self._contents(ids, part.columns)
        before = erased(self.table.name, row_id__in=ids)
        found = {}
        for key, place in places.items():
            gone, content = before.get(key), contents[key]
            found[key] = gone.sealed if gone else digest_of_row(salt_of(salts, place), content)
            as_sealed = leaf(key, found[key]) == leaves[place * LEAF : (place + 1) * LEAF]
            if not as_sealed or (gone and gone.left != content.hex()):
                raise NotAsSealed(
                    f"Row {key} of {self.table.name} is not as it was sealed, so nothing was"
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
        guard = "never_changed" if self.model in ALWAYS_KEPT else "append_only"
        sets = ", ".join(f"{connection.ops.quote_name(name)} = %s" for name in self.columns)
        with pgtrigger.ignore(f"{self.model._meta.label}:{guard}"), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table.name} SET {sets} WHERE {self.table.key} = ANY(%s::bigint[])"
                f" RETURNING {self.table.key}, {digest(columns)}",
                [*self.values, ids],
            )
            return {key: bytes(content) for key, content in cursor.fetchall()}

    @property
    def _names(self) -> str:
        return ", ".join(connection.ops.quote_name(name) for name in self.columns)


def _by_part(table: Table, ids: list[int]) -> Iterator[tuple[SealedPart | None, list[int]]]:
    """Ids in order, each run of them with the part that covers it, then those that none covers."""
    parts = SealedPart.objects.filter(table=table.name, last_id__gte=ids[0]).order_by("last_id")
    for pk, last_id in parts.values_list("pk", "last_id"):
        here = bisect_right(ids, last_id)
        if here:
            yield parts.get(pk=pk), ids[:here]
            ids = ids[here:]
    if ids:
        yield None, ids


def _places(leaves: bytes, ids: list[int]) -> dict[int, int]:
    """Where the leaf of each row stands, or would stand."""

    def key(place: int) -> int:
        return int.from_bytes(leaves[place * LEAF : place * LEAF + 8], signed=True)

    return {wanted: bisect_left(range(len(leaves) // LEAF), wanted, key=key) for wanted in ids}


def _entries(entry: LogRow, records: Iterable[str]) -> dict[str, int]:
    """The log's entry for each record, all alike but for the record; by the record's id."""
    each = {"object_id": "record", "results": "count(*)"}
    alike = {
        str(field.column): field.get_db_prep_save(getattr(entry, field.attname), connection)
        for field in LogRow._meta.concrete_fields
        if field.column not in {"id", "at", *each}
    }
    places = ", ".join([*each.values(), *["%s"] * len(alike)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO audit_logrow ({', '.join([*each, *alike])}) SELECT {places}"
            " FROM unnest(%s::text[]) AS record GROUP BY record ORDER BY record"
            " RETURNING object_id, id",
            [*alike.values(), list(records)],
        )
        return dict(cursor.fetchall())


def _keep(table: Table, pairs: Mapping[int, Erased], entries: list[int]) -> None:
    """The digests of erased rows, each with its entry in the log."""
    sealed, left = [pair.sealed for pair in pairs.values()], [pair.left for pair in pairs.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO audit_erasedrow ("table", row_id, sealed, "left", log_row_id)'
            " SELECT %s, * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])",
            [table.name, list(pairs), sealed, left, entries],
        )
