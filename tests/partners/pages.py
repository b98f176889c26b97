"""What tests of partners' pages share."""

from django.test import Client
from django.urls import reverse

from accounts.models import User


def at(name: str, *args: object) -> str:
    return reverse(f"partners:{name}", args=args)


def browser(who: User) -> Client:
    """A browser of their own, signed in; the person is read anew, whatever the test still holds."""
    client = Client()
    client.force_login(User.objects.get(pk=who.pk))
    return client
