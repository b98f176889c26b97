"""The route from facts to cells: one pass over each source, rolled up with GROUPING SETS."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256

from summaries.measures import SOURCES, STORED, Measure, Slice

CELL = "day, borough_id, measure, slice, key, count"
STRETCHES = 32
SLICES = [slice_ for slice_ in Slice if slice_ is not Slice.HEADLINE]


def _facts(measures: list[Measure], changed: str, stretch: str = "TRUE") -> str:
    """The counted facts of a source, each with the measure it counts in and how much it adds.

    The measures are of one source. A fact comes once for each amount that they add up: ones for
    rows, or a column. `changed` joins the days and boroughs asked for, or is empty for all;
    `stretch` is a condition of their days.
    Columns: day, borough_id, a key for each breakdown, measure (null where none counts the fact)
    and amount.
    """
    source = measures[0].source
    keys = ", ".join(f"{expression} AS {name}_key" for name, expression in source.slices.items())
    added = []
    for amount in sorted({measure.amount for measure in measures}):
        # Measures of one amount do not overlap, so the first that fits is the one.
        cases = " ".join(
            f"WHEN {measure.condition} THEN '{measure.slug}'"
            for measure in measures
            if measure.amount == amount
        )
        added.append(f"(CASE {cases} END, {amount})")
    return (
        f"SELECT day, borough_id, {keys}, measure, amount FROM {source.table} {changed}"
        f" CROSS JOIN LATERAL (VALUES {', '.join(added)}) AS added (measure, amount)"
        f" WHERE counted AND {stretch}"
    )


def _by_source(measures: Iterable[Measure]) -> list[list[Measure]]:
    measures = list(measures)
    groups = ([m for m in measures if m.source is source] for source in SOURCES)
    return [group for group in groups if group]


def cells_sql(changed: str = "", stretch: str = "TRUE") -> str:
    """SELECT of every cell of CELL; with a join to `changed`, of those days and boroughs only.

    `stretch` is a condition of the days. Every column has one type in each source, since the
    planner can share out a union among cores only then.
    """
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
        f" COALESCE(CASE {grouping} {key} END, '')::text AS key, sum(amount)::bigint AS count"
        f" FROM ({_facts(measures, changed, stretch)}) AS facts"
        # Not a condition of each fact, which would find its measure once more.
        f" GROUP BY GROUPING SETS ({sets}) HAVING sum(amount) <> 0 AND measure IS NOT NULL"
        for measures in _by_source(STORED)
    )


def cells_by_stretch(first: date, last: date) -> str:
    """SELECT of every cell of CELL, in stretches of days that several cores can work on at once.

    The first and the last stretch are open, so that nothing is left out. PostgreSQL gives one
    GROUPING SETS to one core, and smaller ones are quicker.
    """
    step = (last - first) / STRETCHES
    starts = [first + step * n for n in range(1, STRETCHES)]
    bounds = zip(["-infinity", *starts], [*starts, "infinity"], strict=True)
    return " UNION ALL ".join(
        cells_sql(stretch=f"day >= '{start}' AND day < '{end}'") for start, end in bounds
    )


def live_sql(measures: Iterable[Measure], key: str, changed: str) -> str:
    """SELECT of measure, key and count, counted now, for the days and boroughs of `changed`."""
    return " UNION ALL ".join(
        f"SELECT measure, {key} AS part, sum(amount)::bigint AS amount"
        f" FROM ({_facts(group, changed)}) AS facts WHERE measure IS NOT NULL GROUP BY 1, 2"
        for group in _by_source(measures)
    )


def definitions() -> dict[str, str]:
    """What each stored measure means, as a digest, so that a run knows which are new or changed."""

    def digest(measure: Measure) -> str:
        source = measure.source
        text = repr((source.table, source.slices, source.counts, measure.condition, measure.amount))
        return sha256(text.encode()).hexdigest()[:16]

    return {measure.slug: digest(measure) for measure in STORED}
