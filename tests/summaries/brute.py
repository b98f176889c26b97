"""Counting as a person would: read every row, decide about it in Python, add one."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from summaries.figures import STORED_BY, By, Figures, Window, figures
from summaries.measures import BY_SLUG, MEASURES


class Counted(NamedTuple):
    """One unit of one measure, with all that it can be broken down by."""

    measure: str
    day: date
    borough: int
    offence: str
    team: str
    detail: str
    amount: int


def rows() -> Iterator[Counted]:
    """Every committed fact that counts, judged by its plain columns alone."""
    london = ZoneInfo("Europe/London")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT happened_at, borough_id, team_id, kind, strand, offence, order_kind,"
            " caution_kind, route, bail_kind, charging_authority, no_further_action_type"
            " FROM cases_outcome WHERE voided_at IS NULL AND merged_into_id IS NULL"
        )
        for at, borough, team, kind, strand, offence, *codes in cursor.fetchall():
            yield Counted(
                _measure(kind, strand, codes[0]),
                at.astimezone(london).date(),
                borough,
                offence,
                str(team or ""),
                "".join(codes),
                1,
            )
        cursor.execute(
            "SELECT happened_at, borough_id, team_id, kind, attendances"
            " FROM partners_engagementevent WHERE voided_at IS NULL AND status = 'done'"
        )
        for at, borough, team, kind, attendances in cursor.fetchall():
            day = at.astimezone(london).date()
            for slug, amount in (("engagement_events", 1), ("engagement_attendances", attendances)):
                yield Counted(slug, day, borough, "", str(team or ""), kind, amount)
        cursor.execute(
            "SELECT happened_at, borough_id, team_id, officers_attended, officers_trained"
            " FROM partners_trainingsession WHERE voided_at IS NULL"
        )
        for at, borough, team, attended, trained in cursor.fetchall():
            day = at.astimezone(london).date()
            for slug, amount in (
                *(("training_sessions", 1), ("training_attendances", attended)),
                ("officers_trained", trained),
            ):
                yield Counted(slug, day, borough, "", str(team or ""), "", amount)


def _measure(kind: str, strand: str, order_kind: str) -> str:
    if strand != "domestic_abuse":
        return (
            {"sexual_offences": "sexual_offence_arrests", "child_abuse": "child_abuse_arrests"}[
                strand
            ]
            if kind == "arrest"
            else ""
        )
    if kind == "order":
        return "notices" if order_kind in {"dvpn", "dapn"} else "orders"
    return {
        "arrest": "arrests",
        "charge": "charges",
        "caution": "cautions",
        "disclosure_application": "disclosure_applications",
        "voluntary_attendance": "voluntary_attendances",
        "bail": "bails",
        "released_under_investigation": "released_under_investigation",
        "no_further_action": "no_further_action",
    }[kind]


def suspects_arrested(window: Window) -> int:
    """Different suspects among the arrests of a window."""
    london = ZoneInfo("Europe/London")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT happened_at, borough_id, suspect_id FROM cases_outcome WHERE kind = 'arrest'"
            " AND strand = 'domestic_abuse' AND voided_at IS NULL AND merged_into_id IS NULL"
        )
        return len(
            {
                suspect
                for at, borough, suspect in cursor.fetchall()
                if at.astimezone(london).date() in window.days and _inside(window, borough)
            }
        )


def partners_involved(window: Window) -> int:
    """Different partners at the events and training of a window."""
    london = ZoneInfo("Europe/London")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT happened_at, borough_id, partner_id FROM partners_trainingsession"
            " WHERE voided_at IS NULL UNION ALL"
            " SELECT happened_at, borough_id, partner_id FROM partners_engagementevent AS event,"
            " partners_participation AS part WHERE part.event_id = event.id"
            " AND voided_at IS NULL AND status = 'done'"
        )
        return len(
            {
                partner
                for at, borough, partner in cursor.fetchall()
                if at.astimezone(london).date() in window.days and _inside(window, borough)
            }
        )


def _inside(window: Window, borough: int) -> bool:
    return window.boroughs.everywhere or borough in window.boroughs.borough_ids


def brute_figures(window: Window, by: By) -> Figures:
    """What `figures` should answer."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows():
        if row.measure and row.day in window.days and _inside(window, row.borough):
            key = {
                By.NOTHING: "",
                By.DAY: row.day.isoformat(),
                By.BOROUGH: str(row.borough),
                By.OFFENCE: row.offence,
                By.TEAM: row.team,
                By.DETAIL: row.detail,
                By.PLACE_AND_DAY: f"{row.borough} {row.day.isoformat()}",
            }[by]
            counts[row.measure, key] += row.amount
    answer: Figures = {m: {} for m in MEASURES if m.additive or by is By.NOTHING}
    for (slug, key), count in counts.items():
        if count:
            answer[BY_SLUG[slug]][key] = count
    if by is By.NOTHING:
        answer[BY_SLUG["suspects_arrested"]][""] = suspects_arrested(window)
        answer[BY_SLUG["partners_involved"]][""] = partners_involved(window)
    return answer


def assert_exact(window: Window) -> None:
    """The figures of a window equal the brute-force count, in every breakdown."""
    for by in STORED_BY:
        assert figures(window, by) == brute_figures(window, by), by
