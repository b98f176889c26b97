"""What changes how a person signs in, beyond what they change themselves in allauth's pages."""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.tasks import sign_in_was_reset

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Those that nobody takes for another when reading one out."""


@transaction.atomic
def give_initial_password(person: User, *, keep_second_step: bool) -> str:
    """A password made here, to be told once: it ends every session and must be changed soon.

    The person and the auditors hear of it, unless it is the person's first way in.
    """
    is_reset = person.has_usable_password() or not keep_second_step
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    person.set_password(password)
    person.initial_password_until = timezone.now() + timedelta(days=settings.INITIAL_PASSWORD_DAYS)
    person.save(update_fields=["password", "initial_password_until"])
    if not keep_second_step:
        Authenticator.objects.filter(user_id=person.pk).delete()
    end_sessions(person)
    if is_reset:
        # A broker that is down keeps nobody from the password that is shown this once.
        transaction.on_commit(
            lambda: sign_in_was_reset.delay(person.pk, timezone.now().isoformat()), robust=True
        )
    return password


def end_sessions(person: User, *, only: str | None = None, but: str | None = None) -> int:
    """Ends the sessions of a person: all, the one of an id, or all but the one of a key.

    Gives their number.
    """
    ended = [
        session
        for session in sessions_of(person)
        if only in {None, str(session.pk)} and session.session_key != but
    ]
    for session in ended:
        session.end()
    return len(ended)


def renew_session(request: HttpRequest) -> None:
    """The same session under another key, so that a copy of its cookie is worth nothing more."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def sessions_of(person: User) -> list[UserSession]:
    """The latest first; those that are over are forgotten."""
    found = UserSession.objects.purge_and_list(person)
    return sorted(found, key=lambda session: session.created_at, reverse=True)
