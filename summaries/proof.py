"""The proof: a recount of everything by another route, compared with the stored totals.

The route shares no query with the fill. It trusts neither the generated `counted` nor the marks
that drive a fill; it counts each source once by plain columns, sorts the groups into measures by
joining a table of codes, rolls them up one breakdown after the other and compares cell by cell,
all in one statement, so in one snapshot with the stored rows and the marks. Days that carry a mark
are left out on both sides: they are counted live.
"""

from dataclasses import dataclass
from itertools import product

from django.db import connection

from summaries.measures import SOURCES, STORED, Slice, Source

SHOWN = 100


@dataclass(frozen=True)
class Difference:
    """A cell whose stored count is not what the recount found."""

    day: str
    borough: int
    measure: str
    slice: str
    key: str
    stored: int
    recounted: int


@dataclass(frozen=True)
class Proof:
    """What a proof found; `differences` holds the first hundred."""

    cells: int
    differing: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        return self.differing == 0


def prove() -> Proof:
    """Recounts everything and compares."""
    with connection.cursor() as cursor:
        cursor.execute(_statement())
        rows = cursor.fetchall()
    cells, differing = rows[0][:2]
    return Proof(cells, differing, tuple(Difference(*row[2:]) for row in rows if row[2]))


def _statement() -> str:
    recounted = " UNION ALL ".join(_recount(source) for source in SOURCES)
    groups = ", ".join(f"{_name(source)} AS MATERIALIZED ({_groups(source)})" for source in SOURCES)
    return f"""
        WITH marked AS MATERIALIZED (SELECT DISTINCT day, borough_id FROM summaries_changedday),
        {groups},
        recounted AS ({recounted}),
        stored AS (
            SELECT day, borough_id, measure, slice, key, count FROM summaries_dailytotal AS kept
            WHERE NOT EXISTS (SELECT FROM marked
                WHERE marked.day = kept.day AND marked.borough_id = kept.borough_id)
        ),
        compared AS MATERIALIZED (
            SELECT day, borough_id, measure, slice, key,
                COALESCE(stored.count, 0) AS stored, COALESCE(recounted.count, 0) AS recounted
            FROM stored FULL JOIN recounted USING (day, borough_id, measure, slice, key)
        ),
        tally AS (
            SELECT count(*) AS cells, count(*) FILTER (WHERE stored <> recounted) AS differing
            FROM compared
        )
        SELECT tally.cells, tally.differing, differing.* FROM tally LEFT JOIN LATERAL (
            SELECT day::text, borough_id, measure, slice, key, stored, recounted FROM compared
            WHERE stored <> recounted ORDER BY day, borough_id, measure, slice, key LIMIT {SHOWN}
        ) AS differing ON TRUE
    """


def _name(source: Source) -> str:
    return f"{source.table}_groups"


def _codes(source: Source) -> list[str]:
    """The columns by which the measures of a source tell their facts."""
    return sorted({column for m in STORED if m.source is source for column in m.where})


def _amounts(source: Source) -> dict[str | None, str]:
    """What is added up for each group: rows, and each amount that a measure asks for."""
    amounts = {m.amount for m in STORED if m.source is source}
    return {a: f"{a}_added" if a else "rows_counted" for a in sorted(amounts, key=str)}


def _groups(source: Source) -> str:
    keys = [f"{expression} AS {name}_key" for name, expression in source.slices.items()]
    amounts = [
        f"{f'sum({amount})' if amount else 'count(*)'} AS {name}"
        for amount, name in _amounts(source).items()
    ]
    columns = ["day", "borough_id", *_codes(source), *keys]
    places = ", ".join(str(n + 1) for n in range(len(columns)))
    return (
        f"SELECT {', '.join([*columns, *amounts])} FROM {source.table}"
        f" WHERE {source.counts} GROUP BY {places}"
    )


def _recount(source: Source) -> str:
    """The cells of a source out of its groups, one breakdown at a time."""
    selects = []
    for amount, name in _amounts(source).items():
        measures = [m for m in STORED if m.source is source and m.amount == amount]
        codes = _codes(source)
        listed = [
            f"('{m.slug}'{''.join(f', {value!r}' for value in values)})"
            for m in measures
            for values in product(*(sorted(map(str, m.where.get(c, {"*"}))) for c in codes))
        ]
        table = f"(VALUES {', '.join(listed)}) AS code (measure{''.join(f', {c}' for c in codes)})"
        match = " AND ".join(f"code.{c} IN (counted.{c}, '*')" for c in codes) or "TRUE"
        for slice_ in Slice:
            key = f"counted.{slice_}_key" if slice_ else "''::text"
            selects.append(
                f"SELECT counted.day, counted.borough_id, code.measure, '{slice_}' AS slice,"
                f" {key} AS key, sum(counted.{name})::bigint AS count"
                f" FROM {_name(source)} AS counted JOIN {table} ON {match}"
                f" WHERE NOT EXISTS (SELECT FROM marked WHERE marked.day = counted.day"
                f" AND marked.borough_id = counted.borough_id)"
                f" GROUP BY 1, 2, 3, 5 HAVING sum(counted.{name}) <> 0"
            )
    return " UNION ALL ".join(selects)
