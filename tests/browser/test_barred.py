"""Keeping people and cases apart, in a browser: a conflict, a restriction, and break-glass."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Borough
from cases.models import BreakGlass, Case, Exclusion

pytestmark = pytest.mark.django_db(transaction=True)


def press_to(page: Page, name: str) -> None:
    """Tabs until the control of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => (document.activeElement.labels?.[0] ?? document.activeElement).innerText ?? ''"
        )
        if focused.strip().startswith(name):
            return
    raise AssertionError(f"The Tab key never comes to {name}")


def test_an_officer_declares_a_conflict_by_keyboard_alone(
    page: Page,
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    case: Case,
    expected: set[int],
) -> None:
    expected.add(404)
    sign_in(page, "officer", f"/cases/{case.pk}/")
    press_to(page, "I know someone in this case")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("I know someone in this case")
    fine(page)
    press_to(page, "I know someone: take the case from me")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Error: I know someone in this case - Days of Action")
    fine(page)
    press_to(page, "How you know them")
    page.keyboard.type("A neighbour")
    press_to(page, "I know someone: take the case from me")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are off the case")
    expect(page.get_by_text(case.reference)).to_have_count(0)
    fine(page)
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    assert Exclusion.objects.get().declared


def test_a_supervisor_restricts_a_case_and_its_officer_says_why_they_read_it(
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    case: Case,
    people: dict[str, User],
    boroughs: dict[str, Borough],
) -> None:
    people["supervisor"].boroughs.add(boroughs["Lambeth"])
    page = new_page(viewport={"width": 375, "height": 800})
    sign_in(page, "supervisor", f"/cases/{case.pk}/")
    page.get_by_role("link", name="Who may read this case").click()
    fine(page)
    page.get_by_role("link", name="Restrict this case").click()
    page.get_by_label("Why the case is restricted").fill("The suspect works for the force")
    page.get_by_role("button", name="Restrict the case").click()
    expect(page.get_by_role("row")).to_have_count(3)
    fine(page)
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 375
    officer = new_page(viewport={"width": 1280, "height": 900})
    sign_in(officer, "officer", f"/cases/{case.pk}/?show=notes")
    expect(officer.get_by_role("heading", level=1)).to_contain_text("This case is restricted")
    fine(officer)
    officer.get_by_label("I work on this case").check()
    officer.get_by_label("In a few words").fill("Bail ends tomorrow")
    officer.get_by_role("button", name="Open the case").click()
    officer.wait_for_url(f"**/cases/{case.pk}/?show=notes")
    expect(officer.get_by_role("heading", level=1)).to_contain_text(case.reference)
    page.goto(f"/cases/{case.pk}/?show=reads")
    expect(page.get_by_text("Reason: Bail ends tomorrow")).to_be_visible()


def test_break_glass_has_a_banner_an_end_and_a_review(
    new_page: Callable[..., Page],
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    case: Case,
    people: dict[str, User],
    boroughs: dict[str, Borough],
    expected: set[int],
) -> None:
    expected.add(404)
    people["newcomer"].boroughs.add(boroughs["Southwark"])
    page = new_page(viewport={"width": 375, "height": 800})
    sign_in(page, "newcomer", "/desk/")
    page.get_by_role("link", name="Open a case that is not yours").click()
    fine(page)
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("alert")).to_contain_text("Select why it cannot wait")
    fine(page)
    page.get_by_label("Whole reference of the case").fill(case.reference)
    page.get_by_label("Somebody is in danger now").check()
    page.get_by_label("What is the matter").fill("A threat was made at the station")
    page.get_by_role("button", name="Open the case").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    banner = page.get_by_role("region", name="Case held open by break-glass")
    expect(banner).to_contain_text(f"You hold open the case {case.reference} until")
    expect(page.get_by_role("link", name="Write a note")).to_have_count(0)
    fine(page)
    page.goto("/desk/")
    expect(banner).to_be_visible()
    banner.get_by_role("button", name="Close it now").click()
    expect(banner).to_have_count(0)
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    auditor = new_page(viewport={"width": 1280, "height": 900})
    sign_in(auditor, "auditor")
    auditor.get_by_role("link", name="To review").click()
    fine(auditor)
    auditor.get_by_role("row").nth(1).get_by_role("link").click()
    expect(auditor.get_by_text("A threat was made at the station")).to_be_visible()
    fine(auditor)
    auditor.get_by_label("Justified", exact=True).check()
    auditor.get_by_label("What you found").fill("He was in custody, and she was told in time")
    auditor.get_by_role("button", name="Save the review").click()
    expect(auditor.get_by_text("No case waits for a review.")).to_be_visible()
    fine(auditor)
    assert BreakGlass.objects.get().reviewed_by == people["auditor"]
