"""Seals over the log: making them, and taking them and what they cover out of the database.

A seal covers every table of the log, the history tables included: for each, the rows that came
since the seal before. `audit/check_seals.py` says what the digests are over, and needs no database
to check them. Whoever changes a row must make every later seal anew, which a seal that was
exported before gives away.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from secrets import token_bytes

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from audit.check_seals import BEFORE_ALL, SALT, Part, Sealed, digest_of_row, digest_of_seal, leaf
from audit.models import Seal, SealedPart
from audit.tables import EVERYTHING, Table, tables

ADVISORY_LOCK = 20211126
"""Held by whoever seals or erases, to the end of the transaction."""
AT_MOST = 10_000
"""Rows of a table in one seal; more of them make more seals. An erasure rewrites a part's salts."""


def seal() -> Seal:
    """Seals every row that is there; more rows than one seal takes make several, the last given."""
    ends = {name: end for name, table in tables().items() if (end := _end(table)) is not None}
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


def locked_against_others() -> None:
    """Lets nobody else seal or erase until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])


@transaction.atomic
def _seal(ends: Mapping[str, int]) -> tuple[Seal, bool]:
    """One seal, and whether some table has rows left for another."""
    locked_against_others()
    before = Seal.objects.last()
    found = tables()
    parts = [part for name, end in sorted(ends.items()) if (part := _part(found[name], end))]
    made = Seal(sealed_at=timezone.now(), previous=before.digest if before else "")
    made.digest = digest_of_seal(
        made.previous, made.sealed_at.isoformat(), [part_of(part) for part in parts]
    )
    made.save(force_insert=True)
    for part in parts:
        part.seal = made
    SealedPart.objects.bulk_create(parts)
    return made, any(part.last_id < ends[part.table] for part in parts)


def _part(table: Table, end: int) -> SealedPart | None:
    """The rows of a table that no seal covers yet, as many as one seal takes."""
    sealed = SealedPart.objects.filter(table=table.name).only("last_id").order_by("last_id").last()
    after = sealed.last_id if sealed else BEFORE_ALL
    total, leaves, salts = sha256(), bytearray(), bytearray()
    for key, content in table.digests(table.columns, after, end, AT_MOST):
        salt = token_bytes(SALT)
        digest = digest_of_row(salt, content)
        total.update(digest.encode())
        leaves += leaf(key, digest)
        salts += salt
        after = key
    if not leaves:
        return None
    return SealedPart(
        table=table.name,
        last_id=after,
        rows=len(salts) // SALT,
        columns=table.columns,
        digest=total.hexdigest(),
        leaves=bytes(leaves),
        salts=bytes(salts),
    )


def part_of(part: SealedPart) -> Part:
    """What a seal's own digest covers of a part, as it is exported: no salts."""
    return {
        "table": part.table,
        "last_id": part.last_id,
        "rows": part.rows,
        "columns": part.columns,
        "digest": part.digest,
        "leaves": b64encode(part.leaves).decode(),
    }


def sealed_of(made: Seal, parts: Iterable[SealedPart]) -> Sealed:
    return {
        "number": made.pk,
        "sealed_at": made.sealed_at.isoformat(),
        "previous": made.previous,
        "digest": made.digest,
        "parts": [part_of(part) for part in parts],
    }


def export() -> Iterator[Sealed]:
    """The seals, to be kept where nobody who keeps the database can write.

    They hold no personal data: without its salt, no digest can be tried against guesses.
    """
    for made in Seal.objects.order_by("pk").iterator():
        yield sealed_of(made, made.parts.defer("salts").order_by("table"))


def export_rows() -> Iterator[tuple[str, int, str, str]]:
    """Every row that seals cover, in their order, then those that none covers yet.

    Table, id, salt and content to the letter: as sensitive as the log itself.
    """
    found, reached = tables(), dict[str, int]()
    parts = SealedPart.objects.order_by("seal", "table").defer("leaves")
    for part in parts.iterator(chunk_size=1):
        if part.table in found:
            after = reached.get(part.table, BEFORE_ALL)
            rows = found[part.table].texts(part.columns, after, part.last_id)
            for n, (key, content) in enumerate(rows):
                yield part.table, key, salt_of(part.salts, n).hex(), content
            reached[part.table] = part.last_id
    for name, table in sorted(found.items()):
        for key, content in table.texts(table.columns, reached.get(name, BEFORE_ALL), EVERYTHING):
            yield name, key, "", content


def salt_of(salts: bytes | memoryview, number: int) -> bytes:
    """The salt of a part's row, by its place."""
    return bytes(salts[number * SALT : (number + 1) * SALT])
