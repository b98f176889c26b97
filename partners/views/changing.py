"""What stands before each change of an event or a session."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.permissions import SignedInRequest
from partners.models import EngagementEvent, TrainingSession

F = TypeVar("F", EngagementEvent, TrainingSession)


def to_change(request: SignedInRequest, rows: "QuerySet[F]", pk: int, *, void: bool = False) -> F:
    """A row to write to: 404 where they may not know of it, 403 where they only read."""
    fact: F = get_object_or_404(rows, pk=pk)
    writes_in(request, fact.borough_id)
    if (fact.voided_at is not None) is not void:
        raise PermissionDenied
    return fact


def writes_in(request: SignedInRequest, borough: int) -> None:
    """403 for whoever only reads of a borough."""
    if not request.user.may_write_in(borough):
        raise PermissionDenied
