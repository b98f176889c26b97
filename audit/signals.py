"""Sign-ins, failed ones, sign-outs and changes of ways to sign in: Django and allauth tell them."""

from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.signals import password_changed
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from audit.models import LogRow
from audit.record import sign_in_changed, signed


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    proofs = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    ways = [proof.get("type") or proof["method"] for proof in proofs]
    details = {"by": ways} if ways else {}
    signed(request, LogRow.Action.SIGN_IN, user.get_username(), user.role, **details)


@receiver(user_logged_out)
def signed_out(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None:
        signed(request, LogRow.Action.SIGN_OUT, user.get_username(), user.role)


@receiver(user_login_failed)
def failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Names only an account that exists: people type a password where the name belongs."""
    typed = str(credentials.get("username", "")).strip()
    known = get_user_model()._default_manager.filter(username=typed).exists()
    signed(request, LogRow.Action.SIGN_IN_FAILED, typed if known else "")


@receiver(authentication_failed)
def failed_second_step(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    signed(
        request,
        LogRow.Action.SIGN_IN_FAILED,
        user.get_username(),
        user.role,
        by=[str(authenticator.type)],
    )


@receiver(password_changed)
def changed_password(request: HttpRequest, user: Any, **_: Any) -> None:
    sign_in_changed(request, user, "password changed")


@receiver(authenticator_added)
def added(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    sign_in_changed(request, user, "second step added", type=str(authenticator.type))


@receiver(authenticator_removed)
def removed(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    sign_in_changed(request, user, "second step removed", type=str(authenticator.type))


@receiver(authenticator_reset)
def renewed(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    sign_in_changed(request, user, "recovery codes renewed", type=str(authenticator.type))
