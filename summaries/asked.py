"""What one figure is about, in words, as the address of its explanation, and as the rows it counts.

Every number of a page is an `Asked`: a measure, some days, a place, and perhaps one part of a
breakdown. Its count, its list and its address follow from these, so they cannot disagree.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from accounts.filters import NOT_STATED
from accounts.permissions import BoroughScope
from campaigns.models import BasicCommandUnit, Borough, Campaign, Team
from cases.models import Outcome
from cases.parts import condition
from cases.querysets import OutcomeQuerySet
from core.days import DayRange, start_of
from core.querysets import Viewer
from partners.models import EngagementEvent, Partner, TrainingSession
from partners.querysets import TrainingSessionQuerySet
from summaries.figures import By, Window, figures, live
from summaries.measures import EVENTS, INVOLVEMENT, OUTCOMES, TRAINING, Measure

HELPED = "helped-"
"""Begins the code of what a team helped with: of outcomes in `cases.parts`, of events here."""
SUPPORT = {
    OUTCOMES: "SELECT outcome_id AS id, team_id AS helper FROM cases_outcomesupport",
    EVENTS: (
        "SELECT engagementevent_id AS id, team_id AS helper"
        " FROM partners_engagementevent_supporting_teams"
    ),
}
"""Where the teams that helped with a fact are kept. A training session has its own team alone."""

Query = list[tuple[str, str]]


@lru_cache
def _page(campaign: str, measure: str) -> str:
    """Asked for by each cell of a table."""
    return reverse("summaries:figure", args=[campaign, measure])


def days_query(days: DayRange) -> Query:
    """Days as the boxes of a form have them."""

    def boxes(name: str, day: date) -> Query:
        parts = (("day", day.day), ("month", day.month), ("year", day.year))
        return [(f"{name}_{part}", str(number)) for part, number in parts]

    return [*boxes("first", days.first), *boxes("last", days.last)]


@dataclass(frozen=True)
class Place:
    """The boroughs that a page is about: all that a campaign has and a person may see, or fewer."""

    label: str
    ids: frozenset[int]
    query: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_campaign(cls, campaign: Campaign, scope: BoroughScope) -> "Place":
        ids = Window.of(campaign, scope).boroughs.borough_ids
        return cls("All boroughs" if scope.everywhere else "Your boroughs", ids)

    def borough(self, borough: Borough) -> "Place":
        """One borough of it; KeyError where it is none of them."""
        return self._narrowed(borough.name, [borough.pk], ("borough", borough.slug))

    def command(self, command: BasicCommandUnit, boroughs: Iterable[Borough]) -> "Place":
        """The boroughs of it that a command polices; KeyError where there is none."""
        ids = [borough.pk for borough in boroughs]
        return self._narrowed(command.name, ids, ("command", command.code))

    def _narrowed(self, label: str, ids: Iterable[int], query: tuple[str, str]) -> "Place":
        within = self.ids.intersection(ids)
        if not within:
            raise KeyError(label)
        return Place(label, within, query=(query,))

    @property
    def is_borough(self) -> bool:
        return any(name == "borough" for name, _ in self.query)

    @property
    def scope(self) -> BoroughScope:
        return BoroughScope(everywhere=False, borough_ids=self.ids)


@dataclass(frozen=True)
class Part:
    """One part of a breakdown by offence, team or detail; an empty key is "not stated".

    Or one of `cases.parts`, by its code.
    """

    by: By
    key: str
    label: str


@dataclass(frozen=True)
class Asked:
    """One figure: what it counts, when and where."""

    campaign: Campaign
    measure: Measure
    days: DayRange
    place: Place
    part: Part | None = None
    led: Team | None = None
    """The team whose own it is: what it led, and not what it helped with."""

    @property
    def window(self) -> Window:
        return Window(self.days, self.place.scope)

    def count(self) -> int:
        """Exact at this moment."""
        by, key = self.breakdown
        return self.counts(by).get(key, 0)

    def counts(self, by: By) -> dict[str, int]:
        """The same by the parts of a breakdown."""
        if self.narrowed:
            return live(self.window, self.measure, by, self.narrowed)
        return figures(self.window, by, [self.measure])[self.measure]

    @property
    def breakdown(self) -> tuple[By, str]:
        """The stored breakdown that it is a part of, and its key there."""
        if self.part and self.part.by is not By.PART:
            return self.part.by, self.part.key
        return By.NOTHING, ""

    @property
    def narrowed(self) -> str:
        """What no stored total tells apart, as SQL: one of `cases.parts`, what a team led."""
        said = []
        if self.part and self.part.by is By.PART:
            if self.measure.source is EVENTS:
                helper = int(self.part.key.removeprefix(HELPED))
                helped = f"SELECT id FROM ({SUPPORT[EVENTS]}) AS support WHERE helper = {helper}"
                said.append(f"{EVENTS.table}.id IN ({helped})")
            else:
                said.append(condition(self.part.key, start_of(self.days.end)))
        if self.led:
            said.append(f"team_id = {self.led.pk}")
        return " AND ".join(said)

    def on(self, day: date) -> "Asked":
        return replace(self, days=DayRange.inclusive(day, day))

    def within(self, borough: Borough) -> "Asked":
        return replace(self, place=self.place.borough(borough))

    def broken(self, by: By, key: str, label: str) -> "Asked":
        return replace(self, part=Part(by, key, label))

    @property
    def label(self) -> str:
        """What it is called: its part, where it is one."""
        return self.part.label if self.part else self.measure.label

    @property
    def address(self) -> str:
        """Where it is explained."""
        query: Query = [*self.place.query]
        if self.days != self.campaign.days:
            query += days_query(self.days)
        if self.part:
            query.append((self.part.by.value, self.part.key or NOT_STATED))
        if self.led:
            query.append(("led", self.led.slug))
        page = _page(self.campaign.slug, self.measure.slug)
        return f"{page}?{urlencode(query)}" if query else page

    def rows(self, user: Viewer) -> OutcomeQuerySet | None:
        """The outcomes that it counts and the person may list; nothing where it counts others."""
        if self.measure.source is not OUTCOMES:
            return None
        found = Outcome.objects.visible_to(user).counted().between(self.days)
        found = found.filter(borough__in=self.place.ids)
        for column, values in self.measure.where.items():
            found = found.filter(**{f"{column}__in": values})
        if self.led:
            found = found.filter(team=self.led)
        if self.part and self.part.by is By.PART:
            return found.in_part(self.part.key, start_of(self.days.end))
        return found.filter(**self._part_lookup())

    def training(self, user: Viewer) -> TrainingSessionQuerySet | None:
        """The training sessions that it counts; nothing where it counts other rows."""
        if self.measure.source is not TRAINING:
            return None
        found = TrainingSession.objects.visible_to(user).counted().between(self.days)
        found = found.filter(borough__in=self.place.ids)
        if self.led:
            found = found.filter(team=self.led)
        if self.part and self.part.by is By.TEAM:
            return found.filter(**self._part_lookup())
        # By offence and by kind all of them share the empty key.
        return found.none() if self.part and self.part.key else found

    def partners(self, user: Viewer) -> list[tuple[Partner, int]] | None:
        """The different partners that it counts, by name, each with how often it was involved."""
        if self.measure.source is not INVOLVEMENT:
            return None
        events = EngagementEvent.objects.visible_to(user).counted().between(self.days)
        sessions = TrainingSession.objects.visible_to(user).counted().between(self.days)
        times: Counter[int] = Counter()
        for rows, partner in ((events, "participations__partner"), (sessions, "partner")):
            here = rows.filter(**{"borough__in": self.place.ids, f"{partner}__isnull": False})
            times.update(dict(here.order_by().values_list(partner).annotate(Count("pk"))))
        named = Partner.objects.filter(pk__in=times).order_by("name")
        return [(partner, times[partner.pk]) for partner in named]

    def _part_lookup(self) -> Mapping[str, object]:
        if self.part is None:
            return {}
        if self.part.by is By.TEAM:
            return {"team": int(self.part.key) if self.part.key else None}
        return {self.part.by.value: self.part.key}

    @property
    def list_address(self) -> str:
        """The list of outcomes, or of events, narrowed to just what it counts."""
        events = self.measure.source is EVENTS
        query = [*days_query(self.days), ("state", "done" if events else "counts")]
        if Borough.objects.exclude(pk__in=self.place.ids).exists():
            query += [("boroughs", str(pk)) for pk in sorted(self.place.ids)]
        if self.led:
            query.append(("lead", str(self.led.pk)))
        query += self._of_events() if events else self._of_outcomes()
        return f"{reverse('partners:events' if events else 'cases:outcomes')}?{urlencode(query)}"

    def _of_events(self) -> Query:
        if self.part is None:
            return []
        name = {By.TEAM: "lead", By.DETAIL: "kind", By.PART: "helped"}[self.part.by]
        return [(name, self.part.key.removeprefix(HELPED) or NOT_STATED)]

    def _of_outcomes(self) -> Query:
        query: Query = []
        where = dict(self.measure.where)
        details = where.pop("order_kind", frozenset())
        for column, values in where.items():
            query += [(column, value) for value in sorted(values)]
        if self.part:
            key = self.part.key or NOT_STATED
            name = {By.TEAM: "lead"}.get(self.part.by, self.part.by.value)
            query.append((name, key))
            details = frozenset() if self.part.by is By.DETAIL else details
        return query + [("detail", value) for value in sorted(details)]
