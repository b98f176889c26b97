"""The route from facts to cells: one pass over each source, rolled up with GROUPING SETS."""

from collections.abc import Iterable
from hashlib import sha256

from summaries.measures import SOURCES, STORED, Measure, Slice, Source

CELL = "day, borough_id, measure, slice, key, count"
SLICES = [slice_ for slice_ in Slice if slice_ is not Slice.HEADLINE]


def _groups(source: Source, changed: str) -> str:
    """The counted facts of a source, grouped by all that tells them apart, with what they add.

    `changed` joins the days and boroughs asked for, or is empty for all. A group comes once for
    each amount that its measures add up. Columns: day, borough_id, a key for each slice, measure
    (null where none counts it) and amount.
    """
    measures = [measure for measure in STORED if measure.source is source]
    codes = sorted({column for measure in measures for column in measure.where})
    keys = [f"{expression} AS {name}_key" for name, expression in source.slices.items()]
    columns = ["day", "borough_id", *codes, *keys]
    places = ", ".join(str(n + 1) for n in range(len(columns)))
    sums = [f"sum({amount}) AS sum_of_{amount}" for amount in _amounts(measures)]
    return (
        f"SELECT facts.*, added.measure, added.amount FROM ("
        f"SELECT {', '.join([*columns, *sums])} FROM {source.table} {changed}"
        f" WHERE counted GROUP BY {places}) AS facts"
        f" CROSS JOIN LATERAL (VALUES {_added(measures, 'sum_of_{}')}) AS added (measure, amount)"
    )


def _amounts(measures: Iterable[Measure]) -> list[str]:
    """What measures add up: ones for rows, or a column."""
    return sorted({measure.amount for measure in measures})


def _added(measures: list[Measure], amount_sql: str) -> str:
    """For each amount of a source's measures, the one that a row counts in and what it adds.

    Measures of one amount do not overlap, so the first that fits is the one.
    """
    rows = []
    for amount in _amounts(measures):
        cases = " ".join(
            f"WHEN {measure.condition} THEN '{measure.slug}'"
            for measure in measures
            if measure.amount == amount
        )
        rows.append(f"(CASE {cases} END, {amount_sql.format(amount)})")
    return ", ".join(rows)


def cells_sql(changed: str = "") -> str:
    """SELECT of every cell of CELL; with a join to `changed`, of those days and boroughs only."""
    keys = [f"{slice_}_key" for slice_ in SLICES]
    grouping = f"GROUPING({', '.join(keys)})"
    # GROUPING() has a bit for each key, the first the highest, set where the key is rolled up.
    every = 2 ** len(keys) - 1
    alone = [every - 2 ** (len(keys) - 1 - n) for n in range(len(keys))]
    slice_ = " ".join(f"WHEN {bits} THEN '{SLICES[n]}'" for n, bits in enumerate(alone))
    key = " ".join(f"WHEN {bits} THEN {keys[n]}" for n, bits in enumerate(alone))
    sets = ", ".join(f"(day, borough_id, measure{k})" for k in ["", *(f", {k}" for k in keys)])
    return " UNION ALL ".join(
        f"SELECT day, borough_id, measure, CASE {grouping} {slice_} ELSE '' END AS slice,"
        f" COALESCE(CASE {grouping} {key} END, '') AS key, sum(amount)::bigint AS count"
        f" FROM ({_groups(source, changed)}) AS grouped WHERE measure IS NOT NULL"
        f" GROUP BY GROUPING SETS ({sets}) HAVING sum(amount) <> 0"
        for source in SOURCES
    )


def live_sql(wanted: list[Measure], key: str, changed: str) -> str:
    """SELECT of measure, key and count, counted now, for the days and boroughs of `changed`.

    For few facts, so each is sorted into its measure as it is read.
    """
    selects = []
    for source in SOURCES:
        measures = [measure for measure in wanted if measure.source is source]
        if not measures:
            continue
        keys = ", ".join(
            f"{expression} AS {name}_key" for name, expression in source.slices.items()
        )
        selects.append(
            f"SELECT measure, {key} AS part, sum(amount)::bigint AS amount"
            f" FROM (SELECT *, {keys} FROM {source.table} WHERE counted) AS facts {changed}"
            f" CROSS JOIN LATERAL (VALUES {_added(measures, '{}')}) AS added (measure, amount)"
            " WHERE measure IS NOT NULL GROUP BY 1, 2"
        )
    return " UNION ALL ".join(selects)


def definitions() -> dict[str, str]:
    """What each stored measure means, as a digest, so that a run knows which are new or changed."""

    def digest(measure: Measure) -> str:
        source = measure.source
        text = repr((source.table, source.slices, source.counts, measure.condition, measure.amount))
        return sha256(text.encode()).hexdigest()[:16]

    return {measure.slug: digest(measure) for measure in STORED}
