"""What the database refuses of the log."""

from typing import Any

import pgtrigger
import pytest

from audit.models import LogRow
from tests.core.rules import Change, Rule, judged, trials
from tests.factories import LogRowFactory, SealedPartFactory

pytestmark = pytest.mark.django_db

BLANK = " \n"


def second_part() -> Any:
    first = SealedPartFactory.create(table="audit_logrow")
    return SealedPartFactory.create(seal=first.seal, table="cases_outcomeevent")


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
        "audit_sealedpart_once",
        second_part,
        refused=[{"table": "audit_logrow"}],
        accepted=[{"table": "accounts_userevent"}],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    made = row()
    with pgtrigger.ignore("audit.LogRow:never_changed", "audit.SealedPart:never_changed"):
        assert judged(made, change) == verdict
