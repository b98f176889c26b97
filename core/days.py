"""London days: the only place where a moment becomes a day or a day a moment.

A day runs from local midnight to local midnight, so two days a year have 23 and 25 hours. Ranges
are half-open inside the code; pages say the last day itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import DateField, DateTimeField, Expression, F, Func

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)


def london_day(moment: datetime) -> date:
    """The London day in which an aware moment falls; ValueError on a naive one."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone belongs to no day")
    return moment.astimezone(LONDON).date()


def london_clock(moment: datetime) -> datetime:
    """What London's clocks say at an aware moment, to the second and naive, as a file has it."""
    return moment.astimezone(LONDON).replace(tzinfo=None, microsecond=0)


def start_of(day: date) -> datetime:
    """Local midnight at which a London day begins, aware."""
    return datetime.combine(day, time(), tzinfo=LONDON)


@dataclass(frozen=True)
class DayRange:
    """The London days from `first` up to, not including, `end`."""

    first: date
    end: date

    @classmethod
    def inclusive(cls, first: date, last: date) -> "DayRange":
        """The range that a person means by "first to last"."""
        return cls(first, last + ONE_DAY)

    @property
    def last(self) -> date:
        return self.end - ONE_DAY

    def __len__(self) -> int:
        return max((self.end - self.first).days, 0)

    def __iter__(self) -> Iterator[date]:
        return (self.first + n * ONE_DAY for n in range(len(self)))

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day < self.end

    def number(self, day: date) -> int:
        """1 for the first day of the range, and so on."""
        return (day - self.first).days + 1

    def until(self, day: date) -> "DayRange":
        """The part of the range that lies before `day`."""
        return DayRange(self.first, max(self.first, min(self.end, day)))


class LondonDay(Func):
    """The London day of a timestamp, in SQL.

    Immutable to PostgreSQL, so a stored generated column can hold it (TruncDate cannot be written
    into a migration).
    """

    template = "((%(expressions)s AT TIME ZONE 'Europe/London')::date)"
    arity = 1

    def __init__(self, expression: str | Expression | F, **extra: object) -> None:
        super().__init__(expression, output_field=DateField(), **extra)


class LondonMidnight(Func):
    """The midnight at which the London day of a timestamp began, in SQL."""

    template = "date_trunc('day', %(expressions)s, 'Europe/London')"
    arity = 1

    def __init__(self, expression: str | Expression | F, **extra: object) -> None:
        super().__init__(expression, output_field=DateTimeField(), **extra)


class DatabaseNow(Func):
    """The database's clock at the start of the statement; cannot be set from the application."""

    template = "STATEMENT_TIMESTAMP()"
    arity = 0

    def __init__(self, **extra: object) -> None:
        super().__init__(output_field=DateTimeField(), **extra)
