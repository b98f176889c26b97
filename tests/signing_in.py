"""The one way in which tests and benchmarks make a session that is wholly signed in."""

from django.http import HttpRequest
from django.test import Client

from accounts import second_factor
from accounts.models import User


def show_second_factor(client: Client, user: User) -> None:
    """Writes into the client's session what entering a code writes there."""
    request = HttpRequest()
    request.session = client.session
    second_factor.record(request, user, "totp")
    request.session.save()
