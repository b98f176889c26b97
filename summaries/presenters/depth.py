"""A borough, a command or a team in depth: parts, hours, what became of it, and the work behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import Team
from cases.clocks import Clock, overdue_clocks
from cases.parts import HOURS, WEEKDAYS
from core.charts import Bar, bars
from core.querysets import M, ScopedQuerySet
from partners.models import EngagementEvent, TrainingSession
from summaries.asked import Asked
from summaries.figures import By
from summaries.lifecycle import Cohort, Rhythm, cohorts, rhythm
from summaries.measures import OUTCOMES, Measure, add
from summaries.presenters.campaign import Whole
from summaries.presenters.drawn import Picture, most_words
from summaries.presenters.parts import part_labels

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
        counts = asked.counts(by)
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
class Depth:
    """One measure by its parts, and the work behind the figures as far as it may be seen."""

    breakdowns: list[Breakdown]
    when: When | None
    cohorts: list[Cohort]
    overdue: list[Clock] | None
    overdue_export: str
    events_held: list[EngagementEvent]
    sessions_held: list[TrainingSession]

    @classmethod
    def of(
        cls, whole: Whole, chosen: Measure, user: User, now: datetime, *, overdue_export: str
    ) -> "Depth":
        asked = whole.asked(chosen)
        sessions = TrainingSession.objects.visible_to(user)
        return cls(
            breakdowns=_breakdowns(asked),
            when=_when(asked),
            cohorts=cohorts(whole.asked),
            overdue=_overdue(user, whole, now),
            overdue_export=overdue_export,
            events_held=_held(EngagementEvent.objects.visible_to(user), whole),
            sessions_held=_held(sessions, whole, "programme"),
        )

    @property
    def more_overdue(self) -> int:
        return max(len(self.overdue or ()) - CLOCKS_SHOWN, 0)

    @property
    def overdue_shown(self) -> list[Clock]:
        return (self.overdue or [])[:CLOCKS_SHOWN]


def _held(rows: ScopedQuerySet[M], whole: Whole, *related: str) -> list[M]:
    days, of_team = whole.days, {"team": whole.led} if whole.led else {}
    found = rows.filter(counted=True, day__gte=days.first, day__lt=days.end, **of_team)
    found = found.filter(borough__in=whole.place.ids).select_related("borough", *related)
    return list(found.order_by("happened_at"))


def _overdue(user: User, whole: Whole, now: datetime) -> list[Clock] | None:
    """Nothing for whoever reads no records."""
    if not user.may(Permission.READ_RECORDS):
        return None
    return overdue_clocks(user, whole.place.ids, now, whole.led)


def _breakdowns(asked: Asked) -> list[Breakdown]:
    found = [
        Breakdown.of(asked, By.OFFENCE, "By offence"),
        Breakdown.of(asked, By.DETAIL, "By kind"),
        None if asked.led else Breakdown.of(asked, By.TEAM, "By lead team"),
    ]
    return [part for part in found if part]


def _when(asked: Asked) -> When | None:
    if asked.measure.source is not OUTCOMES:
        return None
    found = rhythm(asked)
    return When.of(asked, found) if any(found.hours) else None
