"""The charts of the pages of figures, each with the sentence that it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.utils.safestring import SafeString

from core.charts import Dot, Line, Reach, funnel, lines
from core.days import DayRange
from core.templatetags.page import listed, rounded, thousands
from summaries.comparisons import RESIDENTS, BoroughRate, Comparison, Uplift
from summaries.statistics import FAR, USUAL, of_count

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
    wide = comparison.funnel.overdispersed
    explained = "what chance and the spread of all explain" if wide else "what chance explains"
    if not (above or below):
        return f"Every borough lies within {explained}."
    said = [f"{names_} above" for names_ in [above] if names_]
    said += [f"{names_} below" for names_ in [below] if names_]
    return f"Beyond {explained}: {'; '.join(said)}. The others lie within it."


def beyond_words(row: BoroughRate) -> str:
    """Where a borough lies, for a cell of a table."""
    return {
        "": "Within",
        "above": "Above",
        "below": "Below",
        "far above": "Far above",
        "far below": "Far below",
    }[row.beyond]
