"""The nightly run: fill what changed, prove everything, publish only what agrees."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import User
from core.days import london_day
from summaries.counting import CELL, cells_by_stretch, cells_sql, definitions
from summaries.measures import BY_SLUG, SOURCES, Slice
from summaries.models import ChangedDay, SummaryRun
from summaries.proof import Proof, prove

ADVISORY_LOCK = 20211125
"""Held by whoever runs, for as long as its connection lives."""


class AlreadyRunning(Exception):
    """Another run is under way."""

    def __init__(self) -> None:
        super().__init__("A nightly run is under way already. Wait for it to finish.")


class _Unproved(Exception):
    def __init__(self, proof: Proof) -> None:
        self.proof = proof


def run_nightly(*, by: User | None = None, recount: bool = False, job: str = "") -> SummaryRun:
    """Fills and proves, and says how it went; with `recount`, every day is counted anew.

    A queue may deliver a job more than once: one that has been carried out is not run again. The
    fill stands only if the proof agrees; otherwise it is rolled back, so the last good totals
    and the marks stay. Raises AlreadyRunning while another run is under way.
    """
    with _one_at_a_time():
        carried_out = SummaryRun.objects.carried_out(job)
        if carried_out is not None:
            return carried_out
        SummaryRun.objects.filter(state=SummaryRun.State.RUNNING).update(
            state=SummaryRun.State.INTERRUPTED,
            finished_at=timezone.now(),
            error="The process ended before the run did.",
        )
        run = SummaryRun.objects.create(asked_by=by, job=job)
        try:
            with transaction.atomic():
                make_room()
                if recount:
                    mark_everything()
                fill(run)
                proof = prove()
                run.cells_proved = proof.cells
                if not proof.equal:
                    raise _Unproved(proof)
                run.state = SummaryRun.State.PUBLISHED
                run.finished_at = timezone.now()
                run.save()
        except _Unproved as unproved:
            run.cells_differing = unproved.proof.differing
            run.differences = [asdict(d) for d in unproved.proof.differences]
            _end(run, SummaryRun.State.UNPROVED)
        except Exception as error:
            _end(run, SummaryRun.State.FAILED, f"{type(error).__name__}: {error}")
            raise
    return run


def is_running() -> bool:
    """Whether a run is under way at this moment, in whatever process."""
    try:
        with _one_at_a_time():
            return False
    except AlreadyRunning:
        return True


def _end(run: SummaryRun, state: SummaryRun.State, error: str = "") -> None:
    """Notes a run whose work was rolled back."""
    run.state, run.error, run.finished_at = state, error[:500], timezone.now()
    run.days_filled = run.cells_written = 0
    run.counted_to = None
    run.save()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
        if not cursor.fetchone()[0]:
            raise AlreadyRunning
        try:
            yield
        finally:
            # A broken connection has lost its lock already.
            if connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def make_room() -> None:
    """Settings of the database for a job that groups millions of rows, for this run alone.

    Tables below 64 MB stay on one core: of their many small groups each is dearer to hand from one
    process to another than to form.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '512MB';"
            " SET LOCAL min_parallel_table_scan_size = '64MB'"
        )


def mark_everything() -> None:
    """Marks each day and borough that has a fact or a total, so that the next fill recounts it."""
    places = " UNION ".join(
        f"SELECT day, borough_id FROM {table}"
        for table in ["summaries_dailytotal", *(source.table for source in SOURCES)]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO summaries_changedday (day, borough_id, cause)"
            f" SELECT day, borough_id, %s FROM ({places}) AS places",
            [ChangedDay.Cause.RECOUNT.value],
        )


def mark_if_redefined() -> None:
    """Marks everything where a measure is not what it was at the last run, until it is counted."""
    last = SummaryRun.objects.latest_published()
    if last is not None and last.definitions != definitions():
        mark_everything()


def fill(run: SummaryRun) -> None:
    """Counts the marked days and boroughs anew, and writes the ledger.

    Marks are taken first: a change that commits after that leaves its mark for the next run, so
    it may be counted twice over but is never missed. Only cells that differ are written.
    """
    last = SummaryRun.objects.latest_published()
    current = definitions()
    run.definitions = current
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp(), EXISTS (SELECT FROM summaries_dailytotal)")
        run.counted_to, counted = cursor.fetchone()
        if last is None and not counted:
            _fill_from_nothing(cursor, run)
            return
        cursor.execute(
            "WITH taken AS (DELETE FROM summaries_changedday RETURNING *),"
            " by_source AS (SELECT day, borough_id, source, array_agg(DISTINCT cause) AS causes"
            " FROM taken GROUP BY day, borough_id, source)"
            " SELECT day, borough_id, jsonb_object_agg(source, causes)::text"
            " FROM by_source GROUP BY day, borough_id"
        )
        changed = cursor.fetchall()
        run.days_filled = len(changed)
        if not changed:
            return
        before = last.counted_to if last else None
        said = last.definitions if last else {}
        comparable = [slug for slug, digest in current.items() if said.get(slug) == digest]
        cursor.execute(
            _REFILL.format(cells=cells_sql("JOIN changed USING (day, borough_id)"), cell=CELL),
            {
                "days": [row[0] for row in changed],
                "boroughs": [row[1] for row in changed],
                "causes": [row[2] for row in changed],
                "slices": [slice_.value for slice_ in Slice],
                "run": run.pk,
                # A day that was not over at the last run goes on; it is not restated.
                "counted_before": london_day(before) if before else None,
                "comparable": comparable,
                "sources": [BY_SLUG[slug].source.table for slug in comparable],
            },
        )
        run.cells_written = cursor.fetchone()[0]


_REFILL = """
    WITH changed AS MATERIALIZED (
        SELECT day, borough_id, causes::jsonb
        FROM unnest(%(days)s::date[], %(boroughs)s::bigint[], %(causes)s::text[])
            AS place (day, borough_id, causes)
    ),
    recounted AS MATERIALIZED ({cells}),
    stored AS (
        SELECT {cell} FROM changed CROSS JOIN unnest(%(slices)s::text[]) AS every (slice)
            JOIN summaries_dailytotal USING (slice, day, borough_id)
    ),
    differing AS MATERIALIZED (
        SELECT day, borough_id, measure, slice, key,
            COALESCE(stored.count, 0) AS before, COALESCE(recounted.count, 0) AS after
        FROM stored FULL JOIN recounted USING (day, borough_id, measure, slice, key)
        WHERE stored.count IS DISTINCT FROM recounted.count
    ),
    emptied AS (
        DELETE FROM summaries_dailytotal AS total USING differing
        WHERE differing.after = 0 AND (total.day, total.borough_id, total.slice, total.measure,
            total.key) = (differing.day, differing.borough_id, differing.slice,
            differing.measure, differing.key)
    ),
    written AS (
        INSERT INTO summaries_dailytotal ({cell})
        SELECT day, borough_id, measure, slice, key, after FROM differing WHERE after <> 0
        ON CONFLICT (slice, day, borough_id, measure, key) DO UPDATE SET count = EXCLUDED.count
    ),
    ledger AS (
        INSERT INTO summaries_restatement
            (run_id, day, borough_id, measure, slice, key, before, after, causes)
        SELECT %(run)s, day, borough_id, measure, slice, key, before, after, ARRAY(
                -- What was done to an arrest is no reason why a session counts otherwise.
                SELECT DISTINCT jsonb_array_elements_text(said) FROM
                    (VALUES (causes -> source), (causes -> '')) AS of_it (said)
                WHERE said IS NOT NULL ORDER BY 1
            )
        FROM differing JOIN changed USING (day, borough_id)
            JOIN unnest(%(comparable)s::text[], %(sources)s::text[]) AS known (measure, source)
                USING (measure)
        WHERE day < %(counted_before)s::date
    )
    SELECT count(*) FROM differing
"""


def _fill_from_nothing(cursor: CursorWrapper, run: SummaryRun) -> None:
    """The first fill: everything, built aside on every core, indexed after and swapped in.

    Faster than filling the indexed table (docs/scale.md has the figures). Readers wait
    from the swap to the end of this one proof; the new table is the old one to the last
    constraint (a test compares them).
    """
    cursor.execute("DELETE FROM summaries_changedday")
    days = " UNION ALL ".join(f"SELECT day FROM {source.table}" for source in SOURCES)
    cursor.execute(f"SELECT min(day), max(day) FROM ({days}) AS days")
    first, last = cursor.fetchone()
    cells = cells_by_stretch(first, last) if first else cells_sql()
    # Sorted groups are the planner's choice, and slower. The leader has the rows to write.
    cursor.execute("SET LOCAL enable_sort = off; SET LOCAL parallel_leader_participation = off")
    cursor.execute(
        "CREATE TABLE summaries_dailytotal_new AS SELECT row_number() OVER () AS id,"
        " day, borough_id, measure::varchar(40), slice::varchar(8), key::varchar(40), count"
        f" FROM ({cells}) AS cells"
    )
    run.cells_written = cursor.rowcount
    cursor.execute("SET LOCAL enable_sort = on; SET LOCAL parallel_leader_participation = on")
    cursor.execute(
        _SWAP.format(
            columns=", ".join(f"ALTER {name} SET NOT NULL" for name in ["id", *CELL.split(", ")]),
            next_id=run.cells_written + 1,
        )
    )
    cursor.execute(
        "SELECT count(*) FROM"
        " (SELECT DISTINCT day, borough_id FROM summaries_dailytotal WHERE slice = '') AS places"
    )
    run.days_filled = cursor.fetchone()[0]


_SWAP = """
    ALTER TABLE summaries_dailytotal_new {columns},
        ADD CONSTRAINT summaries_dailytotal_no_stored_zero_new CHECK (count > 0),
        ADD CONSTRAINT summaries_dailytotal_new_pkey PRIMARY KEY (id),
        ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START {next_id});
    CREATE UNIQUE INDEX summaries_dailytotal_new_cell_once ON summaries_dailytotal_new
        (slice, day, borough_id, measure, key) INCLUDE (count);
    DROP TABLE summaries_dailytotal;
    ALTER TABLE summaries_dailytotal_new RENAME TO summaries_dailytotal;
    ALTER TABLE summaries_dailytotal RENAME CONSTRAINT
        summaries_dailytotal_no_stored_zero_new TO summaries_dailytotal_no_stored_zero;
    ALTER INDEX summaries_dailytotal_new_pkey RENAME TO summaries_dailytotal_pkey;
    ALTER INDEX summaries_dailytotal_new_cell_once RENAME TO summaries_dailytotal_cell_once;
    ALTER SEQUENCE summaries_dailytotal_new_id_seq RENAME TO summaries_dailytotal_id_seq;
    ANALYZE summaries_dailytotal
"""
