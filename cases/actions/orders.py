"""Changes of orders and notices: added, moved on, corrected, breached."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from cases.actions.counted import counted_outcome, sent_twice
from cases.actions.outcomes import amend_outcome
from cases.choices import Kind, OrderStatus
from cases.models import Case, OrderBreach, ProtectiveOrder
from cases.orders import (
    COUNTED_FROM,
    IN_FORCE,
    NOTICE_IN_FORCE,
    first_statuses,
    next_statuses,
    status_words,
)
from core.days import london_day, start_of
from core.locks import locked


@transaction.atomic
def add_order(
    *, by: User, case: Case, token: UUID, kind: str, status: str, **facts: Any
) -> ProtectiveOrder:
    """Records an order or notice where it stands; one that is given or granted counts from here."""
    if status not in first_statuses(kind):
        raise ValidationError("An order begins with its application or its grant.")
    known = sent_twice(ProtectiveOrder, by=by, case=case, kind=kind, status=status, **facts)
    if known is not None:
        return known
    order = ProtectiveOrder(case=case, kind=kind, status=status, recorded_by=by, **facts)
    return _saved(order, by, token, "add order")


@transaction.atomic
def change_order(
    *, by: User, order: ProtectiveOrder, to: str, token: UUID, **facts: Any
) -> ProtectiveOrder:
    """Moves an order or notice to a step that makes sense next."""
    current = locked(order)
    if to not in next_statuses(current.kind, current.status):
        stands = status_words(current.kind, current.status).lower()
        raise ValidationError(f"This cannot be recorded now: the entry says {stands}.")
    current.status = to
    for name, value in facts.items():
        setattr(current, name, value)
    return _saved(current, by, token, "change order")


@transaction.atomic
def correct_order(
    *, by: User, order: ProtectiveOrder, token: UUID, **facts: Any
) -> ProtectiveOrder:
    """Puts facts right, and with them the entry that counts; the database keeps what they were."""
    current = locked(order)
    for name, value in facts.items():
        setattr(current, name, value)
    outcome, happened_at = current.outcome, _happened_at(current)
    if outcome and happened_at:
        changes: dict[str, Any] = {}
        if outcome.suspect_id != current.suspect_id:
            changes["suspect"] = current.suspect
        # A day alone says nothing of the hour that an entry may already have.
        if current.is_notice or london_day(outcome.happened_at) != london_day(happened_at):
            changes["happened_at"] = happened_at
        if changes:
            current.full_clean()
            amend_outcome(outcome=outcome, by=by, **changes)
    return _saved(current, by, token, "correct order")


@transaction.atomic
def record_breach(
    *, by: User, order: ProtectiveOrder, happened_at: datetime, arrested: bool
) -> OrderBreach:
    """Records a breach. An order goes on as breached; a notice stays where it is, as its hearing is
    still due.
    """
    current = locked(order)
    if not may_be_breached(current):
        raise ValidationError("Only what is in force can be breached: check that it was served.")
    starts = current.given_at if current.is_notice else current.served_at
    if starts and happened_at < starts:
        raise ValidationError({"happened_at": "It cannot be breached before its duties started."})
    if current.expires_on and london_day(happened_at) >= current.expires_on:
        raise ValidationError({"happened_at": "It had ended by then: it could not be breached."})
    breach, made = OrderBreach.objects.get_or_create(
        order=current, happened_at=happened_at, defaults={"arrested": arrested, "recorded_by": by}
    )
    if made and not current.is_notice:
        current.status = OrderStatus.BREACHED
        with pghistory.context(user=by.pk, action="record breach"):
            current.save(update_fields=["status"])
    return breach


def may_be_breached(order: ProtectiveOrder) -> bool:
    """Whether its duties have started and not ended."""
    if order.is_notice:
        return order.status in NOTICE_IN_FORCE
    return order.status in IN_FORCE


def _happened_at(order: ProtectiveOrder) -> datetime | None:
    """When the event happened that counts; of a granted order the day is all that is known."""
    if order.is_notice:
        return order.given_at
    return start_of(order.granted_on) if order.granted_on else None


def _saved(order: ProtectiveOrder, by: User, token: UUID, action: str) -> ProtectiveOrder:
    order.full_clean()
    happened_at = _happened_at(order)
    if order.outcome is None and order.status in COUNTED_FROM and happened_at:
        order.outcome = counted_outcome(
            by=by,
            token=token,
            case=order.case,
            kind=Kind.ORDER,
            happened_at=happened_at,
            of="protective_order",
            suspect=order.suspect,
            order_kind=order.kind,
        )
    with pghistory.context(user=by.pk, action=action):
        order.save()
    return order
