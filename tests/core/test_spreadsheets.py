"""Files that people open in other programs: what stands in them, and that nothing in them runs."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.spreadsheets import Cell, Cover, Table, harmless, write_csv, write_xlsx

MARKING = "OFFICIAL-SENSITIVE."
COVER = Cover("Outcomes", [("Made by", "=Sam Lee"), ("Which", "Kind: Arrest")], MARKING)
HEADINGS = ["Case", "Suspect", "Day", "Moment"]
MIDNIGHT, LATER = (
    datetime(2026, 3, 29, *t, tzinfo=UTC).replace(tzinfo=None) for t in [(0, 0), (2, 30)]
)
ROWS: list[list[Cell]] = [
    ["01/1/26", 1, date(2026, 3, 29), LATER],
    ["=1+1", None, None, None],
]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠1"],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "01/1234567/26", "a=b", "'=1", "1-2", "Lambeth", " "])
def test_a_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_nothing_that_is_made_harmless_starts_a_formula(text: str) -> None:
    made = harmless(text)
    assert made.lstrip(" ")[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert made.removeprefix("'") == text.removeprefix("'")
    assert harmless(made) == made


def test_a_csv_has_its_heading_and_a_line_for_each_row() -> None:
    file = io.StringIO(newline="")
    assert write_csv(file, MARKING, HEADINGS, ROWS) == 2
    assert file.getvalue() == (
        "OFFICIAL-SENSITIVE.\r\n"
        "Case,Suspect,Day,Moment\r\n01/1/26,1,2026-03-29,2026-03-29 02:30\r\n'=1+1,,,\r\n"
    )


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2))
)
def test_a_csv_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    assert write_csv(file, MARKING, ["One", "Two"], rows) == len(rows)
    file.seek(0)
    assert next(csv.reader(file)) == [MARKING]
    assert list(csv.reader(file)) == [["One", "Two"], *([*map(harmless, row)] for row in rows)]


def test_a_spreadsheet_has_a_cover_and_one_named_table_of_typed_cells() -> None:
    file = io.BytesIO()
    assert write_xlsx(file, COVER, Table("Outcomes", HEADINGS, ROWS)) == 2
    book = load_workbook(file)
    assert book.sheetnames == ["Cover", "Outcomes"]
    assert [[cell.value for cell in row] for row in book["Cover"]] == [
        ["Outcomes", None],
        [MARKING, None],
        ["Made by", "=Sam Lee"],
        ["Which", "Kind: Arrest"],
    ]
    sheet = book["Outcomes"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Outcomes", None, None, None],
        [f"One table. {MARKING}", None, None, None],
        HEADINGS,
        ["01/1/26", 1, MIDNIGHT, LATER],
        ["=1+1", None, None, None],
    ]
    assert {table.ref for table in sheet.tables.values()} == {"A3:D5"}
    assert list(sheet.tables) == ["Outcomes"]
    assert sheet["A5"].data_type == "s"
    assert book["Cover"]["B3"].data_type == "s"
    assert book.properties.title == "Outcomes"


def test_a_spreadsheet_of_no_rows_can_be_opened() -> None:
    file = io.BytesIO()
    assert write_xlsx(file, COVER, Table("Outcomes", HEADINGS, [])) == 0
    assert [cell.value for cell in load_workbook(file)["Outcomes"][3]] == HEADINGS


def test_several_tables_have_contents_and_their_notes_by_number() -> None:
    shared, own = "What both need.", "What one needs."
    tables = [
        Table("By borough, as a rate", ["Borough", "Rate"], [("A", Decimal("0.10"))], [shared]),
        Table("By borough", ["Borough", "Count"], [("A", 12), ("Total", 12)], [shared, own]),
    ]
    file = io.BytesIO()
    assert write_xlsx(file, COVER, *tables) == 3
    book = load_workbook(file)
    assert book.sheetnames == ["Cover", "Contents", "Notes", "By borough, as a rate", "By borough"]
    assert [[cell.value for cell in row] for row in book["Contents"].iter_rows(min_row=3)] == [
        *(["Sheet"], ["Notes"], ["By borough, as a rate"], ["By borough"])
    ]
    assert [cell.hyperlink.location for (cell,) in book["Contents"].iter_rows(min_row=4)] == [
        *("'Notes'!A1", "'By borough, as a rate'!A1", "'By borough'!A1")
    ]
    assert [[cell.value for cell in row] for row in book["Notes"].iter_rows(min_row=3)] == [
        *(["Note", "What it says"], ["note 1", shared], ["note 2", own])
    ]
    rate = book["By borough, as a rate"]
    assert rate["A1"].value == "By borough, as a rate [note 1]"
    assert (rate["B4"].value, rate["B4"].number_format) == (0.1, "0.00")
    assert book["By borough"]["A1"].value == "By borough [note 1] [note 2]"
    named = [name for sheet in book for name in sheet.tables]
    assert named == ["Contents", "Notes", "By_borough_as_a_rate", "By_borough"]
