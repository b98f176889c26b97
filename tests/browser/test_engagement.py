"""Engagement events in a browser: added, held, repeated, cancelled, and each page by axe."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import KeptForm, User
from campaigns.models import Borough, Campaign
from partners.models import EngagementEvent
from tests.factories import (
    EngagementEventFactory,
    FollowUpFactory,
    ParticipationFactory,
    PartnerFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [1280, 375]


@pytest.fixture(params=[(width, script) for width in WIDTHS for script in (True, False)])
def device(request: Any, new_page: Callable[..., Page]) -> Page:
    """A page 1280 or 375 wide, with scripts and without."""
    width, scripts = request.param
    page: Page = new_page(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, accept_downloads=True
    )
    return page


def type_day(page: Page, day: str, month: str, year: str) -> None:
    for label, text in (("Day", day), ("Month", month), ("Year", year)):
        page.get_by_role("textbox", name=label, exact=True).fill(text)


def test_an_event_is_added_held_repeated_and_cancelled(
    device: Page, sign_in: Callable[..., None], people: dict[str, User]
) -> None:
    PartnerFactory.create(name="Lantern Advocacy")
    page = device
    sign_in(page, "officer", "/engagement/")
    page.get_by_role("link", name="Add an event").click()
    page.get_by_role("button", name="Save event").click()
    expect(page).to_have_title("Error: Add an event - Days of Action")
    page.get_by_label("What it is called").fill("Stall at Brixton market")
    page.get_by_label("Public stall").check()
    type_day(page, "27", "11", "2021")
    page.get_by_label("Starts at").fill("1430")
    page.get_by_label("Ends at").fill("4pm")
    page.get_by_label("At a place").check()
    page.get_by_label("Place", exact=True).fill("Brixton market")
    page.get_by_label("Borough").select_option("Lambeth")
    page.get_by_label("Clare's Law").check()
    page.get_by_text("Partners who take part", exact=True).first.click()
    page.get_by_label("Lantern Advocacy").check()
    page.get_by_role("button", name="Save event").click()
    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    page.get_by_label("Attendances").fill("85")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Select how they were counted")).to_be_visible()
    page.get_by_label("Clicker").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("85, counted by: clicker")).to_be_visible()
    event = EngagementEvent.objects.get()
    assert (event.counted, event.attendances, event.topics) == (True, 85, ["clares_law"])
    page.get_by_role("link", name="Say what each does").click()
    page.get_by_label("Lantern Advocacy").fill("adviser")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Lantern Advocacy, adviser")).to_be_visible()
    page.get_by_role("link", name="Repeat").click()
    page.get_by_label("Every two weeks").check()
    page.get_by_label("How many times more").fill("2")
    page.get_by_role("button", name="Plan them").click()
    expect(page.get_by_text("2 events planned.")).to_be_visible()
    page.get_by_role("link", name="11 December 2021").click()
    page.get_by_role("link", name="Cancel it").click()
    page.get_by_label("Why").fill("Snow")
    page.get_by_role("button", name="Cancel event").click()
    expect(page.get_by_text("Cancelled. Snow")).to_be_visible()
    page.goto("/engagement/?state=planned")
    expect(page.get_by_text("1 event")).to_be_visible()


def test_no_page_has_a_fault_that_axe_finds_or_runs_over(
    *,
    page: Page,
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    people: dict[str, User],
    campaign: Campaign,
    boroughs: dict[str, Borough],
) -> None:
    people["supervisor"].boroughs.set([boroughs["Lambeth"]])
    event = EngagementEventFactory.create(borough=boroughs["Lambeth"], team=TeamFactory.create())
    ParticipationFactory.create(event=event, part="host")
    FollowUpFactory.create(event=event)
    sign_in(page, "supervisor", "/engagement/")

    one = f"/engagement/{event.pk}/"
    for address in [
        *("/engagement/", "/engagement/?kind=nonsense", "/engagement/?state=planned", one),
        *("/engagement/calendar/?of=2021-11-25", "/engagement/calendar/?of=2021-11-25&by=week"),
        *("/engagement/calendar/?of=2020-01-01", "/engagement/map/", "/engagement/export/"),
        *(f"{one}{part}/" for part in ("amend", "done", "cancel", "void", "repeat")),
        *(f"{one}{part}/" for part in ("partners", "follow-up")),
    ]:
        page.goto(address)
        fine(page)
    for address, button in [
        ("/engagement/add/", "Save event"),
        (f"{one}repeat/", "Plan them"),
        (f"{one}follow-up/", "Add follow-up"),
    ]:
        page.goto(address)
        fine(page)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        fine(page)


def test_what_is_typed_is_there_after_a_crash_and_two_people_are_told_apart(
    page: Page,
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    people: dict[str, User],
) -> None:
    sign_in(page, "officer", "/engagement/add/")
    page.get_by_label("What it is called").fill("Stall at Brixton market")
    expect(page.get_by_text("Draft saved at")).to_be_visible()
    # The browser is gone without a word; another one opens the page.
    page.goto("about:blank")
    page.goto("/engagement/add/")
    expect(page.get_by_label("What it is called")).to_have_value("")
    fine(page)
    page.get_by_role("link", name="Go on with what you typed").click()
    expect(page.get_by_label("What it is called")).to_have_value("Stall at Brixton market")
    page.get_by_label("Public stall").check()
    type_day(page, "27", "11", "2021")
    page.get_by_label("Starts at").fill("1430")
    page.get_by_label("Online").check()
    page.get_by_label("Borough").select_option("Lambeth")
    page.get_by_role("button", name="Save event").click()
    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    event = EngagementEvent.objects.get()
    assert not KeptForm.objects.exists()
    page.goto(page.url.replace("done", "amend"))
    page.get_by_label("What it is called").fill("Stall by the river")
    EngagementEvent.objects.filter(pk=event.pk).update(title="Stall by the bridge", audience="All")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title("Error: Correct the event - Days of Action")
    fine(page)
    page.get_by_role("link", name="What it is called: choose what to keep").click()
    page.get_by_label("Use mine: Stall by the river").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Stall by the river")).to_be_visible()
    event.refresh_from_db()
    assert (event.title, event.audience) == ("Stall by the river", "All")
