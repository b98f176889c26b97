"""What is done with a list, in a browser: saved, exported, moved; and pairs decided upon."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Borough
from cases.models import Case, Outcome
from tests.factories import CaseFactory, OutcomeFactory, PossibleDuplicateFactory, TeamFactory

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [1280, 375]
SCRIPTS = [True, False]


@pytest.fixture
def supervisor(people: dict[str, User], boroughs: dict[str, Borough]) -> User:
    people["supervisor"].boroughs.set([boroughs["Lambeth"], boroughs["Southwark"]])
    return people["supervisor"]


@pytest.fixture
def cases(boroughs: dict[str, Borough]) -> list[Case]:
    made = [
        CaseFactory.create(reference=f"01/{1234560 + n}/26", system="connect", borough=borough)
        for n, borough in enumerate([boroughs["Lambeth"], boroughs["Lambeth"]])
    ]
    for case in made:
        OutcomeFactory.create(case=case)
    return made


@pytest.fixture(params=[(width, script) for width in WIDTHS for script in SCRIPTS])
def device(request: Any, new_page: Callable[..., Page]) -> Page:
    """A page 1280 or 375 wide, with scripts and without."""
    width, scripts = request.param
    page: Page = new_page(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, accept_downloads=True
    )
    return page


def narrow(page: Page) -> None:
    """Opens the filter where a phone has folded it."""
    if page.get_by_label("Kind").is_hidden():
        page.get_by_role("heading", name="Filter", exact=True).click()


def test_a_filter_is_applied_saved_used_and_removed(
    device: Page, sign_in: Callable[..., None], supervisor: User, cases: list[Case]
) -> None:
    page = device
    sign_in(page, "supervisor", "/outcomes/")
    narrow(page)
    page.get_by_label("Kind").select_option("Charge")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_text("No outcomes match.")).to_be_visible()
    page.get_by_role("link", name="Save this filter").click()
    page.get_by_role("button", name="Save filter").click()
    expect(page).to_have_title("Error: Save this filter - Days of Action")
    page.get_by_label("Name of the filter").fill("Charges")
    page.get_by_role("button", name="Save filter").click()
    expect(page.get_by_role("alert")).to_contain_text("Filter “Charges” saved.")
    page.get_by_role("link", name="Remove this filter:").click()
    expect(page.get_by_text("2 outcomes")).to_be_visible()
    page.get_by_role("link", name="Charges", exact=True).click()
    expect(page.get_by_text("No outcomes match.")).to_be_visible()
    page.get_by_role("button", name="Remove the filter Charges").click()
    expect(page.get_by_role("link", name="Charges", exact=True)).to_have_count(0)


def test_a_list_is_taken_out_with_a_reason(
    *,
    device: Page,
    sign_in: Callable[..., None],
    supervisor: User,
    cases: list[Case],
    tmp_path: Path,
) -> None:
    page = device
    sign_in(page, "supervisor", "/outcomes/")
    page.get_by_role("link", name="Export").click()
    expect(page.get_by_text("The file will have 2 rows:")).to_be_visible()
    page.get_by_role("button", name="Download").click()
    expect(page).to_have_title("Error: Export outcomes - Days of Action")
    page.get_by_label("Somebody else").check()
    page.get_by_label("Who", exact=True).fill("Duty inspector, Lambeth")
    page.get_by_label("Why it is needed").fill("Weekly review")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / "list.csv"
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename.startswith("outcomes-official-sensitive-")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert next(lines).startswith("OFFICIAL-SENSITIVE")
        rows = list(csv.DictReader(lines))
    assert {row["Case"] for row in rows} == {case.reference for case in cases}


def test_cases_are_chosen_and_assigned(
    device: Page, sign_in: Callable[..., None], supervisor: User, cases: list[Case]
) -> None:
    team = TeamFactory.create(name="South East")
    page = device
    sign_in(page, "supervisor", "/cases/")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Tick the cases first.")).to_be_visible()
    for case in cases:
        page.get_by_label(f"Choose {case.reference}").check()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("2 chosen:")).to_be_visible()
    page.get_by_label("Reason").fill("New team")
    team_box = page.get_by_role("combobox", name="Team")
    if team_box.evaluate("box => box.tagName") == "SELECT":
        team_box.select_option("South East")
    else:
        team_box.fill("south")
        page.get_by_role("option", name="South East").click()
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Changed 2 cases.")).to_be_visible()
    assert {case.team for case in Case.objects.all()} == {team}


def test_a_pair_is_decided_upon(
    device: Page, sign_in: Callable[..., None], supervisor: User, cases: list[Case]
) -> None:
    later, earlier = (Outcome.objects.get(case=case) for case in cases)
    PossibleDuplicateFactory.create(outcome=later, earlier=earlier)
    page = device
    sign_in(page, "supervisor", "/desk/")
    page.get_by_role("link", name="Possible duplicates that wait for a decision: 1").click()
    page.get_by_role("button", name="Same event: count entry 1").click()
    expect(page.get_by_text("Merged. Entry 1 counts, the other does not.")).to_be_visible()
    expect(page.get_by_text("No pair waits for a decision.")).to_be_visible()
    page.goto(f"/outcomes/{later.pk}/")
    page.get_by_role("button", name="These are two events: take them apart").click()
    expect(page.get_by_text("This entry counts again.")).to_be_visible()


def test_no_page_has_a_fault_that_axe_finds_or_runs_over(
    *,
    page: Page,
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    supervisor: User,
    cases: list[Case],
) -> None:
    one, other = Outcome.objects.all()
    PossibleDuplicateFactory.create(outcome=one, earlier=other)
    sign_in(page, "supervisor", "/outcomes/?kind=arrest&sort=entered")

    fine(page)
    for address in [
        *("/outcomes/?kind=nonsense", "/outcomes/?kind=charge", "/cases/", "/duplicates/"),
        *("/outcomes/filter/?kind=arrest", "/outcomes/export/", "/cases/export/"),
    ]:
        page.goto(address)
        fine(page)
    page.get_by_role("button", name="Download").click()
    fine(page)
    page.goto("/cases/")
    page.get_by_role("button", name="Select all on this page").click()
    page.get_by_role("button", name="Assign").click()
    fine(page)
    page.get_by_role("button", name="Assign").click()
    fine(page)


def test_a_list_and_a_case_on_paper_hold_what_was_found_and_no_controls(
    page: Page, sign_in: Callable[..., None], supervisor: User, cases: list[Case]
) -> None:
    sign_in(page, "supervisor", "/cases/")
    page.emulate_media(media="print")
    for address in ("/cases/", f"/cases/{cases[0].pk}/"):
        page.goto(address)
        expect(page.get_by_text("OFFICIAL-SENSITIVE")).to_be_visible()
        named = page.get_by_text(cases[0].reference).locator("visible=true")
        expect(named.first).to_be_visible()
        for control in page.locator(".govuk-button, input:not([type=hidden]), select").all():
            expect(control).to_be_hidden()
        after = page.locator("main a").evaluate_all(
            "links => links.map((link) => getComputedStyle(link, '::after').content)"
        )
        assert not [content for content in after if "/" in content]
