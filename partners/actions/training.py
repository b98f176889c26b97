"""Sessions of training: logged, put right, made void and restored."""

from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from partners.models import TrainingProgramme, TrainingSession


def log_session(
    *, by: User, token: UUID, programme: TrainingProgramme, **facts: Any
) -> TrainingSession:
    """Logs a session, once for each token however often it is sent."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="log session"):
        session, _ = TrainingSession.objects.get_or_create(
            token=token, defaults=facts | {"programme": programme}
        )
    return session


def amend_session(*, by: User, session: TrainingSession, **facts: Any) -> None:
    """Corrects a session; history keeps what it said before."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="amend session"):
        _change(_locked(session), facts)


def void_session(*, by: User, session: TrainingSession, reason: str) -> None:
    """Makes a session void that should not be there; it counts nowhere from then on."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="void session"):
        current = _locked(session)
        if current.voided_at is None:
            void = {"voided_at": timezone.now(), "voided_by": by, "void_reason": reason}
            _change(current, void)


def restore_session(*, by: User, session: TrainingSession) -> None:
    """Takes a void back."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="restore session"):
        _change(_locked(session), {"voided_at": None, "voided_by": None, "void_reason": ""})


def _locked(session: TrainingSession) -> TrainingSession:
    return TrainingSession.objects.select_for_update().get(pk=session.pk)


def _change(session: TrainingSession, facts: dict[str, Any]) -> None:
    changed = [name for name, value in facts.items() if getattr(session, name) != value]
    for name in changed:
        setattr(session, name, facts[name])
    if changed:
        session.save(update_fields=changed)
