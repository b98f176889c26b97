"""Whether a row can become a record, and what is wrong with it if it cannot."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from accounts.imports.files import Row
from accounts.models import User

E = TypeVar("E")
Cells = dict[str, str]
"""The texts of a row by field."""
SURE = "sure"
"""Beside them, the text that its owner has checked: it identifies nobody."""

ROWS = UUID("5f0d8f51-1f6c-4b56-9a3d-6f0c1f1a7f52")
"""The namespace of what rows mean, from which the ids of their records follow."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell, in words; the field says which cell of the row."""

    line: int
    field: str
    value: str
    message: str
    doubt: bool = False
    """Whether it goes with the words that somebody has checked it."""


@dataclass(frozen=True)
class Fit(Generic[E]):
    """A row that can be saved: what it says, and the id of its record."""

    line: int
    token: UUID
    entry: E


@dataclass(frozen=True)
class Matching:
    """Which column holds which field, what holds where a row is silent, and what was mended.

    `mends` has "rows": {line: {field: text}, or None to leave the row out}, and "values":
    {field: {what it says: what is meant, or None to leave such rows out}}.
    """

    columns: Mapping[str, int]
    defaults: Mapping[str, str]
    mends: Mapping[str, Any]
    header_row: int

    def rows(self, kept: Iterable[Row]) -> Iterator[tuple[int, Cells]]:
        """The rows of the file by field, as they are meant."""
        columns, defaults = list(self.columns.items()), dict(self.defaults)
        of_rows, of_values = self.mends.get("rows", {}), self.mends.get("values", {})
        for line, cells in kept:
            if line <= self.header_row:
                continue
            width = len(cells)
            row = {name: cells[place] for name, place in columns if place < width}
            mended = of_rows.get(str(line), {})
            if mended is None or not _mend(row, mended, of_values):
                continue
            for name, text in defaults.items():
                if not row.get(name):
                    row[name] = text
            yield line, row


def _mend(row: Cells, mended: Cells, of_values: Mapping[str, Mapping[str, str | None]]) -> bool:
    """Puts a row right; says whether it stays in."""
    for name, meant in of_values.items():
        text = row.get(name, "")
        if text in meant:
            instead = meant[text]
            if instead is None:
                return False
            row[name] = instead
    row.update(mended)
    return True


class Checker(ABC, Generic[E]):
    """Judges rows as a form judges the same fields, for one person at one moment."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self._same: Counter[UUID] = Counter()

    @abstractmethod
    def check(self, line: int, row: Cells) -> Fit[E] | list[Problem]:
        """What a row is, with its id; or all that is wrong with it."""

    def fit(self, line: int, meaning: str, entry: E) -> Fit[E]:
        """A row whose id is that of the same row in another file; those alike are told apart."""
        token = uuid5(ROWS, meaning)
        self._same[token] += 1
        if self._same[token] > 1:
            token = uuid5(token, str(self._same[token]))
        return Fit(line, token, entry)
