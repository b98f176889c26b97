"""What tests of retention share: cases on a list that two people agreed on, and reduced ones."""

from datetime import timedelta
from typing import Any

from cases.actions.reduce import work_on
from cases.models import Case, Reduction, ReviewPeriod
from tests.factories import (
    NOON,
    CaseFactory,
    ReductionCaseFactory,
    ReductionFactory,
    ReviewPeriodFactory,
)

OLD = NOON + timedelta(days=2)
"""When all was recorded that tests make due."""


def short_periods() -> None:
    """Clear periods of a year, so that whatever is of `NOON` is due."""
    ReviewPeriodFactory.create()
    ReviewPeriod.objects.update(years=1)


def old_case(**fields: Any) -> Case:
    return CaseFactory.create(opened_at=NOON, **fields)


def agreed(*cases: Case, **people: Any) -> Reduction:
    """A list that somebody proposed and another approved."""
    reduction = ReductionFactory.create(approved=True, **people)
    for case in cases:
        ReductionCaseFactory.create(reduction=reduction, case=case)
    return reduction


def agreed_case() -> Case:
    case = old_case()
    agreed(case)
    return case


def reduced(case: Case | None = None) -> Case:
    """A case that was reduced just now."""
    short_periods()
    case = case or old_case()
    assert work_on(agreed(case).pk)
    case.refresh_from_db()
    return case
