"""Who is sent the morning's figures or told of a night that went wrong, and sending it once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission, roles_that_may
from campaigns.models import Campaign
from core.days import london_day
from core.mail import marked
from core.templatetags.page import week_day
from summaries.models import MailSent
from summaries.presenters.digest import Digest, Trouble


@dataclass(frozen=True)
class Mail:
    """An email for one person, and what the row of it says."""

    person: User
    about: str
    message: EmailMultiAlternatives
    covers: str = ""


def supervisors_to_send(now: datetime) -> "QuerySet[User]":
    """Who wants the figures of this morning and was not sent them yet."""
    if not Campaign.objects.of_the_morning(london_day(now)).exists():
        return User.objects.none()
    return _not_sent(Permission.SUPERVISE, MailSent.DIGEST, now).filter(morning_email=True)


def administrators_to_tell(now: datetime) -> "QuerySet[User]":
    """Who was not told yet of what is wrong; nobody where nothing is."""
    trouble = Trouble.of(now)
    if trouble is None:
        return User.objects.none()
    return _not_sent(Permission.ADMINISTER, trouble.about, now)


def _not_sent(permission: Permission, about: str, now: datetime) -> "QuerySet[User]":
    sent = MailSent.objects.filter(day=london_day(now), about=about)
    if not settings.MAILS_ON:
        return User.objects.none()
    people = User.objects.filter(is_active=True, role__in=roles_that_may(permission))
    return people.exclude(email="").exclude(pk__in=sent.values("person"))


def figures_for(person: User, now: datetime) -> Mail:
    """In the scope that the person has at this moment."""
    digest = Digest.of(person, now)
    subject = f"Days of Action, {week_day(digest.today)}"
    message = _message(person, now, MailSent.DIGEST, subject, digest=digest)
    return Mail(person, MailSent.DIGEST, message, digest.covers)


def alarm_for(person: User, trouble: Trouble, now: datetime) -> Mail:
    subject = "Days of Action, the nightly check needs you"
    return Mail(
        person,
        trouble.about,
        _message(person, now, trouble.about, subject, template="alarm", trouble=trouble),
    )


def _message(
    person: User,
    now: datetime,
    about: str,
    subject: str,
    *,
    template: str = "digest",
    **context: Any,
) -> EmailMultiAlternatives:
    key = f"{about.replace(' ', '-')}.{london_day(now)}.{person.pk}"
    name = f"summaries/mail/{template}"
    return marked(subject, name, {"person": person, **context}, to=person.email, key=key)


def send_figures(pk: int, now: datetime) -> bool:
    """Asks all again: who was suspended since is sent nothing, and who moved what is now theirs."""
    person = supervisors_to_send(now).filter(pk=pk).first()
    return person is not None and send_once(figures_for(person, now), now)


def send_alarm(pk: int, now: datetime) -> bool:
    """Sends nothing where all has come right meanwhile."""
    person, trouble = administrators_to_tell(now).filter(pk=pk).first(), Trouble.of(now)
    if person is None or trouble is None:
        return False
    return send_once(alarm_for(person, trouble, now), now)


@transaction.atomic
def send_once(mail: Mail, now: datetime) -> bool:
    """Sends, unless it was sent: a second worker waits here until the first has come to its end.

    A server that fails takes the row back with it, so it is sent at the next try.
    """
    _, new = MailSent.objects.get_or_create(
        person=mail.person,
        day=london_day(now),
        about=mail.about,
        defaults={"address": mail.person.email, "covers": mail.covers},
    )
    if new:
        # Closed at once, also where the server is not what it should be.
        with get_connection() as server:
            server.send_messages([mail.message])
    return new
