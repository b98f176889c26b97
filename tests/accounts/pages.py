"""A person who signs in by the pages, as far as a test wants them to go."""

import re
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from audit.models import LogRow
from tests.factories import UserFactory
from tests.signing_in import SECRET

PASSWORD = "correct horse battery"


def person(*, app: bool = True, **fields: Any) -> User:
    """An officer with a password and, unless not, an app that shows codes."""
    user: User = UserFactory.create(**fields)
    user.set_password(PASSWORD)
    user.save()
    if app:
        second_factor.give_app(user, SECRET).save()
    return user


def give_password(client: Client, user: User, password: str = PASSWORD, **more: str) -> Any:
    details = {"login": user.username, "password": password, **more}
    return client.post(reverse("accounts:sign_in"), details)


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_in(client: Client) -> bool:
    """Whether a page that needs the whole sign-in opens."""
    return client.get(reverse("mfa_index")).status_code == 200


def said(response: Any) -> str:
    """What the page's error summary says, without its markup."""
    summary = response.content.decode().partition("govuk-error-summary__list")[2]
    return " ".join(re.sub("<[^>]+>|[^<>]*>", " ", summary.partition("</ul>")[0]).split())


def logged(user: User) -> list[tuple[str, dict[str, Any]]]:
    """What the log says that the person did, the oldest first."""
    rows = LogRow.objects.filter(actor=user.username).order_by("pk")
    return list(rows.values_list("action", "details"))


def kinds(user: User) -> set[str]:
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
