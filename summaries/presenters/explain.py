"""A number explained: what it counts and leaves out, when it was proved, and the rows behind it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import Borough, Campaign
from cases.models import Outcome
from core.days import london_day
from core.pages import Page, keyset_page
from core.snapshots import one_snapshot
from core.templatetags.page import rounded, span, thousands
from partners.models import Partner, TrainingSession
from partners.querysets import TrainingSessionQuerySet
from summaries.asked import Asked
from summaries.comparisons import (
    CASES,
    RESIDENTS,
    Base,
    Baseline,
    NotComparable,
    Uplift,
    cases_by_borough,
)
from summaries.figures import By, changed_since_proof, left_out
from summaries.measures import EVENTS, OUTCOMES
from summaries.models import Restatement
from summaries.presenters.drawn import uplift_words
from summaries.presenters.parts import Freshness
from summaries.statistics import EXACT_BELOW, Rate

ROWS_SHOWN = 10
RATIO = (
    "Both sides have as many days, so the ratio is that of the two counts; its interval is the "
    "exact one of two counts that come one by one."
)


@dataclass(frozen=True)
class Explanation:
    """One number at one moment, as far as one person may open it."""

    asked: Asked
    count: int
    left_out: dict[str, int]
    changed: int
    late: int | None
    freshness: Freshness
    listable: int | None
    rows: list[Outcome]
    training: TrainingSessionQuerySet | None
    page: Page[TrainingSession] | None
    """Of the training sessions, where it counts them."""
    partners: list[tuple[Partner, int]] | None
    restated: int
    rates: list[str]
    against: "Against | None"

    @classmethod
    def of(cls, asked: Asked, user: User, now: datetime, cursor: str = "") -> "Explanation":
        """ValueError where there is no page of sessions of that name."""
        by, key = asked.breakdown
        with one_snapshot():
            count = asked.count()
            found = asked.rows(user) if user.may(Permission.READ_RECORDS) else None
            shown = found.select_related("case", "borough", "team") if found is not None else None
            training = asked.training(user)
            return cls(
                asked=asked,
                count=count,
                left_out=left_out(asked.window, asked.measure, by, key, asked.narrowed),
                changed=changed_since_proof(asked.window),
                late=found.entered_late().count() if found is not None else None,
                freshness=Freshness.now(now),
                listable=found.count() if found is not None else None,
                rows=list(shown.order_by("-happened_at", "-pk")[:ROWS_SHOWN]) if shown else [],
                training=training,
                page=None if training is None else _page(training, cursor),
                partners=asked.partners(user),
                restated=cls._restated(asked, user),
                rates=_as_rates(asked, count),
                against=Against.of(asked, now),
            )

    @staticmethod
    def _restated(asked: Asked, user: User) -> int:
        """How often the nightly check found this figure other than it was counted before."""
        if asked.narrowed:
            return 0  # Never stored, so never found other.
        by, key = asked.breakdown
        return (
            Restatement.objects.visible_to(user)
            .filter(
                measure=asked.measure.slug,
                slice=by.slice,
                key=key,
                day__gte=asked.days.first,
                day__lt=asked.days.end,
                borough__in=asked.place.ids,
            )
            .count()
        )

    @property
    def campaign(self) -> Campaign:
        return self.asked.campaign

    @property
    def title(self) -> str:
        label = self.asked.measure.label
        if self.asked.led:
            label = f"{label} led by {self.asked.led}"
        return f"{label}: {self.asked.part.label}" if self.asked.part else label

    @property
    def back(self) -> tuple[str, str]:
        """The page that has it: of its place, of the team that led, else of the campaign."""
        campaign, place, led = self.campaign, self.asked.place, self.asked.led
        for kind, key in place.query:
            return place.label, reverse(f"summaries:{kind}", args=[campaign.slug, key])
        if led:
            return led.name, reverse("summaries:team", args=[campaign.slug, led.slug])
        return campaign.name, reverse("summaries:campaign", args=[campaign.slug])

    @property
    def formula(self) -> str:
        measure = self.asked.measure
        if measure.distinct:
            return (
                f"Different {measure.unit} among the rows, each counted once for all of these days "
                "and places together. So days or boroughs do not add up to it."
            )
        if measure.amount != "1":
            return f"The {measure.unit} of each row, added up."
        return "One for each row."

    @property
    def window(self) -> str:
        days = self.asked.days
        both = ", both included" if len(days) > 1 else ""
        number = f"{len(days)} day{'s' if len(days) > 1 else ''}"
        return f"{span(days)}, {number}{both}, from midnight to midnight in London"

    @property
    def clock(self) -> str:
        words = "By when it happened, not by when it was entered."
        if self.late:
            were = "was" if self.late == 1 else "were"
            words += (
                f" {thousands(self.late)} of those that you may list {were} entered on a later day."
            )
        return words

    @property
    def where(self) -> str:
        label = self.asked.place.label
        return f"{label}, by the borough of the offence" if self.of_outcomes else label

    @property
    def uncounted(self) -> list[str]:
        """What is there and not counted, and how many."""
        return [f"{thousands(number)} {words}" for words, number in self.left_out.items()]

    @property
    def live(self) -> str:
        if self.asked.narrowed or not self.asked.measure.additive:
            stored = "No total of it is stored, so none is proved"
            return f"{stored}: it is counted just now, from its rows."
        if not self.freshness.proved:
            return "None of it was proved yet: it is counted just now."
        if not self.changed:
            return "Nothing here changed since the last proof, so this is a proved total."
        days = "One day" if self.changed == 1 else f"{thousands(self.changed)} days"
        return f"{days} in boroughs changed since the last proof, counted anew just now."

    @property
    def of_outcomes(self) -> bool:
        return self.asked.measure.source is OUTCOMES

    @property
    def of_events(self) -> bool:
        """Whether it counts events in a breakdown that their list knows."""
        part = self.asked.part
        return self.asked.measure.source is EVENTS and (part is None or part.by is not By.OFFENCE)

    @property
    def changes(self) -> str:
        """The lines of the ledger that are of its measure, its kind of part and its borough."""
        asked = self.asked
        said = {"measure": asked.measure.slug, "by": asked.breakdown[0].value}
        if asked.place.is_borough:
            said |= dict(asked.place.query)
        page = reverse("summaries:changes", args=[asked.campaign.slug])
        return f"{page}?{urlencode(said)}"

    @property
    def query(self) -> str:
        """What its address asks for."""
        return self.asked.address.partition("?")[2]

    @cached_property
    def hidden(self) -> int:
        """How many of the rows the person may not list; of different things, nobody can say."""
        if self.listable is None or self.asked.measure.distinct:
            return 0
        return max(self.count - self.listable, 0)


class Against(NamedTuple):
    """How a figure stands to the baseline, or why that is not said; and its count there."""

    words: str
    address: str

    @classmethod
    def of(cls, asked: Asked, now: datetime) -> "Against | None":
        """Nothing of a figure that is never compared."""
        if not _comparable(asked):
            return None
        try:
            baseline = Baseline.of(asked.campaign, asked.place)
            [found] = Uplift.of([asked], baseline, asked.days.until(london_day(now)))
        except NotComparable as why:
            return cls(str(why), "")
        return cls(f"{uplift_words(found, baseline.label)} {RATIO}", found.theirs.address)


def _comparable(asked: Asked) -> bool:
    return asked.measure.one_by_one and not (asked.part or asked.led)


def _as_rates(asked: Asked, count: int) -> list[str]:
    """By residents and by cases, of a borough that has any."""
    if not (_comparable(asked) and asked.place.is_borough):
        return []
    borough = Borough.objects.get(pk__in=asked.place.ids)
    cases = cases_by_borough(asked.window).get(borough.pk, 0)
    residents = (
        f"residents of all ages in the middle of {borough.population_year}, as the Office for "
        "National Statistics estimates them"
    )
    return [
        _as_rate(count, base, int(number), words)
        for base, number, words in (
            (RESIDENTS, borough.population, residents),
            (CASES, cases, "cases of domestic abuse with an outcome here in these days"),
        )
        if number
    ]


def _as_rate(count: int, base: Base, number: int, words: str) -> str:
    rate = Rate(count, number, base.per)
    low, high = (rounded(end, base.places) for end in (rate.interval.low, rate.interval.high))
    limits = "Byar’s" if count >= EXACT_BELOW else "exact"
    return (
        f"{rounded(rate.value, base.places)} {base.words}: {thousands(count)} for "
        f"{thousands(number)} {words}. Its 95% interval is {low} to {high}: {limits} limits of a "
        "count that comes one by one."
    )


def _page(rows: TrainingSessionQuerySet, cursor: str) -> Page[TrainingSession]:
    related = rows.select_related("programme", "borough", "team")
    return keyset_page(related, ("happened_at", "pk"), cursor, size=20)
