"""For whoever's system is dark: pages and charts are dark and can be read; paper stays light."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import Case
from core.charts import Tile, tiles
from tests.browser.test_pages import PAGE, Fine, SignIn
from tests.core.test_charts import CHARTS

pytestmark = pytest.mark.django_db(transaction=True)

WHITE = "rgb(255, 255, 255)"
BACKGROUND = "(element) => getComputedStyle(element).backgroundColor"
COLOURS = """(main) => [...main.querySelectorAll("path, circle, rect, text")].map((mark) => {
    const tile = mark.closest(".app-chart__tile")?.querySelector("rect");
    const {fill, stroke} = getComputedStyle(mark);
    return {
        name: mark.tagName,
        classes: mark.getAttribute("class") ?? "",
        fill,
        stroke,
        drawn: [mark.getAttribute("fill"), mark.getAttribute("stroke")],
        under: tile ? getComputedStyle(tile).fill : getComputedStyle(document.body).backgroundColor,
        page: getComputedStyle(document.body).backgroundColor,
    };
})"""
STANDS_BACK = {"app-chart__grid", "app-chart__band"}
"""What lies beneath the marks; its values are said in words."""


def channels(colour: str) -> list[int]:
    if colour.startswith("#"):
        return [*bytes.fromhex(colour[1:])]
    return [int(part) for part in re.findall(r"\d+", colour)[:3]]


def luminance(colour: str) -> float:
    """Relative, of WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture
def dark(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")


@pytest.fixture
def all_charts(new_page: Callable[..., Page]) -> Callable[[str], list[dict[str, Any]]]:
    """Every kind of chart under the product's stylesheet, and the colours of all that is drawn."""
    levels = [Tile(1, level + 1, "Lam", "47", level, "Lambeth", "/") for level in range(5)]
    drawn = "".join([*(chart("Lambeth") for chart in CHARTS.values()), tiles("N", "D", levels)])

    def draw(theme: str) -> list[dict[str, Any]]:
        page = new_page(color_scheme=theme)
        page.goto("/sign-in/")
        page.locator("main").evaluate("(main, drawn) => { main.innerHTML = drawn; }", drawn)
        marks: list[dict[str, Any]] = page.locator("main").evaluate(COLOURS)
        assert {mark["name"] for mark in marks} == {"path", "circle", "rect", "text"}
        return marks

    return draw


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (None, "/sign-in/"),
        ("officer", "/desk/"),
        ("officer", "/cases/{case}/"),
        ("supervisor", "/outcomes/"),
        ("supervisor", PAGE),
        ("supervisor", f"{PAGE}boroughs/lambeth/"),
        ("supervisor", f"{PAGE}compare/"),
        ("auditor", "/log/"),
    ],
)
def test_a_page_is_dark_on_a_screen_and_light_on_paper(
    dark: Page, outcomes: None, case: Case, sign_in: SignIn, fine: Fine, role: str | None, path: str
) -> None:
    path = path.format(case=case.pk)
    if role:
        sign_in(dark, role, to=path)
    else:
        dark.goto(path)
    body = dark.locator("body")
    assert luminance(body.evaluate(BACKGROUND)) < 0.02
    fine(dark)
    dark.emulate_media(media="print")
    assert body.evaluate(BACKGROUND) == WHITE
    expect(dark.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")


def test_errors_and_lists_to_choose_from_can_be_read_in_the_dark(
    dark: Page, campaign: object, case: Case, sign_in: SignIn, fine: Fine
) -> None:
    sign_in(dark, "officer", to="/outcomes/log/arrest/")
    dark.get_by_role("button", name="Continue", exact=True).click()
    expect(dark.get_by_role("alert")).to_contain_text("There is a problem")
    fine(dark)
    dark.get_by_role("combobox", name="Offence", exact=True).fill("assault")
    dark.keyboard.press("ArrowDown")
    chosen = dark.get_by_role("option").first
    expect(chosen).to_be_visible()
    for option in dark.get_by_role("option").all():
        colour = option.evaluate("(option) => getComputedStyle(option).color")
        under = option.evaluate(
            """(option) => [option, option.parentElement].map((box) =>
                getComputedStyle(box).backgroundColor).find((said) => !said.endsWith(" 0)"))"""
        )
        assert contrast(colour, under) >= 4.5


def test_the_warning_in_the_admin_goes_with_the_admin_s_theme(dark: Page, sign_in: SignIn) -> None:
    sign_in(dark, "administrator", to="/admin/")
    warning = dark.locator("dialog[data-session-end]")
    warning.evaluate("(dialog) => dialog.showModal()")
    under = warning.evaluate(BACKGROUND)
    assert under == dark.locator("body").evaluate(BACKGROUND)
    for words in warning.locator("h2, p").all():
        assert contrast(words.evaluate("(words) => getComputedStyle(words).color"), under) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_a_chart_shows_stands_out_in_both_themes(
    all_charts: Callable[[str], list[dict[str, Any]]], theme: str
) -> None:
    for mark in all_charts(theme):
        if mark["name"] == "text":
            assert contrast(mark["fill"], mark["under"]) >= 4.5, mark
        elif mark["classes"] not in STANDS_BACK:
            edge = mark["fill"] if mark["stroke"] == "none" else mark["stroke"]
            assert contrast(edge, mark["page"]) >= 3, mark


def test_the_light_theme_has_the_colours_that_go_to_pdf(
    all_charts: Callable[[str], list[dict[str, Any]]],
) -> None:
    for mark in all_charts("light"):
        for drawn, shown in zip(mark["drawn"], [mark["fill"], mark["stroke"]], strict=True):
            if drawn not in {None, "none"}:
                assert channels(shown) == channels(drawn), mark
