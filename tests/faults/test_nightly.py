"""The nightly run through real processes: at once, killed, redelivered."""

import json
from datetime import date
from threading import Thread

import pytest
from django.db import connection

from accounts.permissions import EVERYWHERE
from cases.models import Outcome
from core.days import DayRange
from summaries.actions import AlreadyRunning, run_nightly
from summaries.figures import Window
from summaries.models import ChangedDay, SummaryRun
from summaries.proof import prove
from summaries.tasks import nightly
from tests.factories import OutcomeFactory
from tests.faults.conftest import PATIENCE, Processes, kill, ledger_locked, wait_until
from tests.summaries.brute import assert_exact

State = SummaryRun.State
YEAR = Window(DayRange(date(2021, 1, 1), date(2022, 1, 1)), EVERYWHERE)


def states() -> list[str]:
    return list(SummaryRun.objects.order_by("started_at").values_list("state", flat=True))


@pytest.fixture
def counted_once(transactional_db: None) -> None:
    """Two arrests, of which the nightly run knows one."""
    OutcomeFactory()
    run_nightly()
    OutcomeFactory()


@pytest.mark.usefixtures("counted_once")
def test_a_worker_runs_it_when_asked(processes: Processes) -> None:
    worker = processes.worker()
    try:
        nightly.delay()
        wait_until(lambda: states() == [State.PUBLISHED, State.PUBLISHED], "a second published run")
    finally:
        kill(worker)
    assert not ChangedDay.objects.exists()
    assert prove().equal
    assert_exact(YEAR)


@pytest.mark.usefixtures("counted_once")
def test_a_run_killed_half_way_leaves_the_marks_and_the_next_one_heals(
    processes: Processes,
) -> None:
    with ledger_locked() as waiting:
        command = processes.command("nightly")
        wait_until(waiting, "the fill to be half-way")
        kill(command)
        assert_exact(YEAR)
    assert ChangedDay.objects.count() == 1
    assert states() == [State.PUBLISHED, State.RUNNING]

    def lock_is_free() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                " WHERE datname = current_database() AND locktype = 'advisory'"
            )
            return bool(cursor.fetchone()[0] == 0)

    wait_until(lock_is_free, "the killed run's connection to end")
    run_nightly()
    assert states() == [State.PUBLISHED, State.INTERRUPTED, State.PUBLISHED]
    assert not ChangedDay.objects.exists()
    assert_exact(YEAR)


@pytest.mark.usefixtures("counted_once")
def test_a_second_run_at_once_says_that_one_is_running(processes: Processes) -> None:
    with ledger_locked() as waiting:
        first = processes.command("nightly", "--json")
        wait_until(waiting, "the first run to be half-way")
        with pytest.raises(AlreadyRunning):
            run_nightly()
        second = processes.command("nightly")
        words, _ = second.communicate(timeout=PATIENCE)
        assert second.returncode == 1
        assert "A nightly run is under way already" in words
    words, _ = first.communicate(timeout=PATIENCE)
    assert first.returncode == 0, words
    assert json.loads(words)["state"] == State.PUBLISHED
    assert states() == [State.PUBLISHED, State.PUBLISHED]
    assert_exact(YEAR)


@pytest.mark.usefixtures("counted_once")
def test_a_killed_workers_run_is_taken_up_by_another_within_seconds(processes: Processes) -> None:
    with ledger_locked() as waiting:
        first = processes.worker()
        nightly.delay()
        wait_until(waiting, "the worker to be half-way")
        kill(first)
    second = processes.worker()
    try:
        wait_until(
            lambda: states() == [State.PUBLISHED, State.INTERRUPTED, State.PUBLISHED],
            "the run to be taken up",
        )
    finally:
        kill(second)
    assert not ChangedDay.objects.exists()
    assert_exact(YEAR)


@pytest.mark.usefixtures("counted_once")
def test_a_job_delivered_while_it_runs_says_so_and_ends(processes: Processes) -> None:
    """A run that outlives the broker's patience comes to a second worker, which lets it be."""
    with ledger_locked() as waiting:
        command = processes.command("nightly")
        wait_until(waiting, "the fill to be half-way")
        assert nightly.apply(task_id="again").successful()
    words, _ = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0, words
    assert states() == [State.PUBLISHED, State.PUBLISHED]


def test_many_writers_and_runs_at_once_end_in_exact_figures(transactional_db: None) -> None:
    """Four people log while runs go on; whatever interleaves, nothing is missed."""

    def log() -> None:
        try:
            for _ in range(15):
                OutcomeFactory()
        finally:
            connection.close()

    def count() -> None:
        try:
            for _ in range(6):
                try:
                    run_nightly()
                except AlreadyRunning:
                    continue
        finally:
            connection.close()

    threads = [Thread(target=target) for target in (log, count, log, count, log)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Outcome.objects.count() == 45
    assert_exact(YEAR)
    assert run_nightly().state == State.PUBLISHED
    assert not ChangedDay.objects.exists()
    assert_exact(YEAR)
