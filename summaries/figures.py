"""Figures that are exact now: the stored totals, and a live count where a mark lies.

Every question is one SQL statement, so one snapshot: no reader sees a day half filled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import connection

from accounts.permissions import EVERYWHERE, BoroughScope
from campaigns.models import Campaign
from core.days import DayRange
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

    @property
    def slice(self) -> Slice:
        return Slice(self.value) if self in {By.OFFENCE, By.TEAM, By.DETAIL} else Slice.HEADLINE

    @property
    def key_sql(self) -> tuple[str, str]:
        """The key of a stored row, and of a live one (where `slice_key` is the breakdown's)."""
        if self is By.DAY:
            return "day::text", "day::text"
        if self is By.BOROUGH:
            return "borough_id::text", "borough_id::text"
        return "key", "slice_key"


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
        limit = "" if self.boroughs.everywhere else " AND borough_id = ANY(%(boroughs)s)"
        return f"day >= %(first)s AND day < %(end)s{limit}"

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
    wanted = [m for m in measures if by is By.NOTHING or m.additive]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(window, by, [m for m in wanted if not m.additive]),
            {
                **window.params,
                "slice": by.slice.value,
                "measures": [m.slug for m in wanted if m.additive],
            },
        )
        rows = cursor.fetchall()
    answer: Figures = {measure: {} for measure in wanted}
    for slug, key, count in rows:
        answer[BY_SLUG[slug]][key] = int(count)
    return answer


def total(window: Window, measure: Measure) -> int:
    """One count of a window."""
    return figures(window, measures=[measure])[measure].get("", 0)


def _statement(window: Window, by: By, distinct: list[Measure]) -> str:
    stored_key, live_key = by.key_sql
    live = live_sql(live_key, by.slice, "JOIN marked USING (day, borough_id)")
    parts = [
        f"SELECT measure, key, sum(count)::bigint FROM ("
        f" SELECT measure, {stored_key} AS key, count FROM summaries_dailytotal AS stored"
        f" WHERE {window.sql} AND slice = %(slice)s AND measure = ANY(%(measures)s) AND NOT EXISTS"
        " (SELECT FROM marked WHERE marked.day = stored.day"
        " AND marked.borough_id = stored.borough_id)"
        f" UNION ALL SELECT * FROM ({live}) AS live WHERE measure = ANY(%(measures)s)"
        ") AS cells GROUP BY 1, 2"
    ]
    for measure in distinct:
        parts.append(
            f"SELECT '{measure.slug}', '', count(DISTINCT {measure.distinct})"
            f" FROM {measure.source.table}"
            f" WHERE counted AND {measure.condition} AND {window.sql}"
        )
    return (
        "WITH marked AS MATERIALIZED (SELECT DISTINCT day, borough_id FROM summaries_changedday"
        f" WHERE {window.sql}) " + " UNION ALL ".join(parts)
    )
