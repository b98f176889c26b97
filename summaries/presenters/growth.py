"""How a measure grows day by day beside its baseline, drawn and in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import NamedTuple

from core.days import DayRange
from core.templatetags.page import week_day
from summaries.asked import Asked
from summaries.comparisons import Baseline, Pair, Uplift
from summaries.figures import By
from summaries.presenters.drawn import CHANCE, Picture, grown_words, growth, uplift_words

Number = tuple[int, str]
"""A count, and the address at which it is explained."""


class GrownRow(NamedTuple):
    """A day: its count, and how far that and the baseline have come; nothing where not yet."""

    label: str
    alone: Number | None
    grown: Number | None
    before: Number | None


@dataclass(frozen=True)
class Growth:
    """The chart, what it says, and the numbers that it draws."""

    asked: Asked
    picture: Picture
    rows: list[GrownRow]
    against: str
    """What the baseline is called; nothing where it has no days to set beside these."""

    @classmethod
    def of(
        cls, asked: Asked, by_day: Sequence[int], baseline: Baseline | None, uplift: Uplift | None
    ) -> "Growth":
        unit, label = asked.measure.unit.value, baseline.label if baseline else ""
        theirs, before = _baseline_by_day(asked, baseline)
        words = (
            uplift_words(uplift, label)
            if uplift and baseline
            else grown_words(unit, sum(by_day), len(by_day), len(asked.days))
        )
        drawing = growth(asked.days, by_day, before, unit=unit, against=label)
        grown, beside = _grown(asked, by_day), _grown(theirs, before)
        counts = dict(zip(asked.days, by_day, strict=False))
        return cls(
            asked=asked,
            picture=Picture(words, drawing, CHANCE if before else ""),
            rows=[
                GrownRow(
                    week_day(day),
                    (counts[day], asked.on(day).address) if day in counts else None,
                    *(grown.get(n), beside.get(n)),
                )
                for n, day in enumerate(asked.days)
            ],
            against=label if before else "",
        )


def _grown(asked: Asked, by_day: Sequence[int]) -> dict[int, Number]:
    """How far the count has come, by the number of the day from 0."""
    first = asked.days.first
    until = (replace(asked, days=DayRange.inclusive(first, day)).address for day in asked.days)
    return dict(enumerate(zip(accumulate(by_day), until, strict=False)))


def _baseline_by_day(asked: Asked, baseline: Baseline | None) -> tuple[Asked, list[int]]:
    """The counts of the baseline from the day that matches our first, as many days as it has."""
    if baseline is None:
        return asked, []
    pair = Pair.of(asked.campaign.days, baseline.days).within(asked.days)
    if not len(pair) or pair.ours.first != asked.days.first:
        return asked, []
    theirs = replace(asked, days=DayRange(pair.theirs.first, baseline.days.end))
    found = theirs.counts(By.DAY)
    return theirs, [found.get(str(day), 0) for day in theirs.days]
