"""Sign-ins, failed ones and sign-outs, from Django's own signals."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from audit.models import LogRow
from audit.record import signed


@receiver(user_logged_in)
def signed_in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    signed(request, LogRow.Action.SIGN_IN, user.get_username(), user.role)


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
