"""The charts of the pages of figures, each with the sentence that it shows."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import accumulate, pairwise

from django.utils.safestring import SafeString

from campaigns.models import Borough
from core.charts import Dot, Line, Reach, Tile, funnel, lines, tiles
from core.days import DayRange
from core.templatetags.page import listed, rounded, thousands
from summaries.comparisons import RESIDENTS, BoroughRate, Comparison, Uplift
from summaries.statistics import FAR, USUAL, of_count

LEVELS = 4
"""Shades of a map, besides white for none."""
TIED = 3
"""As many parts that share the first place are named."""
CHANCE = "The band is what chance alone does to a count like the baseline’s."


@dataclass(frozen=True)
class Picture:
    """A chart and what it finds, in a sentence or two."""

    finding: str
    drawing: SafeString
    note: str = ""
    """How to read it, where it is not plain."""


def growth(
    days: DayRange, counts: Sequence[int], baseline: Sequence[int], *, unit: str, against: str
) -> SafeString:
    """How a count has grown over the days that have begun, beside its baseline.

    The band is how far chance alone moves a count like the baseline's.
    """
    places = [f"{day.day} {day:%b}" for day in days]
    grown, before = [*accumulate(counts)], [*accumulate(baseline)][: len(places)]
    ours: list[float | None] = [*grown, *[None] * (len(places) - len(grown))]
    drawn, band = [Line("Campaign", ours)], None
    if before:
        theirs: list[float | None] = [*before, *[None] * (len(places) - len(before))]
        drawn.append(Line("Baseline", theirs, main=False))
        reach = [of_count(count) for count in before]
        band = Reach(
            f"What chance alone moves a count like that of {against} to",
            [interval.low for interval in reach],
            [interval.high for interval in reach],
        )
    description = grown_words(unit, sum(counts), len(counts), len(days))
    if before:
        description += f" {thousands(before[-1])} after {len(before)} days of {against}."
    return lines("Growth day by day", description, places, drawn, unit=unit, band=band)


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


def grown_words(unit: str, count: int, begun: int, days: int) -> str:
    """How far a count has come, in a sentence that fits one as well as many."""
    over = f"{begun} of {days} days" if begun < days else f"{days} day{'s' if days > 1 else ''}"
    return f"{unit.capitalize()}: {thousands(count)}, over {over}."


def most_words(parts: Sequence[tuple[str, int]]) -> str:
    """Which of the parts is the largest, out of all; ties are told as ties."""
    total, most = sum(count for _, count in parts), max(count for _, count in parts)
    names = [label for label, count in parts if count == most]
    if most == total:
        return f"All {thousands(total)}: {names[0]}."
    which = listed(names) if len(names) <= TIED else f"{len(names)} of them alike"
    each = " each" if len(names) > 1 else ""
    return f"Most often: {which}, {thousands(most)} of {thousands(total)}{each}."


def comparison_picture(comparison: Comparison, unit: str) -> Picture:
    """The funnel of a comparison."""
    base = comparison.base
    many = 1_000 if base is RESIDENTS else 1
    words = f"{unit} {base.words}"
    dots = [
        Dot(
            row.borough.name,
            row.rate.base / many,
            row.rate.value,
            bool(row.beyond),
            f"{row.borough.name}: {rounded(row.rate.value, base.places)} {words}",
        )
        for row in comparison.rows
    ]

    def limits(base_: float, level: float) -> tuple[float, float]:
        found = comparison.funnel.limits(base_ * many, level)
        return found.low, found.high

    drawing = funnel(
        f"{unit.capitalize()} by borough",
        finding(comparison),
        dots,
        target=comparison.funnel.target * base.per,
        usual=lambda at: limits(at, USUAL),
        far=lambda at: limits(at, FAR),
        unit=words,
        base="thousand residents" if base is RESIDENTS else "recorded cases",
    )
    return Picture(finding(comparison), drawing)


def uplift_words(uplift: Uplift, label: str) -> str:
    """A figure against its baseline, in a sentence that says how sure it is."""
    days = len(uplift.ours.days)
    over = f"Over {days} days with the same weekdays" if days > 1 else "Over one like weekday"
    found = uplift.ratio
    if found is None:
        return f"{over}, nothing was counted now or in “{label}”."
    counts = f"{thousands(uplift.count)} against {thousands(uplift.other)} in “{label}”"
    if not uplift.other:
        return f"{over}: {counts}, so there is no ratio."
    sure = "" if found.differs else "; chance may explain the difference"
    return (
        f"{over}: {counts}, {rounded(found.value, 2)} times as many (95% interval "
        f"{rounded(found.interval.low, 2)} to {rounded(found.interval.high, 2)}){sure}."
    )


def finding(comparison: Comparison) -> str:
    """Who lies beyond what chance explains, in words; nobody is ranked."""

    def names(side: str) -> str:
        return listed([row.borough.name for row in comparison.rows if row.beyond.endswith(side)])

    above, below = names("above"), names("below")
    if not (above or below):
        return "Every borough lies within what chance explains."
    said = [f"{names_} above" for names_ in [above] if names_]
    said += [f"{names_} below" for names_ in [below] if names_]
    return f"Beyond what chance explains: {'; '.join(said)}. The others lie within it."


def beyond_words(row: BoroughRate) -> str:
    """Where a borough lies, for a cell of a table."""
    return {
        "": "Within",
        "above": "Above",
        "below": "Below",
        "far above": "Far above",
        "far below": "Far below",
    }[row.beyond]
