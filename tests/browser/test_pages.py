"""Every page and state: what it says, that it fits, that axe finds nothing, that it is light."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Campaign
from core.days import london_day

pytestmark = pytest.mark.django_db(transaction=True)

Fine = Callable[[Page], None]
SignIn = Callable[..., None]
MakeCampaign = Callable[..., Campaign]
PAGE = "/campaigns/16-days-2021/"


def tiles(page: Page) -> dict[str, str]:
    labels = page.locator(".app-tile dt").all_inner_texts()
    counts = page.locator(".app-tile__count").all_inner_texts()
    return dict(zip(labels, counts, strict=True))


def table(page: Page, name: str) -> list[list[str]]:
    """The cells of a table, row by row, without its headings."""
    rows = page.get_by_role("table", name=name, exact=True).locator("tbody tr, tfoot tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_the_bar_is_one_line_where_there_is_room_and_a_menu_where_there_is_none(
    page: Page, people: dict[str, User], sign_in: SignIn, fine: Fine
) -> None:
    User.objects.filter(username="administrator").update(name="Bartholomew " * 6)
    sign_in(page, "administrator", to="/engagement/calendar/")
    menu = page.get_by_role("navigation", name="Menu")
    parts = [page.locator(".app-wordmark"), *menu.get_by_role("link").all()]
    boxes = [part.bounding_box() for part in [*parts, page.get_by_role("button", name="Sign out")]]
    middles = {round(box["y"] + box["height"] / 2) for box in boxes if box}
    assert (len(boxes), max(middles) - min(middles) <= 2) == (9, True)
    expect(menu.locator("[aria-current=true]")).to_have_text("Engagement")
    menu.get_by_role("link", name="Engagement").click()
    expect(menu.locator("[aria-current=page]")).to_have_text("Engagement")
    fine(page)
    page.set_viewport_size({"width": 320, "height": 900})
    expect(menu.get_by_role("link")).to_have_count(0)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    menu.get_by_role("button", name="Menu", expanded=False).press("Enter")
    expect(menu.get_by_role("link")).to_have_count(7)
    fine(page)


def test_the_campaign_page_counts_the_window(
    page: Page, outcomes: None, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "supervisor", to=PAGE)
    expect(page).to_have_title("16 Days of Action 2021 - Days of Action")
    assert tiles(page) == {
        "Arrests": "5",
        "Charges": "2",
        "Cautions": "0",
        "Restrictive orders": "0",
        "Clare's Law applications": "0",
        "Engagement events": "0",
        "Engagement attendances": "0",
        "Officers trained": "0",
        "Partners involved": "0",
    }
    days = table(page, "Day by day")
    assert len(days) == 17
    assert days[0] == ["Thu 25 November", *"10000000"]
    assert days[2] == ["Sat 27 November", *"11000000"]
    assert days[15:] == [["Fri 10 December", *"11000000"], ["Total", *"52000000"]]
    assert table(page, "By borough") == [
        ["Lambeth", *"21000000"],
        ["Southwark", *"11000000"],
        ["Outside London", *"10000000"],
        ["Not known", *"10000000"],
        ["Total", *"52000000"],
    ]
    main = page.get_by_role("main")
    expect(main).to_contain_text("25 November to 10 December 2021, 16 days, both included")
    expect(main).to_contain_text("4 different suspects were arrested.")
    expect(main).to_contain_text(
        "Lambeth 2 + Southwark 1 + Outside London 1 + Not known 1 = 5 arrest events"
    )
    fine(page)


def test_an_officer_sees_their_own_boroughs(
    page: Page, outcomes: None, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(page, "officer", to=PAGE)
    expect(page.get_by_text("Your boroughs: Lambeth and Southwark")).to_be_visible()
    assert tiles(page)["Arrests"] == "3"
    assert [row[0] for row in table(page, "By borough")] == ["Lambeth", "Southwark", "Total"]
    expect(page.get_by_role("link", name="Admin")).to_have_count(0)
    fine(page)


@pytest.mark.parametrize("role", ["supervisor", "communications", "administrator"])
def test_the_force_sees_all_boroughs(
    page: Page, outcomes: None, sign_in: SignIn, role: str
) -> None:
    sign_in(page, role, to=PAGE)
    expect(page.get_by_text("All boroughs", exact=True)).to_be_visible()
    assert tiles(page)["Arrests"] == "5"
    expect(page.get_by_role("link", name="Admin")).to_have_count(int(role == "administrator"))


@pytest.mark.parametrize(
    ("role", "path", "heading", "words"),
    [
        ("newcomer", "/", "My desk", "You have no boroughs yet."),
        ("newcomer", PAGE, "16 Days of Action 2021", "add boroughs: Alex Morgan."),
        ("officer", PAGE, "16 Days of Action 2021", "Nothing has been logged for these days in"),
        ("supervisor", PAGE, "16 Days of Action 2021", "so every figure is 0."),
        ("supervisor", PAGE, "16 Days of Action 2021", "The nightly check has not run yet."),
        ("supervisor", "/campaigns/", "Campaigns", "25 November to 10 December 2021"),
    ],
)
def test_states_without_outcomes(
    page: Page,
    campaign: Campaign,
    sign_in: SignIn,
    fine: Fine,
    role: str,
    path: str,
    heading: str,
    words: str,
) -> None:
    sign_in(page, role, to=path)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("main")).to_contain_text(words)
    fine(page)


def test_a_campaign_to_come_says_when_it_starts(
    page: Page, make_campaign: MakeCampaign, sign_in: SignIn, fine: Fine
) -> None:
    first = london_day(timezone.now()) + timedelta(days=20)
    make_campaign("Next", "next", first, first + timedelta(days=15))
    sign_in(page, "communications")
    expect(page.get_by_text("Starts in 20 days")).to_be_visible()
    expect(page.get_by_text("There is nothing to count yet.")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    fine(page)


@pytest.mark.parametrize(
    ("role", "words"),
    [("administrator", "Add a campaign"), ("communications", "add a campaign: Alex Morgan.")],
)
def test_with_no_campaign_the_page_says_what_to_do(
    page: Page, sign_in: SignIn, fine: Fine, role: str, words: str
) -> None:
    sign_in(page, role)
    expect(page.get_by_role("heading", level=1)).to_have_text("No campaign yet")
    expect(page.get_by_role("main")).to_contain_text(words)
    fine(page)


@pytest.mark.parametrize(
    ("role", "path", "status", "heading"),
    [
        ("auditor", "/campaigns/", 403, "You cannot open this page"),
        ("supervisor", "/campaigns/unknown/", 404, "Page not found"),
        ("officer", "/admin/", 403, "You cannot open this page"),
    ],
)
def test_refusals_in_the_look_of_the_product(
    page: Page,
    expected: set[int],
    sign_in: SignIn,
    fine: Fine,
    role: str,
    path: str,
    status: int,
    heading: str,
) -> None:
    expected.add(status)
    sign_in(page, role, to=path)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page).to_have_title(f"{heading} - Days of Action")
    fine(page)


def test_the_admin_runs_under_the_same_policy(page: Page, sign_in: SignIn) -> None:
    sign_in(page, "administrator")
    page.get_by_role("link", name="Admin").click()
    page.get_by_role("rowheader", name="Campaigns").get_by_role("link").click()
    expect(page.get_by_role("link", name="Add campaign")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_a_first_view_is_light_and_stands_still(
    new_page: Callable[..., Page], outcomes: None, sign_in: SignIn, width: int
) -> None:
    signed_in = new_page(viewport={"width": width, "height": 900})
    sign_in(signed_in, "supervisor", to=PAGE)
    page = new_page(
        viewport={"width": width, "height": 900},
        storage_state=signed_in.context.storage_state(),
    )
    sizes: list[int] = []
    page.on(
        "requestfinished",
        lambda request: sizes.append(
            request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"]
        ),
    )
    page.goto(PAGE, wait_until="networkidle")
    moved = page.evaluate(
        """() => new Promise((done) => new PerformanceObserver((list) =>
            done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
        ).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 300))"""
    )
    assert 3 <= len(sizes) <= 5
    assert sum(sizes) <= 150 * 1024
    assert moved < 0.01


def test_a_wide_table_scrolls_in_its_own_box(page: Page, outcomes: None, sign_in: SignIn) -> None:
    sign_in(page, "supervisor", to=PAGE)
    region = page.get_by_role("region", name="By borough", exact=True)
    expect(region).to_have_attribute("tabindex", "-1")
    page.set_viewport_size({"width": 375, "height": 900})
    expect(region).to_have_attribute("tabindex", "0")
    region.focus()
    page.keyboard.press("ArrowRight")
    region.evaluate(
        """(region) => region.scrollLeft > 0 || new Promise((done) =>
            region.addEventListener("scroll", () => done(true), {once: true}))"""
    )
    box = region.get_by_role("rowheader", name="Southwark").bounding_box()
    assert box is not None
    assert 0 <= box["x"] < 30


def test_print_keeps_the_marking_and_drops_the_navigation(
    page: Page, outcomes: None, sign_in: SignIn
) -> None:
    sign_in(page, "supervisor", to=PAGE)
    controls = [
        page.get_by_role("button", name="Sign out"),
        page.get_by_role("button", name="Show"),
        page.get_by_role("link", name="Against the baseline"),
        page.get_by_role("heading", name="Download these figures"),
    ]
    for control in controls:
        expect(control).to_be_visible()
    page.emulate_media(media="print")
    for control in controls:
        expect(control).to_be_hidden()
    expect(page.locator(".app-marking")).to_contain_text("OFFICIAL-SENSITIVE")
    expect(page.locator(".app-marking")).to_be_visible()
    table = page.get_by_role("table", name="By borough", exact=True)
    expect(table).to_be_visible()
    expect(table.get_by_role("link").first).to_have_css("text-decoration-line", "none")
    address = "(link) => getComputedStyle(link, '::after').content"
    assert {link.evaluate(address) for link in page.locator("main a").all()} == {"none"}
