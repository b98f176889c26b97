"""A page of figures that is left open: it renews in place, and never under the reader's hands."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from campaigns.models import Borough
from cases.choices import Kind
from core.days import LONDON
from tests.factories import OutcomeFactory

pytestmark = pytest.mark.django_db(transaction=True)

LONDON_NOW = "/campaigns/16-days-2021/"
MOMENT = r"(\d+(:\d\d)?[ap]m|midday|midnight) on \w+day \d+ \w+ \d{4}"
STANDS = """() => [
    scrollY,
    document.activeElement === window.held,
    document.contains(window.held),
    document.querySelectorAll("main details[open]").length,
    document.querySelector("[name=first_day]").value,
]"""


def polls_of(page: Page) -> list[int]:
    """What each poll is answered, from now on."""
    polls: list[int] = []
    page.on(
        "response",
        lambda answer: polls.append(answer.status) if "x-poll" in answer.request.headers else None,
    )
    return polls


def turn_away(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_london_now_renews_in_place_pauses_unseen_and_stops_when_signed_out(
    page: Page,
    outcomes: None,
    boroughs: dict[str, Borough],
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
) -> None:
    page.clock.install()
    sign_in(page, "supervisor", to=LONDON_NOW)
    polls = polls_of(page)
    said, told = page.locator("[data-renewed]"), page.locator("[data-renewed-told]")
    arrests = page.locator(".app-tile__count").first
    expect(said).to_contain_text("This page renews itself.")

    # The reader has opened, typed, scrolled, and stands on a number of a table.
    page.get_by_text("What each figure counts", exact=True).click()
    page.get_by_label("Day", exact=True).first.fill("27")
    table = page.get_by_role("table", name="By borough", exact=True)
    number = table.get_by_role("row", name="Southwark").get_by_role("link").first
    number.focus()
    page.evaluate("window.held = document.activeElement")
    left = page.evaluate(STANDS)
    assert left[0] > 0

    page.clock.fast_forward("00:31")
    expect(said).to_contain_text("Renewed at")
    assert polls == [304]
    expect(told).to_be_empty()

    OutcomeFactory.create(
        kind=Kind.ARREST,
        borough=boroughs["Southwark"],
        happened_at=datetime(2021, 12, 2, 9, tzinfo=LONDON),
    )
    page.clock.fast_forward("00:31")
    expect(arrests).to_have_text("6")
    expect(number).to_have_text("2")
    expect(told).to_contain_text("Figures changed at")
    assert page.evaluate(STANDS) == left
    # Paper says of which moment it is, though nobody loaded the page anew.
    held = page.locator("[data-at]").get_attribute("data-at")
    expect(said).to_have_text(f"Renewed at {held}. This page renews itself.")
    assert polls == [304, 200]
    fine(page)

    # Nobody looks: nothing is asked. Somebody does: at once.
    turn_away(page, hidden=True)
    page.clock.fast_forward("03:00")
    assert polls == [304, 200]
    with page.expect_response(lambda answer: "x-poll" in answer.request.headers):
        turn_away(page, hidden=False)

    page.context.set_offline(True)
    page.clock.fast_forward("00:31")
    expect(said).to_contain_text("Could not renew; last at")
    page.context.set_offline(False)
    page.clock.fast_forward("00:31")
    expect(said).to_contain_text("Renewed at")
    assert polls == [304, 200, 304, 304]

    Session.objects.all().delete()
    page.clock.fast_forward("00:31")
    expect(said).to_contain_text("You are signed out, so this page no longer renews.")
    asked = len(polls)
    page.clock.fast_forward("02:00")
    turn_away(page, hidden=False)
    assert len(polls) == asked
    expect(arrests).to_have_text("6")


def test_a_borough_renews_where_its_reader_stands_and_pauses_unseen(
    page: Page,
    outcomes: None,
    boroughs: dict[str, Borough],
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
) -> None:
    page.clock.install()
    sign_in(page, "supervisor", to=f"{LONDON_NOW}boroughs/lambeth/")
    polls = polls_of(page)
    said, told = page.locator("[data-renewed]"), page.locator("[data-renewed-told]")
    expect(said).to_contain_text(re.compile(rf"^As of {MOMENT}\. This page renews itself\.$"))

    page.get_by_text("By time of day, as a table").click()
    page.get_by_label("Day", exact=True).first.fill("27")
    table = page.get_by_role("table", name="By offence", exact=True)
    number = table.get_by_role("row", name="Actual bodily harm").get_by_role("link")
    expect(number).to_have_text("2")
    number.focus()
    page.evaluate("window.held = document.activeElement")
    left = page.evaluate(STANDS)
    assert left[0] > 0

    # A row comes into the very table that the reader stands in, and figures above it change.
    OutcomeFactory.create(
        kind=Kind.ARREST,
        borough=boroughs["Lambeth"],
        offence="stalking",
        happened_at=datetime(2021, 12, 2, 9, tzinfo=LONDON),
    )
    page.clock.fast_forward("00:31")
    expect(page.locator(".app-tile__count").first).to_have_text("3")
    expect(table.get_by_role("row", name="Stalking").get_by_role("link")).to_have_text("1")
    expect(said).to_contain_text(re.compile(rf"^Renewed at {MOMENT}\."))
    expect(told).to_contain_text("Figures changed at")
    assert page.evaluate(STANDS) == left
    # Paper says of which moment it is, though nobody loaded the page anew.
    held = page.locator("[data-at]").get_attribute("data-at")
    expect(said).to_have_text(f"Renewed at {held}. This page renews itself.")
    with page.expect_response(lambda answer: answer.status == 304):
        page.clock.fast_forward("00:31")
    assert polls == [200, 304]
    fine(page)

    turn_away(page, hidden=True)
    page.clock.fast_forward("03:00")
    assert polls == [200, 304]
    with page.expect_response(lambda answer: "x-poll" in answer.request.headers):
        turn_away(page, hidden=False)
