"""Every page of figures fits, on paper too, is sound for axe, and names each of its drawings."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from campaigns.models import Borough, Campaign, Team
from cases.models import Case, Outcome
from core.days import LONDON
from tests.factories import (
    BasicCommandUnitFactory,
    CommandMembershipFactory,
    DisclosureApplicationFactory,
    EngagementEventFactory,
    TeamFactory,
    TrainingSessionFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/campaigns/16-days-2021/"
ADDRESSES = [
    *("boroughs/lambeth/", "commands/AS/", "teams/one/", "boroughs/lambeth/overdue/", "compare/"),
    *("uplift/", "beside/before/", "changes/", "figures/arrests/?part=weekday-6&led=one"),
]
A4: ViewportSize = {"width": 680, "height": 960}
"""The dots of CSS that a sheet has between its margins."""
TOO_WIDE = """() => [...document.querySelectorAll("main table, main svg, main p")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map((one) => one.outerHTML.slice(0, 80))"""
UNTOLD = """() => [...document.querySelectorAll("main svg")]
    .filter((one) => one.firstChild.nodeName !== "title" || one.children[1].nodeName !== "desc"
        || !one.children[1].textContent || !one.getAttribute("aria-label"))
    .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def busy(
    outcomes: None,
    campaign: Campaign,
    boroughs: dict[str, Borough],
    make_campaign: Callable[..., Campaign],
) -> Team:
    """With a baseline, a command, and a team that led and held something and has work overdue."""
    make_campaign("The year before", "before", date(2020, 11, 26), date(2020, 12, 11))
    Campaign.objects.filter(pk=campaign.pk).update(
        baseline="dates",
        baseline_none_reason="",
        baseline_first_day=date(2020, 11, 26),
        baseline_last_day=date(2020, 12, 11),
    )
    command = BasicCommandUnitFactory.create(code="AS", name="Central South")
    for name in ("Lambeth", "Southwark"):
        CommandMembershipFactory.create(borough=boroughs[name], command=command)
    team = TeamFactory.create(slug="one", name="Taskforce")
    Outcome.objects.filter(borough=boroughs["Lambeth"]).update(team=team)
    case = Case.objects.filter(borough=boroughs["Lambeth"]).earliest("pk")
    Case.objects.filter(pk=case.pk).update(team=team)
    DisclosureApplicationFactory.create(case=case, received_on=date(2021, 11, 1))
    held = {
        "borough": boroughs["Lambeth"],
        "team": team,
        "happened_at": datetime(2021, 11, 26, 12, tzinfo=LONDON),
    }
    EngagementEventFactory.create(**held)
    TrainingSessionFactory.create(**held)
    made: Team = team
    return made


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_fits_on_a_screen_and_a_sheet_and_tells_what_it_draws(
    page: Page,
    busy: Team,
    sign_in: Callable[..., None],
    fine: Callable[[Page], None],
    address: str,
) -> None:
    sign_in(page, "supervisor", to=f"{PAGE}{address}")
    expect(page.locator("h1")).to_be_visible()
    fine(page)
    assert page.evaluate(UNTOLD) == []
    page.set_viewport_size(A4)
    page.emulate_media(media="print")
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("address", ["boroughs/lambeth/", "teams/one/"])
def test_each_number_of_each_table_opens_onto_itself(
    page: Page, busy: Team, people: dict[str, User], sign_in: Callable[..., None], address: str
) -> None:
    """All but those of a row that is itself opened, as of an event."""
    User.objects.filter(pk=people["supervisor"].pk).update(whole_force=True)
    sign_in(page, "supervisor", to=f"{PAGE}{address}")
    shown = page.locator("table.app-figures td").all()
    links = page.locator("table.app-figures td a.app-number")
    opened = [(link.text_content(), str(link.get_attribute("href"))) for link in links.all()]
    # A cohort says how many there are once; no team that helps is kept of a training session.
    counted = {(cell.text_content() or "").strip() for cell in shown} - {"", "Not kept"}
    assert (
        len(opened) == len([c for c in shown if (c.text_content() or "").strip() in counted]) > 30
    )
    for number, to in sorted({(number, to) for number, to in opened if number != "0"}):
        page.goto(to)
        expect(page.locator("main .app-tile__count")).to_have_text(str(number))
        if "figures/engagement" not in to and "figures/officers" not in to:
            rows = page.locator("#rows ~ table tbody tr")
            assert rows.count() == min(int(str(number)), 10), to
