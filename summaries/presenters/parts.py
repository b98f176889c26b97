"""What several pages of figures show: where a campaign stands, how fresh, tables of numbers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.models import Borough, Team
from cases.choices import Offence
from core.days import DayRange
from core.templatetags.page import moment, thousands
from summaries.asked import Asked
from summaries.figures import By, figures
from summaries.measures import Measure, add
from summaries.models import SummaryRun

LATE = timedelta(hours=26)
"""A night's run every 24 hours, and two hours to finish it in."""


@dataclass(frozen=True)
class State:
    """Where a campaign stands on a day, as words and as the colour of their tag."""

    words: str
    colour: str
    begun: bool = True

    @classmethod
    def of(cls, days: DayRange, today: date) -> "State":
        if today in days:
            return cls(f"Day {days.number(today)} of {len(days)}", "green")
        if today >= days.end:
            return cls("Finished", "grey")
        wait = (days.first - today).days
        return cls("Starts tomorrow" if wait == 1 else f"Starts in {wait} days", "purple", False)


@dataclass(frozen=True)
class Freshness:
    """Until when the figures are proved, and what the reader should know if they are not."""

    words: str
    warning: str
    proved: bool
    """Whether any check has ever agreed."""

    @classmethod
    def now(cls, now: datetime) -> "Freshness":
        finished = SummaryRun.objects.exclude(state=SummaryRun.State.RUNNING)
        return cls.of(SummaryRun.objects.latest_published(), finished.first(), now)

    @classmethod
    def of(
        cls, published: SummaryRun | None, newest: SummaryRun | None, now: datetime
    ) -> "Freshness":
        counted_to = published.counted_to if published else None
        if counted_to is None:
            words = "Every figure is counted live. None has been proved yet."
        else:
            words = (
                f"Counted and proved to {moment(counted_to)}; changes since then are counted live."
            )
        return cls(words, cls._warning(counted_to, newest, now), counted_to is not None)

    @staticmethod
    def _warning(counted_to: datetime | None, newest: SummaryRun | None, now: datetime) -> str:
        if newest is None:
            return "The nightly check has not run yet. Tell an administrator."
        if newest.state == SummaryRun.State.UNPROVED:
            return (
                f"The last check, at {moment(newest.started_at)}, did not agree, so its totals "
                "were not published. Tell an administrator before you quote a figure."
            )
        if newest.state != SummaryRun.State.PUBLISHED:
            started = moment(newest.started_at)
            return f"The last check, at {started}, did not finish. Tell an administrator."
        if counted_to is None or now - counted_to > LATE:
            return "The nightly check is late. Tell an administrator."
        return ""


@dataclass(frozen=True)
class Row:
    """Counts, and the address at which each is explained."""

    label: str
    counts: tuple[int, ...]
    addresses: tuple[str, ...]
    note: str = ""

    @property
    def cells(self) -> Iterator[tuple[int, str]]:
        return zip(self.counts, self.addresses, strict=True)


@dataclass(frozen=True)
class Heading:
    """What a row of a table is about: its key, what it is called, and which figures it has."""

    key: str
    label: str
    narrow: Callable[[Asked], Asked]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Counts in rows that add up to the last one."""

    by: By
    title: str
    whole: tuple[Asked, ...]
    rows: list[Row]

    @classmethod
    def of(cls, by: By, title: str, whole: Sequence[Asked], headings: Iterable[Heading]) -> "Table":
        """The parts by which figures of one window are broken down."""
        measures = [asked.measure for asked in whole]
        counts = figures(whole[0].window, by, measures)
        rows = [
            Row(
                heading.label,
                tuple(counts[measure].get(heading.key, 0) for measure in measures),
                tuple(heading.narrow(asked).address for asked in whole),
                heading.note,
            )
            for heading in headings
        ]
        return cls(by, title, tuple(whole), rows)

    @property
    def columns(self) -> list[tuple[str, str]]:
        return [(asked.measure.label, asked.measure.unit_beside) for asked in self.whole]

    @property
    def total(self) -> Row:
        columns = zip(*(row.counts for row in self.rows), strict=True)
        pairs = zip(self.whole, columns, strict=True)
        counts = tuple(add([asked.measure], column) for asked, column in pairs)
        return Row("Total", counts, tuple(asked.address for asked in self.whole))


def part_labels(by: By) -> Callable[[Measure], Mapping[str, str]]:
    """What the parts of a measure are called in a breakdown, by their keys."""
    if by is By.TEAM:
        teams = {str(pk): name for pk, name in Team.objects.values_list("pk", "name")}
        return lambda _: teams
    if by is By.OFFENCE:
        return lambda _: dict(Offence.choices)
    return lambda measure: measure.source.details


def parts_words(measure: Measure, parts: Sequence[tuple[Borough, int]]) -> str:
    """How the counts of the parts add up, in words; nothing where there is one part only."""
    london = [(b.name, count) for b, count in parts if b.in_london]
    if len(london) > 3:
        london = [(f"{len(london)} boroughs", sum(count for _, count in london))]
    said = [*london, *((b.name, count) for b, count in parts if not b.in_london)]
    if len(said) < 2:
        return ""
    sum_ = " + ".join(f"{name} {thousands(count)}" for name, count in said)
    return f"{sum_} = {thousands(sum(count for _, count in parts))} {measure.unit}"
