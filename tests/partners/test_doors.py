"""Every address of engagement events: what is logged, and odd posts."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.urls import URLPattern, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import LogRow
from campaigns.models import Borough
from partners.models import EngagementEvent
from partners.urls import of_events
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import EngagementEventFactory, FollowUpFactory

pytestmark = pytest.mark.django_db

OF_VOID = {"restore_event"}


def world(borough: Borough) -> dict[str, Model]:
    event = EngagementEventFactory.create(borough=borough)
    void = EngagementEventFactory.create(borough=borough)
    EngagementEvent.objects.filter(pk=void.pk).update(
        voided_at=void.recorded_at,
        voided_by=FollowUpFactory.create(event=event).owner,
        void_reason="Twice",
    )
    return {"event": event, "void": void, "follow-up": FollowUpFactory.create(event=event)}


def addresses(rows: dict[str, Model]) -> Iterator[tuple[str, str]]:
    """The name and the address of each page, with the rows in the places of its path."""
    for pattern in of_events:
        assert isinstance(pattern, URLPattern)
        name, route = str(pattern.name), str(pattern.pattern)
        kind = "void" if name in OF_VOID else "event"
        subject = "follow-up" if route.startswith("follow-ups") else kind
        parts = {"pk": rows[subject].pk} if "pk>" in route else {}
        yield name, reverse(f"partners:{name}", kwargs=parts)


def test_reading_one_and_reading_the_list_leave_a_row_each(cast: Cast) -> None:
    rows = world(cast.a)
    client = browser(cast.officer)
    client.get(reverse("partners:event", args=[rows["event"].pk]))
    client.get(f"{reverse('partners:events')}?state=done")
    read, listed = LogRow.objects.filter(action__in=["consultation", "search"]).order_by("pk")
    assert (read.action, read.object_type, read.object_id, read.actor) == (
        *("consultation", "partners.engagementevent"),
        *(str(rows["event"].pk), cast.officer.username),
    )
    assert (listed.action, listed.results, listed.details) == ("search", 1, {"state": "done"})


ODD = st.dictionaries(
    st.sampled_from(
        [
            *(
                "title",
                "kind",
                "day_day",
                "day_month",
                "day_year",
                "starts",
                "ends",
                "where",
                "place",
            ),
            *("borough", "team", "topics", "partners", "supporting_teams", "token", "version"),
            *("attendances", "reach_method", "leaflets", "reason", "every", "times"),
            *("what", "owner", "due_on_day", "due_on_month", "due_on_year", "feedback"),
        ]
    ),
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(["\0", "1", "9" * 30, "-1", "week", "stall", "online", "25", "12", "2021"]),
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sent=ODD)
def test_no_odd_post_breaks_a_page(cast: Cast, sent: dict[str, Any]) -> None:
    with transaction.atomic():
        client = browser(cast.force_supervisor)
        for name, address in addresses(world(cast.a)):
            with transaction.atomic():
                assert client.post(address, sent).status_code < 500, name
                transaction.set_rollback(True)
        transaction.set_rollback(True)


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
