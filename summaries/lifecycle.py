"""What became of what was counted: arrests, notices and orders, applications.

Each cohort is of a window and a place. What followed is counted twice: up to now, and within the
window itself, since a campaign can only speak of what its own days hold. Rows are cohort members
that at least one such thing followed, so the parts of a cohort may overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from cases.choices import Kind
from core.days import start_of
from summaries.figures import Window
from summaries.measures import EVENTS, OUTCOMES, Measure

FOLLOWS = {
    Kind.CHARGE: "charged",
    Kind.CAUTION: "cautioned",
    Kind.BAIL: "bailed before charge",
    Kind.RELEASED: "released under investigation",
    Kind.NO_FURTHER_ACTION: "no further action",
}


@dataclass(frozen=True)
class Step:
    """How many of a cohort something followed, within its own days and up to now."""

    label: str
    within: int
    by_now: int


@dataclass(frozen=True)
class Cohort:
    """What began in a window, and what became of it."""

    label: str
    size: int
    steps: list[Step]


def cohorts(window: Window) -> list[Cohort]:
    """The three lives that outcomes have: arrest, notice to order to breach, application."""
    return [_arrests(window), _notices(window), _orders(window), _applications(window)]


def _asked(sql: str, window: Window) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**window.params, "until": start_of(window.days.end)})
        found: tuple[int, ...] = cursor.fetchone()
        return found


def _arrests(window: Window) -> Cohort:
    """Arrests, by what was logged later for the same suspect of the same case."""
    kinds = list(FOLLOWS)
    counts = ", ".join(
        f"count(*) FILTER (WHERE '{kind.value}' = ANY(within)),"
        f" count(*) FILTER (WHERE '{kind.value}' = ANY(by_now))"
        for kind in kinds
    )
    total, *numbers = _asked(
        f"""
        WITH arrests AS (
            SELECT id, case_id, suspect_id, happened_at FROM cases_outcome
            WHERE counted AND kind = 'arrest' AND strand = 'domestic_abuse' AND {window.sql}
        ), followed AS (
            SELECT arrests.id,
                array_agg(later.kind) FILTER (WHERE later.happened_at < %(until)s) AS within,
                array_agg(later.kind) AS by_now
            FROM arrests LEFT JOIN cases_outcome AS later
                ON later.case_id = arrests.case_id AND later.suspect_id = arrests.suspect_id
                AND later.counted AND later.happened_at >= arrests.happened_at
                AND later.kind <> 'arrest'
            GROUP BY arrests.id
        )
        SELECT count(*), {counts},
            count(*) FILTER (WHERE within IS NULL), count(*) FILTER (WHERE by_now[1] IS NULL)
        FROM followed
        """,
        window,
    )
    labels = [*FOLLOWS.values(), "nothing logged yet"]
    pairs = zip(labels, numbers[::2], numbers[1::2], strict=True)
    return Cohort("Arrests", total, [Step(*pair) for pair in pairs])


def _notices(window: Window) -> Cohort:
    """Protection notices, by the order that followed for the same suspect of the same case."""
    total, within, by_now = _asked(
        f"""
        WITH notices AS (
            SELECT id, case_id, suspect_id, happened_at,
                CASE order_kind WHEN 'dvpn' THEN 'dvpo' ELSE 'dapo' END AS leads_to
            FROM cases_outcome WHERE counted AND kind = 'order'
                AND order_kind IN ('dvpn', 'dapn') AND {window.sql}
        ), followed AS (
            SELECT notices.id, min(later.happened_at) AS at
            FROM notices LEFT JOIN cases_outcome AS later
                ON later.case_id = notices.case_id
                AND later.suspect_id IS NOT DISTINCT FROM notices.suspect_id
                AND later.counted AND later.order_kind = notices.leads_to
                AND later.happened_at >= notices.happened_at
            GROUP BY notices.id
        )
        SELECT count(*), count(*) FILTER (WHERE at < %(until)s), count(at) FROM followed
        """,
        window,
    )
    return Cohort("Protection notices", total, [Step("an order followed", within, by_now)])


def _orders(window: Window) -> Cohort:
    """Orders, by service and breach as their records have it."""
    total, served, served_now, breached, breached_now = _asked(
        f"""
        WITH orders AS (
            SELECT made.served_at, (
                SELECT min(happened_at) FROM cases_orderbreach WHERE order_id = made.id
            ) AS breached_at
            FROM cases_outcome LEFT JOIN cases_protectiveorder AS made
                ON made.outcome_id = cases_outcome.id
            WHERE counted AND cases_outcome.kind = 'order'
                AND order_kind NOT IN ('dvpn', 'dapn') AND {window.sql}
        )
        SELECT count(*), count(*) FILTER (WHERE served_at < %(until)s), count(served_at),
            count(*) FILTER (WHERE breached_at < %(until)s), count(breached_at) FROM orders
        """,
        window,
    )
    steps = [Step("served", served, served_now), Step("breached", breached, breached_now)]
    return Cohort("Orders", total, steps)


def _applications(window: Window) -> Cohort:
    """Clare's Law applications: the decision to disclose and the disclosure are two facts."""
    total, *numbers = _asked(
        f"""
        SELECT count(*),
            count(*) FILTER (WHERE decided_on < %(end)s), count(decided_on),
            count(*) FILTER (WHERE decision = 'disclose' AND decided_on < %(end)s),
            count(*) FILTER (WHERE decision = 'disclose'),
            count(*) FILTER (WHERE disclosed_on < %(end)s), count(disclosed_on)
        FROM cases_outcome LEFT JOIN cases_disclosureapplication AS application
            ON application.outcome_id = cases_outcome.id
        WHERE counted AND kind = 'disclosure_application' AND {window.sql}
        """,
        window,
    )
    labels = ["decided", "decided to disclose", "disclosed"]
    pairs = zip(labels, numbers[::2], numbers[1::2], strict=True)
    return Cohort("Clare's Law applications", total, [Step(*pair) for pair in pairs])


@dataclass(frozen=True)
class Rhythm:
    """When a measure's events happen, by London's clock: by weekday, and by three hours."""

    weekdays: list[int]
    hours: list[int]


def rhythm(window: Window, condition: str, table: str) -> Rhythm:
    """Counts by weekday from Monday, and by three hours from midnight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(isodow FROM day)::int - 1,"
            " extract(hour FROM happened_at AT TIME ZONE 'Europe/London')::int / 3, count(*)"
            f" FROM {table} WHERE counted AND {condition} AND {window.sql} GROUP BY 1, 2",
            window.params,
        )
        weekdays, hours = [0] * 7, [0] * 8
        for weekday, block, number in cursor.fetchall():
            weekdays[weekday] += number
            hours[block] += number
        return Rhythm(weekdays, hours)


SUPPORT = {
    OUTCOMES: "SELECT outcome_id AS id, team_id AS helper FROM cases_outcomesupport",
    EVENTS: (
        "SELECT engagementevent_id AS id, team_id AS helper"
        " FROM partners_engagementevent_supporting_teams"
    ),
}
"""Where the teams that helped with a fact are kept. A training session has its own team alone."""


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
