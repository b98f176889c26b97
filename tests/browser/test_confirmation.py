"""A partner answers by a link in a browser without scripts; and the links and calendars."""

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Borough
from core.days import LONDON
from partners.models import (
    ConfirmationLink,
    Contact,
    EngagementEvent,
    Participation,
    Partner,
)
from tests.browser.test_desk import press
from tests.browser.test_pages import Fine, SignIn

pytestmark = pytest.mark.django_db(transaction=True)
NewPage = Callable[..., Page]


@pytest.fixture
def part(boroughs: dict[str, Borough], people: dict[str, User]) -> Participation:
    """Refuge at a stall in Lambeth, where a supervisor and an officer work."""
    people["supervisor"].boroughs.set([boroughs["Lambeth"]])
    event = EngagementEvent.objects.create(
        title="Information stall with a very long name, at the station and in the street market",
        kind="stall",
        status="done",
        place="London Bridge Station",
        borough=boroughs["Lambeth"],
        happened_at=datetime(2021, 11, 25, 10, 0, tzinfo=LONDON),
        attendances=40,
        reach_method="clicker",
    )
    partner = Partner.objects.create(name="Refuge", slug="refuge", kind="support")
    Contact.objects.create(
        partner=partner,
        name="Ada Quill",
        role="Outreach",
        email="ada@refuge.example",
        review_on="2030-01-01",
    )
    return Participation.objects.create(event=event, partner=partner)


def test_a_link_is_made_answered_without_an_account_and_taken_over(
    page: Page,
    new_page: NewPage,
    expected: set[int],
    part: Participation,
    sign_in: SignIn,
    fine: Fine,
) -> None:
    links = f"/engagement/{part.event_id}/confirmations/"
    sign_in(page, "supervisor", to=links)
    main = page.get_by_role("main")
    expect(main).to_contain_text("No partner has answered.")
    fine(page)
    press(page, "Make a new link for Refuge")
    expect(main).to_contain_text("Copy it now: it is shown this once.")
    fine(page)
    address = main.locator("code").inner_text()

    theirs = new_page(java_script_enabled=False, viewport={"width": 375, "height": 800})
    theirs.goto(address)
    assert theirs.url.endswith("/confirmation/")
    expect(theirs).to_have_title("Tell us whether you took part")
    expect(theirs.get_by_role("main")).to_contain_text("London Bridge Station")
    expect(theirs.get_by_role("link")).to_have_count(0)
    theirs.get_by_label("How many people did you count there?").fill("lots")
    theirs.get_by_role("button", name="Send").click()
    expect(theirs).to_have_title("Error: Tell us whether you took part")
    theirs.get_by_role("link", name="Select yes if you took part").click()
    theirs.get_by_role("group", name="Did Refuge take part?").get_by_label("Yes").check()
    theirs.get_by_label("How many people did you count there?").fill("45")
    naming = theirs.get_by_role("group", name="May the police name Refuge in public?")
    naming.get_by_label("Yes").check()
    theirs.get_by_role("button", name="Send").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Thank you. Your answer was sent")
    expected.add(404)
    theirs.goto(address)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("This link does not work")

    page.goto(links)
    expect(main).to_contain_text("45, 40 entered")
    fine(page)
    press(page, "Record that Refuge agrees to be named")
    expect(page.get_by_role("alert")).to_contain_text("The directory now says what Refuge said.")
    assert Partner.objects.get().may_be_named
    press(page, "Email a new link to Ada Quill")
    expect(page.get_by_role("alert")).to_contain_text("Link sent to Ada Quill.")
    press(page, "Withdraw the link of Refuge")
    expect(page.get_by_role("alert")).to_contain_text("Link withdrawn.")
    assert ConfirmationLink.objects.filter(withdrawn_at=None).count() == 1


def test_each_of_the_partners_pages_is_accessible_and_loads_no_script(
    page: Page,
    new_page: NewPage,
    expected: set[int],
    part: Participation,
    sign_in: SignIn,
    fine: Fine,
) -> None:
    sign_in(page, "officer", to=f"/engagement/{part.event_id}/confirmations/")
    press(page, "Make a new link for Refuge")
    address = page.get_by_role("main").locator("code").inner_text()
    theirs = new_page()
    loaded: list[tuple[str, str]] = []
    theirs.on("request", lambda asked: loaded.append((asked.resource_type, asked.url)))
    theirs.goto(address)
    fine(theirs)
    theirs.get_by_role("button", name="Send").click()
    expect(theirs).to_have_title("Error: Tell us whether you took part")
    fine(theirs)
    for group in theirs.get_by_role("group").all():
        group.get_by_label("No").check()
    theirs.get_by_role("button", name="Send").click()
    expect(theirs).to_have_title("Thank you")
    assert theirs.evaluate("document.referrer").endswith("/confirmation/")
    fine(theirs)
    expected.add(404)
    theirs.goto(address)
    expect(theirs).to_have_title("This link does not work")
    fine(theirs)
    here = address.partition("/confirmation/")[0]
    assert all(url.startswith(f"{here}/") for _, url in loaded)
    # The icon is of no kind of its own.
    assert {kind for kind, _ in loaded} <= {"document", "stylesheet", "font", "image", "other"}


@pytest.mark.usefixtures("part")
def test_a_calendars_address_is_made_made_anew_and_ended(
    page: Page, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/engagement/feed/")
    fine(page)
    page.get_by_label("Borough").select_option("Lambeth")
    press(page, "Make an address")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Copy it now: it is shown this once.")
    fine(page)
    first = main.locator("code").inner_text()
    assert page.request.get(first).text().startswith("BEGIN:VCALENDAR")
    press(page, "New address of Calendar of Lambeth")
    second = main.locator("code").inner_text()
    assert [page.request.get(one).status for one in (first, second)] == [404, 200]
    press(page, "End Calendar of Lambeth")
    expect(page.get_by_role("alert")).to_contain_text("Calendar ended.")
    assert page.request.get(second).status == 404
