"""Reading spreadsheets: whatever real programs write is read, whatever is hostile is refused."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from datetime import time as clock
from functools import partial
from itertools import islice
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.imports import files
from accounts.imports.actions import start_import
from accounts.imports.columns import letter
from accounts.imports.files import Refused, normal, read_normal
from accounts.models import Import, User
from cases.imports.subject import OUTCOMES
from tests.cases.test_imports import send
from tests.conftest import Cast
from tests.factories import NOON

COLUMNS = OUTCOMES.columns
read = partial(files.read, columns=COLUMNS)
HEAD = ["Kind", "Reference", "Day", "Note"]
ROW = ["Arrest", "1234567/21", "25/11/2021", "café – “quoted”"]
TABLE = [(1, HEAD), (2, ROW)]


def text(delimiter: str = ",", end: str = "\r\n") -> str:
    quoted = [[f'"{cell}"' for cell in row] for row in (HEAD, ROW)]
    return "".join(delimiter.join(row) + end for row in quoted)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_encoding_delimiter_and_line_end(encoding: str, delimiter: str, end: str) -> None:
    assert list(read(text(delimiter, end).encode(encoding))) == TABLE


def test_utf_16_of_the_other_byte_order() -> None:
    assert list(read(b"\xfe\xff" + text().encode("utf-16-be"))) == TABLE


def test_a_line_that_names_the_delimiter_is_obeyed() -> None:
    content = b"sep=;\r\nKind;Day\r\na,b;c,d,e,f\r\n"
    assert list(read(content)) == [(2, ["Kind", "Day"]), (3, ["a,b", "c,d,e,f"])]


def test_commas_within_cells_do_not_win_over_the_delimiter_of_the_headings() -> None:
    content = b"Kind;Reference\na,b,c;d,e,f\na,b,c;d,e,f\n"
    assert list(read(content)) == [
        (1, ["Kind", "Reference"]),
        (2, ["a,b,c", "d,e,f"]),
        (3, ["a,b,c", "d,e,f"]),
    ]


def test_a_quoted_line_break_stays_in_its_cell_and_rows_keep_their_numbers() -> None:
    content = b'Kind,Day\r\n"two\r\nlines",x\r\n\r\n , \r\nlast,y\r\n'
    assert list(read(content)) == [
        (1, ["Kind", "Day"]),
        (2, ["two\r\nlines", "x"]),
        (5, ["last", "y"]),
    ]


def test_what_is_kept_is_read_again_as_it_was() -> None:
    rows = [(3, ["a", "", 'q"uo,te', "line\nbreak"]), (7, ["=1+1"])]
    assert list(read_normal(normal(rows))) == rows


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet_of(*rows: list[Any]) -> bytes:
    def fill(book: Any) -> None:
        for row in rows:
            book.active.append(row)

    return workbook(fill)


def test_a_workbooks_days_times_and_numbers_are_read_as_a_person_would() -> None:
    content = sheet_of(
        ["Day", "x"],
        [date(2021, 11, 25), NOON.replace(tzinfo=None), clock(9, 5), 1430, 0.25, 44525.0],
        ["=1+1", True, None, "  spaces ", "odd", 1.5],
    )
    assert list(read(content)) == [
        (1, ["Day", "x"]),
        (2, ["2021-11-25", "2021-11-25 12:00", "09:05", "1430", "0.250000", "44525"]),
        # A formula that no program has worked out has no result.
        (3, ["", "True", "", "spaces", "odd", "1.500000"]),
    ]


def test_the_sheet_with_the_headings_is_read_and_hidden_ones_are_not() -> None:
    def fill(book: Any) -> None:
        book.active.append(["What this is", "A cover"])
        hidden = book.create_sheet("Hidden")
        hidden.append(["Kind", "Reference", "Day", "Time", "Borough"])
        hidden.sheet_state = "hidden"
        book.create_sheet("Rows").append(["Kind", "Reference"])

    assert list(read(workbook(fill))) == [(1, ["Kind", "Reference"])]


def rezipped(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A workbook with its parts changed, and others added."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            after.writestr(name, change(name, before.read(name)))
        for name, part in more.items():
            after.writestr(name, part)
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return file.getvalue()


PLAIN = sheet_of(HEAD, ROW)
SHEET = "xl/worksheets/sheet1.xml"


def in_sheet(part: bytes) -> bytes:
    return rezipped(PLAIN, lambda name, was: part if name == SHEET else was)


def said_smaller(content: bytes) -> bytes:
    """A zip whose directory says that a part of it unpacks to little."""
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    forged = bytearray(content)
    forged[place + 24 : place + 28] = struct.pack("<I", 1000)
    return bytes(forged)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
BILLION = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
BOMB = in_sheet(b"<worksheet>" + b" " * 200_000_000 + b"</worksheet>")
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "The file is empty"),
    "blank": (b" \r\n\t", "The file is empty"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "The file is not a spreadsheet"),
    "pdf": (b"%PDF-1.7\n1 0 obj", "The file is not a spreadsheet"),
    "program": (b"MZ\x90\x00\x03\x00\x00\x00", "The file is not a spreadsheet"),
    "web page": (b"<html><table><tr><td>Kind</table>", "The file is a web page or XML"),
    "old Excel": (OLE, "The file is of the old Excel format (.xls)"),
    "encrypted": (
        OLE + "EncryptedPackage".encode("utf-16-le"),
        "The file is protected by a password",
    ),
    "another zip": (zipped(**{"a.txt": b"x"}), "The file is not a spreadsheet"),
    "an OpenDocument": (
        zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        "The file is an OpenDocument",
    ),
    "half a workbook": (PLAIN[: len(PLAIN) // 2], "The workbook is damaged"),
    "zip bomb": (BOMB, "The workbook unpacks to more than"),
    "zip bomb that says it is small": (said_smaller(BOMB), "The workbook is damaged"),
    "many parts": (
        rezipped(PLAIN, lambda _name, was: was, **{f"xl/{n}.xml": b"" for n in range(2001)}),
        "The workbook unpacks to more than",
    ),
    "entities": (in_sheet(BILLION), "The workbook holds instructions"),
    "entities in another encoding": (
        in_sheet(BILLION.decode().encode("utf-16")),
        "The file is not a spreadsheet",
    ),
    "no XML": (in_sheet(b"{}"), "The workbook is damaged"),
    "a million columns of text": (b"," * 1_000_000, "A line of the file is far too long"),
    "many columns of text": (b"a," * 61 + b"\n", "Row 1 has more than 60 columns"),
    "many columns": (sheet_of(["x"] * 16_384), "Row 1 has more than 60 columns"),
    "a column that there is not": (
        in_sheet(
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="1"><c r="ZZZZZZ1"><v>1</v></c></row></sheetData></worksheet>'
        ),
        "The workbook is damaged",
    ),
    "a long cell": (b"Kind\n" + b"x" * 1001, "A cell in row 2 has more than 1,000 characters"),
    "an open quotation mark": (
        b'Kind\n"' + b"x,y\n" * 100_000,
        "The file cannot be taken apart into cells",
    ),
    "too many rows": (b"a\n" * 100_002, "The file has more than 100,000 rows"),
    "two encodings": (
        b"\xff\xfe" + "Kind\n".encode("utf-16-le") + b"\x00\xd8\x00",
        "The file mixes ways of writing letters",
    ),
}


def taken_in(content: bytes) -> None:
    """The whole of it is read; one without rows is refused at the start."""
    if not list(read(content)):
        start_import(by=User(), of=OUTCOMES, name="x", content=content)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name: str) -> None:
    content, words = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        taken_in(content)
    assert str(refused.value).startswith(words)


def test_a_zip_bomb_costs_no_memory() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            next(read(BOMB))
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("rows", [100_000, 100_001])
def test_a_hundred_thousand_rows_below_the_headings_and_no_more(rows: int) -> None:
    content = b"Kind\n" + b"a\n" * rows
    if rows == 100_000:
        assert sum(1 for _ in read(content)) == 100_001
    else:
        with pytest.raises(Refused):
            list(read(content))


def test_cells_that_share_one_long_text_do_not_add_up_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "MOST_TEXT", 50_000)
    with pytest.raises(Refused, match="too much text"):
        list(read(sheet_of(*(["x" * 900] * 60 for _ in range(3)))))


@pytest.mark.django_db
def test_a_body_that_says_it_is_huge_is_refused_before_it_is_read(
    client: Client, cast: Cast
) -> None:
    client.force_login(cast.officer)

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("The body was read")

    said: dict[str, Any] = {"CONTENT_LENGTH": "500000000", "wsgi.input": Endless()}
    kind = "multipart/form-data; boundary=x"
    answer = client.generic("POST", reverse("cases:imports"), content_type=kind, **said)
    assert answer.status_code == 413
    assert "The file must be 20 MB or smaller" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["empty", "picture", "encrypted", "zip bomb"])
def test_a_refusal_stands_at_the_file(client: Client, cast: Cast, name: str) -> None:
    client.force_login(cast.officer)
    content, words = HOSTILE[name]
    answer = send(client, content, "november.xlsx")
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"][0].startswith(words)
    assert not Import.objects.exists()


NAUGHTY = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.lists(st.lists(st.text(max_size=10), max_size=5), max_size=5).map(
        lambda rows: "\n".join(",".join(row) for row in rows).encode("utf-8", "ignore")
    ),
    st.binary(max_size=200).map(lambda tail: PLAIN[:300] + tail + PLAIN[300:]),
    st.binary(max_size=60).map(lambda part: in_sheet(b"<worksheet>" + part + b"</worksheet>")),
)


@given(NAUGHTY)
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"PK\x03\x04")
@example(b"\xff\xfe\x00")
@settings(max_examples=400)
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    try:
        rows = list(islice(read(content), 100))
    except Refused:
        return
    assert list(read_normal(normal(rows))) == rows
    assert not any("\x00" in cell for _, cells in rows for cell in cells)


def test_headings_are_known_by_what_people_call_them() -> None:
    headings = ["Crime Ref.", "ARREST  DATE", "Time of arrest:", "Shoe size", "Borough"]
    assert COLUMNS.guess(headings) == {
        "reference": 0,
        "day": 1,
        "time": 2,
        "borough": 4,
    }
    for column in COLUMNS.every:
        for heading in (column.heading, *column.others):
            assert COLUMNS.guess([heading.upper()]) == {column.field: 0}


def test_the_first_of_two_columns_alike_is_taken() -> None:
    assert COLUMNS.guess(["Date", "Day"]) == {"day": 0}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(1, ["Arrests in November"]), (3, ["Kind", "Date"]), (4, ["Arrest", "1/1/21"])], 3),
        ([(2, ["a", "b"]), (3, ["c", "d"])], 2),
        ([], 0),
    ],
)
def test_the_row_of_the_headings_is_found(rows: Any, expected: int) -> None:
    assert COLUMNS.heading_row(rows) == expected


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"),
    ]
