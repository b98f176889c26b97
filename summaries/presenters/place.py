"""One borough, one command or one team in depth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import BasicCommandUnit, Borough, Campaign, Team
from cases.clocks import Clock, overdue_clocks
from cases.parts import HOURS, WEEKDAYS
from core.charts import Bar, bars
from core.days import ONE_DAY, DayRange, london_day
from core.querysets import M, ScopedQuerySet
from core.snapshots import one_snapshot
from partners.models import EngagementEvent, TrainingSession
from summaries.asked import Asked, Place
from summaries.figures import By, figures
from summaries.forms import DaysForm, MeasureForm
from summaries.lifecycle import Cohort, Rhythm, cohorts, credited, rhythm
from summaries.measures import HEADLINES, OUTCOMES, Measure, add
from summaries.presenters.campaign import ENFORCEMENT, Tile, Whole, growing
from summaries.presenters.drawn import Picture, most_words
from summaries.presenters.parts import Freshness, part_labels

CLOCKS_SHOWN = 20


@dataclass(frozen=True)
class PartRow:
    label: str
    count: int
    address: str
    about: str = ""
    """The page of what it counts by, where it has one."""

    @classmethod
    def total(cls, asked: Asked, parts: "Sequence[PartRow]") -> "PartRow":
        """What they add up to, which is the figure itself."""
        return cls("Total", add([asked.measure], (part.count for part in parts)), asked.address)


@dataclass(frozen=True)
class Breakdown:
    """One measure by its parts, the largest first; they add up to it."""

    title: str
    finding: str
    rows: list[PartRow]
    total: PartRow
    drawing: SafeString

    @classmethod
    def of(cls, asked: Asked, by: By, title: str) -> "Breakdown | None":
        """Nothing where the measure has no such parts."""
        counts = figures(asked.window, by, [asked.measure])[asked.measure]
        if not [key for key in counts if key]:
            return None
        labels, pages = part_labels(by)(asked.measure), _pages(asked, by)
        rows = [
            PartRow(label, number, asked.broken(by, key, label).address, pages.get(key, ""))
            for key, number in sorted(counts.items(), key=lambda pair: -pair[1])
            for label in [labels.get(key) or "Not stated"]
        ]
        marks = [Bar(row.label, row.count) for row in rows]
        unit = asked.measure.unit.value
        finding = most_words([(row.label, row.count) for row in rows])
        drawing = bars(title, finding, marks, unit=unit)
        return cls(title, finding, rows, PartRow.total(asked, rows), drawing)

    @property
    def heading(self) -> str:
        """What one of its parts is."""
        return self.title.removeprefix("By ").capitalize()


def _pages(asked: Asked, by: By) -> dict[str, str]:
    if by is not By.TEAM:
        return {}
    return {
        str(team.pk): reverse("summaries:team", args=[asked.campaign.slug, team.slug])
        for team in Team.objects.all()
    }


@dataclass(frozen=True)
class When:
    """When it happens, by weekday and by the clock."""

    weekdays: Picture
    hours: Picture
    of_weekdays: list[PartRow]
    of_hours: list[PartRow]
    total: PartRow

    @classmethod
    def of(cls, asked: Asked, found: Rhythm) -> "When":
        def rows(kind: str, first: int, labels: Sequence[str], counts: list[int]) -> list[PartRow]:
            return [
                PartRow(label, count, asked.broken(By.PART, f"{kind}-{n}", label).address)
                for n, (label, count) in enumerate(zip(labels, counts, strict=True), start=first)
            ]

        def drawn(name: str, parts: list[PartRow]) -> Picture:
            finding = most_words([(part.label, part.count) for part in parts])
            marks = [Bar(part.label, part.count) for part in parts]
            return Picture(finding, bars(name, finding, marks, unit=asked.measure.unit.value))

        by_day = rows("weekday", 1, WEEKDAYS, found.weekdays)
        by_hour = rows("hours", 0, HOURS, found.hours)

        return cls(
            drawn("By weekday", by_day),
            drawn("By time of day", by_hour),
            by_day,
            by_hour,
            PartRow.total(asked, by_day),
        )


@dataclass(frozen=True)
class PlacePage:
    """Figures of one borough or command, and the work behind them as far as it may be seen."""

    campaign: Campaign
    place: Place
    form: MeasureForm
    near: list[tuple[str, str]]
    """The command of a borough, the boroughs of a command: the name and the page of each."""
    begun: bool
    tiles: list[Tile]
    growth: Picture
    breakdowns: list[Breakdown]
    when: When | None
    cohorts: list[Cohort]
    overdue: list[Clock] | None
    events_held: list[EngagementEvent]
    sessions_held: list[TrainingSession]
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
            totals = figures(asked.window, measures=HEADLINES)
            return cls(
                campaign=campaign,
                place=place,
                form=form,
                near=_near(campaign, place),
                begun=days.first <= today,
                tiles=list(whole.tiles(totals, uplifts, today)),
                growth=growing(asked, grown, baseline, uplifts.get(asked.measure)),
                breakdowns=_breakdowns(asked),
                when=_when(asked),
                cohorts=cohorts(whole.asked),
                overdue=_overdue(user, place, now),
                events_held=_within(EngagementEvent.objects.visible_to(user), days, place),
                sessions_held=_within(
                    TrainingSession.objects.visible_to(user).select_related("programme"),
                    days,
                    place,
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

    @property
    def more_overdue(self) -> int:
        return max(len(self.overdue or ()) - CLOCKS_SHOWN, 0)

    @property
    def overdue_shown(self) -> list[Clock]:
        return (self.overdue or [])[:CLOCKS_SHOWN]

    @property
    def overdue_export(self) -> str:
        [(kind, key)] = self.place.query
        return reverse(f"summaries:{kind}_overdue", args=[self.campaign.slug, key])


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


def _within(rows: ScopedQuerySet[M], days: DayRange, place: Place) -> list[M]:
    found = rows.filter(counted=True, day__gte=days.first, day__lt=days.end)
    found = found.filter(borough__in=place.ids).select_related("borough")
    return list(found.order_by("happened_at"))


def _overdue(user: User, place: Place, now: datetime) -> list[Clock] | None:
    """Nothing for whoever reads no records."""
    if not user.may(Permission.READ_RECORDS):
        return None
    return overdue_clocks(user, place.ids, now)


def _breakdowns(asked: Asked) -> list[Breakdown]:
    found = [
        Breakdown.of(asked, By.OFFENCE, "By offence"),
        Breakdown.of(asked, By.DETAIL, "By kind"),
        Breakdown.of(asked, By.TEAM, "By lead team"),
    ]
    return [part for part in found if part]


def _when(asked: Asked) -> When | None:
    if asked.measure.source is not OUTCOMES:
        return None
    found = rhythm(asked.window, asked.measure)
    return When.of(asked, found) if any(found.hours) else None


@dataclass(frozen=True)
class Credit:
    """What a team led and, apart from it, what it helped others with."""

    measure: Measure
    led: int
    address: str
    helped: int
    helped_address: str


@dataclass(frozen=True)
class TeamPage:
    """One team: what it led counts in the totals; what it helped with is credit, in no total."""

    campaign: Campaign
    team: Team
    place: Place
    form: DaysForm
    begun: bool
    credits: list[Credit]
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, team: Team, user: User, form: DaysForm, now: datetime
    ) -> "TeamPage":
        key = str(team.pk)
        with one_snapshot():
            place = Place.of_campaign(campaign, user.figures_scope)
            whole = Whole(campaign, form.days, place)
            window = whole.asked(ENFORCEMENT[0]).window

            def address(measure: Measure, by: By, key: str) -> str:
                return whole.asked(measure).broken(by, key, team.name).address

            counts = figures(window, By.TEAM, ENFORCEMENT)
            helped = credited(window, team.pk, ENFORCEMENT)
            return cls(
                campaign=campaign,
                team=team,
                place=place,
                form=form,
                begun=form.days.first <= london_day(now),
                credits=[
                    Credit(
                        *(m, counts[m].get(key, 0), address(m, By.TEAM, key)),
                        *(helped[m], address(m, By.PART, f"helped-{key}")),
                    )
                    for m in ENFORCEMENT
                ],
                freshness=Freshness.now(now),
            )

    @property
    def title(self) -> str:
        return f"{self.form.error_title}{self.team.name}, {self.campaign.name}"
