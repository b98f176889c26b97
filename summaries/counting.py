"""The route from facts to cells: one pass over each source, rolled up with GROUPING SETS."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from summaries.measures import STORED, Measure, Slice, Source

CELL = "day, borough_id, measure, slice, key, count"
SLICES = [slice_ for slice_ in Slice if slice_ is not Slice.HEADLINE]


def _passes() -> Iterator[tuple[Source, str | None, list[Measure]]]:
    """The measures that one pass over a source can count: those that add up the same amount."""

    def way(measure: Measure) -> tuple[str, str]:
        return measure.source.name, measure.amount or ""

    for _, group in groupby(sorted(STORED, key=way), key=way):
        measures = list(group)
        yield measures[0].source, measures[0].amount, measures


def _groups(source: Source, amount: str | None, measures: list[Measure], changed: str) -> str:
    """The counted facts of a source in groups that share their codes, day and borough.

    `changed` joins the days and boroughs asked for, or is empty for all. Columns: day, borough_id,
    measure (null where no measure counts the group), a key for each slice, and the amount.
    """
    codes = sorted({column for measure in measures for column in measure.where})
    keys = [f"{expression} AS {name}_key" for name, expression in source.slices.items()]
    columns = ["day", "borough_id", *codes, *keys]
    places = ", ".join(str(n + 1) for n in range(len(columns)))
    measure = " ".join(f"WHEN {m.condition} THEN '{m.slug}'" for m in measures)
    return (
        f"SELECT *, CASE {measure} END AS measure FROM ("
        f"SELECT {', '.join(columns)}, {f'sum({amount})' if amount else 'count(*)'} AS amount"
        f" FROM {source.table} {changed} WHERE counted GROUP BY {places}) AS facts"
    )


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
        f" FROM ({_groups(*way, changed)}) AS grouped WHERE measure IS NOT NULL"
        f" GROUP BY GROUPING SETS ({sets}) HAVING sum(amount) <> 0"
        for way in _passes()
    )


def live_sql(key: str, slice_: Slice, changed: str) -> str:
    """SELECT of measure, key and count, counted now, for the days and boroughs of `changed`.

    `key` is the expression that keys the answer; `slice_key` in it stands for the breakdown's.
    """
    key = key.replace("slice_key", f"{slice_}_key" if slice_ else "''")
    return " UNION ALL ".join(
        f"SELECT measure, {key} AS key, sum(amount)::bigint AS count"
        f" FROM ({_groups(*way, changed)}) AS grouped WHERE measure IS NOT NULL GROUP BY 1, 2"
        for way in _passes()
    )


def definitions() -> dict[str, str]:
    """What each stored measure means, as a digest, so that a run knows which are new or changed."""

    def digest(measure: Measure) -> str:
        source = measure.source
        text = repr((source.table, source.slices, source.counts, measure.condition, measure.amount))
        return sha256(text.encode()).hexdigest()[:16]

    return {measure.slug: digest(measure) for measure in STORED}
