"""An import through a real worker: killed half-way, and saved whole and once all the same."""

import pytest
from django.db import connections

from accounts.imports.actions import AT_ONCE, ask_to_save, match_columns, start_import
from accounts.models import Import
from accounts.tasks import work_on_import
from cases.imports.subject import OUTCOMES
from cases.models import Case, ImportedOutcome, Outcome
from tests.conftest import Cast
from tests.faults.conftest import Processes, kill, wait_until

ROWS = AT_ONCE + 1


@pytest.fixture
def batch(transactional_db: None, cast: Cast) -> Import:
    rows = [f"Arrest,01/{n:07}/26,1,25/11/2021,14:30,Stalking,Lambeth" for n in range(ROWS)]
    content = "\n".join(["Kind,Reference,Suspect,Date,Time,Offence,Borough", *rows]).encode()
    made = start_import(by=cast.officer, of=OUTCOMES, name="november.csv", content=content)
    match_columns(
        batch=made, header_row=made.header_row, columns=made.columns, defaults=made.defaults
    )
    return made


def test_a_worker_that_is_killed_while_saving_loses_nothing_and_doubles_nothing(
    batch: Import, processes: Processes
) -> None:
    def in_state(state: str) -> bool:
        batch.refresh_from_db()
        return batch.state == state

    worker = processes.worker()
    holder = connections.create_connection("default")
    try:
        work_on_import.delay(str(batch.pk))
        wait_until(lambda: in_state("ready"), "the check")
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLE cases_outcome IN EXCLUSIVE MODE")
            ask_to_save(batch=batch)
            work_on_import.delay(str(batch.pk))

            def waiting() -> bool:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                    " WHERE datname = current_database() AND NOT granted"
                )
                return bool(cursor.fetchone()[0])

            wait_until(waiting, "the worker to be half-way")
        kill(worker)
        holder.rollback()
        assert (Case.objects.count(), Outcome.objects.count()) == (0, 0)
        worker = processes.worker()
        wait_until(lambda: in_state("saved"), "another worker to save it")
    finally:
        holder.close()
        kill(worker)
    assert (
        Case.objects.count() == Outcome.objects.count() == ImportedOutcome.objects.count() == ROWS
    )
