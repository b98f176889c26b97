"""Each page of partners, engagement and training asks as much for one row as for twenty."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.actions.links import answer_confirmation, make_confirmation
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    ContactFactory,
    EngagementEventFactory,
    FollowUpFactory,
    KeptFormFactory,
    ParticipationFactory,
    PartnerFactory,
    TeamFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)
from tests.partners.pages import at

pytestmark = pytest.mark.django_db

More = Callable[[], Any]


def of_event(cast: Cast, name: str) -> tuple[str, More]:
    event = EngagementEventFactory.create(borough=cast.a, place="The station")

    def more() -> None:
        part = ParticipationFactory.create(event=event, partner=PartnerFactory.create())
        ContactFactory.create(partner=part.partner)
        _, token = make_confirmation(by=cast.officer, participation=part)
        answer_confirmation(token=token, attended=True, attendances=4, may_be_named=True)
        make_confirmation(by=cast.officer, participation=part)
        FollowUpFactory.create(event=event)
        event.supporting_teams.add(TeamFactory.create())

    return at(name, event.pk), more


def of_partner(cast: Cast, name: str) -> tuple[str, More]:
    partner = PartnerFactory.create()

    def more() -> None:
        ContactFactory.create(partner=partner)
        partner.boroughs.add(EngagementEventFactory.create(borough=cast.a).borough)
        ParticipationFactory.create(partner=partner, event__borough=cast.a)
        TrainingSessionFactory.create(
            programme=TrainingProgrammeFactory.create(partner=partner), borough=cast.a
        )

    return at(name, partner.slug), more


def of_all(cast: Cast, address: str) -> tuple[str, More]:
    def more() -> None:
        event = EngagementEventFactory.create(borough=cast.a, place="The station")
        ParticipationFactory.create(event=event)
        TrainingSessionFactory.create(borough=cast.a)
        KeptFormFactory.create(owner=cast.supervisor, address=at("add_event"), page="/x/")

    return address, more


@pytest.mark.parametrize(
    "page",
    [
        *(f"event {name}" for name in ("event", "links", "amend_event", "say_parts")),
        *(f"partner {name}" for name in ("partner", "amend_partner")),
        *(f"all {name}" for name in ("add_event", "calendar", "places", "directory", "training")),
    ],
)
def test_twenty_cost_as_much_as_one(cast: Cast, page: str) -> None:
    of, name = page.split()
    made = {"event": of_event, "partner": of_partner}
    address, more = made[of](cast, name) if of in made else of_all(cast, at(name))
    client = browser(cast.supervisor)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    # In the one transaction of a test, what somebody does is said of each row after it as well.
    make_confirmation(by=cast.officer, participation=ParticipationFactory.create())
    more()
    cost()
    one = cost()
    for _ in range(19):
        more()
    assert cost() == one
