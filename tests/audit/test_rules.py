"""What the database refuses of the log."""

from typing import Any

import pgtrigger
import pytest

from audit.models import LogRow
from core.days import ONE_DAY
from tests.core.rules import Change, Rule, judged, trials
from tests.factories import (
    DAY,
    ErasedRowFactory,
    LogRowFactory,
    ReviewFactory,
    SampledRowFactory,
    SampleFactory,
    SealedPartFactory,
)

pytestmark = pytest.mark.django_db

BLANK = " \n"


def second_part() -> Any:
    first = SealedPartFactory.create(table="audit_logrow")
    return SealedPartFactory.create(seal=first.seal, table="cases_outcomeevent")


def second_of_a_sample() -> Any:
    first = SampledRowFactory.create()
    return SampledRowFactory.create(sample=first.sample)


RULES = [
    Rule(
        "audit_logrow_disclosure_names_its_recipient",
        LogRowFactory.create,
        refused=[{"action": "disclosure", "recipient": words} for words in ("", BLANK)],
        accepted=[{"action": "disclosure", "recipient": "Probation"}],
    ),
    Rule(
        "audit_logrow_break_glass_says_why",
        LogRowFactory.create,
        refused=[
            {"action": "break_glass", "reason": reason, "reason_code": code}
            for reason, code in [("", "life"), (BLANK, "life"), ("Threat", ""), ("Threat", BLANK)]
        ],
        accepted=[{"action": "break_glass", "reason": "Threat", "reason_code": "life"}],
    ),
    Rule(
        "audit_logrow_flag_is_known",
        LogRowFactory.create,
        refused=[{"flag": "odd"}],
        accepted=[{"flag": flag} for flag in ["", *LogRow.Flag.values]],
    ),
    Rule(
        "audit_sample_has_a_size",
        SampleFactory.create,
        refused=[{"size": 0}, {"size": 201}],
        accepted=[{"size": 1}, {"size": 200}],
    ),
    Rule(
        "audit_sample_ends_after_it_starts",
        SampleFactory.create,
        refused=[{"last_day": DAY - ONE_DAY}],
        accepted=[{"last_day": DAY}],
    ),
    Rule(
        "audit_sample_says_by_whom",
        SampleFactory.create,
        refused=[{"drawn_by": words} for words in ("", BLANK)],
        accepted=[{"drawn_by": "auditor.2"}],
    ),
    Rule(
        "audit_sampledrow_once",
        second_of_a_sample,
        refused=[{"row": lambda sampled: sampled.sample.rows.first().row}],
        accepted=[{"row": lambda _sampled: LogRowFactory.create()}],
    ),
    Rule(
        "audit_review_verdict_is_known",
        ReviewFactory.create,
        refused=[{"verdict": "fine", "words": "Fine"}],
        accepted=[{"verdict": "in_order"}],
    ),
    Rule(
        "audit_review_says_what_is_not_in_order",
        ReviewFactory.create,
        refused=[
            {"verdict": verdict, "words": words}
            for verdict in ("asked_about", "referred")
            for words in ("", BLANK)
        ],
        accepted=[{"verdict": "in_order", "words": ""}, {"verdict": "referred", "words": "To X"}],
    ),
    Rule(
        "audit_review_says_by_whom",
        ReviewFactory.create,
        refused=[{"reviewed_by": words} for words in ("", BLANK)],
        accepted=[{"reviewed_by": "auditor.2"}],
    ),
    Rule(
        "audit_sealedpart_once",
        second_part,
        refused=[{"table": "audit_logrow"}],
        accepted=[{"table": "accounts_userevent"}],
    ),
    Rule(
        "audit_erasedrow_keeps_two_digests_or_none",
        ErasedRowFactory.create,
        refused=[{"sealed": ""}, {"left": ""}, {"sealed": "0" * 63}, {"left": "G" * 64}],
        accepted=[{"sealed": "", "left": ""}, {"sealed": "f" * 64}],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    made = row()
    with pgtrigger.ignore(f"{made._meta.label}:never_changed"):
        assert judged(made, change) == verdict
