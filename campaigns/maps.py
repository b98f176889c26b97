"""The boroughs as a tile map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
    """The tile map of the boroughs, its shades in words, darkest last."""

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
    """Each borough's value as a square of one of five shades; `places` are decimal places."""
    london = [borough for borough in boroughs if borough.in_london]
    most = max((values.get(b.pk, 0) for b in london), default=0)
    # No shade is narrower than what the numbers tell apart.
    step = max(most / LEVELS, 10**-places)
    short = short_names(london)

    def level(value: float) -> int:
        return min(int(value / step - 1e-9) + 1, LEVELS) if value > 0 else 0

    drawn = []
    for borough in london:
        value = values.get(borough.pk, 0)
        words = f"{rounded(value, places):,}"
        drawn.append(
            Tile(
                borough.tile_row or 1,
                borough.tile_col or 1,
                short[borough.pk],
                words,
                level(value),
                f"{borough.name}: {words} {unit}",
                addresses.get(borough.pk, ""),
            )
        )
    bounds = [f"{step * n:,.{places}f}" for n in range(LEVELS + 1)]
    one_by_one = step == 1 and places == 0
    legend = [Shade(0, "none")] + [
        Shade(
            n + 1,
            bounds[n + 1] if one_by_one else f"more than {bounds[n]}, up to {bounds[n + 1]}",
        )
        for n in range(LEVELS)
        if step * n < most - 1e-9
    ]
    description = f"Each square is a borough, at about its place, with its {unit}"
    return BoroughMap(tiles("Map of the boroughs", description, drawn), legend)
