"""Events as a calendar: a month or a week of days."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from accounts.models import User
from campaigns.models import Borough
from core.days import ONE_DAY, DayRange
from core.templatetags.page import span
from partners.models import EngagementEvent

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Day:
    """A day of the calendar and its events, in the order of their time."""

    day: date
    entries: list[EngagementEvent]
    inside: bool
    """Whether it is of the month shown, and not beside it in its first or last week."""
    today: bool


@dataclass(frozen=True)
class Calendar:
    """A month by weeks, or one week; `of` is any day of it."""

    user: User
    of: date
    today: date
    by_week: bool
    borough: Borough | None

    @property
    def days(self) -> DayRange:
        """The days that the title names."""
        if self.by_week:
            return DayRange(self._monday, self._monday + WEEK)
        last = calendar.monthrange(self.of.year, self.of.month)[1]
        return DayRange.inclusive(self.of.replace(day=1), self.of.replace(day=last))

    @property
    def _monday(self) -> date:
        return self.of - self.of.weekday() * ONE_DAY

    @property
    def title(self) -> str:
        return span(self.days) if self.by_week else f"{self.of:%B %Y}"

    @cached_property
    def weeks(self) -> list[list[Day]]:
        """Whole weeks from Monday to Sunday."""
        first = self.days.first - self.days.first.weekday() * ONE_DAY
        last = self.days.last + (6 - self.days.last.weekday()) * ONE_DAY
        found = self._events(DayRange.inclusive(first, last))
        days = [
            Day(day, found.get(day, []), day in self.days, day == self.today)
            for day in DayRange.inclusive(first, last)
        ]
        return [days[n : n + 7] for n in range(0, len(days), 7)]

    def _events(self, days: DayRange) -> dict[date, list[EngagementEvent]]:
        rows = EngagementEvent.objects.visible_to(self.user).between(days).filter(voided_at=None)
        if self.borough is not None:
            rows = rows.filter(borough=self.borough)
        found: dict[date, list[EngagementEvent]] = {}
        for event in rows.select_related("borough").order_by("happened_at", "pk"):
            found.setdefault(event.day, []).append(event)
        return found

    @property
    def number(self) -> int:
        """How many events the title's days have."""
        return sum(len(day.entries) for week in self.weeks for day in week if day.inside)

    @property
    def before(self) -> str:
        return self._address(self.days.first - ONE_DAY)

    @property
    def after(self) -> str:
        return self._address(self.days.end)

    @property
    def now(self) -> str:
        return self._address(self.today)

    @property
    def other(self) -> str:
        """The same days, by week where it is by month now, and the other way round."""
        day = self.today if self.today in self.days else self.days.first
        return self._address(day, by_week=not self.by_week)

    def _address(self, day: date, by_week: bool | None = None) -> str:
        query = {"of": day.isoformat()}
        if self.by_week if by_week is None else by_week:
            query["by"] = "week"
        if self.borough is not None:
            query["borough"] = self.borough.slug
        return f"?{urlencode(query)}"
