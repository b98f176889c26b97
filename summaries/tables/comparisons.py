"""Boroughs against London, a campaign against its baseline, two campaigns."""

from core.spreadsheets import Cell, Table
from core.templatetags.page import rounded, span
from summaries.presenters.compare import BesidePage, ComparePage, UpliftPage
from summaries.tables.taken import AGAINST, Taken, ends, facts, headed, limits, taken, times

CHANCE = (
    "A borough beyond the limits differs in something: how much abuse there is, how much is "
    "reported, or how much effort went in. The number alone does not say which."
)


@taken.register
def _(page: ComparePage) -> Taken:
    tables = []
    if not page.refused:
        rate, places = page.base.capitalize(), page.places
        table = Table(
            "The numbers",
            [
                *("Borough", headed(page.measure), page.based_on),
                *(rate, *limits(rate)),
                *("Expected from", "Expected to", "Lies"),
            ],
            [
                (
                    *(row.borough.name, row.count, row.base, rounded(row.value, places)),
                    *(*ends(row.interval, places), *ends(row.usual, places), row.beyond),
                )
                for row in page.rows
            ],
            [*([f"{page.parts}."] if page.parts else []), page.spread, page.base_note, CHANCE],
        )
        tables = [table]
    title = f"{page.measure.label} by borough, compared, {page.campaign.name}"
    said = facts(page.form.days, "London’s boroughs", page.freshness)
    return Taken(title, said, tables, page.form.query)


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
            *(*limits("Times the baseline"), "Says"),
        ],
        [
            (
                *(row.ours.measure.label, row.ours.measure.unit.value),
                *(row.count, row.other, *times(row), row.says),
            )
            for row in page.rows
        ],
        [AGAINST],
    )
    said = facts(ours.days, ours.place.label, page.freshness)
    said.append(("Baseline", f"{page.label}, {span(theirs.days)}"))
    return Taken(title, said, [table])


@taken.register
def _(page: BesidePage) -> Taken:
    first, second = page.campaign.name, page.other.name
    table = Table(
        "Both campaigns",
        ["Measure", "Unit", first, f"{first}, a day", second, f"{second}, a day"],
        [
            (
                *(row.ours.measure.label, row.ours.measure.unit.value),
                *(row.count, _a_day(row.a_day), row.other, _a_day(row.other_a_day)),
            )
            for row in page.rows
        ],
    )
    said = [
        (one.campaign.name, f"{span(one.days)}, {one.place.label.lower()}")
        for one in (page.rows[0].ours, page.rows[0].theirs)
    ]
    return Taken(f"{first} beside {second}", said, [table])


def _a_day(number: float | None) -> Cell:
    return "Not by day" if number is None else rounded(number, 1)
