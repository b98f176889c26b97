"""What became of what was counted: arrests, notices and orders, applications; and when it happens.

Each cohort is of a window and a place. What followed is counted twice: up to now, and within the
window itself, since a campaign can only speak of what its own days hold. Rows are cohort members
that at least one such thing followed, so the parts of a cohort may overlap.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection

from cases.parts import WITHIN, together
from core.days import start_of
from summaries.asked import SUPPORT, Asked
from summaries.figures import By, Window
from summaries.measures import BY_SLUG, Measure

LIVES = {
    "arrests": {
        "charged": "charge",
        "cautioned": "caution",
        "bailed before charge": "bail",
        "released under investigation": "released",
        "no further action": "nfa",
        "nothing logged yet": "nothing",
    },
    "notices": {"an order followed": "order"},
    "orders": {"served": "served", "breached": "breached"},
    # The decision to disclose and the disclosure are two facts.
    "disclosure_applications": {
        "decided": "decided",
        "decided to disclose": "to_disclose",
        "disclosed": "disclosed",
    },
}
"""The three lives that outcomes have: arrest, notice to order to breach, application."""


@dataclass(frozen=True)
class Step:
    """How many of a cohort something followed, within its own days and up to now."""

    label: str
    within: int
    by_now: int
    addresses: tuple[str, str] = ("", "")
    """Where the two are explained."""


@dataclass(frozen=True)
class Cohort:
    """What began in a window, and what became of it."""

    asked: Asked
    size: int
    steps: list[Step]

    @property
    def label(self) -> str:
        return self.asked.measure.label


def cohorts(asked: Callable[[Measure], Asked]) -> list[Cohort]:
    """Of each life, with what is asked of its measure."""
    return [_cohort(asked(BY_SLUG[slug]), follows) for slug, follows in LIVES.items()]


def _cohort(asked: Asked, follows: dict[str, str]) -> Cohort:
    parts = [
        asked.broken(By.PART, f"followed-{code}{ending}", label)
        for label, code in follows.items()
        for ending in (WITHIN, "")
    ]
    codes = [one.part.key for one in parts if one.part]
    join, conditions = together(codes, start_of(asked.days.end))
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), {counts} FROM cases_outcome {join}"
            f" WHERE counted AND {asked.measure.condition} AND {asked.window.sql}"
            f" AND {asked.narrowed or 'TRUE'}",
            asked.window.params,
        )
        size, *numbers = cursor.fetchone()
    return Cohort(asked, size, [*_steps(parts, numbers)])


def _steps(parts: Sequence[Asked], numbers: Sequence[int]) -> Iterator[Step]:
    pairs = zip(parts, numbers, strict=True)
    for (first, within), (second, by_now) in zip(pairs, pairs, strict=True):
        yield Step(first.label, within, by_now, (first.address, second.address))


@dataclass(frozen=True)
class Rhythm:
    """When a measure's events happen, by London's clock: by weekday, and by three hours."""

    weekdays: list[int]
    hours: list[int]


def rhythm(asked: Asked) -> Rhythm:
    """Counts by weekday from Monday, and by three hours from midnight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(isodow FROM day)::int - 1,"
            " extract(hour FROM happened_at AT TIME ZONE 'Europe/London')::int / 3, count(*)"
            f" FROM {asked.measure.source.table}"
            f" WHERE counted AND {asked.measure.condition} AND {asked.window.sql}"
            f" AND {asked.narrowed or 'TRUE'} GROUP BY 1, 2",
            asked.window.params,
        )
        weekdays, hours = [0] * 7, [0] * 8
        for weekday, block, number in cursor.fetchall():
            weekdays[weekday] += number
            hours[block] += number
        return Rhythm(weekdays, hours)


def credited(window: Window, team_id: int, measures: Sequence[Measure]) -> dict[Measure, int]:
    """What a team helped with, by measure; each counts with its lead team alone.

    Measures of facts that keep no helping teams are left out.
    """
    found: dict[Measure, int] = {}
    for source, helpers in SUPPORT.items():
        of_it = [measure for measure in measures if measure.source is source]
        counts = ", ".join(
            f"COALESCE(sum({m.amount}) FILTER (WHERE {m.condition}), 0)::bigint" for m in of_it
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {counts} FROM {source.table} JOIN ({helpers}) AS support USING (id)"
                f" WHERE counted AND helper = %(team)s AND {window.sql}",
                {**window.params, "team": team_id},
            )
            found |= dict(zip(of_it, cursor.fetchone(), strict=True))
    return found
