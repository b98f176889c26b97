"""What the actions on a case share: the entry that counts, and no row twice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import User
from cases.actions.outcomes import log_outcome
from cases.choices import Kind
from cases.models import Case, Outcome
from core.days import DatabaseNow, london_day
from core.querysets import M

SENT_TWICE_WITHIN = timedelta(minutes=1)


def counted_outcome(
    *, by: User, token: UUID, case: Case, kind: Kind, happened_at: datetime, of: str, **fields: Any
) -> Outcome:
    """The entry that counts an event: one of that day that is nobody's yet, else a new one.

    `of` names the row that the entry belongs to, from the outcome's side.
    """
    day = london_day(happened_at)
    logged = Outcome.objects.counted().filter(
        case=case, kind=kind, day=day, **{f"{of}__isnull": True}, **fields
    )
    entry = logged.order_by("recorded_at").first()
    if entry is None:
        entry, _ = log_outcome(
            by=by,
            token=token,
            case=case,
            kind=kind,
            happened_at=happened_at,
            team=by.team,
            **fields,
        )
    return entry


def recorded(model: type[M], *, by: User, case: Case, **facts: Any) -> M:
    """A row of what a form says of a case, made once; ValidationError where it cannot be."""
    row = sent_twice(model, by=by, case=case, **facts)
    if row is None:
        row = model(case=case, recorded_by=by, **facts)
        row.full_clean()
        row.save(force_insert=True)
    return row


def sent_twice(model: type[M], *, by: User, case: Case, **facts: Any) -> M | None:
    """The row that the same form made a moment ago, if it is sent again.

    The case is locked, so the second of two submits at once waits for the first.
    """
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    return model._default_manager.filter(
        case=case, recorded_by=by, recorded_at__gte=DatabaseNow() - SENT_TWICE_WITHIN, **facts
    ).first()
