"""One borough, one command or one team in depth."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from campaigns.models import BasicCommandUnit, Borough, Campaign, Team
from core.days import ONE_DAY, london_day
from core.snapshots import one_snapshot
from summaries.asked import HELPED, Place
from summaries.figures import By, figures
from summaries.forms import MeasureForm
from summaries.lifecycle import credited
from summaries.measures import ADDED_UP, HEADLINES, Measure
from summaries.presenters.campaign import Tile, Whole
from summaries.presenters.depth import Depth
from summaries.presenters.growth import Growth
from summaries.presenters.parts import Freshness, State
from summaries.presenters.training import TRAINED, Training


@dataclass(frozen=True)
class PlacePage:
    """Figures of one borough or command, and the work behind them as far as it may be seen."""

    campaign: Campaign
    state: State
    place: Place
    form: MeasureForm
    near: list[tuple[str, str]]
    """The command of a borough, the boroughs of a command: the name and the page of each."""
    begun: bool
    tiles: list[Tile]
    training: Training
    growth: Growth
    depth: Depth
    freshness: Freshness
    not_comparable: str

    @classmethod
    def of(
        cls, campaign: Campaign, place: Place, user: User, form: MeasureForm, now: datetime
    ) -> "PlacePage":
        today, days = london_day(now), form.days
        whole = Whole(campaign, days, place)
        asked = whole.asked(form.chosen)
        with one_snapshot():
            baseline, uplifts, refused = whole.against(days.until(today))
            by_day = figures(asked.window, By.DAY, [asked.measure])[asked.measure]
            grown = [by_day.get(str(day), 0) for day in days.until(today + ONE_DAY)]
            totals = figures(asked.window, measures=dict.fromkeys((*HEADLINES, *TRAINED)))
            return cls(
                campaign=campaign,
                state=State.of(campaign.days, today),
                place=place,
                form=form,
                near=_near(campaign, place),
                begun=days.first <= today,
                tiles=list(whole.tiles(totals, uplifts, today)),
                training=Training.of(map(whole.asked, TRAINED), totals),
                growth=Growth.of(asked, grown, baseline, uplifts.get(asked.measure)),
                depth=Depth.of(
                    *(whole, form.chosen, user, now), overdue_export=_export(campaign, place)
                ),
                freshness=Freshness.now(now),
                not_comparable=refused,
            )

    @property
    def title(self) -> str:
        return f"{self.form.error_title}{self.place.label}, {self.campaign.name}"

    @property
    def nothing_logged(self) -> bool:
        return not any(tile.count for tile in self.tiles)


def _export(campaign: Campaign, place: Place) -> str:
    [(kind, key)] = place.query
    return reverse(f"summaries:{kind}_overdue", args=[campaign.slug, key])


def _near(campaign: Campaign, place: Place) -> list[tuple[str, str]]:
    if place.is_borough:
        commands = BasicCommandUnit.objects.policing(place.ids, campaign.last_day)
        return [
            (command.name, reverse("summaries:command", args=[campaign.slug, command.code]))
            for command in commands
        ]
    return [
        (borough.name, reverse("summaries:borough", args=[campaign.slug, borough.slug]))
        for borough in Borough.objects.filter(pk__in=place.ids)
    ]


@dataclass(frozen=True)
class Credit:
    """What a team led and, apart from it, what it helped others with."""

    measure: Measure
    led: int
    address: str
    helped: int | None
    """Nothing where no further team is kept, as of a training session."""
    helped_address: str
    """Where that is explained, if it is kept."""


@dataclass(frozen=True)
class TeamPage:
    """One team: what it led counts in the totals; what it helped with is credit, in no total."""

    campaign: Campaign
    team: Team
    place: Place
    form: MeasureForm
    begun: bool
    credits: list[Credit]
    depth: Depth
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, team: Team, user: User, form: MeasureForm, now: datetime
    ) -> "TeamPage":
        key = str(team.pk)
        with one_snapshot():
            place = Place.of_campaign(campaign, user.figures_scope)
            whole = Whole(campaign, form.days, place)
            window = whole.asked(ADDED_UP[0]).window

            def address(measure: Measure, by: By, key: str) -> str:
                return whole.asked(measure).broken(by, key, team.name).address

            counts = figures(window, By.TEAM, ADDED_UP)
            helped = credited(window, team.pk, ADDED_UP)
            return cls(
                campaign=campaign,
                team=team,
                place=place,
                form=form,
                begun=form.days.first <= london_day(now),
                credits=[
                    Credit(
                        *(m, counts[m].get(key, 0), address(m, By.TEAM, key)),
                        helped.get(m),
                        address(m, By.PART, f"{HELPED}{key}") if m in helped else "",
                    )
                    for m in ADDED_UP
                ],
                depth=Depth.of(
                    *(Whole(campaign, form.days, place, team), form.chosen, user, now),
                    overdue_export=reverse(
                        "summaries:team_overdue", args=[campaign.slug, team.slug]
                    ),
                ),
                freshness=Freshness.now(now),
            )

    @property
    def title(self) -> str:
        return f"{self.form.error_title}{self.team.name}, {self.campaign.name}"
