"""London now, one borough, one command, one team."""

from collections.abc import Iterable, Iterator, Sequence

from cases.clocks import Clock
from core.spreadsheets import Cell, Table
from core.templatetags.page import rounded
from summaries.asked import Asked
from summaries.comparisons import RESIDENTS
from summaries.measures import Measure
from summaries.presenters import parts
from summaries.presenters.campaign import CampaignPage, Closer, Tile
from summaries.presenters.depth import Depth, PartRow
from summaries.presenters.growth import Growth
from summaries.presenters.place import PlacePage, TeamPage
from summaries.statistics import Rate
from summaries.tables.taken import AGAINST, Taken, ends, facts, headed, limits, taken, times

DIFFERENT = (
    "Suspects and partners are different ones, each counted once for all of these days, so they "
    "are not a sum of days or boroughs."
)
ONE_PLACE = (
    "Each outcome, event and session counts in one borough only, so every column adds up. Partners "
    "have no column: one may work in several boroughs."
)
FOLLOWED = (
    "“In these days” counts what followed before they ended; “up to now” counts what followed "
    "since too. One arrest may lead to several things, so the lines do not add up."
)
CREDIT = (
    "What a team helped others with is in the count of the team that led, and in no total a second "
    "time. A training session has one team and no other."
)
NOT_ALL_COMPARED = (
    "Attendances and officers come many at a time, so chance says nothing of them, and partners "
    "may be the same ones as before: none of these is compared."
)
NOT_COMPARED = ("Not compared", "Not compared")


@taken.register
def _(page: CampaignPage) -> Taken:
    shown, tables = page.figures, []
    if shown:
        parts = [f"{shown.parts}."] if shown.parts else []
        tables = [
            _headlines(shown.tiles, shown.not_comparable, *shown.different),
            _grown(shown.closer.growth),
            _rates(shown.closer),
            _counts(shown.by_day, *parts),
            _counts(shown.by_borough, *parts, ONE_PLACE),
            Table(
                "What each figure counts",
                ["Measure", "Unit", "Counts"],
                [(m.label, m.unit.value, m.meaning) for m in shown.meanings],
            ),
        ]
    said = facts(page.days, page.reach, shown.freshness if shown else None)
    said.insert(0, ("Campaign", page.state.words))
    return Taken(page.campaign.name, said, tables, page.form.query, briefing=True)


@taken.register
def _(page: PlacePage) -> Taken:
    tables = []
    if page.begun:
        tables = [
            _headlines(page.tiles, page.not_comparable),
            _grown(page.growth),
            *_in_depth(page.depth, page.form.chosen),
        ]
    said = facts(page.form.days, page.place.label, page.freshness)
    said.insert(0, ("Campaign", page.state.words))
    title = f"{page.place.label}, {page.campaign.name}"
    return Taken(title, said, tables, page.form.query, briefing=True)


def overdue(clocks: Iterable[Clock]) -> Table:
    """What ran out in a place. No file of its figures has it, since each row is of a case."""
    return Table(
        "Overdue now",
        ["What", "Case", "Borough", "How it stands"],
        [(c.what, c.case.reference, c.case.borough.name, c.words) for c in clocks],
    )


def _in_depth(depth: Depth, measure: Measure) -> Iterator[Table]:
    heading = headed(measure)
    for part in depth.breakdowns:
        yield Table(part.title, [part.heading, heading], _parts(part.rows, part.total))
    if when := depth.when:
        for title, of, rows in (
            ("By weekday", "Weekday", when.of_weekdays),
            ("By time of day", "Time in London", when.of_hours),
        ):
            yield Table(title, [of, heading], _parts(rows, when.total))
    yield Table(
        "What became of it",
        ["Began with", "How many", "What followed", "In these days", "Up to now"],
        [
            (cohort.label, cohort.size, step.label, step.within, step.by_now)
            for cohort in depth.cohorts
            for step in cohort.steps
        ],
        [FOLLOWED],
    )
    if events := depth.events_held:
        yield Table(
            "Engagement events",
            ["Event", "Day", "Borough", "Attendances"],
            [(e.title, e.day, e.borough.name, e.attendances) for e in events],
        )
    if sessions := depth.sessions_held:
        yield Table(
            "Training sessions",
            ["Programme", "Day", "Borough", "Officers trained"],
            [(str(s.programme), s.day, s.borough.name, s.officers_trained) for s in sessions],
        )


@taken.register
def _(page: TeamPage) -> Taken:
    table = Table(
        "Led and helped with",
        ["Measure", "Unit", "Led", "Helped with (not added)"],
        [
            (
                *(one.measure.label, one.measure.unit.value, one.led),
                "Not kept" if one.helped is None else one.helped,
            )
            for one in page.credits
        ],
        [CREDIT],
    )
    said = facts(page.form.days, page.place.label, page.freshness)
    tables = [table, *_in_depth(page.depth, page.form.chosen)] if page.begun else []
    return Taken(f"{page.team.name}, {page.campaign.name}", said, tables, page.form.query)


def _headlines(
    tiles: Sequence[Tile], refused: str, different: Asked | None = None, suspects: int = 0
) -> Table:
    """The tiles, and the different suspects where the page says how many they are."""
    running = any(tile.today for tile in tiles)
    headings = ["Measure", "Unit", "Count"]
    headings += ["Today so far"] if running else []
    headings += [] if refused else ["Times the baseline", "Against the baseline"]
    rows = [_headline(tile, running=running, compared=not refused) for tile in tiles]
    against = (
        [f"No comparison with a baseline: {refused}"] if refused else [AGAINST, NOT_ALL_COMPARED]
    )
    notes = [*against, DIFFERENT]
    if different and suspects:
        measure = different.measure
        words = ["Not counted by day"] * running + [*NOT_COMPARED] * (not refused)
        rows.append([measure.label, measure.unit.value, suspects, *words])
    return Table("Headline figures", headings, rows, notes)


def _headline(tile: Tile, *, running: bool, compared: bool) -> list[Cell]:
    measure = tile.asked.measure
    row: list[Cell] = [measure.label, measure.unit.value, tile.count]
    if running:
        row.append(tile.today[0] if tile.today else "Not counted by day")
    if compared:
        row += [times(tile.uplift)[0], tile.uplift.says] if tile.uplift else NOT_COMPARED
    return row


def _grown(growth: Growth) -> Table:
    headings = ["Day", headed(growth.asked.measure), "So far"]
    rows: list[Sequence[Cell]] = []
    for label, alone, grown, before in growth.rows:
        ours = [number[0] if number else "Not yet" for number in (alone, grown)]
        theirs = [before[0] if before else "No such day"] if growth.against else []
        rows.append((label, *ours, *theirs))
    headings += ["Baseline so far"] if growth.against else []
    return Table("How it grows", headings, rows, [growth.picture.finding])


def _rates(closer: Closer) -> Table:
    measure, rate = closer.asked.measure, "Per 1,000 residents"
    return Table(
        "By borough, as a rate",
        ["Borough", headed(measure), rate, *limits(rate)],
        [(row.borough.name, row.count, *_rate(row.rate)) for row in closer.rows],
        [f"{closer.parts}."] if closer.parts else [],
    )


def _rate(rate: Rate | None) -> tuple[Cell, Cell, Cell]:
    """A rate and its interval; places outside London have no residents to divide by."""
    if rate is None:
        return "No residents", "No residents", "No residents"
    return rounded(rate.value, RESIDENTS.places), *ends(rate.interval, RESIDENTS.places)


def _counts(table: parts.Table, *notes: str) -> Table:
    rows: list[Sequence[Cell]] = [
        (f"{row.label}, {row.note}" if row.note else row.label, *row.counts)
        for row in [*table.rows, table.total]
    ]
    headings = [headed(asked.measure) for asked in table.whole]
    return Table(table.title, [table.by.value.capitalize(), *headings], rows, notes)


def _parts(rows: Sequence[PartRow], total: PartRow) -> list[tuple[str, int]]:
    return [(row.label, row.count) for row in [*rows, total]]
