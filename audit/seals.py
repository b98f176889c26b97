"""Seals over the log, and the check that nothing sealed has been touched since.

A seal covers every table of the log, the history tables included: for each, the rows that came
since the seal before. A row's digest is SHA-256 over its columns as a JSON array; a part's is
SHA-256 over its rows' digests in order of id; a seal's is SHA-256 over the seal before, its own
time and its parts. Whoever changes a row must make every later seal anew, which a seal that was
exported before gives away.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from audit.models import LogRow, Seal, SealedPart

ADVISORY_LOCK = 20211126
"""Held by whoever seals, to the end of the transaction."""
AT_MOST = 100_000
"""Rows of a table in one seal; more of them make more seals."""
LEAF = 16
"""Bytes of a leaf: eight of the row's id and eight of its digest."""


@dataclass(frozen=True)
class Table:
    """A table of the log, its key, and the columns that a seal of today covers."""

    name: str
    key: str
    columns: list[str]


@dataclass(frozen=True)
class Fault:
    """The first thing found wrong, in words."""

    seal: int
    words: str


def tables() -> dict[str, Table]:
    """The log and every history table, by name."""
    history = [m for m in apps.get_models() if hasattr(m, "pgh_tracked_model")]
    models: list[type[Model]] = [LogRow, *history]
    return {
        model._meta.db_table: Table(
            name=model._meta.db_table,
            key=str(model._meta.pk.column),
            columns=[str(field.column) for field in model._meta.concrete_fields],
        )
        for model in models
    }


def seal() -> Seal:
    """Seals every row that is there; more rows than one seal takes make several, the last given."""
    ends = {name: end for name, table in tables().items() if (end := _end(table))}
    made, more = _seal(ends)
    while more:
        made, more = _seal(ends)
    return made


def _end(table: Table) -> int | None:
    """The last id below which no row can come later; nothing while a long writer is at work.

    A writer takes its lock before its ids, and this lock waits for writers to end. It is held for
    an instant only. What is left out now is for the next seal.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute(f"SELECT max({table.key}) FROM {table.name}")
            end: int | None = cursor.fetchone()[0]
            return end
    except OperationalError:
        return None


@transaction.atomic
def _seal(ends: Mapping[str, int]) -> tuple[Seal, bool]:
    """One seal, and whether some table has rows left for another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    before = Seal.objects.last()
    found = tables()
    parts = [part for name, end in sorted(ends.items()) if (part := _part(found[name], end))]
    made = Seal(sealed_at=timezone.now(), previous=before.digest if before else "")
    made.digest = _digest_of(made.previous, made.sealed_at, parts)
    made.save(force_insert=True)
    for part in parts:
        part.seal = made
    SealedPart.objects.bulk_create(parts)
    return made, any(part.last_id < ends[part.table] for part in parts)


def _part(table: Table, end: int) -> SealedPart | None:
    """The rows of a table that no seal covers yet, as many as one seal takes."""
    sealed = SealedPart.objects.filter(table=table.name).order_by("last_id").last()
    rows = list(_rows(table, table.columns, sealed.last_id if sealed else 0, end, AT_MOST))
    if not rows:
        return None
    return SealedPart(
        table=table.name,
        last_id=rows[-1][0],
        rows=len(rows),
        columns=table.columns,
        digest=_digest_of_rows(rows),
        leaves=b"".join(_leaf(*row) for row in rows),
    )


def _rows(
    table: Table, columns: list[str], after: int, end: int, limit: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """The id and the digest of each row, in order of id."""
    content = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {table.key}, sha256(convert_to(jsonb_build_array({content})::text, 'UTF8'))"
            f" FROM {table.name} WHERE {table.key} > %s AND {table.key} <= %s"
            f" ORDER BY {table.key} LIMIT %s",
            [after, end, limit],
        )
        yield from ((key, bytes(digest)) for key, digest in cursor)


def _leaf(key: int, digest: bytes) -> bytes:
    return key.to_bytes(8) + digest[:8]


def _digest_of_rows(rows: list[tuple[int, bytes]]) -> str:
    return sha256(b"".join(digest for _, digest in rows)).hexdigest()


def _digest_of(previous: str, sealed_at: datetime, parts: list[SealedPart]) -> str:
    content = [previous, sealed_at.isoformat(), [_content(part) for part in parts]]
    return sha256(json.dumps(content).encode()).hexdigest()


def _content(part: SealedPart) -> list[Any]:
    """What a seal's own digest covers of a part."""
    leaves = sha256(bytes(part.leaves)).hexdigest()
    return [part.table, part.last_id, part.rows, part.columns, part.digest, leaves]


def verify(exported: Mapping[int, str] | None = None) -> Fault | None:
    """The first fault of the log, or nothing.

    `exported` are the digests of seals, by number, that were kept elsewhere.
    """
    digests = dict(Seal.objects.values_list("pk", "digest"))
    for number, digest in sorted((exported or {}).items()):
        if digests.get(number) != digest:
            return Fault(number, "is not the seal that was exported")
    previous, found = "", tables()
    reached = dict.fromkeys(found, 0)
    for made in Seal.objects.order_by("pk").iterator():
        parts = list(made.parts.order_by("table"))
        if made.previous != previous:
            return Fault(made.pk, "does not follow the one before: a seal is missing")
        if made.digest != _digest_of(previous, made.sealed_at, parts):
            return Fault(made.pk, "was altered itself")
        for part in parts:
            words = _fault(found[part.table], part, reached[part.table])
            if words:
                return Fault(made.pk, words)
            reached[part.table] = part.last_id
        previous = made.digest
    return None


def _fault(table: Table, part: SealedPart, after: int) -> str:
    """What is wrong with a part, in words that name the row; nothing where it is whole."""
    there = list(_rows(table, part.columns, after, part.last_id))
    if _digest_of_rows(there) == part.digest and len(there) == part.rows:
        return ""
    leaves = bytes(part.leaves)
    then = dict(_split(leaves[n : n + LEAF]) for n in range(0, len(leaves), LEAF))
    now = dict(_split(_leaf(*row)) for row in there)
    for key in sorted(then.keys() | now.keys()):
        if key not in now:
            return f"row {key} of {table.name} is missing"
        if key not in then:
            return f"row {key} of {table.name} was put in afterwards"
        if then[key] != now[key]:
            return f"row {key} of {table.name} was altered"
    return f"a row of {table.name} was altered"


def _split(leaf: bytes) -> tuple[int, bytes]:
    return int.from_bytes(leaf[:8]), leaf[8:]


def export() -> list[dict[str, Any]]:
    """The seals as data, to be kept where nobody who keeps the database can write."""
    return [
        {
            "number": made.pk,
            "sealed_at": made.sealed_at.isoformat(),
            "previous": made.previous,
            "digest": made.digest,
            "parts": [_content(part) for part in made.parts.order_by("table")],
        }
        for made in Seal.objects.prefetch_related("parts")
    ]
