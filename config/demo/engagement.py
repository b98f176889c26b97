"""Stalls, webinars, the Engagement Bus, talks and training, with the partners of each."""

import tomllib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.utils.text import slugify

from campaigns.models import Borough
from config.demo.demand import DAYTIME, Weights, at, moments, split, spread
from config.demo.places import Places
from core.days import ONE_DAY, DayRange
from partners.models import EngagementEvent, Participation, Partner, TrainingSession

EVENTS: dict[str, list[dict[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("events.toml").read_text(encoding="utf-8")
)
TRAINER = "SafeLives"
PARTNERS = {
    "Solace": Partner.Kind.SUPPORT,
    "Gaia": Partner.Kind.SUPPORT,
    "The Path Project": Partner.Kind.SUPPORT,
    "Suzy Lamplugh Trust": Partner.Kind.SUPPORT,
    TRAINER: Partner.Kind.TRAINING,
    "Hayes Muslim Centre": Partner.Kind.COMMUNITY,
}
NAMED_SINCE = date(2021, 11, 22)
"""The force named them all in public that year; the day on which each agreed is invented."""

OFFICERS_A_SESSION = 50
PLANNED_AHEAD = timedelta(days=30)


def load_partners() -> dict[str, Partner]:
    partners = Partner.objects.bulk_create(
        Partner(
            name=name,
            slug=slugify(name),
            kind=kind,
            may_be_named=True,
            may_be_named_since=NAMED_SINCE,
        )
        for name, kind in PARTNERS.items()
    )
    return {partner.name: partner for partner in partners}


def load_events(
    events: list[dict[str, Any]],
    days: DayRange,
    now: datetime,
    places: Places,
    partners: dict[str, Partner],
) -> None:
    for plan in events:
        starts = at(days.first + plan["day"] * ONE_DAY, plan["hour"])
        ends = starts + timedelta(minutes=plan["minutes"])
        done = ends < now and not plan.get("cancelled")
        known = ("attendances", "reach_method", "feedback") if done else ()
        event = EngagementEvent.objects.create(
            status=_status(plan, done),
            happened_at=starts,
            ends_at=ends,
            recorded_at=starts - PLANNED_AHEAD,
            borough=places.boroughs[plan["borough"]],
            team=places.teams[plan["team"]],
            place=plan.get("place", ""),
            **{field: plan[field] for field in ("title", "kind", "topics", "audience")},
            **{field: plan[field] for field in known if field in plan},
        )
        event.supporting_teams.set(places.teams[slug] for slug in plan.get("supporting", ()))
        Participation.objects.bulk_create(
            Participation(event=event, partner=partners[name], part=part)
            for name, part in plan.get("partners", {}).items()
        )


def _status(plan: dict[str, Any], done: bool) -> EngagementEvent.Status:
    if plan.get("cancelled"):
        return EngagementEvent.Status.CANCELLED
    return EngagementEvent.Status.DONE if done else EngagementEvent.Status.PLANNED


def load_training(
    rng: Random,
    officers: int,
    days: Iterable[date],
    now: datetime,
    places: Places,
    partners: dict[str, Partner],
) -> None:
    """So many officers, in sessions of about fifty on working days, in boroughs by residents."""
    lasts = timedelta(hours=4)
    sessions = round(officers / OFFICERS_A_SESSION)
    sizes = split(officers, {n: rng.uniform(0.8, 1.2) for n in range(sessions)})
    working = [day for day in days if day.weekday() < 5]
    by_residents: Weights[Borough] = {b: b.population or 0 for b in places.london}
    TrainingSession.objects.bulk_create(
        TrainingSession(
            programme="Domestic Abuse Matters",
            partner=partners[TRAINER],
            borough=borough,
            team=places.command_team[borough],
            officers_trained=size,
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
