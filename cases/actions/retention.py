"""What people decide of a case whose clear period is over; the reducing itself is in `reduce`."""

from datetime import date
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.permissions import Permission
from cases.choices import ReviewGroup
from cases.models import Case, Reduction, ReductionCase
from cases.querysets import CaseQuerySet
from cases.retention import put_off
from core.days import DatabaseNow
from core.locks import locked

AT_MOST = 100_000
"""Cases on one list."""


@transaction.atomic
def retain(*, by: User, case: Case, until: date, group: ReviewGroup, reason: str) -> Case:
    """Keeps a case until a day at least, and says why."""
    current = _undecided(case)
    current.retained_until, current.review_group = until, group
    return _saved(current, by, "retain after review", reason, "retained_until", "review_group")


@transaction.atomic
def hold(*, by: User, case: Case, reason: str) -> Case:
    """Holds a case: nothing reduces it until somebody takes the hold off."""
    current = _undecided(case)
    if current.held_at is None:
        current.held_at, current.held_by, current.hold_reason = DatabaseNow(), by, reason.strip()
        _saved(current, by, "hold", "", "held_at", "held_by", "hold_reason")
    return current


@transaction.atomic
def release(*, by: User, case: Case, reason: str) -> Case:
    """Takes a hold off."""
    current = _undecided(case)
    current.held_at, current.held_by, current.hold_reason = None, None, ""
    return _saved(current, by, "take the hold off", reason, "held_at", "held_by", "hold_reason")


def _undecided(case: Case) -> Case:
    current = locked(case)
    if current.reduced_at is not None:
        raise ValidationError("The case is reduced already.")
    return current


def _saved(case: Case, by: User, action: str, reason: str, *fields: str) -> Case:
    with pghistory.context(user=by.pk, action=action, reason=reason.strip()):
        case.save(update_fields=fields)
    case.refresh_from_db()
    return case


@transaction.atomic
def propose(*, by: User, cases: CaseQuerySet) -> Reduction:
    """Proposes to reduce due cases, as one list that is frozen from here on."""
    made = Reduction.objects.create(proposed_by=by)
    chosen = cases.order_by("review_date", "pk").values_list("pk", flat=True)[:AT_MOST]
    # Of two people who propose a case at the same moment, the second leaves it out.
    ReductionCase.objects.bulk_create(
        (ReductionCase(reduction=made, case_id=pk) for pk in chosen),
        batch_size=5_000,
        ignore_conflicts=True,
    )
    if not made.listed.exists():
        raise ValidationError("None of these cases is due any more.")
    return made


def may_decide(user: User, reduction: Reduction) -> bool:
    """Whether this person is the second one: of the whole force, and not who proposed it."""
    other = reduction.proposed_by_id != user.pk
    return other and user.may(Permission.APPROVE_REDUCTION) and user.scope.everywhere


@transaction.atomic
def decide(*, by: User, reduction: Reduction, approved: bool) -> Reduction:
    """Approves or refuses a list, once; ValidationError for whoever is not the second person."""
    if not may_decide(by, reduction):
        raise ValidationError("Somebody else of the whole force must decide on it.")
    current = locked(reduction)
    if current.state != Reduction.State.PROPOSED:
        return current
    current.state = Reduction.State.APPROVED if approved else Reduction.State.REFUSED
    current.decided_at, current.decided_by = DatabaseNow(), by
    current.save(update_fields=["state", "decided_at", "decided_by"])
    if not approved:
        current.listed.update(state=ReductionCase.State.REFUSED)
    current.refresh_from_db()
    return current


def approved() -> list[UUID]:
    """The lists that wait for the worker, or were lost by one."""
    rows = Reduction.objects.filter(state=Reduction.State.APPROVED).order_by("decided_at")
    return list(rows.values_list("pk", flat=True))


def put_off_reviews(today: date) -> int:
    """Stores the day on which the cases that only seem due are due; says how many."""
    return put_off(Case.objects.all(), today)
