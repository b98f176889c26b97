"""What a proof does to its session: a second factor that is set up counts as shown at once; who
proves themselves again goes on under another key.
"""

from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import second_factor
from accounts.actions import renew_session
from accounts.models import User


@receiver(authenticator_added)
def shown(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type in second_factor.FACTORS:
        second_factor.record(request, user, str(authenticator.type))


@receiver(authentication_step_completed)
def proved(request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    if reauthenticated:
        renew_session(request)
