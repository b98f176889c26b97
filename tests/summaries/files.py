"""What tests read out of the files that the product makes."""

import csv
import io
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader


def content_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.status_code
    assert "-official-sensitive-" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)


def rows_of(answer: Any) -> list[list[str]]:
    """The lines of a CSV, of which the first is the marking."""
    return list(csv.reader(io.StringIO(content_of(answer).decode("utf-8-sig"), newline="")))


def book_of(answer: Any) -> Workbook:
    return load_workbook(io.BytesIO(content_of(answer)))


def sheet_of(book: Workbook, name: str) -> list[list[Any]]:
    """A table of a sheet, its headings first."""
    return [[cell.value for cell in row] for row in book[name].iter_rows(min_row=3)]


def pdf_of(answer: Any) -> PdfReader:
    return PdfReader(io.BytesIO(content_of(answer)))


def words_of(file: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in file.pages).split())


class Cells(HTMLParser):
    """The tables of a page: of each its rows, of each row the words of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self.inside = True

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.tables[-1][-1][-1] = " ".join(f"{self.tables[-1][-1][-1]} {data}".split())

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in {"td", "th"}


def headlines_of_files(client: Client, page: str) -> list[dict[str, int]]:
    """The headline figures of a page by label, of its CSV, of its spreadsheet and of its PDF."""
    address = urlsplit(page)
    below = [f"{address.path}{file}?{address.query}" for file in FILES]
    in_csv = rows_of(client.get(below[0]))[2:]
    book = book_of(client.get(below[1]))
    in_sheet = sheet_of(book, "Headline figures")[1:]
    printed = words_of(pdf_of(client.get(below[2])))
    for label, unit, count, *_ in in_csv:
        assert f"{label} {unit} {int(count):,}" in printed
    in_pdf = {label: int(_after(printed, f"{label} {unit} ")) for label, unit, *_ in in_csv}
    return [
        {row[0]: int(row[2]) for row in in_csv},
        {row[0]: row[2] for row in in_sheet},
        in_pdf,
    ]


FILES = ("tables/headline-figures.csv", "tables.xlsx", "briefing.pdf")


def _after(text: str, words: str) -> str:
    return text.partition(words)[2].split()[0].replace(",", "")
