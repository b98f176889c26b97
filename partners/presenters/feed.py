"""Engagement events as an iCalendar (RFC 5545), for the calendar programs of one person."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Max
from django.urls import reverse
from icalendar import Calendar, Event, vText

from accounts.models import User
from campaigns.models import Borough
from core.mail import absolute
from partners.models import CalendarLink, EngagementEvent
from partners.querysets import EngagementEventQuerySet

BACK = timedelta(days=366)
"""How far a calendar reaches back; it has all that is to come."""
REFRESH = timedelta(hours=1)
TOPICS = EngagementEvent._meta.get_field("topics").labels


def feed(link: CalendarLink, *, now: datetime) -> bytes:
    """The calendar of a link, as its owner may see it now; no person is in it."""
    name = f"Engagement events, {link.borough or 'all boroughs'}"
    made = Calendar()
    made.add("prodid", "-//Days of Action//Engagement events//EN")
    made.add("version", "2.0")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", REFRESH)
    for event in _events(link.owner, link.borough, now - BACK):
        made.add_component(_entry(event))
    written: bytes = made.to_ical()
    return written


def _events(owner: User, borough: Borough | None, since: datetime) -> EngagementEventQuerySet:
    rows = EngagementEvent.objects.visible_to(owner)
    rows = rows.filter(voided_at=None, happened_at__gte=since)
    if borough is not None:
        rows = rows.filter(borough=borough)
    changes = {"changes": Count("events"), "changed_at": Max("events__pgh_created_at")}
    return rows.select_related("borough", "team").annotate(**changes).order_by("happened_at", "pk")


def _entry(event: EngagementEvent) -> Event:
    """An event, its times in UTC: a night of 23 or 25 hours cannot move them."""
    changes: int = event.changes  # type: ignore[attr-defined]
    changed_at: datetime = event.changed_at or event.recorded_at  # type: ignore[attr-defined]
    cancelled = event.status == EngagementEvent.Status.CANCELLED
    entry = Event()
    entry.add("uid", f"engagement-{event.pk}@days-of-action")
    entry.add("sequence", max(changes - 1, 0))
    entry.add("dtstamp", changed_at.astimezone(UTC))
    entry.add("last-modified", changed_at.astimezone(UTC))
    entry.add("dtstart", event.happened_at.astimezone(UTC))
    if event.ends_at:
        entry.add("dtend", event.ends_at.astimezone(UTC))
    entry.add("summary", vText(plain(event.title)))
    entry.add("location", vText(plain(event.place) or "Online"))
    entry.add("description", vText("\n".join(_lines(event))))
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    # The page stands behind the sign-in, and its address has nothing in it but a number.
    entry.add("url", absolute(reverse("partners:event", args=[event.pk])))
    return entry


def _lines(event: EngagementEvent) -> Iterator[str]:
    """What the event is. What was typed of those who came, and the partners' people, stay here."""
    yield f"{event.get_kind_display()}, {event.borough}. {event.get_status_display()}."
    if event.team:
        yield plain(f"Lead team: {event.team}.")
    if event.topics:
        yield f"Topics: {', '.join(TOPICS[topic] for topic in event.topics)}."


def plain(text: str) -> str:
    """A text without what some program takes for the end of a line, or for a command."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    kept = ("".join(c for c in line if unicodedata.category(c) != "Cc") for line in lines)
    return "\n".join(kept)
