"""The route from facts to cells: one pass over each source, with GROUPING SETS."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby

from summaries.measures import STORED, Measure, Slice, Source

CELL = "day, borough_id, measure, slice, key, count"


def _passes() -> Iterator[tuple[Source, str | None, list[Measure]]]:
    """The measures that one pass over a source can count: those that add up the same amount."""

    def way(measure: Measure) -> tuple[str, str]:
        return measure.source.name, measure.amount or ""

    for _, group in groupby(sorted(STORED, key=way), key=way):
        measures = list(group)
        yield measures[0].source, measures[0].amount, measures


def _facts(source: Source, amount: str | None, measures: list[Measure], changed: str | None) -> str:
    """The counted rows of a source with the measure that each counts in, if any."""
    cases = " ".join(f"WHEN {m.condition} THEN '{m.slug}'" for m in measures)
    keys = ", ".join(f"{expression} AS {name}_key" for name, expression in source.slices.items())
    join = f"JOIN {changed} USING (day, borough_id)" if changed else ""
    return (
        f"SELECT day, borough_id, CASE {cases} END AS measure, {keys}, {amount or 1} AS amount"
        f" FROM {source.table} {join} WHERE counted"
    )


def cells_sql(changed: str | None = None) -> str:
    """SELECT of every cell; of the days and boroughs in the relation `changed` where given.

    Columns: day, borough_id, measure, slice, key, count. No zeros.
    """
    slices = list(Slice)[1:]
    keys = [f"{name}_key" for name in slices]
    # GROUPING() has a bit for each key, the first the highest, set where the key is rolled up.
    bits = {1 << (len(keys) - 1 - n): n for n in range(len(keys))}
    every = (1 << len(keys)) - 1
    grouping = f"GROUPING({', '.join(keys)})"
    of_slice = " ".join(f"WHEN {every - bit} THEN '{slices[n]}'" for bit, n in bits.items())
    of_key = " ".join(f"WHEN {every - bit} THEN {keys[n]}" for bit, n in bits.items())
    sets = ", ".join(["(day, borough_id, measure)", *(f"(day, borough_id, measure, {k})" for k in keys)])
    selects = (
        f"SELECT day, borough_id, measure, CASE {grouping} {of_slice} ELSE '' END AS slice,"
        f" COALESCE(CASE {grouping} {of_key} END, '') AS key, sum(amount)::bigint AS count"
        f" FROM ({_facts(*way, changed)}) AS facts WHERE measure IS NOT NULL"
        f" GROUP BY GROUPING SETS ({sets}) HAVING sum(amount) <> 0"
        for way in _passes()
    )
    return " UNION ALL ".join(selects)


def live_sql(key: str, slice_: Slice, changed: str) -> str:
    """SELECT of measure, key and count, counted now, for the marked days and boroughs.

    `key` is the expression that keys the answer; `slice_key` in it stands for the breakdown's.
    """
    selects = []
    for way in _passes():
        slice_key = f"{slice_}_key" if slice_ else "''"
        selects.append(
            f"SELECT measure, {key.replace('slice_key', slice_key)} AS key, sum(amount)::bigint AS count"
            f" FROM ({_facts(*way, changed)}) AS facts WHERE measure IS NOT NULL GROUP BY 1, 2"
        )
    return " UNION ALL ".join(selects)


def definitions() -> dict[str, str]:
    """What each stored measure means, as a digest, so that a run knows which are new or changed."""

    def digest(measure: Measure) -> str:
        source = measure.source
        text = repr((source.table, source.slices, source.counts, measure.condition, measure.amount))
        return sha256(text.encode()).hexdigest()[:16]

    return {measure.slug: digest(measure) for measure in STORED}
