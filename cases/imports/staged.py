"""Rows that fit, beside what the database holds: a passing table, asked and saved as sets.

The table lives as long as the work on one import, on one connection.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from accounts.imports.check import Fit
from cases.actions.outcomes import ALIKE
from cases.choices import Kind
from cases.entry import Entry
from cases.forms.log import CODES

COLUMNS = (
    *("line", "id", "kind", "reference", "system", "reference_date", "suspect_number"),
    *("happened_at", "borough_id", "team_id", "helpers", "other_order", *CODES),
)
TABLE = f"""
CREATE TEMP TABLE staged (
    line integer, id uuid, kind text, reference text, system text, reference_date date,
    suspect_number integer, happened_at timestamptz, borough_id bigint, team_id bigint,
    helpers bigint[], other_order text,
    {", ".join(f"{name} {'date' if name == 'bail_until' else 'text'}" for name in CODES)},
    reference_key text GENERATED ALWAYS AS (upper(replace(reference, ' ', ''))) STORED,
    case_id bigint, suspect_id bigint, known boolean DEFAULT false, undone boolean DEFAULT false
)
"""
CLEAR = "DROP TABLE IF EXISTS staged, alike"
LEARN = "ANALYZE staged"
"""What the columns hold, for the planner; without it a set is asked row by row."""
FIND_KNOWN = """
UPDATE staged SET known = true, undone = o.voided_at IS NOT NULL AND EXISTS (
    SELECT FROM cases_importedoutcome AS r JOIN accounts_import AS i ON i.id = r.batch_id
    WHERE r.outcome_id = o.id AND i.undone_at = o.voided_at
) FROM cases_outcome AS o WHERE o.id = staged.id
"""
FIND_CASES = """
UPDATE staged SET case_id = (
    SELECT c.id FROM cases_case AS c
    WHERE c.reference_key = staged.reference_key AND c.system = staged.system
        AND (c.system <> 'cad' OR c.reference_date = staged.reference_date)
    ORDER BY c.id DESC LIMIT 1
) WHERE case_id IS NULL
"""
FIND_SUSPECTS = """
UPDATE staged SET suspect_id = s.id FROM cases_suspect AS s
WHERE s.case_id = staged.case_id AND s.number = staged.suspect_number AND suspect_id IS NULL
"""
THERE = f"""
NOT s.known AND e.counted AND {ALIKE}
    AND NOT EXISTS (SELECT FROM staged AS own WHERE own.id = e.id AND NOT own.known)
"""
BEFORE = f"NOT s.known AND NOT e.known AND e.line < s.line AND {ALIKE}"
FIND_ALIKE = f"""
DROP TABLE IF EXISTS alike;
CREATE TEMP TABLE alike AS
SELECT s.line, s.id, e.id AS earlier, NULL::integer AS earlier_line
FROM staged AS s JOIN cases_outcome AS e ON e.case_id = s.case_id AND (
    e.suspect_id = s.suspect_id OR (e.suspect_id IS NULL AND s.suspect_number IS NULL)
) WHERE {THERE}
UNION
SELECT s.line, s.id, e.id, NULL::integer
FROM staged AS s JOIN cases_outcome AS e ON e.custody_record = s.custody_record
WHERE s.custody_record <> '' AND e.custody_record <> '' AND {THERE}
UNION
SELECT s.line, s.id, e.id, e.line
FROM staged AS s JOIN staged AS e ON e.reference_key = s.reference_key AND e.system = s.system
    AND e.reference_date IS NOT DISTINCT FROM s.reference_date
    AND e.suspect_number IS NOT DISTINCT FROM s.suspect_number
WHERE {BEFORE}
UNION
SELECT s.line, s.id, e.id, e.line
FROM staged AS s JOIN staged AS e ON e.custody_record = s.custody_record
WHERE s.custody_record <> '' AND e.custody_record <> '' AND {BEFORE}
"""
"""The rule of `OutcomeQuerySet.likely_duplicates_of`, for each new row.

Asked before the rows are saved, to be told, and after, for what others have saved meanwhile.
"""


def _values(fit: Fit[Entry]) -> tuple[Any, ...]:
    entry = fit.entry
    return (
        fit.line,
        fit.token,
        entry.kind.value,
        entry.reference.text,
        entry.reference.system.value,
        entry.reference_day if entry.reference.needs_its_day else None,
        entry.suspect_number,
        entry.happened_at,
        entry.borough.pk,
        entry.team.pk if entry.team else None,
        [team.pk for team in entry.supporting_teams],
        entry.other_order,
        *(entry.codes.get(name) or (None if name == "bail_until" else "") for name in CODES),
    )


@contextmanager
def staged(chunks: Iterable[list[Fit[Entry]]]) -> Iterator[None]:
    """Holds rows in a table of this connection alone, each with what the database knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)
        cursor.execute(TABLE)
        try:
            for fits in chunks:
                with cursor.copy(f"COPY staged ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                    for fit in fits:
                        copy.write_row(_values(fit))
            for statement in (LEARN, FIND_KNOWN, FIND_CASES, FIND_SUSPECTS, LEARN, FIND_ALIKE):
                cursor.execute(statement)
            yield
        finally:
            if connection.is_usable():
                cursor.execute(CLEAR)


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


@dataclass(frozen=True)
class Pair:
    """A row and what it looks like: an entry, or an earlier row of the same file."""

    line: int
    earlier: Any
    earlier_line: int | None


def pairs() -> list[Pair]:
    """Rows that look like the same event as another."""
    found = ask("SELECT line, earlier, earlier_line FROM alike ORDER BY 1, 3, 2")
    return [Pair(*row) for row in found]


def known() -> RawSQL:
    """The ids of entries that are there already and stay as they are, for a query."""
    return RawSQL("SELECT id FROM staged WHERE known AND NOT undone", [])


def cases() -> RawSQL:
    """The ids of the cases that there are already, for a query."""
    return RawSQL("SELECT case_id FROM staged WHERE case_id IS NOT NULL", [])


def by_kind() -> list[tuple[Kind, int]]:
    counts = dict(ask("SELECT kind, count(*) FROM staged GROUP BY 1"))
    return [(kind, counts[kind.value]) for kind in Kind if kind.value in counts]


def by_day() -> list[tuple[date, int]]:
    """London days with the rows of each."""
    return ask(
        "SELECT (happened_at AT TIME ZONE 'Europe/London')::date, count(*)"
        " FROM staged GROUP BY 1 ORDER BY 1"
    )


def references(*, without_cases: list[int], without_entries: list[Any]) -> int:
    """How many references the rows have, but for those of these cases and entries."""
    [(number,)] = ask(
        "SELECT count(*) FROM (SELECT DISTINCT system, reference_key, reference_date FROM staged"
        " WHERE (case_id IS NULL OR case_id <> ALL(%s)) AND id <> ALL(%s)) AS others",
        without_cases,
        without_entries,
    )
    return int(number)
