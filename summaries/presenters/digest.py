"""The morning's email to a supervisor: figures of their boroughs, then of all; no case in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from accounts.models import User
from campaigns.models import Borough, Campaign
from cases.clocks import overdue_clocks
from cases.presenters.desk import Desk
from core.days import ONE_DAY, london_day, start_of
from core.snapshots import one_snapshot
from core.templatetags.page import span
from summaries.asked import Place
from summaries.figures import figures
from summaries.measures import HEADLINES, Slice
from summaries.models import Restatement, SummaryRun
from summaries.presenters.campaign import Tile, Whole, in_order
from summaries.presenters.parts import State
from summaries.presenters.returns import address, returns_to_sign

Waiting = tuple[str, int, str]
"""What waits, how many of it, and the address of the page that has them."""


@dataclass(frozen=True)
class Trouble:
    """Why the night's figures are not proved, in words without data."""

    about: str
    """What it is told of once: one run, or a night without one."""
    words: str
    address: str

    @classmethod
    def of(cls, now: datetime) -> "Trouble | None":
        """Of the newest run, or of a night that has none."""
        newest = SummaryRun.objects.exclude(state=SummaryRun.State.RUNNING).first()
        if newest is not None and newest.state != SummaryRun.State.PUBLISHED:
            address = reverse("admin:summaries_summaryrun_change", args=[newest.pk])
            return cls(f"run {newest.pk}", _went_wrong(newest), address)
        published = SummaryRun.objects.latest_published()
        counted_to = published.counted_to if published else None
        if counted_to is None or counted_to < start_of(london_day(now)):
            return cls(
                "no run",
                "The nightly check has not run, or is not over.",
                reverse("admin:summaries_summaryrun_changelist"),
            )
        return None


def _went_wrong(run: SummaryRun) -> str:
    if run.state == SummaryRun.State.UNPROVED:
        return (
            f"The nightly check did not agree: of its totals, {run.cells_differing:,} differ from "
            "a second count. Nothing was published, and the last totals that agreed stand."
        )
    if run.state == SummaryRun.State.INTERRUPTED:
        return "The nightly check was interrupted: its process ended before it did."
    # What stands after the kind may hold a row.
    return f"The nightly check stopped with an error ({run.error.partition(':')[0]})."


@dataclass(frozen=True)
class Section:
    """The headline figures of one place."""

    place: Place
    address: str
    tiles: list[Tile]
    """What they have for "today" is of yesterday, which is over."""
    restated: int
    """Counts of earlier days that changed in the night."""
    changes: str
    """The address at which each of them is told."""
    overdue: int | None
    """Clocks in cases of the person's own scope; nothing where the place reaches beyond it."""
    refused: str
    """Why nothing is said of a baseline."""


@dataclass(frozen=True)
class Part:
    """One campaign."""

    campaign: Campaign
    state: State
    address: str
    sections: list[Section]

    @classmethod
    def of(cls, campaign: Campaign, person: User, now: datetime) -> Self:
        place = Place.of_campaign(campaign, person.figures_scope)
        own = [borough for borough in in_order(place) if person.scope.covers(borough.pk)]
        sections = [] if person.scope.everywhere else [*_of_each(campaign, place, own)]
        now_page = reverse("summaries:campaign", args=[campaign.slug])
        return cls(
            campaign,
            State.of(campaign.days, london_day(now)),
            now_page,
            [
                _section(Whole(campaign, campaign.days, where), to, person, now)
                for where, to in [*sections, (place, now_page)]
                if place.ids
            ],
        )


def _of_each(
    campaign: Campaign, place: Place, boroughs: list[Borough]
) -> Iterator[tuple[Place, str]]:
    for borough in boroughs:
        yield (
            place.borough(borough),
            reverse("summaries:borough", args=[campaign.slug, borough.slug]),
        )


def _section(whole: Whole, to: str, person: User, now: datetime) -> Section:
    days, place, today = whole.days, whole.place, london_day(now)
    _, uplifts, refused = whole.against(days.until(today))
    totals = figures(whole.asked(HEADLINES[0]).window, measures=HEADLINES)
    restated = Restatement.objects.visible_to(person).filter(
        Q(day__gte=days.first, day__lt=days.end),
        run__finished_at__gte=start_of(today),
        slice=Slice.HEADLINE,
        measure__in=[measure.slug for measure in HEADLINES],
        borough__in=place.ids,
    )
    tiles = list(whole.tiles(totals, uplifts, today - ONE_DAY))
    own = all(map(person.scope.covers, place.ids))
    overdue = len(overdue_clocks(person, place.ids, now)) if own else None
    changes = reverse("summaries:changes", args=[whole.campaign.slug])
    if place.query:
        changes += f"?{urlencode(place.query)}"
    return Section(place, to, tiles, restated.count(), changes, overdue, refused)


@dataclass(frozen=True)
class Digest:
    """What one person is sent, in their scope of this moment."""

    person: User
    today: date
    trouble: Trouble | None
    campaigns: list[Part]
    waiting: list[Waiting]

    @classmethod
    def of(cls, person: User, now: datetime) -> Self:
        """With something wrong in the night, it has no figures and says why."""
        today, trouble = london_day(now), Trouble.of(now)
        with one_snapshot():
            campaigns = [
                Part.of(campaign, person, now)
                for campaign in ([] if trouble else Campaign.objects.of_the_morning(today))
            ]
            return cls(person, today, trouble, campaigns, _waiting(person, now))

    @property
    def yesterday(self) -> date:
        return self.today - ONE_DAY

    @property
    def covers(self) -> str:
        """The places of its figures."""
        places = [section.place.label for part in self.campaigns for section in part.sections]
        return ", ".join(dict.fromkeys(places))[:500]


def _waiting(person: User, now: datetime) -> list[Waiting]:
    """What waits for them in their boroughs, as counts alone."""
    desk, at = Desk(person, now), reverse("cases:desk")
    found = [
        ("Possible duplicates to decide on", desk.likely_pairs, reverse("cases:duplicates")),
        ("Entries sent back and not answered", desk.unanswered, at),
        ("Conflicts of interest to see to", len(desk.conflicts), at),
    ]
    found += [
        (
            f"Returns to sign for {span(waiting[0].days)}",
            len(waiting),
            address("returns", campaign, waiting[0].days),
        )
        for campaign, waiting in returns_to_sign(person, now)
    ]
    return [one for one in found if one[1]]
