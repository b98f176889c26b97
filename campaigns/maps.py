"""The boroughs as a tile map."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from django.utils.safestring import SafeString

from campaigns.models import Borough
from core.charts import Tile, tiles
from core.templatetags.page import rounded

LEVELS = 4
"""Shades of a map, besides white for none."""


def short_names(boroughs: Iterable[Borough]) -> dict[int, str]:
    """A name of three or four letters for each, all different: "Lam", "Harr", "KuT"."""
    names = {borough.pk: borough.name for borough in boroughs}
    short = {}
    for pk, name in names.items():
        words = name.split()
        others = [other for key, other in names.items() if key != pk]
        long = next(
            (n for n in range(3, 8) if not any(o.startswith(name[:n]) for o in others)), len(name)
        )
        initials = "".join("&" if word == "and" else word[0] for word in words)
        short[pk] = initials if len(words) > 1 else name[:long]
    return short


@dataclass(frozen=True)
class Shade:
    """One shade of a map's legend, in words."""

    level: int
    words: str


@dataclass(frozen=True)
class BoroughMap:
    """The tile map of the boroughs and what it finds; its shades in words, darkest last."""

    finding: str
    drawing: SafeString
    legend: list[Shade]


def borough_map(
    boroughs: Sequence[Borough],
    values: Mapping[int, float],
    addresses: Mapping[int, str],
    *,
    unit: str,
    places: int,
) -> BoroughMap:
    """Each borough's value as a square of one of five shades; `places` are decimal places.

    Shades are told apart by the values as they are said, so that a square never belies the legend.
    """
    london = [borough for borough in boroughs if borough.in_london]
    said = {borough.pk: rounded(values.get(borough.pk, 0), places) for borough in london}
    least, most = min(said.values(), default=Decimal(0)), max(said.values(), default=Decimal(0))
    smallest = Decimal(1).scaleb(-places)
    tops = [(most * n / LEVELS).quantize(smallest, ROUND_DOWN) for n in range(LEVELS + 1)]
    short = short_names(london)

    drawn = []
    for borough in london:
        value = said[borough.pk]
        words = f"{value:,}"
        drawn.append(
            Tile(
                borough.tile_row or 1,
                borough.tile_col or 1,
                short[borough.pk],
                words,
                bisect_left(tops, value) if value else 0,
                f"{borough.name}: {words} {unit}",
                addresses.get(borough.pk, ""),
            )
        )
    legend = [Shade(0, "none")] + [
        Shade(n, _from_to(below + smallest, top))
        for n, (below, top) in enumerate(pairwise(tops), 1)
        if below < top
    ]
    span = _from_to(least, most) if most else "none"
    description = f"Each square is a borough, at about its place, with its {unit}"
    return BoroughMap(
        f"{unit.capitalize()} in each borough: {span}.",
        tiles("Map of the boroughs", description, drawn),
        legend,
    )


def _from_to(low: Decimal, high: Decimal) -> str:
    return f"{low:,} to {high:,}" if low < high else f"{high:,}"
