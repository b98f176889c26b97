"""The evidence on one record: every look, refusal, disclosure and change, in order of time, each
with the seal that covers it. Names of fields, never what they held.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from audit.models import LogRow, SealedPart
from audit.presenters.record import Done, Record
from audit.presenters.rows import Line
from audit.words import names
from core.days import LONDON
from core.marking import MARKED
from core.pdf import pdf
from core.spreadsheets import Cell

ROWS_OF_A_PDF = 2_000
"""Some 200 pages; nobody reads more."""
NOT_SEALED = "Not yet"


HEADINGS = (
    *("When", "Who", "Role at the time", "What was done", "Record", "Fields", "Terms", "Reason"),
    *("Recipient", "Flag", "Request", "Table", "Row", "Seal", "Digest of the seal"),
)


class Entry(NamedTuple):
    """One line of the evidence, in words, as the headings have them."""

    when: datetime
    who: str
    role: str
    done: str
    thing: str
    fields: str
    terms: str
    reason: str
    recipient: str
    flag: str
    request: str
    table: str
    number: int
    seal: str
    digest: str

    @property
    def moment(self) -> str:
        """On London's clock, with its offset: a night in October has an hour twice."""
        return f"{self.when.astimezone(LONDON):%Y-%m-%d %H:%M:%S %z}"


def cells(entries: Iterator[Entry]) -> Iterator[list[Cell]]:
    for entry in entries:
        yield [entry.moment, *entry[1:]]


class Seals:
    """Which seal covers a row of a table."""

    def __init__(self) -> None:
        self.ends: dict[str, list[int]] = {}
        self.seals: dict[str, list[tuple[str, str]]] = {}
        parts = SealedPart.objects.order_by("table", "last_id")
        for table, end, number, digest in parts.values_list(
            "table", "last_id", "seal_id", "seal__digest"
        ):
            self.ends.setdefault(table, []).append(end)
            self.seals.setdefault(table, []).append((str(number), digest))

    def over(self, table: str, number: int) -> tuple[str, str]:
        place = bisect_left(self.ends.get(table, []), number)
        known = self.seals.get(table, [])
        return known[place] if place < len(known) else (NOT_SEALED, "")


def evidence(record: Record) -> Iterator[Entry]:
    """Changes are held in memory; looks, which are many, come from the database by and by."""
    seals, changes = Seals(), iter(record.changes)
    change = next(changes, None)
    known = names(record.log.order_by().values_list("actor", flat=True).distinct())
    for row in record.log.order_by("pk").iterator():
        while change and change.change.when <= row.at:
            yield _changed(change, seals)
            change = next(changes, None)
        yield _looked(Line(row, known.get(row.actor, "")), seals)
    while change:
        yield _changed(change, seals)
        change = next(changes, None)


def _looked(line: Line, seals: Seals) -> Entry:
    row, table = line.row, LogRow._meta.db_table
    return Entry(
        row.at,
        line.who,
        line.role,
        row.get_action_display(),
        line.thing,
        "",
        "; ".join(f"{name}: {words}" for name, words in line.said),
        line.why,
        row.recipient,
        row.get_flag_display(),
        row.request_id,
        table,
        row.pk,
        *seals.over(table, row.pk),
    )


def _changed(done: Done, seals: Seals) -> Entry:
    change = done.change
    return Entry(
        change.when,
        done.who,
        done.role,
        change.done,
        done.thing,
        ", ".join(change.fields),
        "",
        change.reason,
        "",
        "",
        change.request_id,
        change.table,
        change.number,
        *seals.over(change.table, change.number),
    )


def pack_pdf(record: Record, facts: list[tuple[str, str]], *, made: datetime) -> tuple[bytes, int]:
    """The evidence as pages, and how many lines it has."""
    entries = list(evidence(record))
    sealed = sorted({(e.seal, e.digest) for e in entries if e.digest}, key=lambda s: int(s[0]))
    data: dict[str, Any] = {
        "title": f"Evidence: {record}",
        "made": f"Made {made.astimezone(LONDON):%d %B %Y %H:%M}",
        "facts": [*facts, ("Marking", MARKED)],
        "headings": ["When", "Who", "What was done", "Why and for whom", "Kept as", "Seal"],
        "rows": [_row(entry) for entry in entries],
        "notes": [
            "A seal is a digest over the rows that came since the seal before, chained to it. A "
            "row that was altered since no longer agrees with its seal; the check is made with "
            "verify_log.",
        ],
        "seals": sealed,
    }
    return pdf("audit/pack.typ", data, made=made), len(entries)


def _row(entry: Entry) -> list[str]:
    terms = [f"Fields: {entry.fields}" if entry.fields else "", entry.terms, entry.flag]
    why = [entry.reason, f"For: {entry.recipient}" if entry.recipient else ""]
    request = ["Request", entry.request] if entry.request else []
    return [
        entry.moment,
        "\n".join(filter(None, [entry.who, entry.role])),
        "\n".join(filter(None, [f"{entry.done}: {entry.thing}", *terms])),
        "\n".join(filter(None, why)),
        "\n".join([f"{entry.table} {entry.number}", *request]),
        entry.seal,
    ]
