"""The columns of a spreadsheet that is brought in: what they hold, and what people call them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


def plain(text: str) -> str:
    """A heading or a word without what does not tell it from another: case, spaces, points."""
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold().replace("&", " and ")).split())


def letter(place: int) -> str:
    """A column as spreadsheets call it: A, B, ... AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(frozen=True)
class Column:
    """A field of a form as a column: its heading, other headings for it, an example."""

    field: str
    heading: str
    others: tuple[str, ...]
    example: str = ""
    hint: str = ""
    words: bool = False
    """Whether words of a list stand in it: a wrong one is mended once for all rows that have it."""


@dataclass(frozen=True)
class Columns:
    """What a spreadsheet of one subject can hold."""

    every: Sequence[Column]
    needed: Sequence[str]
    """Without these no row can be right."""
    for_every_row: Sequence[str]
    """What may be said once instead, for the rows that do not say."""
    most_rows: int = 100_000
    """Below the headings."""

    @cached_property
    def by_field(self) -> dict[str, Column]:
        return {column.field: column for column in self.every}

    @cached_property
    def _headings(self) -> dict[str, str]:
        return {
            plain(heading): column.field
            for column in self.every
            for heading in (column.heading, column.field, *column.others)
        }

    def guess(self, headings: Sequence[str]) -> dict[str, int]:
        """Which column holds which field, as far as headings tell; the first of two alike."""
        found: dict[str, int] = {}
        for place, heading in enumerate(headings):
            field = self._headings.get(plain(heading))
            if field is not None:
                found.setdefault(field, place)
        return found

    def heading_row(self, rows: Iterable[tuple[int, Sequence[str]]]) -> int:
        """The number of the row of headings: the first of those that say most; 0 for none.

        Above it may stand a title. Without a heading that is known, the first row is taken for it.
        """
        best, most, first = 0, 0, 0
        for number, cells in rows:
            first = first or number
            known = len(self.guess(cells))
            if known > most:
                best, most = number, known
        return best or first

    def missing(self, columns: Mapping[str, int], defaults: Mapping[str, str]) -> list[Column]:
        """The columns without which no row can be right."""
        needed = (name for name in self.needed if name not in columns and not defaults.get(name))
        return [self.by_field[name] for name in needed]
