"""Bringing in a spreadsheet of events in a browser, by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from partners.models import EngagementEvent
from tests.browser.test_barred import press_to
from tests.browser.test_pages import Fine, SignIn
from tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "Date\tTime\tVenue\tActivity\tType\tBorough\tAgencies\tFootfall\tContact"
STALL = "27/11/2021\t10am - 2pm\tBrixton market\tStall at the market\tStall\tLambeth\t{}\t40\tJo"
WEBINAR = "28/11/2021\t1430\tTeams\tWebinar on stalkerware\tWebinar\tLambeth\t\t\tJo"


def enter(page: Page, name: str) -> None:
    press_to(page, name)
    page.keyboard.press("Enter")


def choose(page: Page, name: str, word: str) -> None:
    press_to(page, name)
    page.keyboard.type(word)


def paste(page: Page, *lines: str) -> None:
    press_to(page, "Or paste cells")
    page.keyboard.insert_text("\n".join([HEAD, *lines]))
    enter(page, "Continue")
    expect(page).to_have_title("Match the columns - Days of Action")


def test_events_are_mended_saved_brought_in_again_and_undone_by_keyboard_alone(
    page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine
) -> None:
    PartnerFactory.create(name="Lantern Advocacy")
    sign_in(page, "officer", to="/engagement/")
    enter(page, "Bring in a spreadsheet")
    expect(page.get_by_text("Each row becomes one event.")).to_be_visible()
    fine(page)
    paste(page, STALL.format("Lantern"), WEBINAR)
    expect(page.get_by_label("Column D: Activity")).to_have_value("title")
    expect(page.get_by_label("Column I: Contact")).to_have_value("")
    fine(page)
    enter(page, "Check every row")
    link = page.get_by_role("link", name="Choose the column that holds “State”")
    expect(link).to_be_visible()
    choose(page, "State, where a row does not say", "Done")
    choose(page, "How attendances were counted, where", "Clicker")
    enter(page, "Check every row")
    expect(page.get_by_role("heading", name="Put the rows right")).to_be_visible()
    expect(page.locator(".govuk-error-summary")).to_contain_text(
        "Row 2: The directory does not have “Lantern”: correct the name, or add the partner there"
    )
    fine(page)
    press_to(page, "G: Partners, row 2")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("lantern advocacy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check and save 2 rows")).to_be_visible()
    expect(page.locator(".govuk-summary-list")).to_contain_text("Of these, done")
    fine(page)
    assert not EngagementEvent.objects.exists()
    enter(page, "Save 2 rows")
    expect(page.get_by_text("2 rows saved by Sam Okafor")).to_be_visible()
    fine(page)
    enter(page, "Stall at the market")
    expect(page.get_by_text("Row 2 of the import of")).to_be_visible()
    expect(page.get_by_text("40, counted by: clicker")).to_be_visible()
    page.goto("/engagement/imports/")
    paste(page, STALL.format("Lantern Advocacy"))
    choose(page, "State, where a row does not say", "Planned")
    enter(page, "Check every row")
    expect(page.get_by_role("heading", name="Put the rows right")).to_be_visible()
    enter(page, "Change the columns")
    expect(page).to_have_title("Match the columns - Days of Action")
    choose(page, "State, where a row does not say", "Done")
    choose(page, "How attendances were counted, where", "Clicker")
    enter(page, "Check every row")
    expect(page.get_by_role("heading", name="There is nothing new to save")).to_be_visible()
    fine(page)
    enter(page, "Bring in a spreadsheet")
    page.get_by_role("row", name="Saved").get_by_role("link").press("Enter")
    expect(page.get_by_text("2 rows saved by Sam Okafor")).to_be_visible()
    EngagementEvent.objects.filter(kind="webinar").update(audience="Anyone")
    enter(page, "Undo the whole import")
    expect(page.get_by_role("heading", name="Some events were changed since")).to_be_visible()
    expect(
        page.get_by_role("link", name="Webinar on stalkerware, 28 November 2021")
    ).to_be_visible()
    fine(page)
    enter(page, "Undo all but this one")
    expect(page.get_by_text("Its events count nowhere from now on.")).to_be_visible()
    assert [e.kind for e in EngagementEvent.objects.filter(voided_at=None)] == ["webinar"]


def test_words_that_may_identify_somebody_are_checked_by_keyboard(
    page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/engagement/imports/")
    press_to(page, "Or paste cells")
    page.keyboard.insert_text(
        "Date\tTime\tVenue\tActivity\tType\tBorough\tStatus\tFeedback\n"
        "27/11/2021\t1430\tBrixton market\tStall\tStall\tLambeth\tDone\tMrs Khan spoke"
    )
    enter(page, "Continue")
    expect(page).to_have_title("Match the columns - Days of Action")
    enter(page, "Check every row")
    expect(page.locator(".govuk-error-summary")).to_contain_text(
        "Row 2: This may identify somebody: “Mrs Khan”. Take it out, or confirm"
    )
    fine(page)
    press_to(page, "I have checked: this does not identify anybody")
    page.keyboard.press("Space")
    enter(page, "Check again")
    expect(page.get_by_role("heading", name="Check and save 1 row")).to_be_visible()
