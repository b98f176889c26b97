"""The proof: a recount of everything by another route, compared with the stored totals.

The route shares no query with the fill. It does not trust the generated `counted` nor the marks
that drive a fill, and it never forms the cells of a breakdown: each fact adds a random weight for
its key, and each stored cell must answer for the same weight times its count. Where the sums of a
day, borough and measure agree, so do its cells: a single wrong cell is always found, since no
weight is zero, and wrong cells that cancel out are missed less than once in 10^11 nights, since
the weights are drawn anew each time (docs/decisions/0003-proof-by-weights.md). Headlines are
compared as counts too.

The sums come from one statement, so one snapshot with the stored rows and the marks; days that
carry a mark are left out on both sides, since they are counted live. Only where sums differ, those
days and boroughs are counted out, one breakdown after the other, to name each differing cell.
"""

import secrets
from dataclasses import dataclass
from itertools import product

from django.db import connection

from summaries.measures import SOURCES, STORED, Measure, Slice, Source

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

    @property
    def words(self) -> str:
        cell = " ".join(filter(None, [self.measure, self.slice, self.key]))
        where = f"{self.day} borough {self.borough} {cell}"
        return f"{where}: stored {self.stored}, recounted {self.recounted}"


@dataclass(frozen=True)
class Proof:
    """What a proof found: how many cells it compared, and those that differ (the first hundred)."""

    cells: int
    differing: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        return self.differing == 0


def prove() -> Proof:
    """Recounts everything and compares."""
    with connection.cursor() as cursor:
        cursor.execute(_comparison(), {"seed": secrets.randbits(62)})
        cells, unlike, days, boroughs = cursor.fetchone()
        if not unlike:
            return Proof(cells, 0, ())
        cursor.execute(_differing(), {"days": days, "boroughs": boroughs})
        found = cursor.fetchall()
    # A change that came in between is no reason to call the proof equal after all.
    return Proof(cells, max(len(found), unlike), tuple(Difference(*row) for row in found[:SHOWN]))


def _weight(slice_: Slice, key: str) -> str:
    """A number from 1 to 2^40 for a key of a breakdown; odd, so never zero.

    Each breakdown draws its own. Times any count it fits a bigint.
    """
    seed = f"%(seed)s + {list(Slice).index(slice_)}"
    return f"((hashtextextended({key}, {seed}) & 1099511627775) | 1)"


def _comparison() -> str:
    """SELECT of the cells compared, the sums that differ, and their days and boroughs."""
    weights = " ".join(f"WHEN '{slice_}' THEN {_weight(slice_, 'key')}" for slice_ in Slice)
    return f"""
        WITH marked AS MATERIALIZED (SELECT DISTINCT day, borough_id FROM summaries_changedday),
        recounted AS (
            SELECT day, borough_id, measure, sum(total) AS total, sum(weight) AS weight
            FROM ({" UNION ALL ".join(_sums(source) for source in SOURCES)}) AS sums
            WHERE total <> 0 GROUP BY day, borough_id, measure
        ),
        stored AS (
            SELECT day, borough_id, measure, count(*) AS cells,
                sum(count) FILTER (WHERE slice = '') AS total,
                sum(count * CASE slice {weights} ELSE 1 END) AS weight
            FROM summaries_dailytotal GROUP BY day, borough_id, measure
        ),
        compared AS (
            SELECT day, borough_id, COALESCE(stored.cells, 0) AS cells,
                (stored.total, stored.weight) IS DISTINCT FROM (recounted.total, recounted.weight)
                    AS unlike
            FROM stored FULL JOIN recounted USING (day, borough_id, measure)
        )
        SELECT COALESCE(sum(cells), 0)::bigint, count(*) FILTER (WHERE unlike),
            array_agg(day) FILTER (WHERE unlike), array_agg(borough_id) FILTER (WHERE unlike)
        FROM compared WHERE NOT EXISTS (SELECT FROM marked
            WHERE marked.day = compared.day AND marked.borough_id = compared.borough_id)
    """


def _differing() -> str:
    """SELECT of each differing cell on the suspect days that no mark has come to since."""
    return f"""
        WITH suspect AS MATERIALIZED (
            SELECT DISTINCT day, borough_id
            FROM unnest(%(days)s::date[], %(boroughs)s::bigint[]) AS place (day, borough_id)
            WHERE NOT EXISTS (SELECT FROM summaries_changedday AS marked
                WHERE marked.day = place.day AND marked.borough_id = place.borough_id)
        )
        SELECT day::text, borough_id, measure, slice, key,
            COALESCE(kept.count, 0)::bigint, COALESCE(counted.count, 0)
        FROM (SELECT * FROM summaries_dailytotal JOIN suspect USING (day, borough_id)) AS kept
        FULL JOIN ({" UNION ALL ".join(_cells(measure) for measure in STORED)}) AS counted
        USING (day, borough_id, measure, slice, key)
        WHERE kept.count IS DISTINCT FROM counted.count
        ORDER BY day, borough_id, measure, slice, key
    """


def _sums(source: Source) -> str:
    """The facts of a source summed by day, borough and measure, with the weights of their keys."""
    selects = []
    for amount in sorted({m.amount for m in STORED if m.source is source}):
        measures = [m for m in STORED if m.source is source and m.amount == amount]
        codes = sorted({column for measure in measures for column in measure.where})
        weight = " + ".join(_weight(slice_, source.slices.get(slice_, "''")) for slice_ in Slice)
        places = ", ".join(["day", "borough_id", *codes])
        facts = (
            f"SELECT {places}, sum({amount}) AS total, sum({amount} * ({weight})) AS weight"
            f" FROM {source.table} WHERE {source.counts} GROUP BY {places}"
        )
        match = " AND ".join(
            # Where all of them ask for a code, equality lets the database hash it.
            f"code.{code} = facts.{code}"
            if all(code in measure.where for measure in measures)
            else f"code.{code} IN (facts.{code}, '*')"
            for code in codes
        )
        selects.append(
            "SELECT day, borough_id, measure, total, weight"
            f" FROM ({facts}) AS facts JOIN {_codes(measures, codes)} ON {match or 'TRUE'}"
        )
    return " UNION ALL ".join(selects)


def _codes(measures: list[Measure], codes: list[str]) -> str:
    """A table of the codes that each measure counts; a star where it takes any."""
    rows = [
        ", ".join([f"'{measure.slug}'", *(f"'{value}'" for value in values)])
        for measure in measures
        for values in product(*(sorted(measure.where.get(code, {"*"})) for code in codes))
    ]
    values = ", ".join(f"({row})" for row in rows)
    return f"(VALUES {values}) AS code ({', '.join(['measure', *codes])})"


def _cells(measure: Measure) -> str:
    """Each cell of a measure on the suspect days, counted one breakdown after the other."""
    source = measure.source
    count = f"sum({measure.amount})"
    return " UNION ALL ".join(
        f"SELECT day, borough_id, '{measure.slug}' AS measure, '{slice_}' AS slice,"
        f" {source.slices.get(slice_, chr(39) * 2)}::text AS key, {count}::bigint AS count"
        f" FROM {source.table} JOIN suspect USING (day, borough_id)"
        f" WHERE {source.counts} AND {measure.condition} GROUP BY 1, 2, 5 HAVING {count} <> 0"
        for slice_ in Slice
    )
