"""An auditor at work in a browser: search, a row, a record, a sample, a review, the evidence."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from audit.models import LogRow, Review
from cases.models import Case
from tests.factories import LogRowFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def looks(case: Case) -> None:
    for number in range(4):
        LogRowFactory.create(actor="officer", object_id=str(case.pk), request_id=f"r-{number}")
    LogRowFactory.create(
        actor="supervisor", object_id=str(case.pk), flag="repeated", role="supervisor"
    )


@pytest.mark.parametrize("width", [1280, 375])
def test_from_a_search_to_the_evidence(
    *,
    new_page: Callable[..., Page],
    fine: Callable[[Page], None],
    sign_in: Callable[..., None],
    case: Case,
    looks: None,
    width: int,
    tmp_path: Path,
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, accept_downloads=True)
    sign_in(page, "auditor")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log")
    fine(page)
    if page.get_by_label("Flag").is_hidden():
        page.get_by_role("heading", name="Filter", exact=True).click()
    page.get_by_label("Flag").select_option(LogRow.Flag.REPEATED.label)
    page.get_by_role("button", name="Apply filters").press("Enter")
    expect(page.get_by_text("1 row, the latest first")).to_be_visible()
    expect(page.get_by_role("cell", name="Dana Whitlock")).to_be_visible()
    page.get_by_role("link", name=f"Case {case.pk}").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Case {case.pk}")
    expect(page.get_by_text(case.reference)).to_have_count(0)
    fine(page)
    page.get_by_role("link", name="Who looked, by person").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    fine(page)
    page.go_back()
    page.get_by_role("button", name="Export the evidence").press("Enter")
    page.get_by_role("button", name="Download").click()
    expect(page).to_have_title("Error: Export the evidence - Days of Action")
    fine(page)
    page.get_by_label("Only me").check()
    page.get_by_label("Why it is needed").fill("Complaint 7")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").press("Enter")
    file = tmp_path / "pack.pdf"
    waiting.value.save_as(file)
    words = PdfReader(BytesIO(file.read_bytes())).pages[0].extract_text()
    assert "Sam Okafor (officer)" in words
    assert LogRow.objects.get(action="disclosure").reason == "Complaint 7"


@pytest.mark.parametrize("width", [1280, 375])
def test_a_sample_is_drawn_and_reviewed_by_keyboard(
    *,
    new_page: Callable[..., Page],
    fine: Callable[[Page], None],
    sign_in: Callable[..., None],
    looks: None,
    width: int,
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    sign_in(page, "auditor", "/log/samples/")
    fine(page)
    page.get_by_role("button", name="Draw a sample").press("Enter")
    page.get_by_label("How many reads").fill("2")
    fine(page)
    page.get_by_role("button", name="Draw", exact=True).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Drawn: 2 of 5 reads.")
    expect(page.get_by_text("0 of 2 reviewed")).to_be_visible()
    fine(page)
    page.locator("tbody tr a").first.press("Enter")
    fine(page)
    page.get_by_label("In order").press("Space")
    page.get_by_role("button", name="Save the review").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Review saved.")
    page.get_by_label("Referred").press("Space")
    page.get_by_role("button", name="Save the review").press("Enter")
    expect(page).to_have_title("Error: Review a read - Days of Action")
    fine(page)
    page.get_by_label("In words").fill("To professional standards")
    page.get_by_role("button", name="Save the review").press("Enter")
    expect(
        page.get_by_text("2 of 2 reviewed, 1 in order, 0 asked about, 1 referred")
    ).to_be_visible()
    assert [r.verdict for r in Review.objects.all()] == ["in_order", "referred"]
