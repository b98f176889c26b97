"""The workbooks that go out: the template, and a file with its errors beside their cells.

Every cell is written as text, so none is a formula.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from xlsxwriter import Workbook

from accounts.imports.check import Problem
from accounts.imports.files import Row
from accounts.imports.subject import Subject
from core.marking import MARKED

TO_MEND = "What to mend"
WIDTH = 22


def write_template(file: IO[bytes], of: Subject, words: Mapping[str, list[str]]) -> None:
    """An empty sheet with the headings, then how to fill it in, then the words to choose from."""
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": f"{of.of.label} to bring in"})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(of.of.label)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(of.columns.every):
            sheet.set_column(place, place, WIDTH, text)
            sheet.write_string(0, place, column.heading, bold)
        guide = book.add_worksheet("How to fill in")
        guide.set_column(0, 0, 30)
        guide.set_column(1, 2, 60)
        for place, heading in enumerate(("Column", "What goes into it", "Like")):
            guide.write_string(0, place, heading, bold)
        for row, column in enumerate(of.columns.every, 1):
            for place, cell in enumerate((column.heading, column.hint, column.example)):
                guide.write_string(row, place, cell, wrapped)
        listed = book.add_worksheet("Words")
        for place, (name, allowed) in enumerate(words.items()):
            listed.set_column(place, place, 34)
            listed.write_string(0, place, of.columns.by_field[name].heading, bold)
            for row, word in enumerate(allowed, 1):
                listed.write_string(row, place, word)
            _offer(sheet, list(of.columns.by_field).index(name), place, len(allowed))


def _offer(sheet: Any, column: int, place: int, length: int) -> None:
    """A list to choose from in each cell of a column; other words can be typed all the same."""
    if not length:
        return
    letters = chr(65 + place)
    sheet.data_validation(
        1,
        column,
        10_000,
        column,
        {
            "validate": "list",
            "source": f"=Words!${letters}$2:${letters}${length + 1}",
            "error_type": "information",
        },
    )


def write_marked(
    file: IO[bytes],
    of: Subject,
    rows: Iterator[tuple[Row, Sequence[Problem]]],
    columns: Mapping[str, int],
    header_row: int,
) -> None:
    """The rows as they came, wrong cells coloured, and what is wrong with them in a last column."""
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"title": "Rows with what to mend", "comments": MARKED})
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "num_format": "@"})
        wrong = book.add_format({"num_format": "@", "bg_color": "#ffd5d5", "bold": True})
        sheet = book.add_worksheet(of.of.label)
        sheet.set_column(0, 70, WIDTH)
        # On paper, where it takes no row: the file is brought in again as it is.
        sheet.set_header(f"&C{MARKED}")
        last = 0
        for row, ((line, cells), problems) in enumerate(rows):
            if row == 0:
                last = max(len(cells), max(columns.values(), default=0) + 1)
            heading = line == header_row
            marked = {columns.get(problem.field) for problem in problems}
            for place in range(last if problems or heading else len(cells)):
                cell = cells[place] if place < len(cells) else ""
                look = wrong if place in marked else bold if heading else text
                write = sheet.write_string if cell else sheet.write_blank
                write(row, place, cell, look)
            if heading:
                sheet.write_string(row, last, TO_MEND, bold)
            elif problems:
                said = "; ".join(f"{_name(of, p.field)}: {p.message}" for p in problems)
                sheet.write_string(row, last, said, wrong)
        sheet.freeze_panes(1, 0)


def _name(of: Subject, field: str) -> str:
    column = of.columns.by_field.get(field)
    return column.heading if column else "Row"
