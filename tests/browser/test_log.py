"""Logging outcomes in a browser: by keyboard alone, without scripts, and with nothing lost."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts import second_factor
from accounts.models import User
from campaigns.models import Team
from cases.models import Case, Draft, Outcome, Suspect
from core.days import LONDON
from tests.browser.conftest import PATIENCE
from tests.browser.test_pages import Fine, SignIn
from tests.factories import OutcomeFactory
from tests.signing_in import SECRET, code

pytestmark = pytest.mark.django_db(transaction=True)
ARREST = "/outcomes/log/arrest/"
MOST_PRESSES = 25


@pytest.fixture
def team(people: dict[str, User]) -> Team:
    Team.objects.create(name="Domestic Abuse Response", slug="dar", kind=Team.Kind.SPECIALIST)
    return Team.objects.create(name="Predatory Offender Unit", slug="pou", kind="specialist")


class Keys:
    """A keyboard that counts its presses besides typed text."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)
        self.presses += times

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def to(self, name: str) -> None:
        """Tabs on to a control by its name."""
        wanted = self.page.get_by_label(name, exact=True).first
        for _ in range(12):
            if wanted.evaluate("(control) => control === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"{name} is not reached by the keyboard")


def fill_in(page: Page, reference: str = "01/7654321/26") -> None:
    """An arrest yesterday, as it is filled in without scripts too."""
    yesterday = timezone.now().astimezone(LONDON) - timedelta(days=1)
    page.get_by_label("Crime or incident reference").fill(reference)
    group = page.get_by_role("group", name="Day of arrest")
    for part, value in (("Day", yesterday.day), ("Month", yesterday.month)):
        group.get_by_label(part, exact=True).fill(str(value))
    group.get_by_label("Year", exact=True).fill(str(yesterday.year))
    page.get_by_label("Time", exact=True).fill("1430")


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_repeat_arrest_by_keyboard_alone(
    page: Page, case: Case, team: Team, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=ARREST)
    fill_in(page, "01/1111111/26")
    page.get_by_role("combobox", name="Offence", exact=True).fill("abh")
    page.keyboard.press("Tab")
    page.get_by_label("Borough of the offence").select_option("Lambeth")
    page.get_by_role("combobox", name="Lead team").fill("pred")
    page.keyboard.press("Tab")
    press(page, "Continue")
    fine(page)
    press(page, "Save and log another")
    expect(page.get_by_text("Arrest saved.")).to_be_visible()
    expect(page.get_by_label("Crime or incident reference")).to_be_focused()
    fine(page)

    keys = Keys(page)
    keys.type("01/1234567/26")
    keys.to("Time")
    keys.type("1455")
    keys.to("Offence")
    keys.type("stalk")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url(re.compile("/check/"))
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/arrest/?another")
    expect(page.get_by_label("Crime or incident reference")).to_be_focused()

    assert keys.presses < MOST_PRESSES
    second = Outcome.objects.get(case=case)
    assert (second.offence, second.team, second.borough.name) == ("stalking", team, "Lambeth")
    assert f"{second.happened_at.astimezone(LONDON):%H:%M}" == "14:55"
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize("width", [1280, 375])
def test_an_arrest_without_scripts(
    new_page: Callable[..., Page], case: Case, team: Team, sign_in: SignIn, width: int
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": width, "height": 800})
    sign_in(page, "officer", to="/desk/")
    page.get_by_role("link", name="Arrest", exact=True).click()
    press(page, "Continue")
    expect(page).to_have_title("Error: Log: Arrest - Days of Action")
    for message in ("Enter the crime or incident reference", "Enter the time", "Select an offence"):
        expect(page.get_by_role("link", name=message)).to_be_visible()
    fill_in(page, "01/1234567/26")
    page.get_by_label("Offence", exact=True).select_option("Stalking")
    page.get_by_label("Borough of the offence").select_option("Lambeth")
    page.get_by_label("Lead team (optional)").select_option("Predatory Offender Unit")
    press(page, "Continue")
    expect(page.get_by_role("definition").filter(has_text="Stalking")).to_be_visible()
    press(page, "Save")
    expect(page.get_by_text("Arrest saved.")).to_be_visible()
    outcome = Outcome.objects.get()
    assert (outcome.case, outcome.team, outcome.offence) == (case, team, "stalking")


def to_the_check(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "officer", to=ARREST)
    fill_in(page)
    page.get_by_role("combobox", name="Offence", exact=True).fill("stalking")
    page.keyboard.press("Tab")
    page.get_by_label("Borough of the offence").select_option("Lambeth")
    press(page, "Continue")
    page.wait_for_url(re.compile("/check/"))


def test_a_double_click_and_the_back_button_make_one_row(page: Page, sign_in: SignIn) -> None:
    to_the_check(page, sign_in)
    page.get_by_role("button", name="Save", exact=True).dblclick()
    page.wait_for_url(re.compile(r"/outcomes/[0-9a-f-]{36}/$"))
    page.go_back()
    expect(page.get_by_text("Nothing was entered twice").first).to_be_visible()
    assert Outcome.objects.count() == 1


def test_two_tabs_with_one_form_make_one_row(page: Page, sign_in: SignIn) -> None:
    to_the_check(page, sign_in)
    other = page.context.new_page()
    other.goto(page.url)
    press(page, "Save")
    page.wait_for_url(re.compile(r"/outcomes/[0-9a-f-]{36}/$"))
    press(other, "Save")
    expect(other.get_by_text("Nothing was entered twice")).to_be_visible()
    assert Outcome.objects.count() == 1


def test_what_is_typed_survives_the_browser(
    page: Page, new_page: Callable[..., Page], sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=ARREST)
    page.get_by_label("Crime or incident reference").fill("01/76543")
    page.get_by_label("Time", exact=True).fill("14")
    page.get_by_role("combobox", name="Offence", exact=True).fill("stalking")
    page.keyboard.press("Tab")
    expect(page.locator("[data-draft-status]")).to_have_text(
        re.compile(r"Draft saved at \d\d:\d\d")
    )
    page.wait_for_function(
        "() => document.querySelector('select[name=offence]').value === 'stalking'"
    )
    wait_for(lambda: Draft.objects.get().fields.get("offence") == ["stalking"], page)
    page.close()

    again = new_page(viewport={"width": 375, "height": 800})
    sign_in(again, "officer", to="/desk/")
    fine(again)
    again.get_by_role("link", name="Go on with: arrest").click()
    expect(again.get_by_label("Crime or incident reference")).to_have_value("01/76543")
    expect(again.get_by_label("Time", exact=True)).to_have_value("14")
    expect(again.get_by_role("combobox", name="Offence", exact=True)).to_have_value("Stalking")
    assert not Outcome.objects.exists()


def wait_for(true: Callable[[], bool], page: Page) -> None:
    """Until what the server keeps says so."""
    for _ in range(PATIENCE // 100):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not come about")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_session_that_ended_leads_through_sign_in_back_to_the_form(
    new_page: Callable[..., Page], people: dict[str, User], sign_in: SignIn, scripts: bool
) -> None:
    second_factor.give_app(people["officer"], SECRET).save()
    page = new_page(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    sign_in(page, "officer", to=ARREST)
    fill_in(page, "01/7777777/26")
    Session.objects.all().delete()
    press(page, "Continue")
    expect(page.get_by_text("Your session ended. Sign in to go on")).to_be_visible()
    page.get_by_label("Username").fill("officer")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    press(page, "Sign in")
    page.get_by_label("Code", exact=True).fill(code())
    press(page, "Continue")
    expect(page).to_have_title("Log: Arrest - Days of Action")
    expect(page.get_by_label("Crime or incident reference")).to_have_value("01/7777777/26")
    expect(page.get_by_label("Time", exact=True)).to_have_value("1430")


def test_what_another_answer_asks_for_is_shown_with_it(
    page: Page, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=ARREST)
    note = page.get_by_label("Which other offence (optional)")
    expect(note).to_be_hidden()
    offence = page.get_by_role("combobox", name="Offence", exact=True)
    offence.fill("Other")
    page.keyboard.press("Tab")
    expect(note).to_be_visible()
    fine(page)
    offence.fill("stalking")
    page.keyboard.press("Tab")
    expect(note).to_be_hidden()


def test_autocomplete_by_keyboard(page: Page, case: Case, sign_in: SignIn, fine: Fine) -> None:
    def options(name: str) -> Locator:
        return page.locator(f"#id_{name}__listbox [role=option]")

    sign_in(page, "officer", to=ARREST)
    reference = page.get_by_label("Crime or incident reference")
    reference.focus()
    page.keyboard.type("01/123")
    expect(options("reference")).to_have_text([re.compile("01/1234567/26.*CONNECT, Lambeth")])
    fine(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(reference).to_have_value("01/1234567/26")
    offence = page.get_by_role("combobox", name="Offence", exact=True)
    offence.focus()
    page.keyboard.type("s47")
    expect(options("offence")).to_have_text([re.compile("Actual bodily harm or wounding")])
    page.keyboard.press("Enter")
    expect(offence).to_have_value("Actual bodily harm or wounding")
    offence.fill("nothing like it")
    page.keyboard.press("Tab")
    press(page, "Continue")
    expect(page.get_by_role("link", name="Select an offence")).to_be_visible()
    expect(page).to_have_title("Error: Log: Arrest - Days of Action")


def test_mistakes_are_summed_up_and_lead_to_their_controls(
    page: Page, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=ARREST)
    page.get_by_label("Time", exact=True).fill("25.00")
    page.get_by_label("Crime or incident reference").fill("1234")
    press(page, "Continue")
    expect(page).to_have_title("Error: Log: Arrest - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
    links = page.locator(".govuk-error-summary a")
    for link in links.all():
        link.click()
        target = (link.get_attribute("href") or "")[1:]
        assert page.evaluate("() => document.activeElement.id") == target
    expect(page.get_by_label("Time", exact=True)).to_have_value("25.00")
    expect(page.get_by_role("group", name="Day of the CAD number")).to_be_visible()


def test_one_that_is_entered_already_is_asked_about(
    page: Page, case: Case, people: dict[str, User], sign_in: SignIn, fine: Fine
) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    OutcomeFactory.create(
        case=case,
        suspect=Suspect.objects.get(),
        happened_at=yesterday,
        offence="stalking",
    )
    sign_in(page, "officer", to=ARREST)
    fill_in(page, case.reference)
    page.get_by_label("Time", exact=True).fill(f"{yesterday.astimezone(LONDON):%H%M}")
    page.get_by_role("combobox", name="Offence", exact=True).fill("stalking")
    page.keyboard.press("Tab")
    page.get_by_label("Borough of the offence").select_option("Lambeth")
    press(page, "Continue")
    expect(page.get_by_role("heading", name="This may be entered already")).to_be_visible()
    fine(page)
    press(page, "Save")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error:"))
    fine(page)
    page.get_by_label("This is a different event").check()
    press(page, "Save")
    expect(page.get_by_text("Arrest saved.")).to_be_visible()
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize(
    "kind",
    [
        *("arrest", "charge", "caution", "order", "disclosure_application"),
        *("voluntary_attendance", "bail", "released_under_investigation", "no_further_action"),
    ],
)
def test_the_form_of_each_kind(
    page: Page, team: Team, sign_in: SignIn, fine: Fine, kind: str
) -> None:
    sign_in(page, "officer", to=f"/outcomes/log/{kind}/")
    fine(page)
    press(page, "Continue")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
