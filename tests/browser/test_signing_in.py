"""Signing in and out, with the keyboard, with and without JavaScript, by code and by passkey."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts import second_factor
from accounts.actions import give_initial_password
from accounts.models import User
from campaigns.models import Campaign
from tests.browser.conftest import PASSWORD
from tests.signing_in import SECRET, code

pytestmark = pytest.mark.django_db(transaction=True)

Fine = Callable[[Page], None]


@pytest.fixture
def apps(people: dict[str, User]) -> None:
    """Everyone has an app that shows codes."""
    for user in people.values():
        second_factor.give_app(user, SECRET).save()


def enter(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def enter_code(page: Page, shown: str) -> None:
    page.get_by_label("Code", exact=True).fill(shown)
    page.get_by_role("button", name="Continue").click()


def test_wrong_then_right_with_the_keyboard_alone(
    page: Page, apps: None, campaign: Campaign, fine: Fine
) -> None:
    page.goto("/")
    expect(page).to_have_title("Sign in - Days of Action")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("supervisor")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")

    expect(page).to_have_title("Error: Sign in - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value("supervisor")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    fine(page)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page).to_have_title("Enter a code - Days of Action")
    expect(page.get_by_label("Code", exact=True)).to_have_attribute("autocomplete", "one-time-code")
    fine(page)
    page.get_by_label("Code", exact=True).focus()
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Error: Enter a code - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(code())
    page.keyboard.press("Enter")
    expect(page).to_have_url("/desk/")


def test_each_empty_field_says_what_to_do(page: Page, people: dict[str, User], fine: Fine) -> None:
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in", exact=True).click()
    links = page.locator(".govuk-error-summary a")
    expect(links).to_have_text(["Enter your username", "Enter your password"])
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(
        "Error: Enter your password"
    )
    links.last.click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    fine(page)


def test_show_password_does_not_move_the_page(page: Page, people: dict[str, User]) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Password", exact=True).fill("seen")
    page.get_by_role("button", name="Show password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")


def test_works_without_javascript(
    new_page: Callable[..., Page], apps: None, campaign: Campaign
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    enter(page, "officer")
    expect(page.get_by_role("button", name="Use a passkey instead")).to_be_hidden()
    enter_code(page, code())
    expect(page.get_by_role("heading", level=1)).to_have_text("My desk")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in - Days of Action")
    page.goto("/campaigns/")
    expect(page).to_have_title("Sign in - Days of Action")


def test_the_admin_uses_the_same_door(page: Page, apps: None) -> None:
    page.goto("/admin/campaigns/campaign/")
    expect(page).to_have_title("Sign in - Days of Action")
    enter(page, "administrator")
    enter_code(page, code())
    expect(page).to_have_url("/admin/campaigns/campaign/")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_title("Sign in - Days of Action")


def test_a_first_sign_in_leads_from_the_initial_password_to_the_page_that_was_asked_for(
    page: Page, people: dict[str, User], fine: Fine
) -> None:
    initial = give_initial_password(people["officer"], keep_second_step=True)
    page.goto("/outcomes/?kind=arrest")
    enter(page, "officer", initial)

    expect(page).to_have_title("Choose a password of your own - Days of Action")
    expect(page.get_by_role("navigation", name="Menu")).to_have_count(0)
    fine(page)
    page.get_by_label("Current password", exact=True).fill(initial)
    page.get_by_label("New password", exact=True).fill("qwerty123456")
    page.get_by_role("button", name="Save password").click()
    expect(page.locator(".govuk-error-summary a")).to_have_text(
        "This password was stolen elsewhere and published, so it is tried first."
        " Choose another, such as three random words"
    )
    fine(page)
    page.get_by_label("Current password", exact=True).fill(initial)
    page.get_by_label("New password", exact=True).fill("three quiet lanterns")
    page.get_by_role("button", name="Save password").click()

    expect(page).to_have_title("Set up your second step - Days of Action")
    fine(page)
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    fine(page)
    key = page.locator(".app-key").inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill(code(key))
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_title("Your recovery codes - Days of Action")
    recovery = page.locator(".app-codes code").all_inner_texts()
    assert len(set(recovery)) == 10
    fine(page)
    page.get_by_role("button", name="I have kept them, continue").click()
    expect(page).to_have_url("/outcomes/?kind=arrest")

    page.get_by_role("button", name="Sign out").click()
    enter(page, "officer", "three quiet lanterns")
    enter_code(page, recovery[0])
    expect(page).to_have_url("/desk/")
    page.get_by_role("button", name="Sign out").click()
    enter(page, "officer", "three quiet lanterns")
    enter_code(page, recovery[0])
    expect(page.locator(".govuk-error-summary a")).to_have_text(
        "Check the code, and enter it again. Each code works once"
    )


def test_too_many_wrong_codes_say_to_wait(page: Page, apps: None, fine: Fine) -> None:
    page.goto("/sign-in/")
    enter(page, "officer")
    for _ in range(5):
        enter_code(page, "000000")
    enter_code(page, code())
    expect(page.locator(".govuk-error-summary a")).to_have_text(
        "There were too many wrong attempts. Wait 5 minutes, then try again"
    )
    fine(page)
    page.get_by_role("button", name="Sign in as somebody else").click()
    expect(page).to_have_title("Sign in - Days of Action")


def passkey_device(page: Page) -> None:
    """A device that makes passkeys and knows its owner."""
    devtools: Any = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_set_up_signs_in_and_proves_again(
    new_page: Callable[..., Page], people: dict[str, User], fine: Fine
) -> None:
    page = new_page(viewport={"width": 375, "height": 800})
    passkey_device(page)
    page.goto("/account/")
    enter(page, "officer")
    page.get_by_role("button", name="Add a passkey").click()
    fine(page)
    page.get_by_label("Name of the passkey").fill("")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".govuk-error-summary a")).to_have_text(["Enter a name"])
    fine(page)
    page.get_by_label("Name of the passkey").fill("Work phone")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page).to_have_title("Your recovery codes - Days of Action")
    page.get_by_role("button", name="I have kept them, continue").click()
    expect(page.get_by_text("Work phone, added at")).to_be_visible()
    fine(page)

    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in/?next=/cases/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url("/cases/")

    page.get_by_role("button", name="Sign out").click()
    enter(page, "officer")
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page).to_have_url("/desk/")

    page.goto("/confirm/?next=/account/")
    fine(page)
    page.get_by_role("link", name="Use a passkey instead").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url("/account/")


def test_a_passkey_that_is_not_there_says_so(page: Page, people: dict[str, User]) -> None:
    passkey_device(page)
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text(
        "The passkey was not used. Try again, or use another way."
    )


def test_a_session_elsewhere_is_ended_from_here(
    new_page: Callable[..., Page], apps: None, fine: Fine
) -> None:
    here, there = (new_page(viewport={"width": 1280, "height": 900}) for _ in range(2))
    for steps, page in enumerate([there, here]):
        page.goto("/account/sessions/")
        enter(page, "officer")
        enter_code(page, code(steps=steps))
    expect(here.get_by_role("row")).to_have_count(3)
    fine(here)
    here.get_by_role("button", name="End the session in Chrome on Linux").click()
    expect(here.get_by_text("Session ended")).to_be_visible()
    there.goto("/desk/")
    expect(there).to_have_title("Sign in - Days of Action")
