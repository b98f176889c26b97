"""The pages of figures as plain data, for files: the numbers that the page shows, rounded as there.

Each page that has tables is `taken` out with the words that stand around them. A new page of
figures registers its own; `summaries.views.out` writes the files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Protocol

from campaigns.models import Campaign
from core.days import DayRange
from core.spreadsheets import Cell, Table
from core.templatetags.page import rounded, span
from summaries.asked import Asked
from summaries.comparisons import RESIDENTS, Uplift
from summaries.measures import Measure
from summaries.presenters import parts
from summaries.presenters.campaign import CampaignPage, Closer, Tile
from summaries.presenters.compare import BesidePage, ComparePage, UpliftPage
from summaries.presenters.parts import Freshness
from summaries.presenters.place import Breakdown, PlacePage, TeamPage
from summaries.statistics import Interval, Rate

AGAINST = (
    "“Times the baseline” sets whole days against as many days of the baseline with the same "
    "weekdays. More enforcement may mean more effort rather than more abuse."
)
DIFFERENT = (
    "Different suspects are counted once for all of these days, so they are not a sum of days or "
    "boroughs."
)
ONE_PLACE = "Each outcome counts in one borough only, so every column adds up."
FOLLOWED = (
    "“In these days” counts what followed before they ended; “up to now” counts what followed "
    "since too. One arrest may lead to several things, so the lines do not add up."
)
CREDIT = (
    "What a team helped others with is in the count of the team that led, and in no total a second "
    "time."
)
CHANCE = (
    "A borough beyond the limits differs in something: how much abuse there is, how much is "
    "reported, or how much effort went in. The number alone does not say which."
)
NOT_COMPARED = ("Not compared", "Not compared")


@dataclass(frozen=True)
class Taken:
    """What a page gives to a file: its title, facts about it, and its tables."""

    title: str
    facts: list[tuple[str, str]]
    tables: list[Table]
    query: str = ""
    """What the reader chose, to be added to the addresses of the files."""
    briefing: bool = False

    def table(self, title: str) -> Table:
        return next(table for table in self.tables if table.title == title)


class Page(Protocol):
    """A page of the figures of a campaign."""

    @property
    def campaign(self) -> Campaign: ...


@singledispatch
def taken(page: Page) -> Taken:
    """The tables of a page; of one that has nothing to show, none."""
    raise TypeError(f"{type(page).__name__} has no tables")


def _facts(days: DayRange, where: str, freshness: Freshness | None = None) -> list[tuple[str, str]]:
    said = [("Days", span(days)), ("Where", where)]
    if freshness:
        said.append(("How fresh", freshness.words))
        said += [("Warning", freshness.warning)] if freshness.warning else []
    return said


@taken.register
def _(page: CampaignPage) -> Taken:
    shown, tables = page.figures, []
    if shown:
        tables = [
            _headlines(shown.tiles, shown.not_comparable, *shown.different),
            _rates(shown.closer),
            _counts(shown.by_day),
            _counts(shown.by_borough, *([f"{shown.parts}."] if shown.parts else []), ONE_PLACE),
            Table(
                "What each figure counts",
                ["Measure", "Unit", "Counts"],
                [(m.label, m.unit.value, m.meaning) for m in shown.meanings],
            ),
        ]
    facts = _facts(page.days, page.reach, shown.freshness if shown else None)
    facts.insert(0, ("Campaign", page.state.words))
    return Taken(page.campaign.name, facts, tables, page.form.query, briefing=True)


@taken.register
def _(page: PlacePage) -> Taken:
    tables = []
    if page.begun:
        tables = [
            _headlines(page.tiles, page.not_comparable),
            *(_breakdown(part, page.form.chosen) for part in page.breakdowns),
        ]
        if page.when:
            heading = _headed(page.form.chosen)
            tables += [
                Table("By weekday", ["Weekday", heading], page.when.of_weekdays),
                Table("By time of day", ["Time in London", heading], page.when.of_hours),
            ]
        tables.append(
            Table(
                "What became of it",
                ["Began with", "How many", "What followed", "In these days", "Up to now"],
                [
                    (cohort.label, cohort.size, step.label, step.within, step.by_now)
                    for cohort in page.cohorts
                    for step in cohort.steps
                ],
                [FOLLOWED],
            )
        )
    facts = _facts(page.form.days, page.place.label, page.freshness)
    title = f"{page.place.label}, {page.campaign.name}"
    return Taken(title, facts, tables, page.form.query, briefing=True)


@taken.register
def _(page: TeamPage) -> Taken:
    table = Table(
        "Led and helped with",
        ["Measure", "Unit", "Led", "Helped with (not added)"],
        [(one.measure.label, one.measure.unit.value, one.led, one.helped) for one in page.credits],
        [CREDIT],
    )
    facts = _facts(page.form.days, page.place.label, page.freshness)
    return Taken(f"{page.team.name}, {page.campaign.name}", facts, [table], page.form.query)


@taken.register
def _(page: ComparePage) -> Taken:
    tables = []
    if not page.refused:
        rate, places = page.base.capitalize(), page.places
        table = Table(
            "The numbers",
            [
                *("Borough", _headed(page.measure), page.based_on),
                *(rate, *_limits(rate)),
                *("Expected by chance, from", "Expected by chance, to", "Lies"),
            ],
            [
                (
                    *(row.borough.name, row.count, row.base, rounded(row.value, places)),
                    *(*_ends(row.interval, places), *_ends(row.usual, places), row.beyond),
                )
                for row in page.rows
            ],
            [page.spread, CHANCE],
        )
        tables = [table]
    title = f"{page.measure.label} by borough, compared, {page.campaign.name}"
    facts = _facts(page.form.days, "London’s boroughs", page.freshness)
    return Taken(title, facts, tables, page.form.query)


@taken.register
def _(page: UpliftPage) -> Taken:
    title = f"{page.campaign.name}, against its baseline"
    if page.refused:
        return Taken(title, [], [])
    ours, theirs = page.days
    table = Table(
        "Each measure against the baseline",
        [
            *("Measure", "Unit", "Campaign", "Baseline", "Times the baseline"),
            *(*_limits("Times the baseline"), "Says"),
        ],
        [
            (
                *(row.measure.label, row.measure.unit.value),
                *(row.uplift.count, row.uplift.other, *_times(row.uplift), row.uplift.says),
            )
            for row in page.rows
        ],
        [AGAINST],
    )
    facts = _facts(ours.days, ours.place.label, page.freshness)
    facts.append(("Baseline", f"{page.label}, {span(theirs.days)}"))
    return Taken(title, facts, [table])


@taken.register
def _(page: BesidePage) -> Taken:
    first, second = page.campaign.name, page.other.name
    table = Table(
        "Both campaigns",
        ["Measure", "Unit", first, f"{first}, a day", second, f"{second}, a day"],
        [
            (
                *(row.ours.measure.label, row.ours.measure.unit.value),
                *(row.count, rounded(row.a_day, 1), row.other, rounded(row.other_a_day, 1)),
            )
            for row in page.rows
        ],
    )
    facts = [
        (one.campaign.name, f"{span(one.days)}, {one.place.label.lower()}")
        for one in (page.rows[0].ours, page.rows[0].theirs)
    ]
    return Taken(f"{first} beside {second}", facts, [table])


def _headed(measure: Measure) -> str:
    return f"{measure.label} ({measure.unit_beside})" if measure.unit_beside else measure.label


def _limits(what: str) -> tuple[str, str]:
    return f"{what}, 95% interval from", f"{what}, 95% interval to"


def _ends(interval: Interval, places: int) -> tuple[Cell, Cell]:
    return rounded(interval.low, places), rounded(interval.high, places)


def _times(uplift: Uplift) -> tuple[Cell, Cell, Cell]:
    """The ratio and its interval, where the baseline has anything to divide by."""
    if uplift.ratio is None or not uplift.other:
        return "No ratio", "No ratio", "No ratio"
    return rounded(uplift.ratio.value, 2), *_ends(uplift.ratio.interval, 2)


def _headlines(
    tiles: Sequence[Tile], refused: str, different: Asked | None = None, suspects: int = 0
) -> Table:
    """The tiles, and the different suspects where the page says how many they are."""
    running = any(tile.today for tile in tiles)
    headings = ["Measure", "Unit", "Count"]
    headings += ["Today so far"] if running else []
    headings += [] if refused else ["Times the baseline", "Against the baseline"]
    rows = [_headline(tile, running=running, compared=not refused) for tile in tiles]
    notes = [f"No comparison with a baseline: {refused}" if refused else AGAINST]
    if different and suspects:
        measure = different.measure
        words = ["Not counted by day"] * running + [*NOT_COMPARED] * (not refused)
        rows.append([measure.label, measure.unit.value, suspects, *words])
        notes.append(DIFFERENT)
    return Table("Headline figures", headings, rows, notes)


def _headline(tile: Tile, *, running: bool, compared: bool) -> list[Cell]:
    measure = tile.asked.measure
    row: list[Cell] = [measure.label, measure.unit.value, tile.count]
    if running:
        row.append(tile.today[0] if tile.today else "Not counted by day")
    if compared:
        row += [_times(tile.uplift)[0], tile.uplift.says] if tile.uplift else NOT_COMPARED
    return row


def _rates(closer: Closer) -> Table:
    measure, rate = closer.asked.measure, "Per 1,000 residents"
    return Table(
        "By borough, as a rate",
        ["Borough", _headed(measure), rate, *_limits(rate)],
        [(row.borough.name, row.count, *_rate(row.rate)) for row in closer.rows],
    )


def _rate(rate: Rate | None) -> tuple[Cell, Cell, Cell]:
    """A rate and its interval; places outside London have no residents to divide by."""
    if rate is None:
        return "No residents", "No residents", "No residents"
    return rounded(rate.value, RESIDENTS.places), *_ends(rate.interval, RESIDENTS.places)


def _counts(table: parts.Table, *notes: str) -> Table:
    rows: list[Sequence[Cell]] = [
        (f"{row.label}, {row.note}" if row.note else row.label, *row.counts)
        for row in [*table.rows, table.total]
    ]
    headings = [_headed(asked.measure) for asked in table.whole]
    return Table(table.title, [table.by.value.capitalize(), *headings], rows, notes)


def _breakdown(part: Breakdown, measure: Measure) -> Table:
    headings = [part.heading, _headed(measure)]
    return Table(part.title, headings, [(row.label, row.count) for row in part.rows])
