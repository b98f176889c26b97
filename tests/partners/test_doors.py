"""Every address of partners, engagement and training: what is logged, and odd addresses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, reverse

from audit.models import LogRow
from partners.actions import void_event
from partners.actions.links import make_confirmation
from partners.actions.training import void_session
from partners.urls import urlpatterns
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    CalendarLinkFactory,
    ContactFactory,
    EngagementEventFactory,
    FollowUpFactory,
    ParticipationFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db

OF_VOID = {"restore_event", "restore_session"}


def world(cast: Cast) -> dict[str, Any]:
    """One of everything, in a borough."""
    event = EngagementEventFactory.create(borough=cast.a, place="The station")
    session = TrainingSessionFactory.create(borough=cast.a)
    void = EngagementEventFactory.create(borough=cast.a)
    void_event(by=cast.officer, event=void, reason="Twice")
    void_one = TrainingSessionFactory.create(borough=cast.a)
    void_session(by=cast.officer, session=void_one, reason="Twice")
    part = ParticipationFactory.create(event=event)
    link, token = make_confirmation(by=cast.officer, participation=part)
    contact = ContactFactory.create()
    return {
        "engagement": event,
        "void": void,
        "follow-ups": FollowUpFactory.create(event=event),
        "sessions": session,
        "void session": void_one,
        "programme": session.programme,
        "parts": part,
        "links": link,
        "token": token,
        "contacts": contact,
        "partner": contact.partner,
        "feed": CalendarLinkFactory.create(owner=cast.supervisor),
    }


def addresses(rows: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The name and the address of each page, with the rows in the places of its path."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        name, route = str(pattern.name), str(pattern.pattern)
        words = route.split("/")
        places: dict[str, Any] = {}
        if "pk>" in route:
            subject = words[words.index("<int:pk>") - 1]
            if name in OF_VOID:
                subject = {"engagement": "void", "sessions": "void session"}[subject]
            places["pk"] = rows[subject].pk
        if "slug>" in route:
            places["slug"] = rows["partner" if words[0] == "partners" else "programme"].slug
        if "credential>" in route:
            places["credential"] = rows["token"]
        yield name, reverse(f"partners:{name}", kwargs=places)


def test_reading_one_and_reading_the_list_leave_a_row_each(cast: Cast) -> None:
    rows = world(cast)
    client = browser(cast.officer)
    client.get(reverse("partners:event", args=[rows["engagement"].pk]))
    client.get(f"{reverse('partners:events')}?state=done")
    read, listed = LogRow.objects.filter(action__in=["consultation", "search"]).order_by("pk")
    assert (read.action, read.object_type, read.object_id, read.actor) == (
        *("consultation", "partners.engagementevent"),
        *(str(rows["engagement"].pk), cast.officer.username),
    )
    assert (listed.action, listed.results, listed.details) == ("search", 1, {"state": "done"})


@pytest.mark.parametrize(
    "query",
    [
        *("of=x", "of=0001-01-01", "of=9999-12-31", "of=1900-01-01&by=week", "of=2021-02-30"),
        *("of=2998-12-31", "by=week&of=2021-12-31", "page=x"),
    ],
)
def test_no_odd_address_breaks_a_page(cast: Cast, query: str) -> None:
    client = browser(cast.officer)
    for name in ("calendar", "events", "places"):
        assert client.get(f"{reverse(f'partners:{name}')}?{query}").status_code == 200


def test_a_calendar_of_a_borough_out_of_sight_is_not_found(cast: Cast) -> None:
    client = browser(cast.officer)
    assert client.get("/engagement/calendar/?borough=lambeth").status_code == 200
    assert client.get("/engagement/calendar/?borough=barnet").status_code == 404
    assert client.get("/engagement/map/?campaign=none").status_code == 404
