"""The page of a campaign: tiles, and tables by day and by borough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from accounts.models import User
from campaigns.models import Borough, Campaign
from core.days import ONE_DAY, london_day
from core.templatetags.page import listed, thousands, week_day
from summaries.asked import Asked, Place
from summaries.figures import By, figures, one_snapshot
from summaries.measures import BY_SLUG, MEASURES, OUTCOMES, Measure
from summaries.presenters.parts import Freshness, Heading, State, Table

ARRESTS = BY_SLUG["arrests"]
SUSPECTS = BY_SLUG["suspects_arrested"]
HEADLINES = tuple(m for m in MEASURES if m.headline)
ENFORCEMENT = tuple(m for m in HEADLINES if m.source is OUTCOMES)
BY_BOROUGH = (*ENFORCEMENT, BY_SLUG["engagement_events"])


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of a window that has boroughs, and of which at least a day has begun."""

    tiles: list[tuple[Asked, int]]
    different: tuple[Asked, int]
    by_day: Table
    by_borough: Table
    parts: str
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, place: Place, boroughs: Sequence[Borough], now: datetime
    ) -> "CampaignFigures":
        today = london_day(now)
        # The days that have begun; the ones to come have nothing to say yet.
        begun = campaign.days.until(today + ONE_DAY)

        def asked(measure: Measure) -> Asked:
            return Asked(campaign, measure, campaign.days, place)

        by_borough = Table.of(
            By.BOROUGH,
            "By borough",
            [asked(measure) for measure in BY_BOROUGH],
            [
                Heading(str(borough.pk), borough.name, partial(Asked.within, borough=borough))
                for borough in boroughs
            ],
        )
        by_day = Table.of(
            By.DAY,
            "Day by day",
            [asked(measure) for measure in ENFORCEMENT],
            [
                Heading(
                    str(day),
                    week_day(day),
                    partial(Asked.on, day=day),
                    "so far" if day == today else "",
                )
                for day in begun
            ],
        )
        totals = figures(asked(ARRESTS).window)
        return cls(
            tiles=[(asked(measure), totals[measure].get("", 0)) for measure in HEADLINES],
            different=(asked(SUSPECTS), totals[SUSPECTS].get("", 0)),
            by_day=by_day,
            by_borough=by_borough,
            parts=_parts(boroughs, by_borough),
            freshness=Freshness.now(now),
        )

    @property
    def nothing_logged(self) -> bool:
        return not any(count for _, count in [*self.tiles, self.different])

    @property
    def meanings(self) -> list[Measure]:
        return [measure for measure in MEASURES if measure.headline or measure is SUSPECTS]


@dataclass(frozen=True)
class CampaignPage:
    """One campaign as one person may see it."""

    campaign: Campaign
    state: State
    boroughs: list[Borough]
    whole: bool
    figures: CampaignFigures | None

    @classmethod
    def of(cls, campaign: Campaign, user: User, now: datetime) -> "CampaignPage":
        scope = user.figures_scope
        state = State.of(campaign.days, london_day(now))
        with one_snapshot():
            place = Place.of_campaign(campaign, scope)
            boroughs = _in_order(place)
            open_ = bool(boroughs) and state.begun
            counted = CampaignFigures.of(campaign, place, boroughs, now) if open_ else None
        return cls(campaign, state, boroughs, scope.everywhere, counted)

    @property
    def reach(self) -> str:
        """Which boroughs the figures cover."""
        if self.whole:
            return "All boroughs"
        word = "Your borough" if len(self.boroughs) == 1 else "Your boroughs"
        return f"{word}: {listed(self.boroughs)}"


def administrators() -> list[User]:
    """A few whom a page can name as the ones to ask."""
    return list(User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)[:3])


def _in_order(place: Place) -> list[Borough]:
    """London's boroughs by name, then outside London, then not known: from sure to unsure."""
    boroughs = Borough.objects.filter(pk__in=place.ids)
    return sorted(boroughs, key=lambda b: (not b.in_london, b.slug == "not-known", b.name))


def _parts(boroughs: Sequence[Borough], table: Table) -> str:
    """How the arrests of the parts add up, in words; nothing where there is one part only."""
    arrests = [row.counts[BY_BOROUGH.index(ARRESTS)] for row in table.rows]
    parts = list(zip(boroughs, arrests, strict=True))
    london = [(b.name, count) for b, count in parts if b.in_london]
    if len(london) > 3:
        london = [(f"{len(london)} boroughs", sum(count for _, count in london))]
    said = [*london, *((b.name, count) for b, count in parts if not b.in_london)]
    if len(said) < 2:
        return ""
    sum_ = " + ".join(f"{name} {thousands(count)}" for name, count in said)
    return f"{sum_} = {thousands(sum(arrests))} {ARRESTS.unit}"
