"""What the database refuses of engagement and training."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F, Model

from core.days import DatabaseNow
from partners.models import EngagementEvent
from tests.core.rules import A_MICROSECOND, Change, Rule, fact_rules, judged, new, trials
from tests.factories import (
    NOON,
    EngagementEventFactory,
    ParticipationFactory,
    PartnerFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db

AGREED = {"may_be_named_since": NOON.date()}
NOBODY_CAME = {"attendances": 0, "reach_method": ""}
UNCOUNTED: Change = {"status": "planned", **NOBODY_CAME}


def second_participation() -> Model:
    first = ParticipationFactory.create()
    return ParticipationFactory.create(event=first.event)


def partner_of_the_first(row: Any) -> Model:
    return row.event.participations.exclude(pk=row.pk).get().partner  # type: ignore[no-any-return]


RULES = [
    *fact_rules("partners_engagementevent", EngagementEventFactory.create),
    *fact_rules("partners_trainingsession", TrainingSessionFactory.create),
    Rule(
        "partners_partner_agreement_has_its_date",
        PartnerFactory.create,
        refused=[AGREED, {"may_be_named": True}],
        accepted=[AGREED | {"may_be_named": True}],
    ),
    Rule(
        "partners_engagementevent_ends_after_start",
        EngagementEventFactory.create,
        refused=[{"ends_at": NOON}],
        accepted=[{"ends_at": NOON + A_MICROSECOND}, {"ends_at": None}],
    ),
    Rule(
        "partners_engagementevent_done_is_past",
        EngagementEventFactory.create,
        refused=[{"happened_at": DatabaseNow() + A_MICROSECOND}],
        accepted=[
            {"happened_at": DatabaseNow()},
            UNCOUNTED | {"happened_at": DatabaseNow() + timedelta(days=1)},
        ],
    ),
    Rule(
        "partners_engagementevent_reach_says_how",
        EngagementEventFactory.create,
        refused=[
            {"reach_method": ""},
            {"status": "planned"},
            {"status": "planned", "attendances": 0},
            {"status": "cancelled"},
        ],
        accepted=[NOBODY_CAME, {"attendances": 0}, UNCOUNTED],
    ),
    Rule(
        "partners_engagementevent_kind_is_known",
        EngagementEventFactory.create,
        refused=[{"kind": "parade"}, {"kind": ""}],
        accepted=[{"kind": kind} for kind in EngagementEvent.Kind.values],
    ),
    Rule(
        "partners_engagementevent_status_is_known",
        partial(EngagementEventFactory.create, **NOBODY_CAME),
        refused=[{"status": "rained"}, {"status": ""}],
        accepted=[{"status": status} for status in EngagementEvent.Status.values],
    ),
    Rule(
        "partners_participation_once_an_event",
        second_participation,
        refused=[{"partner": partner_of_the_first}],
        accepted=[
            {"partner": new(PartnerFactory)},
            {"partner": partner_of_the_first, "event": new(EngagementEventFactory)},
        ],
    ),
    Rule(
        "partners_trainingsession_happened_before_recorded",
        TrainingSessionFactory.create,
        refused=[{"happened_at": F("recorded_at") + A_MICROSECOND}],
        accepted=[{"happened_at": F("recorded_at")}],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    assert judged(row(), change) == verdict
