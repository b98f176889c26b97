"""Opening a case that is not one's own: for an hour, for a reason, and reviewed by another."""

from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from audit.models import LogRow
from cases.choices import BreakGlassReason, Verdict
from cases.models import BreakGlass, Case
from cases.references import Reference
from core.days import DatabaseNow
from core.locks import locked

TRIES = 5
TRIES_WITHIN = timedelta(hours=1)


def too_many_tries(by: User) -> bool:
    """Whether a person has tried too often, by the log; their tries wait for one another."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    tries = LogRow.objects.filter(
        actor=by.username,
        object_type=BreakGlass._meta.label_lower,
        action__in=[LogRow.Action.BREAK_GLASS, LogRow.Action.REFUSED],
        at__gte=DatabaseNow() - TRIES_WITHIN,
    )
    return tries.count() >= TRIES


def behind_glass(*, by: User, reference: Reference, day: date | None) -> Case | None:
    """The case that a person may open by its reference; one that bars them is no case.

    Neither is one that is reduced: whom it barred is not known any more.
    """
    cases = Case.objects.called(reference, day).filter(reduced_at=None)
    return cases.exclude(pk__in=by.exclusions.values("case")).first()


@transaction.atomic
def break_glass(*, by: User, case: Case, code: BreakGlassReason, reason: str) -> BreakGlass:
    """Opens one case to one person, from now on and not for long."""
    known = BreakGlass.objects.lasting().filter(case=case, user=by)
    with pghistory.context(user=by.pk, action="break glass"):
        known.update(ended_at=DatabaseNow())
        opening = BreakGlass.objects.create(
            case=case,
            user=by,
            reason_code=code,
            reason=reason.strip(),
            ends_at=DatabaseNow() + timedelta(minutes=settings.BREAK_GLASS_MINUTES),
        )
    opening.refresh_from_db()
    return opening


@transaction.atomic
def end_break_glass(*, by: User, opening: BreakGlass) -> None:
    with pghistory.context(user=by.pk, action="close"):
        BreakGlass.objects.lasting().filter(pk=opening.pk).update(ended_at=DatabaseNow())


@transaction.atomic
def review_break_glass(
    *, by: User, opening: BreakGlass, verdict: Verdict, review: str
) -> BreakGlass:
    """What another person says of it; ValidationError from whoever opened it, or a second time."""
    current = locked(opening)
    if current.user == by:
        raise ValidationError("Another person has to review what you opened.")
    if current.verdict:
        raise ValidationError("Somebody has reviewed this already.")
    current.verdict, current.review = verdict, review.strip()
    current.reviewed_at, current.reviewed_by = DatabaseNow(), by
    with pghistory.context(user=by.pk, action="review"):
        current.save(update_fields=["verdict", "review", "reviewed_at", "reviewed_by"])
    current.refresh_from_db()
    return current
