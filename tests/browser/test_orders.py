"""Orders, Clare's Law applications and devices in a browser: by keyboard, and without scripts."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.models import Borough
from cases.models import (
    Case,
    DisclosureApplication,
    EvidenceSubmission,
    OrderAvailability,
    OrderBreach,
    Outcome,
    ProtectiveOrder,
    Suspect,
)
from core.days import LONDON, ONE_DAY, london_day
from tests.browser.test_pages import Fine, SignIn
from tests.factories import (
    DisclosureApplicationFactory,
    EvidenceSubmissionFactory,
    OrderBreachFactory,
    ProtectiveOrderFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

NOTICE = "Domestic Violence Protection Notice"


@pytest.fixture
def suspect(case: Case) -> Suspect:
    return Suspect.objects.get(case=case)


def fill_day(page: Page, legend: str, day: date) -> None:
    group = page.get_by_role("group", name=legend)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(part).fill(str(value))


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()


def test_a_notice_is_added_and_its_hearing_told(
    page: Page, case: Case, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    page.get_by_role("button", name="Add an order or notice").click()
    expect(page).to_have_title("Add an order or notice - Days of Action")
    fine(page)
    page.get_by_role("link", name=NOTICE).click()
    expect(page).to_have_title(f"Add: {NOTICE} - Days of Action")
    expect(page.get_by_label("Suspect 1")).to_be_checked()
    fine(page)
    page.get_by_label("Time it was given to the respondent").fill("25.00")
    press(page, "Add the notice")
    expect(page).to_have_title(f"Error: Add: {NOTICE} - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.get_by_label("Time it was given to the respondent")).to_have_value("25.00")
    fine(page)
    page.get_by_role("button", name="Now").click()
    press(page, "Add the notice")
    page.wait_for_url(f"**/cases/{case.pk}/#orders")
    expect(page.get_by_text(f"{NOTICE} added. Hearing due by")).to_be_visible()
    given_at = ProtectiveOrder.objects.get().given_at
    assert given_at is not None
    assert timezone.now() - given_at < timedelta(minutes=3)
    assert Outcome.objects.get().happened_at == given_at
    fine(page)


def test_an_order_from_application_to_breach_without_scripts(
    new_page: Callable[..., Page], case: Case, sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 375, "height": 800})
    today = london_day(timezone.now())
    sign_in(page, "officer", to=f"/cases/{case.pk}/orders/add/dapo/")
    page.get_by_label("Applied for", exact=True).check()
    press(page, "Add the order")
    expect(page.get_by_role("link", name="Enter the day of the application")).to_be_visible()
    expect(page.get_by_label("Applied for", exact=True)).to_be_checked()
    fill_day(page, "Day of the application", today - ONE_DAY)
    press(page, "Add the order")
    page.get_by_role("link", name=re.compile("^Granted")).click()
    fill_day(page, "Day it was granted", today - ONE_DAY)
    press(page, "Save")
    orders = page.locator("#orders")
    expect(orders).to_contain_text("Granted, not yet served: duties have not started")
    assert Outcome.objects.count() == 1
    page.get_by_role("link", name="Served (Domestic Abuse Protection Order)").click()
    fill_day(page, "Day it was served", today - ONE_DAY)
    page.get_by_label("Time it was served").fill("9am")
    press(page, "Save")
    page.get_by_role("link", name="Record a breach").click()
    expect(page.get_by_text("A breach is a criminal offence: up to 5 years")).to_be_visible()
    fill_day(page, "Day of the breach", today - ONE_DAY)
    page.get_by_label("Time of the breach").fill("0930")
    page.get_by_label("The respondent was arrested for it").check()
    press(page, "Record the breach")
    assert ProtectiveOrder.objects.get().status == "breached"
    assert OrderBreach.objects.get().arrested
    assert Outcome.objects.count() == 1


def test_only_what_stands_below_the_choice_is_shown(
    page: Page, case: Case, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=f"/cases/{case.pk}/orders/add/spo/")
    applied, granted = (
        page.get_by_role("group", name=legend)
        for legend in ("Day of the application", "Day it was granted")
    )
    expect(applied).to_be_hidden()
    page.get_by_label("Granted", exact=True).check()
    expect(granted).to_be_visible()
    expect(applied).to_be_hidden()
    fine(page)
    page.get_by_label("Applied for", exact=True).check()
    expect(applied).to_be_visible()
    expect(granted).to_be_hidden()


def test_an_application_from_receipt_to_disclosure(
    page: Page, case: Case, sign_in: SignIn, fine: Fine
) -> None:
    today = london_day(timezone.now())
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    page.get_by_role("button", name="Add an application").click()
    press(page, "Add the application")
    expect(page.get_by_role("link", name="Select who asked")).to_be_visible()
    fine(page)
    page.get_by_label("Right to Ask").check()
    page.get_by_label("Someone else, for the person at risk").check()
    fill_day(page, "Day it was received", today - 3 * ONE_DAY)
    press(page, "Add the application")
    expect(page.get_by_text("Clare's Law application added: 25 days left")).to_be_visible()
    page.get_by_role("link", name="Decided (Right to Ask)").click()
    page.get_by_label("Disclose", exact=True).check()
    fill_day(page, "Day of the decision", today - ONE_DAY)
    fine(page)
    press(page, "Save")
    page.get_by_role("link", name="Disclosed (Right to Ask)", exact=True).click()
    page.get_by_label("Someone well placed to protect them").check()
    fill_day(page, "Day they were told", today)
    fine(page)
    press(page, "Save")
    expect(page.locator("#disclosures")).to_contain_text("Ended after 3 days, in time")
    application = DisclosureApplication.objects.get()
    assert (application.applicant, application.recipient) == ("third_party", "protector")


def test_a_device_goes_and_comes_back(page: Page, case: Case, sign_in: SignIn, fine: Fine) -> None:
    today = london_day(timezone.now())
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    page.get_by_role("button", name="Send a device").click()
    page.get_by_label("Mobile phone").check()
    page.get_by_label("Hub").fill("South hub")
    fill_day(page, "Day it was sent", today - 5 * ONE_DAY)
    fine(page)
    press(page, "Save")
    expect(page.locator("#evidence")).to_contain_text("Out for 5 days")
    page.get_by_role("link", name="Back from the hub").click()
    press(page, "Save")
    expect(page.get_by_role("link", name="Select a result")).to_be_visible()
    fine(page)
    page.get_by_label("Helped a charge").check()
    fill_day(page, "Day it came back", today)
    press(page, "Save")
    expect(page.locator("#evidence")).to_contain_text("Back after 5 days")
    assert EvidenceSubmission.objects.get().result == "helped_charge"


@pytest.fixture
def busy(case: Case, suspect: Suspect, boroughs: dict[str, Borough]) -> None:
    """Each state that a card can be in."""
    now = timezone.now()
    today = london_day(now)
    who = {"case": case, "suspect": suspect}
    ProtectiveOrderFactory.create(notice=True, given_at=now - timedelta(hours=3), **who)
    ProtectiveOrderFactory.create(notice=True, given_at=now - timedelta(days=9), **who)
    OrderAvailability.objects.create(
        kind="dapo", borough=boroughs["Southwark"], first_day=date(2024, 11, 27)
    )
    ProtectiveOrderFactory.create(kind="dapo", granted=True, granted_on=today, **who)
    served = {"served": True, "granted_on": today, "served_at": now, **who}
    breached = ProtectiveOrderFactory.create(
        **served | {"status": "breached"}, kind="spo", expires_on=today + 9 * ONE_DAY
    )
    OrderBreachFactory.create(order=breached, arrested=True)
    ProtectiveOrderFactory.create(**served | {"status": "expired"})
    DisclosureApplicationFactory.create(case=case, received_on=today - 27 * ONE_DAY)
    DisclosureApplicationFactory.create(case=case, received_on=today - 40 * ONE_DAY)
    DisclosureApplicationFactory.create(case=case, disclosed=True)
    EvidenceSubmissionFactory.create(case=case, sent_on=today - 45 * ONE_DAY)
    EvidenceSubmissionFactory.create(case=case, returned=True)


@pytest.mark.usefixtures("busy")
def test_every_state_of_a_card(page: Page, case: Case, sign_in: SignIn, fine: Fine) -> None:
    sign_in(page, "officer", to=f"/cases/{case.pk}/")
    cards = page.locator(".app-work .govuk-summary-card")
    expect(cards).to_have_count(10)
    assert set(page.locator(".app-work .app-clock .govuk-tag").all_inner_texts()) == {
        *("Overdue", "Soon", "Running", "Done"),
    }
    fine(page)
    order = ProtectiveOrder.objects.get(kind="spo")
    for path in ("correct/", "breach/", "to/varied/", "to/discharged/"):
        page.goto(f"/cases/{case.pk}/orders/{order.pk}/{path}")
        fine(page)


@pytest.mark.usefixtures("busy")
def test_the_time_is_london_time(page: Page, case: Case, sign_in: SignIn) -> None:
    order = ProtectiveOrder.objects.get(kind="spo")
    assert order.served_at is not None
    sign_in(page, "officer", to=f"/cases/{case.pk}/orders/{order.pk}/correct/")
    expect(page.get_by_label("Time it was served")).to_have_value(
        f"{order.served_at.astimezone(LONDON):%H:%M}"
    )
