"""What partners answered by their links, beside what the force entered; and the links."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from core.days import london_day
from core.templatetags.page import long_day, moment, thousands
from partners.models import ConfirmationLink, Contact, EngagementEvent, Participation


def can_be_confirmed(event: EngagementEvent, now: datetime) -> bool:
    """Whether there is anything to confirm: an event that has begun and still stands."""
    stands = event.voided_at is None and event.status != EngagementEvent.Status.CANCELLED
    return stands and event.happened_at <= now


@dataclass(frozen=True)
class Answer:
    """What a partner said of an event, once."""

    link: ConfirmationLink
    event: EngagementEvent
    is_latest: bool
    """Whether that partner has said nothing since, of this event or another."""

    @property
    def attended(self) -> str:
        return "Yes" if self.link.attended else "No"

    @property
    def counted(self) -> str:
        """The partner's number, and whether it is the force's."""
        counted = self.link.attendances
        if counted is None:
            return "Gave no number"
        if self.event.status != EngagementEvent.Status.DONE:
            return thousands(counted)
        same = counted == self.event.attendances
        ours = "the same as entered" if same else f"{thousands(self.event.attendances)} entered"
        return f"{thousands(counted)}, {ours}"

    @property
    def naming(self) -> str:
        return "May be named" if self.link.may_be_named else "Not to be named"

    @property
    def when(self) -> str:
        return moment(self.link.answered_at) if self.link.answered_at else ""

    @property
    def can_be_taken_over(self) -> bool:
        """Whether the directory says otherwise, and has said so for no less time."""
        partner = self.link.participation.partner
        differs = partner.may_be_named != self.link.may_be_named
        since, answered_at = partner.may_be_named_since, self.link.answered_at
        newer = answered_at is not None and (since is None or since <= london_day(answered_at))
        return self.is_latest and differs and newer

    @property
    def button(self) -> str:
        agrees = "agrees" if self.link.may_be_named else "does not agree"
        return f"Record that {self.link.participation.partner} {agrees} to be named"


@dataclass(frozen=True)
class Part:
    """A partner's part in an event: its open link if there is one, and to whom one can be sent."""

    participation: Participation
    open_link: ConfirmationLink | None
    lapsed: ConfirmationLink | None
    """The link that it did not answer in time, where it was not asked again since."""
    contacts: list[Contact]

    @property
    def state(self) -> str:
        if self.open_link is not None:
            return f"Open until {long_day(london_day(self.open_link.expires_at))}"
        if self.lapsed is not None:
            return f"Not answered by {long_day(london_day(self.lapsed.expires_at))}"
        return "No open link"


@dataclass(frozen=True)
class Confirmations:
    """What an event's page says of its partners' answers."""

    event: EngagementEvent
    user: User

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @cached_property
    def answers(self) -> list[Answer]:
        """The newest first."""
        every = ConfirmationLink.objects.visible_to(self.user).filter(answered_at__isnull=False)
        mine = every.filter(participation__event=self.event)
        links = list(mine.select_related("participation__partner").order_by("-answered_at"))
        partners = {link.participation.partner_id for link in links}
        latest = (
            every.filter(participation__partner__in=partners)
            .order_by("participation__partner_id", "-answered_at")
            .distinct("participation__partner_id")
        )
        last = {link.pk for link in latest}
        return [Answer(link, self.event, link.pk in last) for link in links]

    @property
    def may_write(self) -> bool:
        return self.user.may_write_in(self.event.borough_id)

    @property
    def may_take_over(self) -> bool:
        return self.may_write and self.user.may(Permission.SUPERVISE)

    @property
    def may_ask(self) -> bool:
        return self.may_write and can_be_confirmed(self.event, self.now)

    @cached_property
    def parts(self) -> list[Part]:
        rows = Participation.objects.visible_to(self.user).filter(event=self.event)
        rows = rows.select_related("partner").order_by("partner__name")
        unanswered = ConfirmationLink.objects.visible_to(self.user).filter(
            participation__in=rows, answered_at=None, withdrawn_at=None
        )
        links = {link.participation_id: link for link in unanswered}
        return [self._part(row, links.get(row.pk)) for row in rows]

    def _part(self, row: Participation, link: ConfirmationLink | None) -> Part:
        lapsed = link is not None and link.expires_at <= self.now
        live = can_be_confirmed(self.event, self.now) and not lapsed
        contacts = [one for one in self.people if one.partner_id == row.partner_id]
        return Part(row, link if live else None, link if lapsed else None, contacts)

    @cached_property
    def people(self) -> list[Contact]:
        """Whom a link can be emailed to; nobody where none can be, or none is sent from here."""
        if not (self.may_ask and settings.MAILS_ON):
            return []
        people = Contact.objects.visible_to(self.user).exclude(email="")
        return list(people.filter(partner__participations__event=self.event))


@dataclass(frozen=True)
class Asked:
    """All that a partner's page shows of an event."""

    link: ConfirmationLink

    @property
    def partner(self) -> str:
        return str(self.link.participation.partner)

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        event = self.link.participation.event
        yield "Event", event.title
        yield "Day", long_day(event.day)
        yield "Place", event.place or "Online"
        yield "Your organisation", self.partner
