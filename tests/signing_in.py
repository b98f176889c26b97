"""The one way in which tests and benchmarks make a session that is wholly signed in, and codes."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.totp.internal import auth as totp
from django.http import HttpRequest
from django.test import Client

from accounts import second_factor
from accounts.models import User

SECRET = "ABCDEFGH" * 4


def show_second_factor(client: Client, user: User) -> None:
    """Writes into the client's session what entering a code writes there."""
    request = HttpRequest()
    request.session = client.session
    second_factor.record(request, user, "totp")
    request.session.save()


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """What an app shows now, or so many half minutes from now."""
    step = int(time.time()) // TOTP_PERIOD + steps
    return str(totp.format_hotp_value(totp.hotp_value(secret, step)))


def long_ago(client: Client, seconds: int) -> None:
    """Makes all that the session proved so much older."""
    session = client.session
    for proof in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        proof["at"] -= seconds
    session.save()
