"""Setting up a second factor shows it, so that the session which did goes on."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import second_factor
from accounts.models import User


@receiver(authenticator_added)
def shown(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type in second_factor.FACTORS:
        second_factor.record(request, user, str(authenticator.type))
