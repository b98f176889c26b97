"""Bringing in a spreadsheet in a browser: each state, with scripts and without."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from accounts.imports.actions import AT_ONCE, work_on
from accounts.models import Import, User
from cases.models import Outcome
from tests.browser.test_pages import Fine, SignIn
from tests.factories import ImportFactory

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "Kind;Crime ref;Suspect;Arrest date;Time;Offence;Borough;Shoe size"
GOOD = "Arrest;01/1234567/26;1;25/11/2021;14:30;Stalking;Lambeth;9"
BAD = "Arrest;01/7654321/26;1;25/11/2021;;Stalkng;Lambth;9"
START = "/imports/"


def file(*lines: str, name: str = "november.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode()}


def send(page: Page, *lines: str) -> None:
    page.get_by_label("Spreadsheet", exact=True).set_input_files(file(*lines))
    press(page, "Continue")


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()


def test_a_file_is_mended_saved_brought_in_again_and_undone(
    page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to="/desk/")
    page.get_by_role("link", name="Bring in a spreadsheet").click()
    expect(page).to_have_title("Bring in a spreadsheet - Days of Action")
    fine(page)
    press(page, "Continue")
    expect(page).to_have_title("Error: Bring in a spreadsheet - Days of Action")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    fine(page)
    send(page, HEAD, GOOD, BAD)
    expect(page).to_have_title("Match the columns - Days of Action")
    expect(page.get_by_label("Column B: Crime ref")).to_have_value("reference")
    expect(page.get_by_label("Column H: Shoe size")).to_have_value("")
    fine(page)
    page.get_by_label("Column B: Crime ref").select_option("")
    press(page, "Check every row")
    expect(page).to_have_title("Error: Match the columns - Days of Action")
    expect(
        page.get_by_role("link", name="Choose the column that holds “Reference”")
    ).to_be_visible()
    fine(page)
    page.get_by_label("Column B: Crime ref").select_option("Reference")
    press(page, "Check every row")
    expect(page.get_by_role("heading", name="Put the rows right")).to_be_visible()
    expect(page.locator(".govuk-error-summary")).to_contain_text(
        "3 cells in 1 of 2 rows cannot be saved as they are. Nothing was saved."
    )
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    fine(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="download the rows with what to mend").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"
    page.get_by_label("E: Time, row 3", exact=True).fill("9.30am")
    page.get_by_label("F: Offence, row 3", exact=True).fill("stalking")
    page.get_by_label("G: Borough, row 3", exact=True).fill("Southwark")
    press(page, "Check again")
    expect(page.get_by_role("heading", name="Check and save 2 rows")).to_be_visible()
    fine(page)
    assert not Outcome.objects.exists()
    press(page, "Save 2 rows")
    expect(page.get_by_text("2 rows saved by Sam Okafor")).to_be_visible()
    expect(page.get_by_role("link", name="Arrest")).to_have_count(2)
    fine(page)
    page.get_by_role("link", name="Arrest").first.click()
    expect(page.get_by_text("Row 2 of the import of")).to_be_visible()
    page.goto(START)
    send(page, HEAD, GOOD)
    press(page, "Check every row")
    expect(page.get_by_text("1 row is there already and stays as it is.")).to_be_visible()
    expect(page.get_by_role("heading", name="There is nothing new to save")).to_be_visible()
    fine(page)
    page.goto(START)
    fine(page)
    page.get_by_role("row", name="Saved").get_by_role("link").click()
    press(page, "Undo the whole import")
    expect(page.get_by_text("Its entries count nowhere from now on.")).to_be_visible()
    fine(page)
    assert not Outcome.objects.counted().exists()


def test_pasted_cells_without_scripts_on_a_phone(
    new_page: Callable[..., Page], people: dict[str, User], sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 375, "height": 800})
    sign_in(page, "officer", to=START)
    page.get_by_label("Or paste cells").fill(f"{HEAD}\n{GOOD}\n{BAD}".replace(";", "\t"))
    press(page, "Continue")
    press(page, "Check every row")
    page.get_by_role("checkbox").first.check()
    press(page, "Check again")
    press(page, "Save 1 row")
    expect(page.get_by_text("1 row saved by Sam Okafor")).to_be_visible()
    press(page, "Undo the whole import")
    expect(
        page.get_by_text("Bringing in the same file again brings its rows back.")
    ).to_be_visible()


@pytest.fixture
def large(people: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """More rows than are done at once, and a worker that waits to be asked."""
    asked: list[str] = []
    monkeypatch.setattr("accounts.imports.views.work_on_import.delay", asked.append)
    return [GOOD.replace("1234567", f"{n:07}") for n in range(AT_ONCE + 1)]


def test_a_long_one_shows_how_far_it_is_and_then_what_came_of_it(
    page: Page, large: list[str], sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=START)
    send(page, HEAD, *large)
    press(page, "Check every row")
    expect(page.get_by_role("heading", name="The rows are being checked")).to_be_visible()
    fine(page)
    batch = Import.objects.get()
    Import.objects.update(rows=202, done=100)
    expect(page.get_by_role("status")).to_have_text("100 of 201 rows checked.")
    assert page.get_by_role("progressbar").evaluate("(bar) => bar.value") == 100
    Import.objects.update(rows=None)
    work_on(batch.pk)
    expect(page.get_by_role("heading", name="Check and save 201 rows")).to_be_visible()
    press(page, "Save 201 rows")
    expect(page.get_by_role("heading", name="The rows are being saved")).to_be_visible()
    work_on(batch.pk)
    expect(page.get_by_text("201 rows saved by Sam Okafor")).to_be_visible()
    page.get_by_role("link", name="More rows").click()
    expect(page.get_by_role("link", name="More rows")).to_be_visible()
    fine(page)


def test_a_long_one_without_scripts_is_refreshed_by_hand(
    new_page: Callable[..., Page], large: list[str], sign_in: SignIn
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, "officer", to=START)
    send(page, HEAD, *large)
    press(page, "Check every row")
    work_on(Import.objects.get().pk)
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("heading", name="Check and save 201 rows")).to_be_visible()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(
    page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine, tmp_path: Path
) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as sparse:
        sparse.truncate(500 * 1024 * 1024)
    sign_in(page, "officer", to=START)
    page.get_by_label("Spreadsheet", exact=True).set_input_files(large)
    expect(page.get_by_text("The file must be 20 MB or smaller")).to_be_visible()
    fine(page)


def test_the_other_states(page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine) -> None:
    refused = ImportFactory.create(owner=people["officer"], refused=True)
    stalled = ImportFactory.create(
        owner=people["officer"],
        state=Import.State.CHECKING,
        worked_at=timezone.now() - timedelta(minutes=2),
    )
    sign_in(page, "officer", to=f"/imports/{refused.pk}/")
    expect(page.get_by_role("heading", name="The file cannot be brought in")).to_be_visible()
    fine(page)
    page.goto(f"/imports/{stalled.pk}/")
    expect(page.get_by_text("Nothing has happened for a minute.")).to_be_visible()
    fine(page)


def test_what_was_changed_since_is_shown_before_the_rest_is_undone(
    page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=START)
    send(page, HEAD, GOOD, GOOD.replace(";1;", ";2;"))
    press(page, "Check every row")
    press(page, "Save 2 rows")
    expect(page.get_by_text("2 rows saved")).to_be_visible()
    Outcome.objects.filter(suspect__number=1).update(offence="rape")
    press(page, "Undo the whole import")
    expect(page.get_by_role("heading", name="Some entries were changed since")).to_be_visible()
    fine(page)
    press(page, "Undo all but this one")
    expect(page.get_by_text("Import undone.")).to_be_visible()
    assert Outcome.objects.counted().count() == 1
