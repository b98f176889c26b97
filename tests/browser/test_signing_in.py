"""Signing in and out, with the keyboard, with and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Campaign

pytestmark = pytest.mark.django_db(transaction=True)

Axe = Callable[[Page], list[str]]


def test_wrong_then_right_with_the_keyboard_alone(
    page: Page, people: dict[str, User], campaign: Campaign, axe: Axe
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
    assert axe(page) == []

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/desk/")


def test_each_empty_field_says_what_to_do(page: Page, people: dict[str, User], axe: Axe) -> None:
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in").click()
    links = page.locator(".govuk-error-summary a")
    expect(links).to_have_text(["Enter your username", "Enter your password"])
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(
        "Error: Enter your password"
    )
    links.last.click()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    assert axe(page) == []


def test_show_password_does_not_move_the_page(page: Page, people: dict[str, User]) -> None:
    page.goto("/sign-in/")
    page.get_by_label("Password", exact=True).fill("seen")
    page.get_by_role("button", name="Show password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")


def test_works_without_javascript(
    new_page: Callable[..., Page], sign_in: Callable[..., None], campaign: Campaign
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, "officer")
    expect(page.get_by_role("heading", level=1)).to_have_text("My desk")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in - Days of Action")
    page.goto("/campaigns/")
    expect(page).to_have_title("Sign in - Days of Action")


def test_the_admin_uses_the_same_door(page: Page, people: dict[str, User]) -> None:
    page.goto("/admin/campaigns/campaign/")
    expect(page).to_have_title("Sign in - Days of Action")
    page.get_by_label("Username").fill("administrator")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/admin/campaigns/campaign/")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_title("Sign in - Days of Action")
