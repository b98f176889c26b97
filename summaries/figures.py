"""Figures that are exact now: the stored totals, and a live count where a mark lies.

Every question is one SQL statement, so one snapshot: no reader sees a day half filled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from django.db import connection

from accounts.permissions import EVERYWHERE, BoroughScope
from campaigns.models import Campaign
from core.days import DayRange
from core.snapshots import planned_once
from summaries.counting import live_sql
from summaries.measures import BY_SLUG, MEASURES, Measure, Slice


class By(StrEnum):
    """What a figure is broken down by; the parts of an additive measure add up to the whole."""

    NOTHING = ""
    DAY = "day"
    BOROUGH = "borough"
    OFFENCE = "offence"
    TEAM = "team"
    DETAIL = "detail"
    PLACE_AND_DAY = "borough_and_day"
    PART = "part"
    """One of `cases.parts`, which are counted live and one at a time."""

    @property
    def slice(self) -> Slice:
        return Slice(self.value) if self in {By.OFFENCE, By.TEAM, By.DETAIL} else Slice.HEADLINE

    @property
    def stored_key(self) -> str:
        """The column of a stored total that keys the answer."""
        return {
            By.DAY: "day",
            By.BOROUGH: "borough_id",
            By.PLACE_AND_DAY: "(borough_id || ' ' || day)",
        }.get(self, "key")

    @property
    def live_key(self) -> str:
        """The same of a group of facts."""
        if self.slice:
            return f"{self.slice}_key"
        return "''" if self is By.NOTHING else self.stored_key


STORED_BY: tuple[By, ...] = tuple(by for by in By if by is not By.PART)
"""What stored totals are broken down by, and so what `figures` answers."""


def _within(everywhere: bool) -> str:
    limit = "" if everywhere else " AND borough_id = ANY(%(boroughs)s)"
    return f"day >= %(first)s AND day < %(end)s{limit}"


@dataclass(frozen=True)
class Window:
    """The days and boroughs that a figure is about."""

    days: DayRange
    boroughs: BoroughScope

    @classmethod
    def of(cls, campaign: Campaign, scope: BoroughScope = EVERYWHERE) -> "Window":
        """A campaign as far as a scope reaches."""
        ids = frozenset(scope.limit(campaign.boroughs.all(), "pk").values_list("pk", flat=True))
        return cls(campaign.days, BoroughScope(everywhere=False, borough_ids=ids))

    @property
    def sql(self) -> str:
        """The condition of a fact's or a total's row, for `params`."""
        return _within(self.boroughs.everywhere)

    @property
    def params(self) -> dict[str, date | list[int]]:
        return {
            "first": self.days.first,
            "end": self.days.end,
            "boroughs": sorted(self.boroughs.borough_ids),
        }


Figures = dict[Measure, dict[str, int]]
"""Counts by measure and key; a key that is missing counts nothing."""


def figures(window: Window, by: By = By.NOTHING, measures: Iterable[Measure] = MEASURES) -> Figures:
    """The counts of a window, exact at this moment.

    Without a breakdown the only key is "". Measures that are not additive are counted for the
    whole window, so a breakdown leaves them out.
    """
    wanted = tuple(m for m in measures if by is By.NOTHING or m.additive)
    with planned_once() as cursor:
        cursor.execute(_statement(window.boroughs.everywhere, by, wanted), window.params)
        rows = cursor.fetchall()
    answer: Figures = {measure: {} for measure in wanted}
    for slug, key, count in rows:
        answer[BY_SLUG[slug]][key] = count
    return answer


def total(window: Window, measure: Measure) -> int:
    """One count of a window."""
    return figures(window, measures=[measure])[measure].get("", 0)


def apart(window: Window, measure: Measure) -> dict[int, int]:
    """The count of each borough by itself, by its id; of different things they do not add up."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT borough_id, count(DISTINCT {measure.distinct}) FROM {measure.source.table}"
            f" WHERE counted AND {measure.condition} AND {window.sql} GROUP BY borough_id",
            window.params,
        )
        return dict(cursor.fetchall())


def live(window: Window, measure: Measure, by: By, narrowed: str) -> dict[str, int]:
    """The counts of a measure narrowed by a condition that no total is stored for."""
    part = measure.source.slices[by.slice] if by.slice else "''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {part} AS part, sum({measure.amount})::bigint"
            f" FROM {measure.source.table} WHERE counted AND {measure.condition}"
            f" AND {window.sql} AND {narrowed} GROUP BY part",
            window.params,
        )
        return dict(cursor.fetchall())


def left_out(
    window: Window, measure: Measure, by: By = By.NOTHING, key: str = "", narrowed: str = ""
) -> dict[str, int]:
    """How many rows of a figure are there and do not count, by the reason in words."""
    reasons = measure.source.left_out
    part = f" AND {measure.source.slices[by.slice]} = %(key)s" if by.slice else ""
    counts = ", ".join(f"count(*) FILTER (WHERE {reason})" for reason in reasons.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts} FROM {measure.source.table}"
            f" WHERE {measure.condition} AND {window.sql}{part} AND {narrowed or 'TRUE'}",
            {**window.params, "key": key},
        )
        return dict(zip(reasons, cursor.fetchone(), strict=True))


def changed_since_proof(window: Window) -> int:
    """How many days in boroughs of a window changed since they were counted, so are live."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT (day, borough_id)) FROM summaries_changedday"
            f" WHERE {window.sql}",
            window.params,
        )
        found: int = cursor.fetchone()[0]
        return found


def restated_since(window: Window, since: datetime) -> int:
    """How many figures of a window the checks since a moment found other than counted before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM summaries_restatement AS line"
            " JOIN summaries_summaryrun AS run ON run.id = line.run_id"
            f" WHERE {window.sql} AND slice = '' AND measure = ANY(%(known)s)"
            " AND run.counted_to > %(since)s",
            {**window.params, "known": list(BY_SLUG), "since": since},
        )
        found: int = cursor.fetchone()[0]
        return found


@cache
def _statement(everywhere: bool, by: By, measures: tuple[Measure, ...]) -> str:
    """The stored totals, but for marked days a live count in place of theirs."""
    window = _within(everywhere)
    selects = [
        f"SELECT '{measure.slug}', '', count(DISTINCT {measure.distinct})"
        f" FROM {measure.source.table} WHERE counted AND {measure.condition} AND {window}"
        for measure in measures
        if not measure.additive
    ]
    additive = [measure for measure in measures if measure.additive]
    if additive:
        slugs = ", ".join(f"'{measure.slug}'" for measure in additive)
        stored = f"slice = '{by.slice}' AND measure IN ({slugs})"
        on_marked = "JOIN marked USING (day, borough_id)"
        selects.append(
            "SELECT measure, part::text, sum(amount)::bigint FROM ("
            "WITH marked AS MATERIALIZED"
            f" (SELECT DISTINCT day, borough_id FROM summaries_changedday WHERE {window})"
            f" SELECT measure, {by.stored_key} AS part, count AS amount"
            f" FROM summaries_dailytotal WHERE {window} AND {stored}"
            f" UNION ALL SELECT measure, {by.stored_key}, -count"
            f" FROM summaries_dailytotal {on_marked} WHERE {stored}"
            f" UNION ALL {live_sql(additive, by.live_key, on_marked)}"
            ") AS cells GROUP BY measure, part HAVING sum(amount) <> 0"
        )
    return " UNION ALL ".join(selects)
