"""Rows as CSV and as an accessible spreadsheet, with nothing in them that a program would run."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | date | datetime | None
"""A moment is naive and on London's clock; a Decimal is shown with as many places as it has."""
SHEET_NAME = 31
"""How long the name of a sheet may be."""
STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # Wide forms count as well.


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection).

    A quotation mark before it makes it text; spaces before a formula do not hide it.
    """
    return f"'{text}" if text.lstrip(" ").startswith(STARTS_FORMULA) else text


def write_csv(
    file: IO[str], marking: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> int:
    """Writes the marking, a heading and rows as RFC 4180 has it; says how many rows."""
    writer = csv.writer(file)
    writer.writerow([marking])
    writer.writerow(headings)
    number = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007  # Counted for the caller.
        writer.writerow([_plain(cell) for cell in row])
    return number


def _plain(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return harmless(cell) if isinstance(cell, str) else cell if isinstance(cell, int) else str(cell)


@dataclass(frozen=True)
class Cover:
    """The first sheet: what the file is, and facts about it, each a pair of words."""

    title: str
    facts: Sequence[tuple[str, str]]
    marking: str


@dataclass(frozen=True)
class Table:
    """One table of a file, its units in its headings, and what a reader should know of it."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()


def write_xlsx(file: IO[bytes], cover: Cover, *tables: Table) -> int:
    """Writes a cover and a sheet for each table, as the Analysis Function asks: a title in A1, one
    row of headings, no merged cells, days as days; contents where there are several tables, and
    their notes by number in a sheet of their own. Texts are written as texts, so none is a formula.
    The rows are held in memory. Says how many rows.
    """
    notes = [*dict.fromkeys(note for table in tables for note in table.notes)]
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": cover.title, "comments": cover.marking})
        _write_cover(book, cover)
        if len(tables) > 1:
            titles = [table.title for table in tables]
            _write_contents(book, cover, ["Notes", *titles] if notes else titles)
        if notes:
            numbered = [(f"note {n}", note) for n, note in enumerate(notes, start=1)]
            _write_table(book, cover, Table("Notes", ["Note", "What it says"], numbered))
        return sum(_write_table(book, cover, table, notes) for table in tables)


def _write_cover(book: Workbook, cover: Cover) -> None:
    sheet = book.add_worksheet("Cover")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, cover.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, cover.marking)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for number, (name, words) in enumerate(cover.facts, start=2):
        sheet.write_string(number, 0, name, wrapped)
        sheet.write_string(number, 1, words, wrapped)


def _write_contents(book: Workbook, cover: Cover, titles: Sequence[str]) -> None:
    """The other sheets by name, each a link to it."""
    sheet = _titled(book, cover, "Contents", "Contents")
    for number, title in enumerate(titles, start=3):
        sheet.write_url(number, 0, f"internal:'{title[:SHEET_NAME]}'!A1", string=title)
    _name_table(sheet, "Contents", ["Sheet"], len(titles))


def _write_table(book: Workbook, cover: Cover, table: Table, notes: Sequence[str] = ()) -> int:
    """A sheet with a table; the notes on it are named after its title."""
    marks = "".join(f" [note {notes.index(note) + 1}]" for note in table.notes)
    sheet = _titled(book, cover, table.title, table.title + marks)
    formats = _Formats(book)
    number = 0
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            _write_cell(sheet, number + 2, column, cell, formats)
    _name_table(sheet, table.title, table.headings, number)
    return number


def _titled(book: Workbook, cover: Cover, name: str, title: str) -> Worksheet:
    sheet = book.add_worksheet(name[:SHEET_NAME])
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, f"One table. {cover.marking}")
    sheet.freeze_panes(3, 0)
    return sheet


class _Formats(dict[str, Format]):
    """How numbers and days are shown, by the program's own code."""

    def __init__(self, book: Workbook) -> None:
        self.book = book

    def __missing__(self, code: str) -> Format:
        self[code] = self.book.add_format({"num_format": code})
        return self[code]


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, formats["d mmmm yyyy hh:mm"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, formats["d mmmm yyyy"])
    elif isinstance(cell, Decimal):
        places = -int(cell.as_tuple().exponent)
        sheet.write_number(row, column, cell, formats[f"0.{'0' * places}"])
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, cell)


def _name_table(sheet: Worksheet, title: str, headings: Sequence[str], rows: int) -> None:
    """Makes the rows under the headings, which are on the third line, a table of the file."""
    sheet.add_table(
        2,
        0,
        max(2 + rows, 3),
        len(headings) - 1,
        {
            "name": re.sub(r"\W+", "_", title),
            "columns": [{"header": heading} for heading in headings],
        },
    )
    sheet.autofit(max_width=300)
