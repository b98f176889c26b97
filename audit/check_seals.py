"""Checks exported seals, and the log that they cover: no database, nothing but Python itself.

    python check_seals.py SEALS.jsonl [ROWS.jsonl] [--against OLDER.jsonl]

SEALS.jsonl is what `seal_log --export` printed, ROWS.jsonl what `seal_log --rows` wrote,
OLDER.jsonl seals that were exported before and kept elsewhere. Says the first fault, by row or by
seal. Exit 0: all agrees. 1: something was touched. 2: a file cannot be read.

The content of a row is a JSON array of its columns, as the database writes it. The row's digest is
SHA-256 over a salt and the SHA-256 of its content; a part's is SHA-256 over its rows' digests in
order of id; a seal's is SHA-256 over the seal before, its own time and its parts. A row whose
content was lawfully erased has its digest kept in the table `audit_erasedrow`, with one of what was
left; its salt is gone, so that nobody can find the content by trying.

The product checks its own database by this same code (`audit/verify.py`).
"""

import json
import sys
from argparse import ArgumentParser
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypedDict

SALT = 16
"""Bytes of a row's salt."""
LEAF = 16
"""Bytes of a leaf, by which a part can name a row: eight of its id, eight of its digest."""
BEFORE_ALL = -(2**63)
"""An id below which no row can be: those put in under an old id are seen too."""
LOG, ERASED = "audit_logrow", "audit_erasedrow"


class Part(TypedDict):
    """What a seal says of one table: the rows since the seal before, up to `last_id`."""

    table: str
    last_id: int
    rows: int
    columns: list[str]
    digest: str
    leaves: str


class Sealed(TypedDict):
    """A seal with its parts, as it is exported."""

    number: int
    sealed_at: str
    previous: str
    digest: str
    parts: list[Part]


class Row(NamedTuple):
    """A row as it is now: its id, the SHA-256 of its content, its salt."""

    key: int
    content: bytes
    salt: bytes


class Erased(NamedTuple):
    """The digest under which an erased row was sealed, and the SHA-256 of what was left of it."""

    sealed: str
    left: str


class Log(Protocol):
    """Where the rows are: the database, or a file."""

    def rows(self, part: Part, after: int) -> Iterable[Row]:
        """The rows of a part in order of id, those after the part before it."""

    def erased(self, part: Part, after: int) -> Mapping[int, Erased]:
        """The sealed rows among them whose content was erased, by id."""

    def unlogged(self) -> tuple[str, int] | None:
        """A row, by table and id, whose erasure is in no entry of the log."""

    def unsealed(self, reached: Mapping[str, int]) -> int:
        """How many rows come after the last that a seal covers, table by table."""


class Fault(Exception):
    """The first thing found wrong, in words."""


@dataclass
class Result:
    """What was checked, up to the first fault."""

    seals: int = 0
    rows: int = 0
    erased: int = 0
    unsealed: int = 0
    last_sealed_at: str = ""
    fault: str = ""

    def __str__(self) -> str:
        if self.fault:
            return f"{self.fault}."
        erased = f" {self.erased} of them were lawfully erased." if self.erased else ""
        since = f" {self.unsealed} rows came since: no seal covers them." if self.unsealed else ""
        return f"{self.seals} seals agree with the {self.rows} rows they cover.{erased}{since}"


def check(seals: Iterable[Sealed], log: Log | None, kept: Mapping[int, str]) -> Result:
    """Goes along the chain to its end or its first fault; without a log, over the seals alone.

    `kept` are the digests of seals, by number, that were exported before.
    """
    result = Result()
    try:
        reached = _check_chain(result, seals, log, dict(kept))
        if log:
            if unlogged := log.unlogged():
                raise Fault(
                    f"The erasure of row {unlogged[1]} of {unlogged[0]} is in no entry of the log"
                )
            result.unsealed = log.unsealed(reached)
    except Fault as fault:
        result.fault = str(fault)
    return result


def _check_chain(
    result: Result, seals: Iterable[Sealed], log: Log | None, awaited: dict[int, str]
) -> dict[str, int]:
    """By table, the last id that a seal covers."""
    reached: dict[str, int] = {}
    previous = ""
    for made in seals:
        try:
            _check_seal(made, previous, awaited.pop(made["number"], made["digest"]))
            for part in made["parts"]:
                after = reached.get(part["table"], BEFORE_ALL)
                if log:
                    result.erased += _check_part(
                        part, log.rows(part, after), log.erased(part, after)
                    )
                reached[part["table"]] = part["last_id"]
                result.rows += part["rows"]
        except Fault as fault:
            raise Fault(f"Seal {made['number']}: {fault}") from None
        previous, result.last_sealed_at = made["digest"], made["sealed_at"]
        result.seals += 1
    if awaited:
        raise Fault(f"Seal {min(awaited)}: was exported before, and is missing")
    return reached


def _check_seal(made: Sealed, previous: str, kept: str) -> None:
    if made["previous"] != previous:
        raise Fault("does not follow the one before: a seal is missing")
    if made["digest"] != digest_of_seal(previous, made["sealed_at"], made["parts"]):
        raise Fault("was altered itself")
    if made["digest"] != kept:
        raise Fault("is not the seal that was exported before: the log was sealed anew")


def _check_part(part: Part, rows: Iterable[Row], erased: Mapping[int, Erased]) -> int:
    """Row by row beside the leaves, which the seal covers; how many of them were erased."""
    table, total, count = part["table"], sha256(), 0
    leaves = _split(b64decode(part["leaves"]))
    for row in rows:
        named = f"row {row.key} of {table}"
        key, start = next(leaves, (None, b""))
        if key is None or row.key < key:
            raise Fault(f"{named} was put in afterwards")
        if row.key > key:
            raise Fault(f"row {key} of {table} is missing")
        gone = erased.get(key)
        digest = gone.sealed if gone else digest_of_row(row.salt, row.content)
        if not digest.startswith(start.hex()):
            raise Fault(f"the erasure of {named} is forged" if gone else f"{named} was altered")
        if gone and gone.left != row.content.hex():
            raise Fault(f"{named} was altered after it was erased")
        count += gone is not None
        total.update(digest.encode())
    for key, _ in leaves:
        raise Fault(f"row {key} of {table} is missing")
    if total.hexdigest() != part["digest"]:
        raise Fault(f"a row of {table} was altered")
    return count


def digest_of_row(salt: bytes, content: bytes) -> str:
    return sha256(salt + content).hexdigest()


def digest_of_seal(previous: str, sealed_at: str, parts: Iterable[Part]) -> str:
    covered = [
        [
            *(part["table"], part["last_id"], part["rows"], part["columns"], part["digest"]),
            sha256(b64decode(part["leaves"])).hexdigest(),
        ]
        for part in parts
    ]
    return sha256(json.dumps([previous, sealed_at, covered]).encode()).hexdigest()


def leaf(key: int, digest: str) -> bytes:
    return key.to_bytes(8, signed=True) + bytes.fromhex(digest[:16])


def _split(leaves: bytes) -> Iterator[tuple[int, bytes]]:
    for n in range(0, len(leaves), LEAF):
        yield int.from_bytes(leaves[n : n + 8], signed=True), leaves[n + 8 : n + LEAF]


class Rows:
    """The log as `seal_log --rows` wrote it, in the order in which the seals take it."""

    def __init__(self, path: Path) -> None:
        self.erasures: dict[str, dict[int, Erased]] = {}
        self.log_rows: dict[int, tuple[str, int]] = {}
        """By the log's entry of an erasure, a row that it erased."""
        logged = set()
        for table, key, _salt, content in _lines(path):
            if table == ERASED:
                _, of, row, sealed, left, _at, log_row, *_ = json.loads(content)
                self.log_rows[log_row] = of, row
                if sealed:
                    self.erasures.setdefault(of, {})[row] = Erased(sealed, left)
            elif table == LOG and '"erasure"' in content and json.loads(content)[4] == "erasure":
                logged.add(key)
        for key in logged:
            self.log_rows.pop(key, None)
        self.lines = _lines(path)
        self.next = next(self.lines, None)

    def rows(self, part: Part, after: int) -> Iterator[Row]:
        while self.next is not None:
            table, key, salt, content = self.next
            if table != part["table"] or not after < key <= part["last_id"]:
                return
            yield Row(key, sha256(content.encode()).digest(), bytes.fromhex(salt))
            self.next = next(self.lines, None)

    def erased(self, part: Part, after: int) -> Mapping[int, Erased]:
        return self.erasures.get(part["table"], {})

    def unlogged(self) -> tuple[str, int] | None:
        return min(self.log_rows.values(), default=None)

    def unsealed(self, reached: Mapping[str, int]) -> int:
        count = 0
        while self.next is not None:
            table, key, *_ = self.next
            if key <= reached.get(table, BEFORE_ALL):
                raise Fault(f"Row {key} of {table} was put in afterwards")
            count += 1
            self.next = next(self.lines, None)
        return count


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def exported(path: Path) -> dict[int, str]:
    """The digests of the seals in a file, by number; ValueError where it holds none."""
    found = {made["number"]: made["digest"] for made in _lines(path)}
    if not found:
        raise ValueError("it holds no seal")
    return found


def main() -> int:
    parser = ArgumentParser(description="Check exported seals, and the log that they cover.")
    parser.add_argument("seals", type=Path, help="what seal_log --export printed")
    parser.add_argument("rows", type=Path, nargs="?", help="what seal_log --rows wrote")
    parser.add_argument("--against", type=Path, help="seals that were exported before")
    given = parser.parse_args()
    try:
        log = Rows(given.rows) if given.rows else None
        result = check(_lines(given.seals), log, exported(given.against) if given.against else {})
    except (OSError, ValueError, LookupError, TypeError) as error:
        sys.stderr.write(f"A file cannot be read: {error!r}\n")
        return 2
    sys.stdout.write(f"{result}\n")
    if log is None:
        sys.stdout.write("Only the seals were checked, not the rows.\n")
    return 1 if result.fault else 0


if __name__ == "__main__":
    sys.exit(main())
