"""The directory, training and programmes in a browser, with scripts and without."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from campaigns.models import Borough
from core.days import ONE_DAY, london_day
from partners.models import Contact, Partner, TrainingProgramme, TrainingSession
from tests.browser.test_pages import Fine, SignIn
from tests.factories import (
    CaseFactory,
    ContactFactory,
    EvidenceSubmissionFactory,
    MilestoneFactory,
    PartnerFactory,
    ProgrammeFactory,
    ProgrammeYearFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partner(boroughs: dict[str, Borough]) -> Partner:
    """One in Lambeth, due to be checked, with a contact."""
    made = PartnerFactory.create(
        name="Lantern Advocacy",
        slug="lantern",
        offers=["advocacy", "legal", "training"],
        languages=["english", "french"],
        phone="020 7946 0024",
        hours="Monday to Friday, 9am to 6pm",
        website="https://lantern-advocacy.example/a-long-page-without-any-blank-in-its-name",
        referral="By their web form.\nFor high risk, phone.",
        review_on=london_day(timezone.now()),
    )
    made.boroughs.set([boroughs["Lambeth"]])
    ContactFactory.create(partner=made)
    return made


@pytest.fixture
def helpline() -> Partner:
    return PartnerFactory.create(
        name="All London Line", offers=["helpline"], phone="020 7946 0042", london_wide=True
    )


@pytest.fixture
def programme(partner: Partner, boroughs: dict[str, Borough]) -> TrainingProgramme:
    made = TrainingProgrammeFactory.create(
        name="Domestic Abuse Matters",
        slug="matters",
        partner=partner,
        question="I can recognise coercive control",
    )
    for name in ("Lambeth", "Southwark"):
        TrainingSessionFactory.create(
            programme=made, borough=boroughs[name], answered_before=40, agreed_before=10
        )
    return made


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()


def fill_day(page: Page, legend: str, day: date) -> None:
    group = page.get_by_role("group", name=legend)
    for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(part).fill(str(value))


def test_an_officer_finds_whom_to_ring(
    page: Page, partner: Partner, helpline: Partner, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/")
    page.get_by_role("link", name="Partners", exact=True).click()
    expect(page).to_have_title("Partners - Days of Action")
    chosen = page.get_by_label("Borough").locator("option:checked")
    expect(chosen).to_have_text("My boroughs: Lambeth and Southwark")
    page.get_by_label("What they need").select_option("Legal advice")
    page.get_by_label("Language").select_option("French")
    press(page, "Find")
    expect(page.get_by_role("heading", name="1 partner")).to_be_visible()
    number = page.get_by_role("link", name="020 7946 0024")
    expect(number).to_have_attribute("href", "tel:02079460024")
    expect(page.get_by_text("It was due to be checked on")).to_be_visible()
    fine(page)
    page.get_by_role("link", name="Lantern Advocacy").click()
    expect(page).to_have_title("Lantern Advocacy - Days of Action")
    expect(page.get_by_role("cell", name="Robin Field", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Correct this entry")).to_have_count(0)
    fine(page)


def test_where_nobody_fits_a_helpline_is_there_without_scripts(
    new_page: Callable[..., Page], partner: Partner, helpline: Partner, sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 375, "height": 800})
    sign_in(page, "officer", to="/partners/")
    page.get_by_label("What they need").select_option("Female genital mutilation")
    press(page, "Find")
    expect(page.get_by_role("heading", name="Nobody in the directory fits")).to_be_visible()
    expect(page.get_by_role("link", name="020 7946 0042")).to_be_visible()


def test_the_page_of_nobody_fits_and_is_accessible(
    page: Page, helpline: Partner, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/partners/?need=fgm")
    expect(page.get_by_role("heading", name="Ring now")).to_be_visible()
    fine(page)


def test_a_supervisor_keeps_the_directory(
    page: Page, partner: Partner, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "supervisor", to="/partners/")
    page.get_by_role("link", name="1 entry is due for review").click()
    expect(page).to_have_title("Due for review - Days of Action")
    fine(page)
    page.get_by_role("link", name=re.compile(r"^Correct\s*: Lantern Advocacy")).click()
    page.get_by_role("textbox", name="Phone").fill("ring us")
    press(page, "Save")
    expect(page).to_have_title("Error: Correct the entry of Lantern Advocacy - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
    page.get_by_role("textbox", name="Phone").fill("020 7946 0025")
    press(page, "Save")
    expect(page).to_have_title("Lantern Advocacy - Days of Action")
    expect(page.get_by_role("link", name="020 7946 0025")).to_be_visible()
    expect(page.get_by_text("from 020 7946 0024 to 020 7946 0025")).to_be_visible()
    fine(page)
    page.get_by_role("link", name="Add a contact").click()
    fine(page)
    page.get_by_label("Name", exact=True).fill("Ada Quill")
    page.get_by_label("Their work there").fill("Referrals lead")
    page.get_by_label("Work email").fill("a.quill@lantern.example")
    fill_day(page, "Ask again on", london_day(timezone.now()) + 200 * ONE_DAY)
    press(page, "Save")
    page.get_by_role("link", name=re.compile(r"^Remove\s*: Robin Field")).click()
    fine(page)
    press(page, "Remove for good")
    expect(page.get_by_role("cell", name="Ada Quill", exact=True)).to_be_visible()
    assert [contact.name for contact in Contact.objects.all()] == ["Ada Quill"]
    press(page, "Retire it")
    expect(page.get_by_text("Send nobody there")).to_be_visible()


def test_a_supervisor_adds_a_partner_without_scripts(
    new_page: Callable[..., Page], boroughs: dict[str, Borough], sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 375, "height": 800})
    sign_in(page, "supervisor", to="/partners/add/")
    page.get_by_label("Name", exact=True).fill("Saheli Rooms")
    page.get_by_label("Support service").check()
    page.get_by_role("textbox", name="Phone").fill("020 7946 0061")
    page.get_by_role("checkbox", name="Refuge", exact=True).check()
    page.get_by_label("Southwark").check()
    press(page, "Save")
    expect(page).to_have_title("Saheli Rooms - Days of Action")
    made = Partner.objects.get()
    assert (made.offers, list(made.boroughs.all())) == (["refuge"], [boroughs["Southwark"]])


def test_an_officer_logs_a_session_and_corrects_it(
    page: Page, programme: TrainingProgramme, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/partners/")
    page.get_by_role("link", name="Training", exact=True).click()
    expect(page).to_have_title("Training - Days of Action")
    fine(page)
    page.get_by_role("link", name="Domestic Abuse Matters").click()
    fine(page)
    page.get_by_role("button", name="Log a session").click()
    fine(page)
    press(page, "Save session")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
    fill_day(page, "Day of the session", london_day(timezone.now()) - timedelta(days=1))
    page.get_by_label("Started at").fill("0930")
    page.get_by_label("Borough").select_option("Southwark")
    page.get_by_label("Officers who came").fill("30")
    page.get_by_label("Officers trained for the first time").fill("25")
    press(page, "Save session")
    expect(page).to_have_title("Training session: Domestic Abuse Matters - Days of Action")
    made = TrainingSession.objects.get(officers_trained=25)
    page.get_by_role("link", name="Correct").click()
    page.get_by_label("Officers trained for the first time").fill("26")
    press(page, "Save session")
    expect(page.get_by_text("Officers trained: from 25 to 26")).to_be_visible()
    fine(page)
    page.get_by_role("link", name="Make void").click()
    page.get_by_label("Why").fill("Entered twice")
    fine(page)
    press(page, "Make void")
    expect(page.get_by_text("Entered twice")).to_have_count(2)
    made.refresh_from_db()
    assert not made.counted


def test_a_programme_shows_its_money_and_what_was_examined(
    page: Page, boroughs: dict[str, Borough], sign_in: SignIn, fine: Fine
) -> None:
    programme = ProgrammeFactory.create(name="Digital forensics", slug="digital-forensics")
    for year, spent in ((2021, 3_260_000), (2022, 4_180_000)):
        ProgrammeYearFactory.create(programme=programme, year=year, spent_pounds=spent)
    MilestoneFactory.create(programme=programme, reached_day=date(2022, 4, 2))
    for _ in range(5):
        EvidenceSubmissionFactory.create(
            case=CaseFactory.create(borough=boroughs["Lambeth"]),
            sent_on=date(2021, 11, 25),
            returned_on=date(2021, 12, 5),
            result="helped_charge",
        )
    sign_in(page, "communications", to="/partners/")
    page.get_by_role("link", name="Programmes").click()
    fine(page)
    page.get_by_role("link", name="Digital forensics").click()
    expect(page).to_have_title("Programme: Digital forensics - Days of Action")
    expect(page.get_by_text("100%: 5 of 5")).to_be_visible()
    expect(page.get_by_role("img", name="Money by year")).to_be_visible()
    page.get_by_text("What is counted").click()
    fine(page)
