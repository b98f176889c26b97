"""Engagement events: planned, put right, held, cancelled, repeated; and what follows them."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4, uuid5

import pghistory
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campaigns.models import Team
from core.days import LONDON
from core.models import check_fields
from partners.choices import EventStatus
from partners.models import EngagementEvent, FollowUp, Participation, Partner

COPIED = ("title", "kind", "place", "borough", "team", "topics", "audience")
"""What an event that repeats has of the first."""


class Every(StrEnum):
    """How often an event repeats."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


def add_event(
    *,
    by: User,
    token: UUID,
    partners: Iterable[Partner] = (),
    supporting_teams: Iterable[Team] = (),
    **fields: Any,
) -> EngagementEvent:
    """Plans an event, once for each token however often it is sent.

    One that has begun is planned too, until somebody says what came of it.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, action="add event"):
        event, made = EngagementEvent.objects.get_or_create(token=token, defaults=fields)
        if made:
            _join(event, partners, supporting_teams)
    return event


def bring_in_event(
    *, token: UUID, partners: Iterable[Partner], supporting_teams: Iterable[Team], **fields: Any
) -> EngagementEvent:
    """Saves an event as a row of a spreadsheet has it, within the history of its import.

    One that an undo took out comes back, as the row has it now.
    """
    stands = {"voided_at": None, "voided_by": None, "void_reason": ""}
    event, _ = EngagementEvent.objects.update_or_create(token=token, defaults=fields | stands)
    _join(event, partners, supporting_teams)
    return event


def amend_event(
    *,
    by: User,
    event: EngagementEvent,
    partners: Iterable[Partner],
    supporting_teams: Iterable[Team],
    **fields: Any,
) -> None:
    """Corrects an event; history keeps what it said before."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="amend event"):
        current = _locked(event)
        _change(current, fields)
        _join(current, partners, supporting_teams)


def finish_event(*, by: User, event: EngagementEvent, **counts: Any) -> None:
    """Says that an event was held, and what was counted there."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="say what came of it"):
        _change(_locked(event), {"status": EventStatus.DONE, "cancel_reason": ""} | counts)


def say_parts(*, by: User, event: EngagementEvent, parts: Mapping[int, str]) -> None:
    """Says what partners do at an event, by the keys of their participations."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="say what partners do"):
        for one in Participation.objects.select_for_update().filter(event=event, pk__in=parts):
            if one.part != parts[one.pk]:
                one.part = parts[one.pk]
                one.save(update_fields=["part"])


def cancel_event(*, by: User, event: EngagementEvent, reason: str) -> None:
    """Calls a planned event off; one that is done or void stays as it is."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="cancel event"):
        current = _locked(event)
        if current.status == EventStatus.PLANNED and current.voided_at is None:
            _change(current, {"status": EventStatus.CANCELLED, "cancel_reason": reason})


def void_event(*, by: User, event: EngagementEvent, reason: str) -> None:
    """Makes an entry void that should not be there; it counts nowhere from then on."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="void event"):
        current = _locked(event)
        if current.voided_at is None:
            void = {"voided_at": timezone.now(), "voided_by": by, "void_reason": reason}
            _change(current, void)


def restore_event(*, by: User, event: EngagementEvent) -> None:
    """Takes a void back."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="restore event"):
        current = _locked(event)
        _change(current, {"voided_at": None, "voided_by": None, "void_reason": ""})


def repeat_event(
    *, by: User, event: EngagementEvent, every: Every, times: int
) -> list[EngagementEvent]:
    """Plans an event so many times more, at the same time of day; again, it adds none twice."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="repeat event"):
        current = _locked(event)
        if current.series is None:
            _change(current, {"series": uuid4()})
        lasts = current.ends_at - current.happened_at if current.ends_at else None
        partners = list(current.participations.all())
        made = []
        for starts in repeats(current.happened_at, every, times):
            copy, new = EngagementEvent.objects.get_or_create(
                token=uuid5(current.token, starts.isoformat()),
                defaults={name: getattr(current, name) for name in COPIED}
                | {
                    "series": current.series,
                    "happened_at": starts,
                    "ends_at": starts + lasts if lasts else None,
                },
            )
            if new:
                made.append(copy)
                copy.supporting_teams.set(current.supporting_teams.all())
                Participation.objects.bulk_create(
                    Participation(event=copy, partner_id=one.partner_id, part=one.part)
                    for one in partners
                )
    return made


def repeats(first: datetime, every: Every, times: int) -> list[datetime]:
    """The moments after the first, at its time on London's clock.

    A month that has no such day takes its last.
    """
    local = first.astimezone(LONDON)
    if every is Every.MONTH:
        days = [_months_on(local.date(), number) for number in range(1, times + 1)]
    else:
        step = timedelta(weeks=1 if every is Every.WEEK else 2)
        days = [local.date() + step * number for number in range(1, times + 1)]
    return [datetime.combine(day, local.time(), tzinfo=LONDON) for day in days]


def _months_on(day: date, number: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_follow_up(*, by: User, event: EngagementEvent, token: UUID, **facts: Any) -> FollowUp:
    """Says what is to be done after an event, by whom and until when; once for each token."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="add follow-up"):
        added, _ = FollowUp.objects.get_or_create(token=token, defaults={"event": event, **facts})
    return added


def amend_follow_up(*, by: User, follow_up: FollowUp, **facts: Any) -> None:
    """Puts right what is to be done; history keeps what it said before."""
    with transaction.atomic(), pghistory.context(user=by.pk, action="amend follow-up"):
        current = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
        for name, value in facts.items():
            setattr(current, name, value)
        current.save(update_fields=facts)


def finish_follow_up(*, by: User, follow_up: FollowUp) -> None:
    """Says that it is done; whoever said so first stays named."""
    with pghistory.context(user=by.pk, action="finish follow-up"):
        for open_still in FollowUp.objects.filter(pk=follow_up.pk, done_at=None):
            open_still.done_at, open_still.done_by = timezone.now(), by
            open_still.save()


def _locked(event: EngagementEvent) -> EngagementEvent:
    return EngagementEvent.objects.select_for_update().get(pk=event.pk)


def _change(event: EngagementEvent, fields: dict[str, Any]) -> None:
    """Writes what differs; ValidationError or IntegrityError where a rule is broken."""
    changed = [name for name, value in fields.items() if getattr(event, name) != value]
    for name in changed:
        setattr(event, name, fields[name])
    if changed:
        check_fields(event)
        event.save(update_fields=changed)


def _join(
    event: EngagementEvent, partners: Iterable[Partner], supporting_teams: Iterable[Team]
) -> None:
    """The partners and teams chosen, and no others; who stays keeps their part."""
    chosen = list(partners)
    event.participations.exclude(partner__in=chosen).delete()
    Participation.objects.bulk_create(
        (Participation(event=event, partner=partner) for partner in chosen),
        ignore_conflicts=True,
    )
    event.supporting_teams.set(team for team in supporting_teams if team != event.team)
