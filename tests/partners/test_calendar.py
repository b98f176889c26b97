"""Events by day, and by place."""

import re
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from core.days import LONDON, ONE_DAY
from partners import actions
from partners.presenters.calendar import Calendar
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import NOON, BoroughFactory, CampaignFactory, EngagementEventFactory

pytestmark = pytest.mark.django_db

TODAY = date(2021, 11, 25)


def shown(cast: Cast, of: date, **more: bool) -> Calendar:
    by_week = more.get("by_week", False)
    return Calendar(cast.force_supervisor, of, TODAY, by_week, None)


def test_a_month_has_whole_weeks_from_monday(cast: Cast) -> None:
    month = shown(cast, date(2022, 2, 14))
    assert month.title == "February 2022"
    assert [(week[0].day, week[-1].day) for week in month.weeks] == [
        (date(2022, 1, 31), date(2022, 2, 6)),
        (date(2022, 2, 7), date(2022, 2, 13)),
        (date(2022, 2, 14), date(2022, 2, 20)),
        (date(2022, 2, 21), date(2022, 2, 27)),
        (date(2022, 2, 28), date(2022, 3, 6)),
    ]
    inside = [day.day for week in month.weeks for day in week if day.inside]
    assert (inside[0], inside[-1], len(inside)) == (date(2022, 2, 1), date(2022, 2, 28), 28)
    assert (month.before, month.after) == ("?of=2022-01-31", "?of=2022-03-01")


def test_a_week_is_one_row_and_leads_to_its_month(cast: Cast) -> None:
    week = shown(cast, TODAY, by_week=True)
    assert week.title == "22 to 28 November 2021"
    assert [len(row) for row in week.weeks] == [7]
    assert [day.day for day in week.weeks[0] if day.today] == [TODAY]
    assert (week.before, week.after) == ("?of=2021-11-21&by=week", "?of=2021-11-29&by=week")
    assert week.other == "?of=2021-11-25"


def test_an_event_stands_on_its_london_day_in_the_order_of_time(cast: Cast) -> None:
    late, early = (
        EngagementEventFactory.create(happened_at=datetime(2021, 6, 15, hour, 30, tzinfo=LONDON))
        for hour in (23, 0)
    )
    [day] = [
        day for week in shown(cast, date(2021, 6, 1)).weeks for day in week if len(day.entries)
    ]
    assert (day.day, day.entries) == (date(2021, 6, 15), [early, late])


def test_void_events_and_those_out_of_sight_are_not_there(cast: Cast, officer: Client) -> None:
    void = EngagementEventFactory.create(borough=cast.a, title="Void one")
    actions.void_event(by=cast.officer, event=void, reason="Entered twice")
    EngagementEventFactory.create(borough=cast.b, title="Barnet's")
    assert "No event in these days." in text_of(officer.get("/engagement/calendar/?of=2021-11-01"))
    EngagementEventFactory.create(borough=cast.a, title="Lambeth's")
    page = text_of(officer.get("/engagement/calendar/?of=2021-11-01&borough=lambeth"))
    assert "Lambeth's" in page.replace("&#x27;", "'")
    assert "Barnet" not in page


def test_gaps_name_each_borough_without_an_event_and_what_is_planned(cast: Cast) -> None:
    campaign = CampaignFactory.create(slug="the-days", boroughs=[cast.a, cast.b])
    planned = {"status": "planned", "attendances": 0, "reach_method": ""}
    EngagementEventFactory.create(borough=cast.a)
    EngagementEventFactory.create(borough=cast.a, happened_at=NOON - ONE_DAY)
    EngagementEventFactory.create(borough=cast.b, happened_at=NOON + 3 * ONE_DAY, **planned)
    client = browser(cast.supervisor)
    answer = client.get("/engagement/map/?campaign=the-days")
    page = answer.context["page"]
    assert {borough.name: number for borough, number, _ in page.rows} == {"Lambeth": 1, "Barnet": 0}
    assert page.gaps == [(cast.b, date(2021, 11, 28))]
    assert "Barnet, planned for 28 November 2021" in text_of(answer)
    assert campaign.name in text_of(answer)
    # Each number opens onto just the events that it counts.
    for _, number, address in page.rows:
        assert urlsplit(address).path == "/engagement/"
        assert client.get(address).context["list"].count.number == number


@pytest.mark.parametrize(("days", "yet"), [(0, " yet"), (1, "")])
def test_a_gap_is_final_once_the_campaign_is_over(
    cast: Cast, time_machine: Any, days: int, yet: str
) -> None:
    campaign = CampaignFactory.create(slug="the-days", boroughs=[cast.a, cast.b])
    now = datetime.combine(campaign.last_day + days * ONE_DAY, time(12), tzinfo=LONDON)
    time_machine.move_to(now, tick=False)
    client = browser(cast.supervisor)
    page = text_of(client.get("/engagement/map/?campaign=the-days"))
    assert re.search(
        rf"No event{yet} in: *</p> *<ul[^>]*> *<li>Barnet *</li> *<li>Lambeth *</li>", page
    )


def test_a_map_is_drawn_of_five_boroughs_and_fewer_are_a_table(cast: Cast) -> None:
    others = BoroughFactory.create_batch(2)
    four = CampaignFactory.create(slug="four", boroughs=[cast.a, cast.b, *others])
    five = CampaignFactory.create(slug="five", boroughs=[*four.boroughs.all()])
    five.boroughs.add(BoroughFactory.create())
    EngagementEventFactory.create(borough=cast.a)
    client = browser(cast.supervisor)
    assert client.get("/engagement/map/?campaign=four").context["page"].map is None
    drawn = client.get("/engagement/map/?campaign=five").context["page"].map
    assert [(shade.level, shade.words) for shade in drawn.legend] == [(0, "none"), (4, "1")]
    assert drawn.drawing.count("<a ") == 5


def test_an_officer_sees_the_map_of_their_boroughs_alone(cast: Cast, officer: Client) -> None:
    CampaignFactory.create(slug="the-days", boroughs=[cast.a, cast.b])
    page = officer.get("/engagement/map/?campaign=the-days").context["page"]
    assert page.boroughs == [cast.a]
    assert [borough for borough, _ in page.gaps] == [cast.a]


def test_without_a_campaign_nothing_is_looked_for(officer: Client) -> None:
    assert "There is no campaign yet" in text_of(officer.get("/engagement/map/"))
