"""Reading a spreadsheet that somebody sends, whatever it is, as rows of text.

A file is judged by what it holds, not by its name. What cannot be read is refused in words, before
it costs time or memory.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import IO, Any

import charset_normalizer
import openpyxl

from accounts.imports.columns import Columns

LARGEST_FILE = 20 * 1024 * 1024
MOST_COLUMNS = 60
LONGEST_CELL = 1_000
MOST_TEXT = 100_000_000
"""Characters in all. In a workbook many cells can share one long text."""
LONGEST_LINE = 200_000
LAST_ROW = 200_000
"""Rows that hold nothing are passed over, up to here."""
MOST_INFLATED = 250 * 1024 * 1024
MOST_SHARED_TEXT = 60 * 1024 * 1024
MOST_OTHER_PART = 8 * 1024 * 1024
MOST_PARTS = 2_000
STEEPEST = 250
"""A part of a real workbook shrinks to a tenth or a fiftieth, of a zip bomb to a thousandth."""
DELIMITERS = ",;\t|"
SAMPLE = 20
MOST_SHEETS = 10

Row = tuple[int, list[str]]
"""The number of a row as the spreadsheet shows it, and its cells."""

UNFIT = re.compile("[\x00\ud800-\udfff]")
"""What the database cannot hold."""


class Refused(Exception):
    """Why a file cannot be brought in, in words for whoever sent it."""


NOT_A_SPREADSHEET = (
    "The file is not a spreadsheet. Save it as Excel workbook (.xlsx) or as CSV, and try again"
)


DAMAGED = "The workbook is damaged. Open it in Excel, save it again, and try again"


def read(content: bytes, columns: Columns) -> Iterator[Row]:
    """The rows of a file that hold something, as text. Refused where they cannot be had.

    Known headings tell the delimiter of a text, and the sheet of a workbook.
    """
    rows = _workbook(content, columns) if _is_zip(content) else _text(content, columns)
    read, characters = 0, 0
    for number, cells in rows:
        cells = [UNFIT.sub("", cell).strip() for cell in cells]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        read += 1
        characters += sum(map(len, cells))
        _within_bounds(number, cells, characters)
        # The headings do not count.
        if read > columns.most_rows + 1:
            most = f"{columns.most_rows:,}"
            raise Refused(f"The file has more than {most} rows. Split it into smaller files")
        yield number, cells


def _within_bounds(number: int, cells: list[str], characters: int) -> None:
    if len(cells) > MOST_COLUMNS:
        raise Refused(
            f"Row {number} has more than {MOST_COLUMNS} columns. Keep only those that are needed"
        )
    if characters > MOST_TEXT:
        raise Refused("The file holds too much text. Split it, or leave columns out")
    longest = max(cells, key=len)
    if len(longest) > LONGEST_CELL:
        raise Refused(
            f"A cell in row {number} has more than {LONGEST_CELL:,} characters."
            " A quotation mark before it may not be closed"
        )


def normal(rows: Iterable[Row]) -> bytes:
    """Rows in the form in which they are kept: CSV in UTF-8, each with its number first."""
    kept = io.BytesIO()
    text = io.TextIOWrapper(kept, "utf-8", newline="", write_through=True)
    csv.writer(text, lineterminator="\n").writerows([number, *cells] for number, cells in rows)
    return kept.getvalue()


def read_normal(content: bytes) -> Iterator[Row]:
    """The rows that `normal` kept."""
    for number, *cells in csv.reader(io.TextIOWrapper(io.BytesIO(content), "utf-8", newline="")):
        yield int(number), cells


def _is_zip(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


# Text ---------------------------------------------------------------------------------------


def _text(content: bytes, columns: Columns) -> Iterator[Row]:
    _refuse_what_is_no_text(content)
    try:
        yield from _records(content, _encoding(content), columns)
    except csv.Error as error:
        raise Refused(
            "The file cannot be taken apart into cells. A quotation mark may not be closed."
            " Save it again as CSV"
        ) from error
    except UnicodeDecodeError as error:
        raise Refused(
            "The file mixes ways of writing letters. Save it again as CSV UTF-8"
        ) from error


def _records(content: bytes, encoding: str, columns: Columns) -> Iterator[Row]:
    lines = _lines(content, encoding)
    said = re.fullmatch(r'"?sep=(.)"?\s*', next(lines, ""), re.IGNORECASE)
    if said:
        yield from enumerate(csv.reader(lines, delimiter=said[1]), 2)
    else:
        delimiter = _delimiter(content, encoding, columns)
        yield from enumerate(csv.reader(_lines(content, encoding), delimiter=delimiter), 1)


def _refuse_what_is_no_text(content: bytes) -> None:
    if not content.strip():
        raise Refused("The file is empty")
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Refused("The file is protected by a password. Save it without one, and try again")
        raise Refused(
            "The file is of the old Excel format (.xls). Open it in Excel, save it as Excel"
            " workbook (.xlsx), and try again"
        )
    if content[:400].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refused(
            "The file is a web page or XML, whatever its name says. Open it in Excel, save it as"
            " Excel workbook (.xlsx), and try again"
        )
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return
    if content[:5] == b"%PDF-" or b"\x00" in content:
        raise Refused(NOT_A_SPREADSHEET)


def _encoding(content: bytes) -> str:
    """What a British force's spreadsheet wrote: UTF-8 if that fits, else Windows or old Mac."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        for _ in _lines(content, "utf-8-sig"):
            pass
    except UnicodeDecodeError:
        guessed = charset_normalizer.from_bytes(
            content[:50_000], cp_isolation=["cp1252", "mac_roman"]
        ).best()
        return guessed.encoding if guessed else "cp1252"
    return "utf-8-sig"


def _lines(content: bytes, encoding: str) -> Iterator[str]:
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise Refused("A line of the file is far too long for a spreadsheet")
        # Some exports end in the sign that once ended a file.
        yield line.replace("\x00", "")


def _delimiter(content: bytes, encoding: str, columns: Columns) -> str:
    """What stands between cells: what finds most known headings, then most columns."""

    def found(delimiter: str) -> tuple[int, int]:
        records = csv.reader(_lines(content, encoding), delimiter=delimiter)
        try:
            sample = [record for record, _ in zip(records, range(SAMPLE), strict=False)]
        except (csv.Error, UnicodeDecodeError):
            return 0, 0
        return (
            max((len(columns.guess(record)) for record in sample), default=0),
            sum(len(record) for record in sample),
        )

    return max(DELIMITERS, key=found)


# Workbooks ----------------------------------------------------------------------------------


def _workbook(content: bytes, columns: Columns) -> Iterator[Row]:
    _guard(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise Refused("The workbook has no sheet with cells")
        # The one whose first rows know most headings: a cover or notes may stand before it.
        best = max(sheets[:MOST_SHEETS], key=lambda sheet: _known(_cells(sheet, SAMPLE), columns))
        yield from _cells(best, LAST_ROW)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # A damaged or forged workbook fails in as many ways as there are parts of it.
        raise Refused(DAMAGED) from error


def _cells(sheet: Any, last_row: int) -> Iterator[Row]:
    # What a sheet says of its own size may be wrong.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=last_row, max_col=2 * MOST_COLUMNS, values_only=True)
    for number, values in enumerate(rows, 1):
        yield number, [_words(value) for value in values]


def _known(rows: Iterator[Row], columns: Columns) -> int:
    return max((len(columns.guess(cells)) for _, cells in rows), default=0)


def _guard(content: bytes) -> None:
    """Refuses a zip that is no workbook, or that would not stop unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            if "mimetype" in names and b"opendocument" in parts.read("mimetype")[:100]:
                raise Refused(
                    "The file is an OpenDocument. Save it as Excel workbook (.xlsx) or as CSV"
                )
            if "xl/workbook.xml" not in names:
                raise Refused(NOT_A_SPREADSHEET)
            _refuse_bombs(parts.infolist())
            for part in parts.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    with parts.open(part) as inflated:
                        _inflate(inflated, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
        raise Refused(DAMAGED) from error


TOO_BIG = "The workbook unpacks to more than a spreadsheet of this size can hold"


def _limit(part: zipfile.ZipInfo) -> int:
    if part.filename.startswith("xl/worksheets/"):
        return MOST_INFLATED
    return MOST_SHARED_TEXT if part.filename == "xl/sharedStrings.xml" else MOST_OTHER_PART


def _refuse_bombs(parts: list[zipfile.ZipInfo]) -> None:
    """By what the directory of the zip says, before anything is unpacked."""
    read = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in read) > MOST_INFLATED:
        raise Refused(TOO_BIG)
    for part in read:
        steep = part.file_size > STEEPEST * max(part.compress_size, 4096)
        if steep or part.file_size > _limit(part):
            raise Refused(TOO_BIG)
    if any(part.flag_bits & 1 for part in read):
        raise Refused("The file is protected by a password. Save it without one, and try again")


def _inflate(part: IO[bytes], said: zipfile.ZipInfo) -> None:
    """Unpacks a part once and throws it away: its size and kind are then known, not just said."""
    size, before = 0, b""
    while chunk := part.read(1 << 16):
        size += len(chunk)
        if size > _limit(said):
            raise Refused(TOO_BIG)
        if size == len(chunk) and chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Refused(NOT_A_SPREADSHEET)
        if b"<!DOCTYPE" in before + chunk or b"<!ENTITY" in before + chunk:
            raise Refused("The workbook holds instructions that no spreadsheet needs")
        before = chunk[-16:]


def _words(value: Any) -> str:
    """A cell as a person reads it; a number of Excel's as one that still tells what it was."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        clock = f" {value:%H:%M}" if value.time() != time() else ""
        return f"{value:%Y-%m-%d}{clock}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        # A fraction of a day keeps its digits, so that it is not taken for hours and minutes.
        return f"{value:.0f}" if value.is_integer() else f"{value:.6f}"
    return str(value)
