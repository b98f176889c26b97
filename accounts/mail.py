"""Whoever could be harmed by a reset sign-in is told of it: the person, and those who watch."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.permissions import roles_that_may
from audit.permissions import LogPermission
from core.mail import marked


def to_tell_of_reset(person: User) -> "QuerySet[User]":
    """The person and the auditors, as far as they have an address."""
    if not settings.MAILS_ON:
        return User.objects.none()
    auditors = Q(is_active=True, role__in=roles_that_may(LogPermission.READ_LOG))
    return User.objects.filter(auditors | Q(pk=person.pk)).exclude(email="")


def tell_of_reset(person: User, to: User, at: datetime) -> None:
    """Names neither who reset it nor what with: the log says that to those who may read it."""
    marked(
        "a sign-in was reset",
        "accounts/mail/reset",
        {"person": person, "own": to == person, "at": at},
        to=to.email,
        key=f"reset.{person.pk}.{at:%Y%m%d%H%M%S%f}.{to.pk}",
    ).send()
