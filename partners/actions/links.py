"""Links without a sign-in: made, known again by their token, answered, ended.

A token is told once, to whoever made the link or to whom it is sent; its digest alone is kept.
"""

import secrets
from datetime import date, timedelta

import pghistory
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campaigns.models import Borough
from core.days import london_day
from core.mail import absolute, marked
from partners.models import CalendarLink, ConfirmationLink, Contact, Participation, Partner
from partners.models.link import digest_of


def make_confirmation(
    *, by: User, participation: Participation, contact: Contact | None = None
) -> tuple[ConfirmationLink, str]:
    """A link by which a partner confirms its part, and its token; earlier ones are withdrawn."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic(), pghistory.context(user=by.pk, action="make confirmation link"):
        part = Participation.objects.select_for_update().get(pk=participation.pk)
        now = timezone.now()
        open_still = part.confirmation_links.filter(answered_at=None, withdrawn_at=None)
        open_still.update(withdrawn_at=now)
        link = ConfirmationLink.objects.create(
            participation=part,
            contact=contact,
            digest=digest_of(token),
            made_by=by,
            expires_at=now + timedelta(days=settings.CONFIRMATION_DAYS),
        )
    return link, token


def send_confirmation(*, link: ConfirmationLink, to: Contact, path: str) -> None:
    """Emails a link to a contact, at once, so that no queue holds it; OSError where it fails."""
    context = {"address": absolute(path), "last_day": london_day(link.expires_at)}
    subject, key = "please confirm that you took part", f"confirmation-{link.pk}"
    marked(subject, "partners/mail/confirmation", context, to=to.email, key=key).send()


def withdraw_confirmation(*, by: User, link: ConfirmationLink) -> None:
    """Ends a link that nobody has answered; one that is answered stays."""
    with pghistory.context(user=by.pk, action="withdraw confirmation link"):
        links = ConfirmationLink.objects.filter(pk=link.pk, answered_at=None, withdrawn_at=None)
        links.update(withdrawn_at=timezone.now())


def confirmation_of(token: str) -> ConfirmationLink | None:
    """The link of a token, if it can be answered; one question whatever the token is."""
    links = ConfirmationLink.objects.live_at(timezone.now()).filter(digest=digest_of(token))
    return links.select_related("participation__event", "participation__partner").first()


def answer_confirmation(
    *, token: str, attended: bool, attendances: int | None, may_be_named: bool
) -> bool:
    """Keeps what a partner says, once; whether it was kept."""
    with transaction.atomic(), pghistory.context(action="answer confirmation link"):
        now = timezone.now()
        links = ConfirmationLink.objects.live_at(now).filter(digest=digest_of(token))
        link = links.select_for_update(of=("self",)).first()
        if link is None:
            return False
        link.answered_at, link.attended = now, attended
        link.attendances, link.may_be_named = attendances, may_be_named
        link.save(update_fields=["answered_at", "attended", "attendances", "may_be_named"])
    return True


def take_over_naming(*, by: User, link: ConfirmationLink) -> None:
    """Puts onto a partner what it answered: that it may be named in public, or may not."""
    agreed_on = london_day(link.answered_at) if link.answered_at and link.may_be_named else None
    with transaction.atomic(), pghistory.context(user=by.pk, action="take over answer"):
        partner = Partner.objects.select_for_update().get(pk=link.participation.partner_id)
        partner.may_be_named, partner.may_be_named_since = agreed_on is not None, agreed_on
        partner.save(update_fields=["may_be_named", "may_be_named_since"])


def make_calendar(*, by: User, borough: Borough | None) -> tuple[CalendarLink, str]:
    """The address of a person's own calendar and its token; made anew, the earlier one is dead."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic(), pghistory.context(user=by.pk, action="make calendar link"):
        now = timezone.now()
        made = {"epoch": by.session_epoch, "made_at": now, "used_on": london_day(now)}
        link, _ = CalendarLink.objects.update_or_create(
            owner=by, borough=borough, defaults={"digest": digest_of(token), **made}
        )
    return link, token


def end_calendar(*, by: User, link: CalendarLink) -> None:
    with pghistory.context(user=by.pk, action="end calendar link"):
        link.delete()


def calendar_of(token: str, *, today: date) -> CalendarLink | None:
    """The calendar of a token, if it is alive and its owner may still read of its borough."""
    links = CalendarLink.objects.live_on(today).filter(digest=digest_of(token))
    link = links.select_related("owner", "borough").first()
    if link is None or not link.in_sight:
        return None
    if link.used_on != today:
        CalendarLink.objects.filter(pk=link.pk).update(used_on=today)
    return link
