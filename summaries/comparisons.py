"""A campaign against its stated baseline, boroughs against London: fair, or refused in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from django.db import connection

from campaigns.models import Borough, Campaign
from core.days import DayRange
from summaries.asked import Asked, Place
from summaries.figures import By, Window, figures
from summaries.statistics import FAR, USUAL, Funnel, Point, Rate, Ratio, ratio


class NotComparable(Exception):
    """Why there is nothing to compare with, in words for a page."""


NOBODY_THERE = "No borough that you see figures of takes part in {}."


@dataclass(frozen=True)
class Pair:
    """Two stretches of as many days that begin on the same weekday.

    Demand follows the week, so a weekend is never set against working days; days of either side
    that find no partner are left out.
    """

    ours: DayRange
    theirs: DayRange

    @classmethod
    def of(cls, ours: DayRange, theirs: DayRange) -> "Pair":
        """The longest such pair at the start of both; of no length where there is none."""
        ahead = (ours.first.weekday() - theirs.first.weekday()) % 7
        behind = (-ahead) % 7
        pairs = [cls._cut(ours, _later(theirs, ahead)), cls._cut(_later(ours, behind), theirs)]
        return max(pairs, key=len)

    @classmethod
    def _cut(cls, ours: DayRange, theirs: DayRange) -> "Pair":
        length = timedelta(days=min(len(ours), len(theirs)))
        return cls(
            DayRange(ours.first, ours.first + length), DayRange(theirs.first, theirs.first + length)
        )

    def within(self, days: DayRange) -> "Pair":
        """As much of it as has our side in some days, so that both sides are at the same point."""
        first = max(self.ours.first, days.first)
        ours = DayRange(first, max(first, min(self.ours.end, days.end)))
        ahead = self.theirs.first - self.ours.first
        return Pair(ours, DayRange(ours.first + ahead, ours.end + ahead))

    def __len__(self) -> int:
        return len(self.ours)


def _later(days: DayRange, by: int) -> DayRange:
    return DayRange(days.first + timedelta(days=by), days.end)


@dataclass(frozen=True)
class Baseline:
    """What a campaign is measured against, as it was stated."""

    label: str
    days: DayRange

    @classmethod
    def of(cls, campaign: Campaign, place: Place) -> "Baseline":
        """The stated one; NotComparable with the reason where there is none for the place."""
        if not place.ids:
            raise NotComparable(NOBODY_THERE.format(campaign.name))
        if campaign.baseline == Campaign.Baseline.NONE:
            raise NotComparable(campaign.baseline_none_reason)
        if campaign.baseline == Campaign.Baseline.DATES:
            first, last = campaign.baseline_first_day, campaign.baseline_last_day
            if first is None or last is None:
                raise NotComparable("The days of the baseline are not stated.")
            return cls("the baseline", DayRange.inclusive(first, last))
        earlier = campaign.baseline_campaign
        if earlier is None:
            raise NotComparable("The earlier campaign is not stated.")
        there = set(earlier.boroughs.values_list("pk", flat=True))
        if not place.ids <= there:
            raise NotComparable(f"Not all of these boroughs took part in {earlier.name}.")
        return cls(earlier.name, earlier.days)


@dataclass(frozen=True)
class Uplift:
    """A figure against its baseline: both counts, over as many days with the same weekdays."""

    ours: Asked
    theirs: Asked
    count: int
    other: int

    @classmethod
    def of(cls, whole: Iterable[Asked], baseline: Baseline, until: DayRange) -> "list[Uplift]":
        """One for each figure of a campaign, over those of its complete days that are in `until`.

        NotComparable where none of these days has a partner in the baseline.
        """
        asked = list(whole)
        if not len(until):
            raise NotComparable("Whole days are compared, and the first is not over yet.")
        campaign, place = asked[0].campaign, asked[0].place
        pair = Pair.of(campaign.days, baseline.days).within(until)
        if not len(pair):
            raise NotComparable("None of these days is over and has a partner in the baseline.")
        measures = [one.measure for one in asked]
        ours, theirs = (
            figures(Window(days, place.scope), measures=measures)
            for days in (pair.ours, pair.theirs)
        )
        return [
            cls(
                replace(one, days=pair.ours),
                replace(one, days=pair.theirs),
                ours[one.measure].get("", 0),
                theirs[one.measure].get("", 0),
            )
            for one in asked
        ]

    @cached_property
    def ratio(self) -> Ratio | None:
        return ratio(self.count, len(self.ours.days), self.other, len(self.theirs.days))

    @property
    def says(self) -> str:
        """What the two counts say, in a word or two."""
        if self.ratio is None:
            return "None in either"
        if not self.other:
            return "The baseline has none"
        if not self.ratio.differs:
            return "May be chance"
        return "More" if self.ratio.value > 1 else "Fewer"


@dataclass(frozen=True)
class Base:
    """What a rate of a borough is for each so many of."""

    slug: str
    per: int
    words: str
    places: int
    """Decimal places that a rate is said with: one event in the largest borough shows in them."""


RESIDENTS = Base("residents", 1_000, "per 1,000 residents", 3)
CASES = Base("cases", 100, "per 100 recorded cases", 2)
BASES = {base.slug: base for base in (RESIDENTS, CASES)}


@dataclass(frozen=True)
class BoroughRate:
    """One borough's figure as a rate, and whether it lies beyond what chance explains."""

    borough: Borough
    rate: Rate
    beyond: str
    """"above" or "below" the usual limits, with "far " before it past the far ones, or nothing."""


@dataclass(frozen=True)
class Comparison:
    """London's boroughs by one measure, each by its rate; never by rank."""

    base: Base
    funnel: Funnel
    rows: list[BoroughRate]

    @classmethod
    def of(cls, asked: Asked, base: Base, boroughs: Iterable[Borough]) -> "Comparison":
        """NotComparable where nothing was counted, or there are too few boroughs to compare."""
        london = [borough for borough in boroughs if borough.in_london]
        counts = figures(asked.window, By.BOROUGH, [asked.measure])[asked.measure]
        bases = _bases(base, asked.window, london)
        london = [borough for borough in london if bases.get(borough.pk)]
        points = [Point(str(b.pk), counts.get(str(b.pk), 0), bases[b.pk]) for b in london]
        if len(points) < 3:
            raise NotComparable("There are too few boroughs to compare.")
        if not any(point.count for point in points):
            raise NotComparable(
                "Nothing was counted in these days, so there is nothing to compare."
            )
        funnel = Funnel(points, base.per)
        sides = {
            point.key: f"{far}{'above' if above else 'below'}"
            for level, far in ((USUAL, ""), (FAR, "far "))
            for point, above in funnel.beyond(level)
        }
        rows = [
            BoroughRate(b, Rate(point.count, point.base, base.per), sides.get(point.key, ""))
            for b, point in zip(london, points, strict=True)
        ]
        return cls(base, funnel, rows)

    @property
    def outside(self) -> list[BoroughRate]:
        return [row for row in self.rows if row.beyond]


def _bases(base: Base, window: Window, boroughs: list[Borough]) -> dict[int, float]:
    if base is RESIDENTS:
        return {b.pk: float(b.population) for b in boroughs if b.population}
    return cases_by_borough(window)


def cases_by_borough(window: Window) -> dict[int, float]:
    """How many cases of domestic abuse have a counted outcome in a window, by its borough."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT borough_id, count(DISTINCT case_id) FROM cases_outcome"
            f" WHERE counted AND strand = 'domestic_abuse' AND {window.sql} GROUP BY borough_id",
            window.params,
        )
        return {borough: float(number) for borough, number in cursor.fetchall()}
