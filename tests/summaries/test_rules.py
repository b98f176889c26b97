"""What the database refuses of totals, runs, the ledger and returns."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db.models import F, Model

from summaries.models import SummaryRun
from tests.core.rules import A_MICROSECOND, Change, Rule, judged, new, somebody, trials
from tests.factories import (
    NOON,
    BoroughFactory,
    BoroughReturnFactory,
    CampaignFactory,
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


def second_signature() -> Model:
    first = BoroughReturnFactory.create()
    same: Any = {name: getattr(first, name) for name in ("campaign", "borough")}
    return BoroughReturnFactory.create(number=2, **same)


def of(*counts: int) -> list[dict[str, Any]]:
    """Frozen figures of these counts."""
    return [{"measure": f"m{n}", "unit": "things", "count": c} for n, c in enumerate(counts)]


LAST_DAY = NOON.date() + timedelta(days=15)
ENDED_AT = NOON.replace(hour=0) + timedelta(days=16)
"""Midnight at the end of the factory's campaign, in London's winter."""


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
        "summaries_mailsent_once_a_day",
        second_mail,
        refused=[{"about": "digest"}],
        accepted=[
            {"about": "run 1"},
            {"about": "digest", "day": NOON.date() + timedelta(days=1)},
            {"about": "digest", "person": somebody},
        ],
    ),
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
        "summaries_boroughreturn_number_once",
        second_signature,
        refused=[{"number": 1}],
        accepted=[
            {"number": 1, "campaign": new(CampaignFactory)},
            {"number": 1, "borough": new(BoroughFactory)},
            {"number": 1, "first_day": LAST_DAY},
            {"number": 1, "last_day": NOON.date()},
            {"number": 3},
        ],
    ),
    Rule(
        "summaries_boroughreturn_numbered_from_one",
        BoroughReturnFactory.create,
        refused=[{"number": 0}],
        accepted=[{"number": 1}],
    ),
    Rule(
        "summaries_boroughreturn_ends_on_or_after_start",
        BoroughReturnFactory.create,
        refused=[{"first_day": LAST_DAY + timedelta(days=1)}],
        accepted=[{"first_day": LAST_DAY}],
    ),
    Rule(
        "summaries_boroughreturn_has_figures",
        BoroughReturnFactory.create,
        refused=[{"figures": [], "nil": True}],
        accepted=[{"figures": of(0), "nil": True}],
    ),
    Rule(
        "summaries_boroughreturn_nil_when_all_is_zero",
        BoroughReturnFactory.create,
        refused=[
            {"nil": True},
            {"nil": True, "figures": of(0, 0, 1)},
            {"nil": False, "figures": of(0, 0, 0)},
        ],
        accepted=[{"nil": True, "figures": of(0, 0, 0)}, {"figures": of(0, 1)}],
    ),
    Rule(
        "summaries_boroughreturn_of_days_that_are_over",
        BoroughReturnFactory.create,
        refused=[{"counted_at": ENDED_AT - A_MICROSECOND}],
        accepted=[{"counted_at": ENDED_AT}],
    ),
    Rule(
        "summaries_boroughreturn_signed_after_counted",
        BoroughReturnFactory.create,
        refused=[{"signed_at": F("counted_at") - A_MICROSECOND}],
        accepted=[{"signed_at": F("counted_at")}],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    made = row()
    with pgtrigger.ignore(*(f"summaries.{m}:never_changed" for m in ("BoroughReturn", "MailSent"))):
        assert judged(made, change) == verdict
