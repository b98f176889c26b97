"""The page of one event."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from accounts.history import Change, changes, history, joined, latest_first
from accounts.models import User
from core.days import london_day
from core.templatetags.page import clock, listed, long_day, thousands
from partners.choices import EventStatus
from partners.models import EngagementEvent, EventTeam, FollowUp, ImportedEvent, Participation
from partners.presenters.directory import in_one
from partners.presenters.links import Confirmations

TOPICS = EngagementEvent._meta.get_field("topics").labels
COLOURS = {"Planned": "blue", "Done": "green", "Cancelled": "yellow", "Void": "red"}


@dataclass(frozen=True)
class EventPage:
    """What an event is and came to, and what this person may do with it."""

    event: EngagementEvent
    user: User

    @property
    def colour(self) -> str:
        """Of the tag that says its state."""
        return COLOURS[self.event.state]

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        event = self.event
        starts = event.happened_at
        ends = f" to {clock(event.ends_at)}" if event.ends_at else ""
        yield "When", f"{long_day(london_day(starts))}, {clock(starts)}{ends}"
        yield "Where", event.place or "Online"
        yield "Borough", str(event.borough)
        yield "Lead team", str(event.team or "Not given")
        if teams := listed(list(event.supporting_teams.all())):
            yield "Teams that help", teams
        if topics := in_one(TOPICS, event.topics):
            yield "Topics", topics
        if event.audience:
            yield "Audience", event.audience
        row = ImportedEvent.objects.visible_to(self.user).filter(event=event)
        if origin := row.select_related("batch").first():
            yield "Brought in", str(origin)

    @property
    def reach(self) -> Iterator[tuple[str, str]]:
        """What was counted there, each in its own unit."""
        event = self.event
        method = event.get_reach_method_display()
        how = f", counted by: {method[:1].lower()}{method[1:]}" if method else ""
        yield "Attendances", f"{thousands(event.attendances)}{how}"
        yield "Conversations", thousands(event.conversations)
        yield "Leaflets given out", thousands(event.leaflets)
        yield "Hand-offs to safeguarding", thousands(event.safeguarding_handoffs)

    @cached_property
    def parts(self) -> list[Participation]:
        rows = Participation.objects.visible_to(self.user).filter(event=self.event)
        return list(rows.select_related("partner").order_by("partner__name"))

    @cached_property
    def confirmations(self) -> Confirmations:
        return Confirmations(self.event, self.user)

    @cached_property
    def follow_ups(self) -> list[FollowUp]:
        rows = FollowUp.objects.visible_to(self.user).filter(event=self.event)
        return list(rows.select_related("owner", "done_by"))

    @property
    def today(self) -> date:
        return london_day(self.now)

    @cached_property
    def repeats(self) -> list[EngagementEvent]:
        """The other events of its series, the next ones first."""
        if self.event.series is None:
            return []
        rows = EngagementEvent.objects.visible_to(self.user).filter(series=self.event.series)
        return list(rows.exclude(pk=self.event.pk).order_by("happened_at"))

    @cached_property
    def changes(self) -> list[Change]:
        event = self.event
        everything = [
            *(one for one in changes(Participation, self.user, event=event) if one.fields),
            *joined(Participation, "partner", "Partner", event=event),
            *joined(EventTeam, "team", "Team that helps", engagementevent=event),
            *history(event, self.user),
        ]
        return latest_first(everything[::-1])

    @cached_property
    def now(self) -> datetime:
        return timezone.now()

    @property
    def begun(self) -> bool:
        return self.event.happened_at <= self.now

    @property
    def may_write(self) -> bool:
        return self.user.may_write_in(self.event.borough_id)

    @property
    def may_change(self) -> bool:
        return self.may_write and self.event.voided_at is None

    @property
    def may_finish(self) -> bool:
        """Whether somebody can say what came of it, or put right what was said."""
        held = self.event.status in {EventStatus.PLANNED, EventStatus.DONE}
        return self.may_change and held and self.begun

    @property
    def waits(self) -> bool:
        """Whether it is over and nobody has said what came of it."""
        over = self.event.ends_at or self.event.happened_at
        planned = self.event.status == EventStatus.PLANNED and not self.event.voided_at
        return planned and over <= self.now
