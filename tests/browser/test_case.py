"""One case in a browser: a note, its risk, a move, a flag, and all of its states."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from cases.models import Case, CaseNote, Suspect
from core.days import london_day
from tests.browser.test_pages import Fine, SignIn
from tests.factories import (
    CaseFlagFactory,
    CaseNoteFactory,
    DisclosureApplicationFactory,
    EvidenceSubmissionFactory,
    MaracReferralFactory,
    OutcomeFactory,
    ProtectiveOrderFactory,
    RiskAssessmentFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_note_that_may_identify_somebody_is_asked_about(
    new_page: Callable[..., Page],
    case: Case,
    sign_in: SignIn,
    fine: Fine,
    scripts: bool,
    width: int,
) -> None:
    page = new_page(java_script_enabled=scripts, viewport={"width": width, "height": 900})
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    page.get_by_role("link", name="Write a note").first.click()
    page.get_by_label("Note", exact=True).fill("Told Mrs Patel to ring 07700 900123.")
    press(page, "Save the note")
    expect(page).to_have_title(re.compile("^Error: Write a note"))
    expect(page.get_by_role("link", name="This may identify somebody: “Mrs Patel”")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value(
        "Told Mrs Patel to ring 07700 900123."
    )
    if scripts:
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        fine(page)
    page.get_by_label("Note", exact=True).fill("Told a witness to ring in.")
    press(page, "Save the note")
    expect(page.get_by_text("Note saved.")).to_be_visible()
    assert CaseNote.objects.get().text == "Told a witness to ring in."


def test_its_risk_its_standing_and_a_flag(
    page: Page, case: Case, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    fine(page)
    page.get_by_role("link", name="Record risk").click()
    press(page, "Save the assessment")
    expect(page.get_by_role("link", name="Select the level of risk")).to_be_visible()
    fine(page)
    page.get_by_label("DASH", exact=True).check()
    page.get_by_label("High", exact=True).check()
    page.get_by_role("button", name="Now").click()
    press(page, "Save the assessment")
    expect(page.get_by_text("Risk: high")).to_be_visible()
    expect(page.get_by_text("this case has not been referred to the MARAC")).to_be_visible()

    page.get_by_role("link", name="Add a flag").click()
    page.get_by_label("Flag", exact=True).select_option("Weapons")
    page.get_by_label("Where this is known from").fill("custody")
    fine(page)
    press(page, "Add the flag")
    expect(page.locator(".app-tags")).to_contain_text("Weapons")
    page.get_by_role("button", name="Weapons").click()
    expect(page.locator(".app-tags")).not_to_contain_text("Weapons")

    page.get_by_role("link", name="With the Crown Prosecution Service").click()
    expect(page).to_have_title(
        "Move this case to: with the Crown Prosecution Service - Days of Action"
    )
    fine(page)
    press(page, "Move the case")
    expect(page.get_by_text("Case moved.")).to_be_visible()
    expect(page.locator(".app-tags")).to_contain_text("With the Crown Prosecution Service")
    case.refresh_from_db()
    assert case.status == "cps"


def test_every_state_of_a_case(page: Page, case: Case, sign_in: SignIn, fine: Fine) -> None:
    suspect, today = Suspect.objects.get(), london_day(timezone.now())
    entry = OutcomeFactory.create(case=case, suspect=suspect)
    OutcomeFactory.create(case=case, suspect=suspect, charge=True)
    ProtectiveOrderFactory.create(notice=True, case=case, suspect=suspect)
    DisclosureApplicationFactory.create(case=case, received_on=today - timedelta(days=9))
    EvidenceSubmissionFactory.create(case=case)
    for kind in ("weapons", "child", "honour_based", "do_not_contact"):
        CaseFlagFactory.create(case=case, kind=kind)
    CaseNoteFactory.create(case=case, text="A long word: " + "x" * 200)
    RiskAssessmentFactory.create(case=case)
    MaracReferralFactory.create(case=case)
    case.access_list.create(user=User.objects.get(username="officer"))
    Case.objects.update(restricted=True)
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    page.get_by_label("I work on this case").check()
    page.get_by_label("In a few words").fill("To call back")
    press(page, "Open the case")
    expect(page.get_by_text("Only the people on its access list")).to_be_visible()
    fine(page)
    for path in ("?show=notes", "risk/", "marac/", "flag/", "note/", "transfer/", "move/closed/"):
        page.goto(f"/cases/{case.pk}/{path}")
        fine(page)
    for path in ("", "amend/", "void/"):
        page.goto(f"/outcomes/{entry.pk}/{path}")
        fine(page)
