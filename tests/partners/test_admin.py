"""Engagement and training in the admin: refused in plain words when wrong."""

from typing import Any

import pytest
from django.test import Client

from partners.models import EngagementEvent, Partner, TrainingSession
from tests.conftest import Cast
from tests.factories import PartnerFactory, TrainingProgrammeFactory
from tests.test_admin import errors, page

pytestmark = pytest.mark.django_db

PAST = {"happened_at_0": "25/11/2021", "happened_at_1": "12:00:00"}
FUTURE = PAST | {"happened_at_0": "25/11/2099"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (FUTURE, "An event that has not started cannot be done."),
        (
            {"ends_at_0": "25/11/2021", "ends_at_1": "12:00:00"},
            "It must end after it starts.",
        ),
        ({"reach_method": ""}, "Attendances need a way of counting, and an event that is done."),
    ],
)
def test_a_wrong_event_is_refused_and_a_right_one_saved(
    signed_in: Client, cast: Cast, wrong: dict[str, str], told: str
) -> None:
    partner = PartnerFactory.create()
    form: dict[str, Any] = {
        "title": "Stall at the station",
        "kind": "stall",
        "status": "done",
        "borough": cast.a.pk,
        "attendances": 40,
        "reach_method": "clicker",
        "topics": ["clares_law", "safety"],
        **dict.fromkeys(["conversations", "leaflets", "safeguarding_handoffs"], 0),
        "follow_ups-TOTAL_FORMS": 0,
        "follow_ups-INITIAL_FORMS": 0,
        "participations-TOTAL_FORMS": 1,
        "participations-INITIAL_FORMS": 0,
        "participations-0-partner": partner.pk,
        **PAST,
    }
    path = page(EngagementEvent, "add")
    assert errors(signed_in.post(path, form | wrong)) == {"__all__": [told]}
    assert list(EngagementEvent.objects.all()) == []
    assert signed_in.post(path, form).status_code == 302
    event = EngagementEvent.objects.get()
    assert (event.counted, list(event.partners.all())) == (True, [partner])
    assert event.topics == ["clares_law", "safety"]


def test_training_in_the_future_is_refused_and_in_the_past_saved(
    signed_in: Client, cast: Cast
) -> None:
    form = {
        "programme": TrainingProgrammeFactory.create().pk,
        "partner": PartnerFactory.create().pk,
        "borough": cast.a.pk,
        "officers_attended": 60,
        "officers_trained": 50,
        **dict.fromkeys(["answered_before", "agreed_before", "answered_after", "agreed_after"], 0),
        **PAST,
    }
    path = page(TrainingSession, "add")
    assert errors(signed_in.post(path, form | FUTURE)) == {
        "__all__": ["When it happened must be today or in the past."]
    }
    assert signed_in.post(path, form).status_code == 302
    assert TrainingSession.objects.get().officers_trained == 50


def test_a_partner_is_named_from_a_date_only(signed_in: Client) -> None:
    form = {
        "name": "Refuge",
        "slug": "refuge",
        "kind": "support",
        "website": "refuge.org.uk",
        "contacts-TOTAL_FORMS": 0,
        "contacts-INITIAL_FORMS": 0,
    }
    path = page(Partner, "add")
    assert errors(signed_in.post(path, form | {"may_be_named": "on"})) == {
        "__all__": ["Agreement to be named needs its date; no agreement, none."]
    }
    assert signed_in.post(path, form).status_code == 302
    assert Partner.objects.get().website == "https://refuge.org.uk"
