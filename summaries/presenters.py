"""What the pages of figures say; templates only lay it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from campaigns.models import Borough, Campaign
from core.days import ONE_DAY, DayRange, london_day
from core.snapshots import one_snapshot
from core.templatetags.page import listed, moment, thousands, week_day
from summaries.figures import By, Window, figures
from summaries.measures import BY_SLUG, MEASURES, OUTCOMES, Measure, add
from summaries.models import SummaryRun

LATE = timedelta(hours=26)
"""A night's run every 24 hours, and two hours to finish it in."""

ARRESTS = BY_SLUG["arrests"]
SUSPECTS = BY_SLUG["suspects_arrested"]
HEADLINES = tuple(m for m in MEASURES if m.headline)
ENFORCEMENT = tuple(m for m in HEADLINES if m.source is OUTCOMES)
BY_BOROUGH = (*ENFORCEMENT, BY_SLUG["engagement_events"])

Keys = Sequence[tuple[str, str, str]]
"""The key of each row of a table, its label and a note to it."""


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
class Row:
    label: str
    counts: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Counts in rows that add up to the last one."""

    by: By
    title: str
    measures: tuple[Measure, ...]
    rows: list[Row]

    @classmethod
    def of(
        cls, by: By, title: str, window: Window, measures: tuple[Measure, ...], keys: Keys
    ) -> "Table":
        counts = figures(window, by, measures)
        rows = [
            Row(label, tuple(counts[measure].get(key, 0) for measure in measures), note)
            for key, label, note in keys
        ]
        return cls(by, title, measures, rows)

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Each label and its unit, unless the label ends in that, as "Cautions" does."""
        names = [(measure.label, measure.unit.value) for measure in self.measures]
        return [(label, "" if label.lower().endswith(unit) else unit) for label, unit in names]

    @property
    def total(self) -> Row:
        columns = zip(*(row.counts for row in self.rows), strict=True)
        pairs = zip(self.measures, columns, strict=True)
        return Row("Total", tuple(add([measure], column) for measure, column in pairs))


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of a window that has boroughs, and of which at least a day has begun."""

    totals: dict[Measure, int]
    by_day: Table
    by_borough: Table
    parts: str
    freshness: Freshness

    @classmethod
    def of(cls, window: Window, boroughs: Sequence[Borough], now: datetime) -> "CampaignFigures":
        today = london_day(now)
        # The days that have begun; the ones to come have nothing to say yet.
        begun = window.days.until(today + ONE_DAY)
        days = [(str(day), week_day(day), "so far" if day == today else "") for day in begun]
        places = [(str(borough.pk), borough.name, "") for borough in boroughs]
        by_borough = Table.of(By.BOROUGH, "By borough", window, BY_BOROUGH, places)
        return cls(
            totals={measure: parts.get("", 0) for measure, parts in figures(window).items()},
            by_day=Table.of(By.DAY, "Day by day", window, ENFORCEMENT, days),
            by_borough=by_borough,
            parts=_parts(boroughs, by_borough),
            freshness=Freshness.now(now),
        )

    @property
    def tiles(self) -> list[tuple[Measure, int]]:
        return [(measure, self.totals[measure]) for measure in HEADLINES]

    @property
    def suspects(self) -> int:
        return self.totals[SUSPECTS]

    @property
    def nothing_logged(self) -> bool:
        return not any(self.totals.values())

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
