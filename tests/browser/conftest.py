"""A real Chromium against the real server, static files as served; no page may complain.

`BROWSER=no` leaves these tests out; `CHROMIUM` names a browser that is not on the PATH.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from campaigns.models import Borough, Campaign
from cases.choices import Kind
from cases.models import Case, Outcome, Suspect
from core.days import LONDON

# Playwright's synchronous API keeps an event loop in this thread, and where one runs Django
# refuses the ORM, which the tests use to make and read rows.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

HERE = Path(__file__).parent
AXE = HERE.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_BROWSER = """There is no Chromium for the browser tests. Get one:
  Debian, Ubuntu: apt-get install chromium
  Fedora: dnf install chromium
  macOS: brew install --cask chromium
or name one with CHROMIUM=/path/to/chrome, or leave these tests out with BROWSER=no."""
REPORT_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`))"""
# What is fine is left out, as it takes longer to bring over than to find.
JUDGE = """(tags) => axe.run(document, {runOnly: tags, resultTypes: ["violations"]})
    .then((found) => found.violations)"""
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PASSWORD = "correct horse battery"
PATIENCE = 30_000
"""Milliseconds that a slow machine gets; nothing is measured by them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser; skipped rather than deselected, so that the summary says so."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))
            if os.environ.get("BROWSER") == "no":
                item.add_marker(pytest.mark.skip(reason="BROWSER=no leaves the browser out"))


@pytest.fixture(scope="session", autouse=True)
def static_files_as_served() -> Iterator[None]:
    """Lets the test server pass the collected, hashed files to WhiteNoise, as in production."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "_should_handle", lambda *_: False)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def expected() -> set[int]:
    """The statuses of failure that a test means to see."""
    return set()


@pytest.fixture
def new_page(
    browser: Browser, live_server: LiveServer, expected: set[int]
) -> Iterator[Callable[..., Page]]:
    """Opens pages, and fails the test if one complained."""
    complaints: list[str] = []
    contexts = []

    def hear(said: ConsoleMessage) -> None:
        # A failed load is told by its response.
        if said.type in {"error", "warning"} and not said.text.startswith("Failed to load"):
            complaints.append(said.text)

    def judge(answer: Response) -> None:
        if answer.status >= 400 and answer.status not in expected:
            complaints.append(f"{answer.status} {answer.url}")

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(REPORT_VIOLATIONS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("response", judge)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        # A form keeps its draft on leaving, which would come when the test's rows are gone.
        context.route("**", lambda route: route.abort())
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def fine() -> Callable[[Page], None]:
    """Fails for a page that is wider than its window or that axe finds something wrong with."""
    source = AXE.read_text()

    def judge(page: Page) -> None:
        # A button that was pressed has begun the next page, which need not be read to its end.
        page.wait_for_load_state()
        before = page.viewport_size
        assert before is not None
        page.evaluate(source)
        for width in [320, 375, 1280]:
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate(OVER)
            assert over == 0, f"{page.url} is {over} pixels too wide at {width}"
            if width > 320:
                broken = page.evaluate(JUDGE, RULES)
                assert [
                    f"{rule['id']}: {node['html']} {node['failureSummary']}"
                    for rule in broken
                    for node in rule["nodes"]
                ] == [], f"{page.url} at {width}"
        page.set_viewport_size(before)

    return judge


@pytest.fixture
def boroughs(live_server: LiveServer) -> dict[str, Borough]:
    """Two of London's, and the two that keep the sums whole."""
    made = {
        name: Borough.objects.create(
            name=name,
            slug=name.lower(),
            ons_code=f"E0900010{tile}",
            population=300_000,
            population_year=2021,
            tile_row=90,
            tile_col=tile,
        )
        for tile, name in enumerate(["Lambeth", "Southwark"])
    }
    for name in ["Outside London", "Not known"]:
        slug = name.lower().replace(" ", "-")
        made[name] = Borough.objects.create(name=name, slug=slug, in_london=False)
    return made


@pytest.fixture
def make_campaign(boroughs: dict[str, Borough]) -> Callable[..., Campaign]:
    def make(name: str, slug: str, first: date, last: date) -> Campaign:
        campaign = Campaign.objects.create(
            name=name,
            slug=slug,
            first_day=first,
            last_day=last,
            baseline_none_reason="The first of its kind.",
        )
        campaign.boroughs.set(boroughs.values())
        return campaign

    return make


@pytest.fixture
def campaign(make_campaign: Callable[..., Campaign]) -> Campaign:
    return make_campaign(
        "16 Days of Action 2021", "16-days-2021", date(2021, 11, 25), date(2021, 12, 10)
    )


@pytest.fixture
def outcomes(campaign: Campaign, boroughs: dict[str, Borough]) -> None:
    """Five arrests of four suspects and two charges inside the window; one each side of it."""
    inside = [
        (Kind.ARREST, "Lambeth", 1, "2021-11-25T00:00"),
        (Kind.ARREST, "Lambeth", 1, "2021-11-27T09:30"),
        (Kind.CHARGE, "Lambeth", 1, "2021-11-27T18:00"),
        (Kind.ARREST, "Southwark", 2, "2021-12-10T23:59"),
        (Kind.CHARGE, "Southwark", 2, "2021-12-10T23:59"),
        (Kind.ARREST, "Outside London", 3, "2021-12-01T12:00"),
        (Kind.ARREST, "Not known", 4, "2021-12-01T12:00"),
    ]
    outside = [
        (Kind.ARREST, "Lambeth", 5, "2021-11-24T23:59"),
        (Kind.ARREST, "Lambeth", 6, "2021-12-11T00:00"),
    ]
    for kind, borough, number, when in [*inside, *outside]:
        case, _ = Case.objects.get_or_create(
            reference=f"{number}/21", system="cris", defaults={"borough": boroughs[borough]}
        )
        suspect, _ = Suspect.objects.get_or_create(case=case, number=1)
        Outcome.objects.create(
            kind=kind,
            case=case,
            suspect=suspect,
            borough=boroughs[borough],
            offence="assault_injury",
            happened_at=datetime.fromisoformat(when).replace(tzinfo=LONDON),
        )


@pytest.fixture
def people(boroughs: dict[str, Borough]) -> dict[str, User]:
    """The cast, by user name; the officer works in Lambeth and Southwark."""
    names = {
        "officer": "Sam Okafor",
        "supervisor": "Dana Whitlock",
        "communications": "Chris Bell",
        "administrator": "Alex Morgan",
        "auditor": "Robin Patel",
    }
    cast = {
        role: User.objects.create_user(role, PASSWORD, name=name, role=role)
        for role, name in names.items()
    }
    cast["officer"].boroughs.set([boroughs["Lambeth"], boroughs["Southwark"]])
    cast["newcomer"] = User.objects.create_user("newcomer", PASSWORD, name="Jo Hale")
    return cast


@pytest.fixture
def case(boroughs: dict[str, Borough], people: dict[str, User]) -> Case:
    """The officer's own case in Lambeth, with one suspect."""
    made = Case.objects.create(
        reference="01/1234567/26",
        system="connect",
        borough=boroughs["Lambeth"],
        officer=people["officer"],
    )
    Suspect.objects.create(case=made, number=1)
    return made


@pytest.fixture
def sign_in(people: dict[str, User], live_server: LiveServer) -> Callable[..., None]:
    """Opens a page as somebody signed in; the journeys of signing in are in test_signing_in.py."""

    def as_person(page: Page, username: str, to: str = "/") -> None:
        client = Client()
        client.force_login(User.objects.get(username=username))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url, "httpOnly": True}]
        )
        page.goto(to)

    return as_person
