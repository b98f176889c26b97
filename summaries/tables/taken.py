"""What a page gives to a file, and what the tables of several pages share."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Protocol

from campaigns.models import Campaign
from core.days import DayRange
from core.spreadsheets import Cell, Table
from core.templatetags.page import rounded, span
from summaries.comparisons import Uplift
from summaries.measures import Measure
from summaries.presenters.parts import Freshness
from summaries.statistics import Interval

AGAINST = (
    "“Times the baseline” sets whole days against as many days of the baseline with the same "
    "weekdays. More enforcement may mean more effort rather than more abuse."
)


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


def facts(days: DayRange, where: str, freshness: Freshness | None = None) -> list[tuple[str, str]]:
    said = [("Days", span(days)), ("Where", where)]
    if freshness:
        said.append(("How fresh", freshness.words))
        said += [("Warning", freshness.warning)] if freshness.warning else []
    return said


def headed(measure: Measure) -> str:
    return f"{measure.label} ({measure.unit_beside})" if measure.unit_beside else measure.label


def limits(what: str) -> tuple[str, str]:
    return f"{what}, 95% interval from", f"{what}, 95% interval to"


def ends(interval: Interval, places: int) -> tuple[Cell, Cell]:
    return rounded(interval.low, places), rounded(interval.high, places)


def times(uplift: Uplift) -> tuple[Cell, Cell, Cell]:
    """The ratio and its interval, where the baseline has anything to divide by."""
    if uplift.ratio is None or not uplift.other:
        return "No ratio", "No ratio", "No ratio"
    return rounded(uplift.ratio.value, 2), *ends(uplift.ratio.interval, 2)
