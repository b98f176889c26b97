"""What the database refuses of engagement and training."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import F, Model

from core.days import DatabaseNow
from partners.choices import Basis, Helped, Language, LinkResult, ReachMethod, Service, Topic
from partners.models import EngagementEvent, Partner
from tests.core.rules import A_MICROSECOND, Change, Rule, fact_rules, judged, new, somebody, trials
from tests.factories import (
    NOON,
    BoroughFactory,
    CalendarLinkFactory,
    ConfirmationLinkFactory,
    ContactFactory,
    EngagementEventFactory,
    FollowUpFactory,
    ImportedEventFactory,
    ImportFactory,
    ParticipationFactory,
    PartnerFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db

AGREED = {"may_be_named_since": NOON.date()}
NOBODY_CAME = {"attendances": 0, "reach_method": ""}
ANSWER: Change = {"answered_at": NOON, "attended": True, "may_be_named": False}
A_DAY = timedelta(days=1)
UNCOUNTED: Change = {"status": "planned", **NOBODY_CAME}


def second_participation() -> Model:
    first = ParticipationFactory.create()
    return ParticipationFactory.create(event=first.event)


def second_row() -> Model:
    first = ImportedEventFactory.create(line=2)
    return ImportedEventFactory.create(batch=first.batch, line=3)


def partner_of_the_first(row: Any) -> Model:
    return row.event.participations.exclude(pk=row.pk).get().partner  # type: ignore[no-any-return]


def second_calendar() -> Model:
    """Of one borough, of somebody who has one of all of them."""
    first = CalendarLinkFactory.create(borough=None)
    return CalendarLinkFactory.create(owner=first.owner)


RULES = [
    Rule(
        "partners_importedevent_line_once",
        second_row,
        refused=[{"line": 2}],
        accepted=[{"line": 2, "batch": new(ImportFactory, saved=True)}],
    ),
    *fact_rules("partners_engagementevent", EngagementEventFactory.create),
    *fact_rules("partners_trainingsession", TrainingSessionFactory.create),
    Rule(
        "partners_partner_agreement_has_its_date",
        PartnerFactory.create,
        refused=[AGREED, {"may_be_named": True}],
        accepted=[AGREED | {"may_be_named": True}],
    ),
    Rule(
        "partners_partner_link_check_is_whole",
        partial(PartnerFactory.create, website="https://partner.example"),
        refused=[
            {"link_checked_at": NOON},
            {"link_result": "answers"},
            {"link_checked_at": NOON, "link_result": "perhaps"},
            {"link_checked_at": NOON, "link_result": "answers", "website": ""},
        ],
        accepted=[{"link_checked_at": NOON, "link_result": result} for result in LinkResult.values],
    ),
    Rule(
        "partners_partner_kind_is_known",
        PartnerFactory.create,
        refused=[{"kind": "club"}, {"kind": ""}],
        accepted=[{"kind": kind} for kind in Partner.Kind.values],
    ),
    Rule(
        "partners_partner_offers_are_known",
        PartnerFactory.create,
        refused=[{"offers": ["refuge", "tea"]}, {"offers": [""]}],
        accepted=[{"offers": []}, {"offers": Service.values}],
    ),
    Rule(
        "partners_partner_helps_are_known",
        PartnerFactory.create,
        refused=[{"helps": ["everyone"]}],
        accepted=[{"helps": []}, {"helps": Helped.values}],
    ),
    Rule(
        "partners_partner_languages_are_known",
        PartnerFactory.create,
        refused=[{"languages": ["klingon"]}],
        accepted=[{"languages": []}, {"languages": Language.values}],
    ),
    Rule(
        "partners_contact_can_be_reached",
        ContactFactory.create,
        refused=[{"email": ""}],
        accepted=[{"email": "", "phone": "020 7946 0000"}, {"phone": "020 7946 0000"}],
    ),
    Rule(
        "partners_contact_basis_is_known",
        ContactFactory.create,
        refused=[{"basis": "habit"}, {"basis": ""}],
        accepted=[{"basis": basis} for basis in Basis.values],
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
        "partners_engagementevent_attendances_fit_a_stadium",
        EngagementEventFactory.create,
        refused=[{"attendances": 100_001}],
        accepted=[{"attendances": 100_000}],
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
        "partners_engagementevent_counts_once_done",
        partial(EngagementEventFactory.create, status="planned", **NOBODY_CAME),
        refused=[{"conversations": 1}, {"leaflets": 1}, {"safeguarding_handoffs": 1}],
        accepted=[
            {"conversations": 0},
            {"status": "done", "conversations": 1, "leaflets": 2, "safeguarding_handoffs": 3},
        ],
    ),
    Rule(
        "partners_engagementevent_reason_is_of_a_cancelled_one",
        partial(EngagementEventFactory.create, **NOBODY_CAME),
        refused=[{"cancel_reason": "Snow"}, {"status": "planned", "cancel_reason": "Snow"}],
        accepted=[{"status": "cancelled", "cancel_reason": "Snow"}, {"status": "cancelled"}],
    ),
    Rule(
        "partners_engagementevent_reach_method_is_known",
        EngagementEventFactory.create,
        refused=[{"reach_method": "guess"}],
        accepted=[{"reach_method": method} for method in ReachMethod.values],
    ),
    Rule(
        "partners_engagementevent_topics_are_known",
        EngagementEventFactory.create,
        refused=[{"topics": ["weather"]}, {"topics": ["clares_law", ""]}],
        accepted=[{"topics": []}, {"topics": Topic.values}],
    ),
    Rule(
        "partners_followup_done_says_who_and_when",
        FollowUpFactory.create,
        refused=[{"done_at": NOON}, {"done_by": somebody}],
        accepted=[{"done_at": NOON, "done_by": somebody}],
    ),
    Rule(
        "partners_confirmationlink_token_is_a_digest",
        ConfirmationLinkFactory.create,
        refused=[{"digest": ""}, {"digest": "g" * 64}, {"digest": "0" * 63}],
        accepted=[{"digest": "0" * 64}],
    ),
    Rule(
        "partners_confirmationlink_expires_after_it_is_made",
        ConfirmationLinkFactory.create,
        refused=[{"expires_at": F("made_at")}],
        accepted=[{"expires_at": F("made_at") + A_MICROSECOND}],
    ),
    Rule(
        "partners_confirmationlink_answer_is_whole_and_in_time",
        ConfirmationLinkFactory.create,
        refused=[
            {"attended": True},
            {"attendances": 40},
            {"may_be_named": False},
            {"answered_at": NOON},
            {"answered_at": NOON, "attended": True},
            {"answered_at": NOON, "may_be_named": True},
            ANSWER | {"answered_at": F("made_at") - A_MICROSECOND},
            ANSWER | {"answered_at": F("expires_at")},
            ANSWER | {"withdrawn_at": NOON},
        ],
        accepted=[
            ANSWER,
            ANSWER | {"answered_at": F("expires_at") - A_MICROSECOND, "attendances": 40},
            {"withdrawn_at": NOON},
        ],
    ),
    Rule(
        "partners_calendarlink_once_a_borough",
        second_calendar,
        refused=[{"borough": None}],
        accepted=[{"borough": new(BoroughFactory)}, {"borough": None, "owner": somebody}],
    ),
    Rule(
        "partners_calendarlink_token_is_a_digest",
        CalendarLinkFactory.create,
        refused=[{"digest": ""}, {"digest": "g" * 64}, {"digest": "0" * 63}],
        accepted=[{"digest": "0" * 64}],
    ),
    Rule(
        "partners_trainingprogramme_ends_on_or_after_start",
        TrainingProgrammeFactory.create,
        refused=[{"last_day": F("first_day") - A_DAY}],
        accepted=[{"last_day": F("first_day")}, {"last_day": None}],
    ),
    Rule(
        "partners_trainingprogramme_target_within_headcount",
        TrainingProgrammeFactory.create,
        refused=[{"target": F("headcount") + 1}],
        accepted=[{"target": F("headcount")}, {"target": 0}],
    ),
    Rule(
        "partners_trainingsession_officers_fit_a_stadium",
        TrainingSessionFactory.create,
        refused=[{"officers_attended": 100_001}],
        accepted=[{"officers_attended": 100_000}],
    ),
    Rule(
        "partners_trainingsession_trained_were_there",
        TrainingSessionFactory.create,
        refused=[{"officers_trained": F("officers_attended") + 1}],
        accepted=[{"officers_trained": F("officers_attended")}, {"officers_trained": 0}],
    ),
    Rule(
        "partners_trainingsession_answers_are_of_those_there",
        TrainingSessionFactory.create,
        refused=[
            {"answered_before": F("officers_attended") + 1},
            {"answered_after": F("officers_attended") + 1},
            {"agreed_before": 1},
            {"agreed_after": 1},
            {"answered_before": 10, "agreed_before": 11},
            {"answered_after": 10, "agreed_after": 11},
        ],
        accepted=[
            {"answered_before": F("officers_attended"), "agreed_before": F("officers_attended")},
            {"answered_after": 10, "agreed_after": 10},
        ],
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


ANSWERED_ONCE = "pgtrigger_answered_once"


@pytest.mark.parametrize(
    "change",
    [
        {"attended": False},
        {"attendances": 41},
        {"may_be_named": False},
        {"expires_at": NOON + timedelta(days=30)},
        {**dict.fromkeys(ANSWER), "attendances": None},
    ],
)
def test_what_a_partner_answered_stays(change: Change) -> None:
    link = ConfirmationLinkFactory.create(answered=True)
    assert judged(link, change).startswith(ANSWERED_ONCE)


def test_whoever_answered_can_be_removed_for_good() -> None:
    contact = ContactFactory.create()
    link = ConfirmationLinkFactory.create(answered=True, contact=contact)
    contact.delete()
    link.refresh_from_db()
    assert (link.contact, link.attendances) == (None, 40)


def test_of_a_contact_nothing_is_kept() -> None:
    assert not hasattr(ContactFactory._meta.model, "pgh_event_model")
