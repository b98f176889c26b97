"""Stalls, webinars, the Engagement Bus, talks and training, with the partners of each."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.text import slugify

from accounts.models import User
from campaigns.models import Borough, Programme
from config.demo.demand import DAYTIME, Weights, at, moments, split, spread
from config.demo.people import People
from config.demo.places import Places
from config.demo.tables import toml
from core.days import ONE_DAY, DayRange, london_day
from partners.actions import amend_event
from partners.actions.training import void_session
from partners.choices import EventStatus
from partners.models import (
    ConfirmationLink,
    Contact,
    EngagementEvent,
    FollowUp,
    Participation,
    Partner,
    TrainingProgramme,
    TrainingSession,
)
from partners.models.link import digest_of

EVENTS: dict[str, list[dict[str, Any]]] = toml("events")
PARTNERS: list[dict[str, Any]] = toml("partners")["partner"]
TRAINER = "SafeLives"
NAMED_SINCE = date(2021, 11, 22)
"""The force named the partners of its release in public that year; the day is invented."""

OFFICERS_A_SESSION = 50
PLANNED_AHEAD = timedelta(days=30)
DIRECTORY = (
    *("name", "kind", "offers", "helps", "languages", "london_wide", "hours", "phone"),
    *("website", "referral"),
)
COUNTS = (
    *("attendances", "reach_method", "conversations", "leaflets", "safeguarding_handoffs"),
    "feedback",
)


def load_partners(places: Places, now: datetime) -> dict[str, Partner]:
    """The directory; where a row says since when it may be named, that, else the release's day."""
    partners = {}
    for row in PARTNERS:
        invented = "phone" in row
        since = row.get("agreed") if invented else NAMED_SINCE
        partner = partners[row["name"]] = Partner.objects.create(
            slug=slugify(row["name"]),
            may_be_named=since is not None,
            may_be_named_since=since,
            review_on=london_day(now) + row["review"] * ONE_DAY,
            retired_on=london_day(now) - row["retired"] * ONE_DAY if "retired" in row else None,
            link_checked_at=now - ONE_DAY if "link" in row else None,
            link_result=row.get("link", ""),
            **{field: row[field] for field in DIRECTORY if field in row},
        )
        partner.boroughs.set(places.boroughs[slug] for slug in row.get("boroughs", ()))
        Contact.objects.bulk_create(
            Contact(
                partner=partner,
                name=name,
                role=role,
                email=email,
                review_on=london_day(now) + days * ONE_DAY,
            )
            for name, role, email, days in row.get("contacts", ())
        )
    return partners


def load_events(
    events: list[dict[str, Any]],
    days: DayRange,
    now: datetime,
    places: Places,
    people: People,
    partners: dict[str, Partner],
) -> None:
    for plan in events:
        starts = at(days.first + plan["day"] * ONE_DAY, plan["hour"])
        ends = starts + timedelta(minutes=plan["minutes"])
        done = ends < now and not plan.get("cancelled")
        known = COUNTS if done else ()
        event = EngagementEvent.objects.create(
            status=_status(plan, done),
            happened_at=starts,
            ends_at=ends,
            recorded_at=starts - PLANNED_AHEAD,
            borough=places.boroughs[plan["borough"]],
            team=places.teams[plan["team"]],
            place=plan.get("place", ""),
            cancel_reason=plan.get("cancel_reason", ""),
            **{field: plan[field] for field in ("title", "kind", "topics", "audience")},
            **{field: plan[field] for field in known if field in plan},
        )
        event.supporting_teams.set(places.teams[slug] for slug in plan.get("supporting", ()))
        Participation.objects.bulk_create(
            Participation(event=event, partner=partners[name], part=part)
            for name, part in plan.get("partners", {}).items()
        )
        if done:
            owner = people.loggers[event.borough][0]
            ConfirmationLink.objects.bulk_create(_confirmations(event, owner, plan, now))
            FollowUp.objects.bulk_create(
                _follow_up(event, owner, *said) for said in plan.get("follow_ups", ())
            )


def _follow_up(
    event: EngagementEvent, owner: User, what: str, due: int, done: int | None = None
) -> FollowUp:
    """What is due, and perhaps done, so many days after an event."""
    return FollowUp(
        event=event,
        what=what,
        owner=owner,
        due_on=london_day(event.happened_at) + due * ONE_DAY,
        done_at=None if done is None else event.happened_at + done * ONE_DAY,
        done_by=None if done is None else owner,
    )


def _confirmations(
    event: EngagementEvent, by: User, plan: dict[str, Any], now: datetime
) -> Iterator[ConfirmationLink]:
    """The links by which partners were asked until now; nobody knows their tokens."""
    for part in event.participations.filter(partner__name__in=plan.get("confirmations", {})):
        said = dict(plan["confirmations"][part.partner.name])
        made_at = event.happened_at + said.pop("asked") * ONE_DAY
        answered_at = event.happened_at + said.pop("answered", 0) * ONE_DAY
        answer = {"answered_at": answered_at, **said} if said and answered_at < now else {}
        if made_at < now:
            yield ConfirmationLink(
                participation=part,
                digest=digest_of(token_urlsafe(32)),
                made_at=made_at,
                made_by=by,
                expires_at=made_at + timedelta(days=settings.CONFIRMATION_DAYS),
                **answer,
            )


def _status(plan: dict[str, Any], done: bool) -> EventStatus:
    if plan.get("cancelled"):
        return EventStatus.CANCELLED
    return EventStatus.DONE if done else EventStatus.PLANNED


def load_training_programme(partners: dict[str, Partner], paid_by: Programme) -> TrainingProgramme:
    said = toml("programmes")["training"]
    return TrainingProgramme.objects.create(paid_by=paid_by, partner=partners[TRAINER], **said)


def load_training(
    rng: Random,
    officers: int,
    days: Iterable[date],
    now: datetime,
    places: Places,
    programme: TrainingProgramme,
) -> None:
    """So many officers, in sessions of about fifty on working days, in boroughs by residents.

    Some come for a second time, and some answer nothing; both are invented.
    """
    lasts = timedelta(hours=4)
    sessions = round(officers / OFFICERS_A_SESSION)
    sizes = split(officers, {n: rng.uniform(0.8, 1.2) for n in range(sessions)})
    working = [day for day in days if day.weekday() < 5]
    by_residents: Weights[Borough] = {b: b.population or 0 for b in places.london}
    TrainingSession.objects.bulk_create(
        TrainingSession(
            programme=programme,
            partner=programme.partner,
            borough=borough,
            team=places.command_team[borough],
            officers_attended=size + size % 4,
            officers_trained=size,
            answered_before=size - size % 5,
            agreed_before=(size - size % 5) * (38 + size % 9) // 100,
            answered_after=size - size % 7,
            agreed_after=(size - size % 7) * (84 + size % 9) // 100,
            happened_at=moment,
            recorded_at=moment + lasts,
        )
        for size, moment, borough in zip(
            sizes.values(),
            moments(rng, sessions, working, now - lasts, DAYTIME),
            spread(rng, sessions, by_residents),
            strict=True,
        )
    )


MISCOUNTED = "Webinar: the right to ask"
MISSED = 6
"""Those who joined by telephone, and whom the first count of a webinar left out."""


def enter_twice(days: DayRange, borough: Borough) -> TrainingSession:
    """Another entry of a session that is there already."""
    twice = TrainingSession.objects.counted().between(days).filter(borough=borough)[0]
    twice.pk, twice.token = None, uuid4()
    twice.recorded_at += timedelta(hours=20)
    twice.save()
    return twice


def put_right(twice: TrainingSession, by: User) -> None:
    """What became known once it had been counted: one session is two entries, one count short."""
    void_session(by=by, session=twice, reason="The trainer had entered the same session already.")
    event = EngagementEvent.objects.get(title=MISCOUNTED)
    amend_event(
        by=by,
        event=event,
        partners=event.partners.all(),
        supporting_teams=event.supporting_teams.all(),
        attendances=event.attendances + MISSED,
    )
