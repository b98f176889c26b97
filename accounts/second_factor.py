"""Whether the person of a session has shown a second factor, and when they last proved themselves.

allauth writes each proof into the session, so neither question asks the database.
"""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_shown_one(request: HttpRequest) -> bool:
    """A code, a recovery code or a passkey; or the identity provider's word, where trusted."""
    return any(proof["method"] == "mfa" for proof in _proofs(request))


def proved_recently(request: HttpRequest) -> bool:
    """Signed in, or gave their password, a code or a passkey again, in the last minutes."""
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(proof["at"] > since for proof in _proofs(request))


def record(request: HttpRequest, user: User, kind: str) -> None:
    """Notes that a second factor was shown just now."""
    record_authentication(request, user, "mfa", type=kind)


def is_last(authenticator: Authenticator) -> bool:
    """Whether its removal would leave the person with a password alone."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
    return authenticator.type in FACTORS and not others.exclude(pk=authenticator.pk).exists()


def give_app(user: User, secret: str) -> Authenticator:
    """An authenticator app's row, not saved yet."""
    encrypted = get_adapter().encrypt(secret)
    return Authenticator(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypted})


def _proofs(request: HttpRequest) -> list[dict[str, Any]]:
    proofs: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return proofs
