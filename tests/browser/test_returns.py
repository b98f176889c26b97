"""A return in a browser: signed, overtaken by a change, signed again."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Borough
from cases.models import Outcome
from summaries.actions import run_nightly
from summaries.models import BoroughReturn
from tests.browser.test_desk import press
from tests.browser.test_pages import PAGE, Fine, SignIn, table

pytestmark = pytest.mark.django_db(transaction=True)

RETURNS = f"{PAGE}returns/"


@pytest.mark.usefixtures("outcomes")
def test_sign_see_what_changed_and_sign_again(
    page: Page, people: dict[str, User], boroughs: dict[str, Borough], sign_in: SignIn, fine: Fine
) -> None:
    people["supervisor"].boroughs.set([boroughs["Lambeth"]])
    run_nightly()
    sign_in(page, "supervisor", to=RETURNS)
    main = page.get_by_role("main")
    expect(main).to_contain_text("0 of 2 boroughs signed. Not signed: Lambeth and Southwark.")
    fine(page)
    main.get_by_role("link", name="Lambeth", exact=True).click()
    expect(main).to_contain_text("Nobody has signed yet.")
    page.get_by_role("button", name="Check and sign").click()
    press(page, "Sign")
    expect(page).to_have_title(
        "Error: Check and sign: Lambeth, 16 Days of Action 2021 - Days of Action"
    )
    fine(page)
    page.get_by_role("link", name="Confirm that you have checked the figures").click()
    expect(page.get_by_label("I have checked these figures of Lambeth")).to_be_focused()
    page.keyboard.press("Space")
    press(page, "Sign")
    expect(page.get_by_role("alert")).to_contain_text("You have signed the return of Lambeth.")
    expect(main).to_contain_text("Arrests 2, Charges 1")
    expect(page.get_by_role("button", name="Check and sign")).to_have_count(0)

    entry = Outcome.objects.filter(kind="charge", borough=boroughs["Lambeth"]).get()
    Outcome.objects.filter(pk=entry.pk).update(borough=boroughs["Southwark"])
    page.goto(f"{RETURNS}lambeth/")
    expect(main).to_contain_text("1 figure changed after Dana Whitlock signed.")
    name = "Signed, and the figures now"
    assert table(page, name)[1] == ["Charges\noffences charged", "1", "0", "\N{MINUS SIGN}1"]
    fine(page)
    page.get_by_role("button", name="Check and sign again").click()
    page.get_by_label("I have checked these figures of Lambeth").check()
    press(page, "Sign again")
    expect(main).to_contain_text("25 November to 10 December 2021, signed again")
    assert [row.counts["charges"] for row in BoroughReturn.objects.all()] == [0, 1]

    run_nightly()
    page.goto(PAGE)
    expect(main).to_contain_text("2 figures of days already counted were restated")
    expect(main).to_contain_text("1 of 2 boroughs signed.")
    main.get_by_role("link", name="What changed since yesterday").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    fine(page)
    rows.filter(has_text="Lambeth").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Charges")


@pytest.mark.usefixtures("outcomes")
def test_what_an_officer_sees_before_anybody_signed(
    page: Page, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer")
    said = {
        "returns/": "Not signed: Lambeth and Southwark.",
        "returns/southwark/": "A supervisor of Southwark can sign it.",
        "changes/": "No nightly check has counted these days yet.",
    }
    for where, words in said.items():
        page.goto(f"{PAGE}{where}")
        expect(page.get_by_role("main")).to_contain_text(words)
        fine(page)
