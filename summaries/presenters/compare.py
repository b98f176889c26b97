"""Boroughs against London, a campaign against its baseline, and two campaigns side by side."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.permissions import BoroughScope
from campaigns.models import Borough, Campaign
from core.days import ONE_DAY, DayRange, london_day
from core.snapshots import one_snapshot
from core.templatetags.page import listed
from summaries.asked import Asked, Place
from summaries.comparisons import (
    NOBODY_THERE,
    RESIDENTS,
    Baseline,
    Comparison,
    NotComparable,
    Uplift,
)
from summaries.figures import By, Window, figures
from summaries.forms import CompareForm
from summaries.measures import HEADLINES, MEASURES, Measure
from summaries.presenters.campaign import in_order
from summaries.presenters.drawn import Picture, beyond_words, comparison_picture
from summaries.presenters.parts import Freshness, parts_words
from summaries.statistics import Interval

COUNTED = tuple(measure for measure in MEASURES if measure.one_by_one)


@dataclass(frozen=True)
class ComparedRow:
    """One borough of the funnel: its count, what it rests on, its rate and where it lies."""

    borough: Borough
    address: str
    count: int
    base: int
    value: float
    interval: Interval
    usual: Interval
    beyond: str


@dataclass(frozen=True)
class ComparePage:
    """The funnel of one measure, or why there is none."""

    campaign: Campaign
    form: CompareForm
    measure: Measure
    picture: Picture | None
    rows: list[ComparedRow]
    spread: str
    parts: str
    refused: str
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, scope: BoroughScope, form: CompareForm, now: datetime
    ) -> "ComparePage":
        with one_snapshot():
            place = Place.of_campaign(campaign, scope)
            asked = Asked(campaign, form.chosen, form.days, place)
            freshness = Freshness.now(now)
            try:
                if form.days.first > london_day(now):
                    raise NotComparable("These days have not begun.")
                boroughs = in_order(place)
                compared = Comparison.of(asked, form.chosen_base, boroughs)
            except NotComparable as why:
                return cls(campaign, form, form.chosen, None, [], "", "", str(why), freshness)
            counts = asked.counts(By.BOROUGH)
        return cls(
            campaign=campaign,
            form=form,
            measure=form.chosen,
            picture=comparison_picture(compared, form.chosen.unit.value),
            rows=_rows(compared, asked),
            spread=_spread(compared),
            parts=parts_words(form.chosen, [(b, counts.get(str(b.pk), 0)) for b in boroughs]),
            refused="",
            freshness=freshness,
        )

    @property
    def title(self) -> str:
        return f"{self.form.error_title}Compare boroughs, {self.campaign.name}"

    @property
    def base(self) -> str:
        return self.form.chosen_base.words

    @property
    def places(self) -> int:
        return self.form.chosen_base.places

    @property
    def based_on(self) -> str:
        return "Residents" if self.form.chosen_base is RESIDENTS else "Recorded cases"

    @property
    def base_note(self) -> str:
        """What the rates rest on."""
        if self.form.chosen_base is not RESIDENTS:
            return (
                "A recorded case is one of domestic abuse that has an outcome here in these days; "
                "cases of which nothing is logged are not among them."
            )
        years = sorted({row.borough.population_year or 0 for row in self.rows})
        return (
            f"Residents are those of all ages in the middle of {listed(years)}, as the Office for "
            "National Statistics estimates them."
        )


def _rows(compared: Comparison, asked: Asked) -> list[ComparedRow]:
    """The boroughs by name: a rank would say more than the numbers do."""
    return [
        ComparedRow(
            borough=row.borough,
            address=asked.within(row.borough).address,
            count=row.rate.count,
            base=int(row.rate.base),
            value=row.rate.value,
            interval=row.rate.interval,
            usual=compared.funnel.limits(row.rate.base, 0.95),
            beyond=beyond_words(row),
        )
        for row in compared.rows
    ]


def _spread(compared: Comparison) -> str:
    """Whether the boroughs scatter more than chance has it, and what was done about it."""
    funnel = compared.funnel
    if not funnel.overdispersed:
        return "The boroughs scatter no more than chance would have it."
    return (
        f"The boroughs scatter more than chance alone would have it (dispersion "
        f"{funnel.dispersion:.1f}, where 1 is chance), so the limits are widened by its root. "
        "What all of them share singles none of them out."
    )


def _others(campaign: Campaign, today: date) -> list[Campaign]:
    begun = Campaign.objects.filter(first_day__lte=today)
    return list(begun.exclude(pk=campaign.pk)) if campaign.first_day <= today else []


@dataclass(frozen=True)
class UpliftPage:
    """Each measure against the stated baseline, or why there is nothing to set it against."""

    campaign: Campaign
    label: str
    rows: list[Uplift]
    refused: str
    freshness: Freshness
    others: list[Campaign]
    """Other campaigns that have begun, to set beside it."""

    @classmethod
    def of(cls, campaign: Campaign, scope: BoroughScope, now: datetime) -> "UpliftPage":
        over = campaign.days.until(london_day(now))
        with one_snapshot():
            place = Place.of_campaign(campaign, scope)
            freshness = Freshness.now(now)
            others = _others(campaign, london_day(now))
            try:
                baseline = Baseline.of(campaign, place)
                asked = [Asked(campaign, measure, campaign.days, place) for measure in COUNTED]
                found = Uplift.of(asked, baseline, over)
            except NotComparable as why:
                return cls(campaign, "", [], str(why), freshness, others)
        return cls(campaign, baseline.label, found, "", freshness, others)

    @property
    def title(self) -> str:
        return f"Against the baseline, {self.campaign.name}"

    @property
    def days(self) -> tuple[Asked, Asked]:
        """Any of the pairs, for the days that all of them share."""
        return self.rows[0].ours, self.rows[0].theirs


@dataclass(frozen=True)
class BesideRow:
    """One measure of both campaigns: each count, and how many that is a day."""

    ours: Asked
    count: int
    theirs: Asked
    other: int

    @property
    def a_day(self) -> float | None:
        return self._over(self.count, self.ours.days)

    @property
    def other_a_day(self) -> float | None:
        return self._over(self.other, self.theirs.days)

    def _over(self, count: int, days: DayRange) -> float | None:
        """Of different things there is no count a day: they may be the same ones every day."""
        return count / len(days) if self.ours.measure.additive else None


@dataclass(frozen=True)
class BesidePage:
    """Two campaigns, each over the days of it that have begun and in its own boroughs."""

    campaign: Campaign
    other: Campaign
    rows: list[BesideRow]
    same_boroughs: bool
    running: bool
    """Whether the last day of either has not ended."""
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, other: Campaign, scope: BoroughScope, now: datetime
    ) -> "BesidePage":
        """NotComparable where one of them has not begun, or none of its boroughs is seen."""
        begun = [one.days.until(london_day(now) + ONE_DAY) for one in (campaign, other)]
        for one, days in zip((campaign, other), begun, strict=True):
            if not len(days):
                raise NotComparable(f"{one.name} has not begun.")
        with one_snapshot():
            freshness = Freshness.now(now)
            places = [Place.of_campaign(one, scope) for one in (campaign, other)]
            for one, place in zip((campaign, other), places, strict=True):
                if not place.ids:
                    raise NotComparable(NOBODY_THERE.format(one.name))
            ours, theirs = (
                figures(Window(days, place.scope))
                for days, place in zip(begun, places, strict=True)
            )
        rows = [
            BesideRow(
                Asked(campaign, measure, begun[0], places[0]),
                ours[measure].get("", 0),
                Asked(other, measure, begun[1], places[1]),
                theirs[measure].get("", 0),
            )
            for measure in HEADLINES
        ]
        running = any(london_day(now) in one.days for one in (campaign, other))
        same = places[0].ids == places[1].ids
        return cls(campaign, other, rows, same, running, freshness)

    @property
    def days(self) -> tuple[DayRange, DayRange]:
        return self.rows[0].ours.days, self.rows[0].theirs.days
