"""Reducing cases: a whole list through a worker that is killed half-way and one that goes on."""

import os
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from audit.seals import seal
from audit.verify import verify
from bench.timing import timed
from cases.actions.retention import decide, propose
from cases.choices import ReviewGroup
from cases.models import Case, CaseNote, Outcome, Reduction, ReductionCase, Suspect
from cases.tasks import work_on_reduction
from core.servers import database_url
from summaries.actions import run_nightly
from summaries.models import Restatement, SummaryRun
from tests.faults.conftest import Processes, kill

MOST = 100_000

OLD_CASES = """
INSERT INTO cases_case
    (reference, system, borough_id, status, restricted, opened_at, review_group, review_date)
SELECT '01/' || lpad(n::text, 7, '0') || '/15', 'connect', 1 + n %% 34, 'closed', false,
    '2015-06-01'::timestamptz, %(group)s, '2021-06-02' FROM generate_series(1, %(cases)s) AS n;
INSERT INTO cases_suspect (case_id, number)
SELECT id, 1 FROM cases_case WHERE reference LIKE '%%/15';
INSERT INTO cases_outcome (id, happened_at, recorded_at, kind, case_id, suspect_id, borough_id,
    offence, custody_record, void_reason)
SELECT gen_random_uuid(), '2015-06-01'::timestamptz, '2015-06-02'::timestamptz, 'arrest', c.id,
    s.id, c.borough_id, 'stalking', '01LX/' || c.id || '/15', ''
FROM cases_case AS c JOIN cases_suspect AS s ON s.case_id = c.id, generate_series(1, 2)
WHERE c.reference LIKE '%%/15';
INSERT INTO cases_casenote (case_id, kind, text, recorded_at, recorded_by_id)
SELECT id, 'fact', 'Body-worn video asked for.', '2015-06-02'::timestamptz, %(by)s
FROM cases_case WHERE reference LIKE '%%/15';
INSERT INTO audit_logrow (at, actor, role, action, flag, object_type, object_id, reason_code,
    reason, recipient, request_id, session, details)
SELECT now(), 'officer', 'officer', 'search', '', 'cases.case', '', '', '', '', '', '',
    jsonb_build_object('reference', reference) FROM cases_case WHERE reference LIKE '%%/15';
"""


def load_old_cases(cases: int, by: User) -> None:
    """Past triggers, as `bench.facts.load` does, and so with what history would hold of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(OLD_CASES, {"cases": cases, "by": by.pk, "group": ReviewGroup.OTHER})
        tracked: dict[Any, str] = {Case: "id", Suspect: "case_id", Outcome: "case_id"}
        for model, case in tracked.items():
            event = model.pgh_event_model._meta
            fields = [f.column for f in event.concrete_fields if not f.name.startswith("pgh_")]
            columns = ", ".join(fields)
            cursor.execute(
                f"INSERT INTO {event.db_table} (pgh_created_at, pgh_label, pgh_obj_id, {columns})"
                f" SELECT now(), 'insert', id, {columns} FROM {model._meta.db_table} WHERE {case}"
                " IN (SELECT id FROM cases_case WHERE reference LIKE '%/15')"
            )
    connection.cursor().execute("VACUUM ANALYZE")


def bench_retention(rows: int) -> None:
    """Each case with a suspect, two arrests, a note, its history, and a search for it."""
    cases = min(rows, MOST)
    role = {"role": User.Role.SUPERVISOR, "whole_force": True}
    one, other = (User.objects.create(username=name, name=name, **role) for name in ("a", "b"))
    load_old_cases(cases, one)
    sealing = timed(seal)
    totals = _proved_totals()
    old = Case.objects.filter(reference__endswith="/15")
    proposing = timed(lambda: propose(by=one, cases=old))
    made = decide(by=other, reduction=Reduction.objects.get(), approved=True)
    print(f"\n{cases:,} cases proposed as one list in {proposing:,.1f} s", end=", ")
    print(f"their log and history sealed before in {sealing:,.1f} s")
    _worked_on(made.pk, cases)
    _nothing_is_amiss(cases, totals)


CELLS = """
SELECT count(*), sum(hashtextextended((day, borough_id, measure, slice, key, count)::text, 0))
FROM summaries_dailytotal
"""


def _proved_totals() -> tuple[int, Decimal]:
    """How many cells are stored and a digest of them, after a night that agreed with its proof."""
    assert run_nightly().state == SummaryRun.State.PUBLISHED
    with connection.cursor() as cursor:
        cursor.execute(CELLS)
        return cast("tuple[int, Decimal]", cursor.fetchone())


def _worked_on(pk: UUID, cases: int) -> None:
    """Killed by SIGKILL once half is done: the broker gives the job to the next worker."""
    url = database_url(connection.settings_dict)
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    processes = Processes(environment, f"bench-{uuid4()}")
    waiting = ReductionCase.objects.filter(state="waiting")
    approved = Reduction.objects.filter(state=Reduction.State.APPROVED)
    work_on_reduction.apply_async((str(pk),), queue=processes.queue)
    half, _ = _with_a_worker(processes, lambda: waiting.count() <= cases // 2)
    left = waiting.count()
    print(f"{cases - left:,} reduced in {half:,.1f} s, then the worker is killed")
    rest, most = _with_a_worker(processes, lambda: not approved.exists())
    print(f"{left:,} more, and every search for them, by the next worker in {rest:,.1f} s")
    speed = cases / (half + rest)
    print(f"{speed:,.0f} cases a second in all; a process of the worker has {most} MB at most")


def _with_a_worker(processes: Processes, done: Callable[[], bool]) -> tuple[float, int]:
    """Seconds until it is done and the most memory, in MB; the worker is killed then."""
    start = time.perf_counter()
    worker = processes.worker()
    try:
        while not done():
            assert worker.poll() is None, "The worker ended"
            time.sleep(0.2)
        return time.perf_counter() - start, _most_memory(worker.pid)
    finally:
        kill(worker)


def _most_memory(group: int) -> int:
    """Of the processes of a worker the one that had the most, from its first moment on."""
    most = 0
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            if os.getpgid(int(pid)) == group:
                status = Path(f"/proc/{pid}/status").read_text()
                most = max(most, int(status.split("VmHWM:")[1].split()[0]) // 1024)
        except (OSError, IndexError):
            continue  # It ended meanwhile.
    return most


def _nothing_is_amiss(cases: int, totals: tuple[int, Decimal]) -> None:
    old = Case.objects.filter(reduced_at__isnull=False)
    assert old.count() == ReductionCase.objects.filter(state="reduced").count() == cases
    assert not CaseNote.objects.exists()
    assert not Outcome.objects.filter(case__in=old).exclude(custody_record="").exists()
    assert _proved_totals() == totals
    assert not Restatement.objects.exists()
    result = verify()
    assert not result.fault, result.fault
    print(f"{totals[0]:,} totals as before and proved; {result}")
