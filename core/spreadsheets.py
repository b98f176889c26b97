"""Rows as CSV and as an accessible spreadsheet, with nothing in them that a program would run."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from xlsxwriter import Workbook

Cell = str | int | date | datetime | None
"""A moment is naive and on London's clock."""


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


def write_xlsx(
    file: IO[bytes], cover: Cover, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> int:
    """Writes a cover and one named table as the Analysis Function asks: a title in A1, one row of
    headings, no merged or empty cells among them, days as days. Texts are written as texts, so
    none is a formula. The rows are held in memory. Says how many rows.
    """
    kept = [list(row) for row in rows]
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": cover.title, "comments": cover.marking})
        _write_cover(book, cover)
        _write_table(book, cover, headings, kept)
    return len(kept)


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


def _write_table(
    book: Workbook, cover: Cover, headings: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> None:
    sheet = book.add_worksheet(cover.title[:31])
    sheet.write_string(0, 0, cover.title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, f"One table. {cover.marking}")
    sheet.freeze_panes(3, 0)
    days = book.add_format({"num_format": "d mmmm yyyy"})
    moments = book.add_format({"num_format": "d mmmm yyyy hh:mm"})
    for number, row in enumerate(rows, start=3):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(number, column, cell, moments)
            elif isinstance(cell, date):
                sheet.write_datetime(number, column, cell, days)
            elif isinstance(cell, int):
                sheet.write_number(number, column, cell)
            elif cell:
                sheet.write_string(number, column, cell)
    sheet.add_table(
        2,
        0,
        max(2 + len(rows), 3),
        len(headings) - 1,
        {
            "name": cover.title.split(",")[0].replace(" ", "_"),
            "columns": [{"header": heading} for heading in headings],
        },
    )
    sheet.autofit(max_width=300)
