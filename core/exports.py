"""Rows of a list as the cells of a file, each under its heading."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from core.spreadsheets import Cell

ROWS_AT_MOST = 100_000
ROWS_OF_A_SPREADSHEET = 10_000
"""A spreadsheet is held in memory, and nobody reads a longer one."""

Columns = Sequence[tuple[str, Callable[[Any], Cell]]]


def cells(rows: "QuerySet[Any]", columns: Columns) -> Iterator[list[Cell]]:
    """The rows as cells, a few thousand at a time in memory."""
    for row in rows.iterator(chunk_size=2_000):
        yield [read(row) for _, read in columns]
