"""The desk, one entry and the lists in a browser: undone, made void, corrected by two, found."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Borough
from cases.models import Case, Outcome, SentBack, Suspect
from core.days import LONDON, london_day
from tests.browser.test_pages import Fine, SignIn
from tests.factories import (
    DisclosureApplicationFactory,
    DraftFactory,
    EvidenceSubmissionFactory,
    OutcomeFactory,
    ProtectiveOrderFactory,
    SentBackFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def entry(case: Case, people: dict[str, User]) -> Outcome:
    return OutcomeFactory.create(
        case=case,
        suspect=Suspect.objects.get(),
        happened_at=datetime(2026, 3, 4, 14, 30, tzinfo=LONDON),
        logged_by=people["officer"],
    )


@pytest.fixture
def busy(case: Case, entry: Outcome, people: dict[str, User]) -> None:
    """Each thing that can wait on a desk."""
    now = timezone.now()
    today = london_day(now)
    SentBackFactory.create(outcome=entry, sent_by=people["supervisor"])
    DraftFactory.create(owner=people["officer"])
    ProtectiveOrderFactory.create(notice=True, case=case, suspect=None, given_at=now)
    ProtectiveOrderFactory.create(
        served=True, case=case, suspect=None, expires_on=today + timedelta(days=3)
    )
    DisclosureApplicationFactory.create(case=case, received_on=today - timedelta(days=40))
    EvidenceSubmissionFactory.create(case=case, sent_on=today - timedelta(days=9))


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.usefixtures("busy")
def test_what_waits_and_how_a_question_is_answered(page: Page, sign_in: SignIn, fine: Fine) -> None:
    sign_in(page, "officer", to="/desk/")
    expect(page).to_have_title("My desk - Days of Action")
    expect(page.locator(".app-clock .govuk-tag")).to_have_text(
        ["Overdue", "Soon", "Running", "Running"]
    )
    fine(page)
    page.get_by_role("link", name="Arrest on 01/1234567/26").click()
    expect(page.get_by_text("Dana Whitlock sent this back: Is the borough right?")).to_be_visible()
    fine(page)
    page.get_by_role("link", name="Answer").click()
    page.get_by_label("Answer").fill("Yes.")
    fine(page)
    press(page, "Answer")
    assert SentBack.objects.get().answer == "Yes."


def test_an_empty_desk(page: Page, sign_in: SignIn, fine: Fine) -> None:
    sign_in(page, "officer", to="/desk/")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    fine(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_undone_from_the_desk(
    new_page: Callable[..., Page], entry: Outcome, sign_in: SignIn, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts, viewport={"width": 375, "height": 800})
    sign_in(page, "officer", to="/desk/")
    page.get_by_role("button", name="Undo this arrest").dblclick()
    expect(page.get_by_text("Entry undone. It counts nowhere from now on.")).to_be_visible()
    entry.refresh_from_db()
    assert not entry.counted


def test_made_void_with_a_reason_and_restored(
    page: Page, new_page: Callable[..., Page], entry: Outcome, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=f"/outcomes/{entry.pk}/")
    page.get_by_role("link", name="Make void").click()
    press(page, "Make void")
    expect(page).to_have_title("Error: Make this entry void - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
    page.get_by_label("It was entered twice").check()
    page.get_by_label("What happened").fill("Same custody record.")
    press(page, "Make void")
    expect(page.get_by_text("Entered twice: Same custody record.").first).to_be_visible()
    expect(page.locator(".govuk-tag")).to_have_text("Void")
    fine(page)
    chief = new_page(viewport={"width": 1280, "height": 900})
    User.objects.filter(username="supervisor").update(whole_force=True)
    sign_in(chief, "supervisor", to=f"/outcomes/{entry.pk}/")
    press(chief, "Restore this entry")
    expect(chief.get_by_text("Entry restored. It counts again.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_two_people_correct_one_entry(
    new_page: Callable[..., Page],
    entry: Outcome,
    boroughs: dict[str, Borough],
    people: dict[str, User],
    sign_in: SignIn,
    fine: Fine,
    scripts: bool,
) -> None:
    people["newcomer"].boroughs.set([boroughs["Lambeth"]])
    first, second = (
        new_page(java_script_enabled=scripts, viewport={"width": width, "height": 800})
        for width in (1280, 375)
    )
    for page, who in ((first, "officer"), (second, "newcomer")):
        sign_in(page, who, to=f"/outcomes/{entry.pk}/amend/")
    first.get_by_label("Custody record (optional)").fill("01LX/5")
    first.get_by_label("Time", exact=True).fill("1500")
    press(first, "Save the correction")
    expect(first.get_by_text("Entry corrected.")).to_be_visible()
    second.get_by_label("Time", exact=True).fill("1600")
    press(second, "Save the correction")
    expect(second.get_by_text("Somebody corrected this while you had it open")).to_be_visible()
    assert second.title().startswith("Error:")
    expect(second.get_by_label("Use mine: 16:00")).to_be_checked()
    expect(second.get_by_label("Keep what it says now: 01LX/5")).to_be_checked()
    if scripts:
        fine(second)
    press(second, "Save the correction")
    expect(second.get_by_text("Entry corrected.")).to_be_visible()
    entry.refresh_from_db()
    assert entry.custody_record == "01LX/5"
    assert f"{entry.happened_at.astimezone(LONDON):%H:%M}" == "16:00"
    if scripts:
        fine(second)


@pytest.fixture
def many(entry: Outcome) -> None:
    for number in range(70):
        OutcomeFactory.create(
            case=entry.case,
            suspect=entry.suspect,
            charge=number % 7 == 0,
            happened_at=entry.happened_at - timedelta(hours=number),
        )


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_narrowed_widened_and_turned(
    new_page: Callable[..., Page], sign_in: SignIn, fine: Fine, scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    sign_in(page, "officer", to="/outcomes/")
    rows = page.locator(".app-list tbody tr")
    expect(rows).to_have_count(50)
    expect(page.get_by_text("71 outcomes")).to_be_visible()
    if scripts:
        fine(page)
    page.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(21)
    page.get_by_role("link", name="Previous page").click()
    expect(rows).to_have_count(50)
    page.get_by_label("Kind").select_option("Charge")
    press(page, "Apply filters")
    expect(rows).to_have_count(10)
    if scripts:
        fine(page)
    page.get_by_role("link", name="Remove this filter: Kind: Charge").click()
    expect(rows).to_have_count(50)


def test_a_list_with_a_mistake_in_its_filter(page: Page, sign_in: SignIn, fine: Fine) -> None:
    sign_in(page, "officer", to="/outcomes/")
    fine(page)
    page.get_by_role("group", name="From").get_by_label("Day").fill("31")
    press(page, "Apply filters")
    expect(page).to_have_title("Error: Outcomes - Days of Action")
    expect(page.get_by_role("link", name="From must include a month and a year")).to_be_visible()
    fine(page)
    page.goto("/outcomes/?kind=charge")
    expect(page.get_by_text("No outcomes match.")).to_be_visible()
    fine(page)


def test_a_case_is_found_by_its_reference(
    page: Page, case: Case, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/cases/")
    fine(page)
    page.get_by_label("Find a case by its reference").fill(" 01 / 1234567/26")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Case - Days of Action")
