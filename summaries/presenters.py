"""What the pages of figures say; templates only lay it out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from campaigns.models import Borough, Campaign
from core.days import ONE_DAY, DayRange, london_day
from core.templatetags.page import listed, moment, thousands, week_day
from summaries.figures import By, Figures, Window, figures
from summaries.measures import BY_SLUG, MEASURES, OUTCOMES, Measure, add
from summaries.models import SummaryRun

LATE = timedelta(hours=26)
"""A night's run every 24 hours, and two hours to finish it in."""

ARRESTS = BY_SLUG["arrests"]
SUSPECTS = BY_SLUG["suspects_arrested"]
HEADLINES = tuple(m for m in MEASURES if m.headline)
ENFORCEMENT = tuple(m for m in HEADLINES if m.source is OUTCOMES)
BY_BOROUGH = (*ENFORCEMENT, BY_SLUG["engagement_events"])


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Every question inside sees the database at one moment, so the parts of a page agree."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True)
class State:
    """Where a campaign stands on a day, as words and as the colour of their tag."""

    words: str
    colour: str
    begun: bool = True

    @classmethod
    def of(cls, days: DayRange, today: date) -> "State":
        if today in days:
            return cls(f"Day {(today - days.first).days + 1} of {len(days)}", "green")
        if today >= days.end:
            return cls("Finished", "grey")
        wait = (days.first - today).days
        return cls("Starts tomorrow" if wait == 1 else f"Starts in {wait} days", "purple", False)


@dataclass(frozen=True)
class Freshness:
    """Until when the figures are proved, and what the reader should know if they are not."""

    words: str
    warning: str

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
        return cls(words, cls._warning(counted_to, newest, now))

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
class Heading:
    """A measure as the heading of a tile or a column."""

    measure: Measure

    @property
    def label(self) -> str:
        return self.measure.label

    @property
    def unit(self) -> str:
        return self.measure.unit.value

    @property
    def unit_unsaid(self) -> str:
        """The unit, unless the label ends in it, as "Cautions" does."""
        return "" if self.label.lower().endswith(self.unit) else self.unit


@dataclass(frozen=True)
class Row:
    label: str
    counts: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Counts in rows that add up to the last one."""

    slug: str
    title: str
    first: str
    measures: tuple[Measure, ...]
    rows: list[Row]

    @property
    def columns(self) -> list[Heading]:
        return [Heading(measure) for measure in self.measures]

    @property
    def total(self) -> Row:
        columns = zip(*(row.counts for row in self.rows), strict=True)
        pairs = zip(self.measures, columns, strict=True)
        return Row("Total", tuple(add([measure], column) for measure, column in pairs))


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of a window that has boroughs, and of which at least a day has begun."""

    totals: Figures
    by_day: Table
    by_borough: Table
    parts: str
    freshness: Freshness

    @classmethod
    def of(cls, window: Window, boroughs: Sequence[Borough], now: datetime) -> "CampaignFigures":
        by_borough = _by_borough(window, boroughs)
        return cls(
            totals=figures(window, By.NOTHING, [*HEADLINES, SUSPECTS]),
            by_day=_by_day(window, london_day(now)),
            by_borough=by_borough,
            parts=_parts(boroughs, by_borough),
            freshness=Freshness.now(now),
        )

    @property
    def tiles(self) -> list[tuple[Heading, int]]:
        return [(Heading(measure), self.totals[measure].get("", 0)) for measure in HEADLINES]

    @property
    def suspects(self) -> int:
        return self.totals[SUSPECTS].get("", 0)

    @property
    def nothing_logged(self) -> bool:
        return not any(count for _, count in self.tiles)

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
            window = Window.of(campaign, scope)
            boroughs = _in_order(window)
            open_ = bool(boroughs) and state.begun
            counted = CampaignFigures.of(window, boroughs, now) if open_ else None
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


def _in_order(window: Window) -> list[Borough]:
    """London's boroughs by name, then outside London, then not known: from sure to unsure."""
    boroughs = Borough.objects.filter(pk__in=window.boroughs.borough_ids)
    return sorted(boroughs, key=lambda b: (not b.in_london, b.slug == "not-known", b.name))


def _by_day(window: Window, today: date) -> Table:
    """The days that have begun; the ones to come have nothing to say yet."""
    counts = figures(window, By.DAY, ENFORCEMENT)
    rows = [
        Row(
            week_day(day),
            tuple(counts[measure].get(day.isoformat(), 0) for measure in ENFORCEMENT),
            "so far" if day == today else "",
        )
        for day in window.days.until(today + ONE_DAY)
    ]
    return Table("by-day", "Day by day", "Day", ENFORCEMENT, rows)


def _by_borough(window: Window, boroughs: Sequence[Borough]) -> Table:
    counts = figures(window, By.BOROUGH, BY_BOROUGH)
    rows = [
        Row(borough.name, tuple(counts[m].get(str(borough.pk), 0) for m in BY_BOROUGH))
        for borough in boroughs
    ]
    return Table("by-borough", "By borough", "Borough", BY_BOROUGH, rows)


def _parts(boroughs: Sequence[Borough], table: Table) -> str:
    """How the arrests of the parts add up, in words; nothing where there is one part only."""
    arrests = [row.counts[table.measures.index(ARRESTS)] for row in table.rows]
    parts = list(zip(boroughs, arrests, strict=True))
    london = [(b.name, count) for b, count in parts if b.in_london]
    if len(london) > 3:
        london = [(f"{len(london)} boroughs", sum(count for _, count in london))]
    said = [*london, *((b.name, count) for b, count in parts if not b.in_london)]
    if len(said) < 2:
        return ""
    sum_ = " + ".join(f"{name} {thousands(count)}" for name, count in said)
    return f"{sum_} = {thousands(sum(arrests))} {ARRESTS.unit}"
