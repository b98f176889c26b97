"""What the database refuses of totals, runs and the ledger."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db.models import F, Model

from summaries.models import SummaryRun
from tests.core.rules import Change, Rule, judged, new, somebody, trials
from tests.factories import (
    NOON,
    BoroughFactory,
    DailyTotalFactory,
    MailSentFactory,
    RestatementFactory,
    SummaryRunFactory,
)

pytestmark = pytest.mark.django_db

RUNNING: Change = {"state": "running", "finished_at": None}


def second_cell(builder: Any, *shared: str) -> Callable[[], Model]:
    """The second of two cells that differ in their key only, the first having none."""

    def build() -> Model:
        first = builder.create()
        same = {name: getattr(first, name) for name in shared}
        return builder.create(key="rape", **same)  # type: ignore[no-any-return]

    return build


def second_run() -> Model:
    SummaryRunFactory.create(**RUNNING)
    return SummaryRunFactory.create()


def second_mail() -> Model:
    """To the same person on the same day, about something else."""
    first = MailSentFactory.create()
    return MailSentFactory.create(person=first.person, about="no run")


OTHER_CELLS: list[Change] = [
    {"key": "", "day": NOON.date() + timedelta(days=1)},
    {"key": "", "borough": new(BoroughFactory)},
    {"key": "", "measure": "charges"},
    {"key": "", "slice": "team"},
    {"key": "stalking"},
]

RULES = [
    Rule(
        "summaries_dailytotal_cell_once",
        second_cell(DailyTotalFactory, "borough"),
        refused=[{"key": ""}, {"key": "", "count": 9}],
        accepted=OTHER_CELLS,
    ),
    Rule(
        "summaries_dailytotal_no_stored_zero",
        DailyTotalFactory.create,
        refused=[{"count": 0}, {"count": -1}],
        accepted=[{"count": 1}],
    ),
    Rule(
        "summaries_summaryrun_one_at_a_time",
        second_run,
        refused=[RUNNING],
        accepted=[
            {"state": state} for state in SummaryRun.State.values if state != RUNNING["state"]
        ],
    ),
    Rule(
        "summaries_summaryrun_finished_or_running",
        SummaryRunFactory.create,
        refused=[{"state": "running"}, {"finished_at": None}],
        accepted=[RUNNING],
    ),
    Rule(
        "summaries_summaryrun_published_is_proved",
        SummaryRunFactory.create,
        refused=[{"counted_to": None}, {"cells_differing": 1}, {"error": "It broke."}],
        accepted=[
            {"state": "unproved", "cells_differing": 1},
            {"state": "failed", "error": "It broke.", "counted_to": None},
        ],
    ),
    Rule(
        "summaries_restatement_cell_once_a_run",
        second_cell(RestatementFactory, "run", "borough"),
        refused=[{"key": ""}, {"key": "", "after": 9}],
        accepted=[*OTHER_CELLS, {"key": "", "run": new(SummaryRunFactory)}],
    ),
    Rule(
        "summaries_restatement_is_a_change",
        RestatementFactory.create,
        refused=[{"after": F("before")}],
        accepted=[{"after": F("before") - 1}],
    ),
    Rule(
        "summaries_mailsent_once_a_day",
        second_mail,
        refused=[{"about": "digest"}],
        accepted=[
            {"about": "run 1"},
            {"about": "digest", "day": NOON.date() + timedelta(days=1)},
            {"about": "digest", "person": somebody},
        ],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    made = row()
    with pgtrigger.ignore("summaries.MailSent:never_changed"):
        assert judged(made, change) == verdict
