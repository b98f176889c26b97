"""A tile map: one square a place, so that small ones are read as well as large ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.charts.svg import INK, LEVELS, WIDTH, element, picture, title, words

GAP = 4
ACROSS = 8
"""A few squares are no larger than those of a whole map of as many columns."""


@dataclass(frozen=True)
class Tile:
    """A place in the grid, rows and columns from 1; `level` from 0, none, to 4, most."""

    row: int
    column: int
    short: str
    value: str
    level: int
    words: str
    href: str = ""


def tiles(name: str, description: str, drawn: Sequence[Tile]) -> SafeString:
    """A chart of squares, each with its short name and its value, and a link where it has one.

    Rows and columns that stand empty around them are cut off.
    """
    columns, rows = [tile.column for tile in drawn] or [1], [tile.row for tile in drawn] or [1]
    left, top = min(columns), min(rows)
    side = WIDTH / max(max(columns) - left + 1, ACROSS)
    content = [
        _tile(tile, (tile.column - left) * side, (tile.row - top) * side, side) for tile in drawn
    ]
    linked = any(tile.href for tile in drawn)
    role = "group" if linked else "img"
    return picture(name, description, (max(rows) - top + 1) * side, content, of="tiles", role=role)


def _tile(tile: Tile, x: float, y: float, side: float) -> SafeString:
    ink = "#ffffff" if tile.level > 2 else INK
    middle, kind = x + side / 2, f"app-chart__tile app-chart__tile--{tile.level}"
    content = (
        title(tile.words),
        element(
            "rect",
            x=x + GAP / 2,
            y=y + GAP / 2,
            width=side - GAP,
            height=side - GAP,
            fill=LEVELS[tile.level],
            stroke=LEVELS[-1],
        ),
        words(tile.short, middle, y + side * 0.42, at="middle", fill=ink, font_size=20),
        words(
            tile.value,
            middle,
            y + side * 0.75,
            at="middle",
            fill=ink,
            font_weight="bold",
            font_size=22,
        ),
    )
    if not tile.href:
        return element("g", *content, class_=kind)
    return element("a", *content, href=tile.href, class_=kind)
