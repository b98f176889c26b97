"""Reducing through a real worker: killed half-way, and finished by another."""

import pytest
from django.db import connections

from cases.actions.retention import decide, propose
from cases.models import Case, Reduction
from cases.tasks import work_on_reduction
from tests.cases.reducing import OLD, old_case, short_periods
from tests.conftest import Cast
from tests.factories import CaseNoteFactory
from tests.faults.conftest import Processes, kill, wait_until


@pytest.fixture
def reduction(transactional_db: None, cast: Cast) -> Reduction:
    short_periods()
    for _ in range(3):
        CaseNoteFactory.create(case=old_case(borough=cast.a), recorded_at=OLD)
    made = propose(by=cast.supervisor, cases=Case.objects.all())
    return decide(by=cast.administrator, reduction=made, approved=True)


def test_a_worker_that_is_killed_while_reducing_leaves_no_case_half_cut(
    reduction: Reduction, processes: Processes
) -> None:
    def done() -> bool:
        reduction.refresh_from_db()
        return reduction.state == Reduction.State.DONE

    worker = processes.worker()
    holder = connections.create_connection("default")
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLE cases_casenote IN EXCLUSIVE MODE")
            work_on_reduction.delay(str(reduction.pk))

            def waiting() -> bool:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                    " WHERE datname = current_database() AND NOT granted"
                    " AND relation = 'cases_casenote'::regclass"
                )
                return bool(cursor.fetchone()[0])

            wait_until(waiting, "the worker to be half-way")
        kill(worker)
        holder.rollback()
        assert not Case.objects.filter(reduced_at__isnull=False).exists()
        assert set(reduction.listed.values_list("state", flat=True)) == {"waiting"}
        worker = processes.worker()
        wait_until(done, "another worker to reduce them")
    finally:
        holder.close()
        kill(worker)
    assert Case.objects.filter(reduced_at__isnull=False, notes=None).count() == 3
