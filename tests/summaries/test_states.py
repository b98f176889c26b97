"""Of campaigns that have nothing yet, or little, or an odd day, each page says something true."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core.cache import caches

from accounts.models import User
from campaigns.models import Borough, Campaign
from core.days import LONDON, DayRange
from summaries.actions import run_nightly
from summaries.digest import figures_for
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    BasicCommandUnitFactory,
    BoroughFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    OutcomeFactory,
    TeamFactory,
)
from tests.summaries.files import pdf_of, words_of

pytestmark = pytest.mark.django_db
OURS = "/campaigns/ours/"
PAGES = {
    "london": OURS,
    "borough": f"{OURS}boroughs/barnet/",
    "command": f"{OURS}commands/AS/",
    "team": f"{OURS}teams/one/",
    "compare": f"{OURS}compare/",
    "uplift": f"{OURS}uplift/",
    "beside": f"{OURS}beside/before/",
    "changes": f"{OURS}changes/",
    "returns": f"{OURS}returns/",
    "return": f"{OURS}returns/barnet/",
    "explain": f"{OURS}figures/arrests/",
}


@pytest.fixture
def boroughs(cast: Cast) -> list[Borough]:
    command = BasicCommandUnitFactory.create(code="AS", name="South")
    for borough in (cast.a, cast.b):
        CommandMembershipFactory.create(borough=borough, command=command)
    TeamFactory.create(slug="one", name="Taskforce")
    User.objects.update(email="somebody@example.org")
    third = BoroughFactory.create(name="Camden", slug="camden")
    return [cast.a, cast.b, third, BoroughFactory.create(name="Not known", elsewhere=True)]


def at(day: date, hour: int = 9, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON, fold=fold)


FIRST = date(2021, 11, 25)


def ours(boroughs: list[Borough], first: date = FIRST, days: int = 16, **fields: Any) -> Campaign:
    """With a baseline of as many days, which begin on the same weekday."""
    before = DayRange(first, first + timedelta(days=days))
    earlier = {
        "first_day": before.first - timedelta(days=364),
        "last_day": before.last - timedelta(days=364),
    }
    CampaignFactory.create(slug="before", name="The year before", boroughs=boroughs, **earlier)
    stated = {
        "baseline": "dates",
        "baseline_none_reason": "",
        "baseline_first_day": earlier["first_day"],
        "baseline_last_day": earlier["last_day"],
    }
    return CampaignFactory.create(
        slug="ours",
        name="Ours",
        boroughs=boroughs,
        first_day=before.first,
        last_day=before.last,
        **(stated | fields),
    )


def arrest(borough: Borough, when: datetime) -> None:
    case = CaseFactory.create(borough=borough)
    OutcomeFactory.create(case=case, happened_at=when, recorded_at=when)


def empty(b: list[Borough]) -> datetime:
    ours(b)
    return at(FIRST + timedelta(days=6))


def first_day(b: list[Borough]) -> datetime:
    ours(b)
    for place in (b[0], b[0], b[1]):
        arrest(place, at(FIRST, 8))
    return at(FIRST)


def one(b: list[Borough]) -> datetime:
    ours(b)
    arrest(b[1], at(FIRST, 8))
    return at(FIRST + timedelta(days=1))


def none_here(b: list[Borough]) -> datetime:
    ours(b)
    for n in range(6):
        arrest(b[n % 2 * 2], at(FIRST + timedelta(days=n % 3), 8))
    return at(FIRST + timedelta(days=20))


def clock_change(b: list[Borough]) -> datetime:
    """The hour from 1am comes twice on the second of three days."""
    ours(b, date(2021, 10, 30), 3)
    for fold in (0, 1):
        arrest(b[1], at(date(2021, 10, 31), 1, 30, fold))
    arrest(b[0], at(date(2021, 10, 31), 0, 0))
    arrest(b[0], at(date(2021, 10, 31), 23, 59))
    return at(date(2021, 11, 1))


def future(b: list[Borough]) -> datetime:
    ours(b)
    return at(FIRST - timedelta(days=5))


def no_baseline(b: list[Borough]) -> datetime:
    ours(
        b,
        baseline="none",
        baseline_none_reason="It is the first of its kind.",
        baseline_first_day=None,
        baseline_last_day=None,
    )
    arrest(b[1], at(FIRST, 8))
    return at(FIRST + timedelta(days=3))


def no_boroughs(b: list[Borough]) -> datetime:
    ours([])
    return at(FIRST + timedelta(days=3))


STATES: dict[str, Callable[[list[Borough]], datetime]] = {
    made.__name__: made
    for made in (empty, first_day, one, none_here, clock_change, future, no_baseline, no_boroughs)
}
NOT_BEGUN = (
    "There is nothing to count yet. Figures appear here from 25 November 2021, the first day."
)
NOT_OVER = "Whole days are compared, and the first is not over yet."
NOBODY_THERE = "No borough that you see figures of takes part in Ours."
UNPROVED = "None of it was proved yet: it is counted just now."
UNCHECKED = "No nightly check has counted these days yet."
NO_FILE = "404"
SAID: dict[str, dict[str, list[str]]] = {
    "empty": {
        "london": [
            "Nothing has been logged for these days yet, so every figure is 0.",
            "Over 6 days with the same weekdays, nothing was counted now or in “the baseline”.",
            "0 of 3 boroughs signed for 30 November 2021.",
        ],
        "borough": [
            "Day 7 of 16",
            "Nothing has been logged here for these days yet, so every figure is 0.",
        ],
        "compare": ["Nothing was counted in these days, so there is nothing to compare."],
        "uplift": [
            "The figures of 25 to 30 November 2021 are set against those of 26 November to "
            "1 December 2020",
            "Arrests arrest events 0 0 No ratio None in either",
        ],
        "changes": [UNCHECKED],
        "returns": ["Not signed: Barnet, Camden and Lambeth."],
        "return": ["Check and sign"],
        "explain": [UNPROVED, "There is no row to show."],
        "briefing": ["Campaign: Day 7 of 16.", "Arrests arrest events 0 0 No ratio None in either"],
        "mail": ["Day 7 of 16", "Returns to sign for 30 November 2021: 3."],
    },
    "first_day": {
        "london": [
            "Day 1 of 16",
            f"No comparison with a baseline: {NOT_OVER}",
            "Arrests 3 arrest events 3 today so far",
            "none 1 2 By borough",
            "Barnet 1 0.004 0.000 to 0.022 Not yet",
        ],
        "borough": [
            f"No comparison with a baseline: {NOT_OVER}",
            "By offence All 1: Common assault or battery.",
        ],
        "compare": ["Every borough lies within what chance explains."],
        "uplift": [f"There is no comparison for this campaign. {NOT_OVER}"],
        "beside": ["days that have begun: 25 November 2021, and"],
        "returns": ["The first return can be signed on 26 November 2021, once a day is over."],
        "return": ["A return of Barnet can be signed from 26 November 2021 on."],
        "explain": [UNPROVED, "Open all 3 in the list of outcomes"],
        "briefing": [f"No comparison with a baseline: {NOT_OVER}", "Campaign: Day 1 of 16."],
        "mail": ["Arrests (arrest events): 3 so far", f"No baseline: {NOT_OVER}"],
        "uplift files": [NO_FILE],
        "returns files": [NO_FILE],
    },
    "one": {
        "london": [
            "1 different suspect was arrested.",
            "Over one like weekday: 1 against 0 in “the baseline”, so there is no ratio.",
            "none 1 By borough, as a rate",
            "Barnet 1 + Camden 0 + Lambeth 0 + Not known 0 = 1 arrest events.",
        ],
        "borough": ["[By offence. All 1: Common assault or battery.]"],
        "uplift": ["Arrests arrest events 1 0 No ratio The baseline has none"],
        "explain": ["Open the row in the list of outcomes"],
        "briefing": ["Arrests arrest events 1 0 No ratio The baseline has none"],
        "mail": ["Arrests (arrest events): 1 so far, 1 on Thu 25 November. The baseline has none"],
    },
    "none_here": {
        "london": ["Finished", "Barnet 0 0.000 0.000 to 0.015", "0 of 3 boroughs signed."],
        "borough": [
            "Nothing has been logged here for these days yet, so every figure is 0.",
            "There is nothing of it in these days to break down.",
            "No event and no training in these days.",
        ],
        "compare": ["Barnet 0 250,000 0.000 0.000 to 0.015"],
        "return": ["Ours, 25 November to 10 December 2021 Return of Barnet Not signed"],
        "briefing": ["Barnet 0 0 0 0 0 0 0 0 0.000 0.000 0.015"],
        "mail": ["Returns to sign for 25 November to 10 December 2021: 3."],
    },
    "clock_change": {
        "london": ["Sun 31 October 4 0 0 0 0", "Mon 1 November so far 0 0 0 0 0"],
        "borough": ["Sunday 2", "midnight to 3am 2"],
        "uplift": ["The figures of 30 to 31 October 2021 are set against those of"],
        "explain": ["31 Oct 2021 23:59", "31 Oct 2021 00:00", "3 days, both included"],
        "return": ["Ours, 31 October 2021 Return of Barnet", "Arrests arrest events 2"],
        "briefing": ["Arrests arrest events 4 0"],
        "mail": ["Arrests (arrest events): 4 so far, 4 on Sun 31 October."],
    },
    "future": {
        "london": [NOT_BEGUN, "Starts in 5 days"],
        "borough": [NOT_BEGUN],
        "command": [NOT_BEGUN],
        "team": [NOT_BEGUN],
        "compare": ["These days have not begun."],
        "uplift": [f"There is no comparison for this campaign. {NOT_OVER}"],
        "beside": ["Ours has not begun."],
        "changes": ["These days have not begun, so none of their figures was counted yet."],
        "returns": ["The first return can be signed on 26 November 2021, once a day is over."],
        "return": ["A return of Barnet can be signed from 26 November 2021 on."],
        "explain": ["0 arrest events", UNPROVED],
        "briefing": [NO_FILE],
        "mail": [],
        **{f"{name} files": [NO_FILE] for name in PAGES if name != "explain"},
    },
    "no_baseline": {
        "london": ["No comparison with a baseline: It is the first of its kind."],
        "borough": ["No comparison with a baseline: It is the first of its kind."],
        "uplift": ["There is no comparison for this campaign. It is the first of its kind."],
        "briefing": ["No comparison with a baseline: It is the first of its kind."],
        "mail": ["No baseline: It is the first of its kind."],
        "uplift files": [NO_FILE],
    },
    "no_boroughs": {
        "london": ["This campaign has no boroughs yet, so there is nothing to count."],
        "compare": ["There are too few boroughs to compare."],
        "uplift": [f"There is no comparison for this campaign. {NOBODY_THERE}"],
        "beside": [NOBODY_THERE],
        "returns": ["None of the boroughs that you see figures of is asked for a return here."],
        "return": ["Page not found"],
        "briefing": [NO_FILE],
        "mail": ["No borough takes part in it yet"],
        "uplift files": [NO_FILE],
    },
}
"""What each page says, by the state of the campaign."""


def words_on(html: str) -> str:
    """The words of the main part of a page, and what its drawings are called."""
    main = html[html.index("<main") : html.index("</main>")]
    main = re.sub(r"<form.*?</form>", " ", main, flags=re.S)
    main = re.sub(r'<svg.*?aria-label="([^"]*)".*?</svg>', r" [\1] ", main, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def said(cast: Cast, now: datetime) -> Iterator[tuple[str, str]]:
    """Every page, the files and the email, by name, in words."""
    client = browser(cast.force_supervisor)
    for name, page in PAGES.items():
        yield name, words_on(client.get(page, follow=True).content.decode())
        yield f"{name} files", str(client.get(f"{page}tables.xlsx").status_code)
    sheet = client.get(f"{OURS}briefing.pdf")
    yield "briefing", words_of(pdf_of(sheet)) if sheet.status_code == 200 else NO_FILE
    run_nightly()
    reader = User.objects.get(pk=cast.force_supervisor.pk)
    yield "mail", " ".join(str(figures_for(reader, now).message.body).split())


@pytest.mark.parametrize("state", STATES)
def test_what_is_said_is_true_and_of_use(cast: Cast, boroughs: list[Borough], state: str) -> None:
    caches["figures"].clear()
    now = STATES[state](boroughs)
    with time_machine.travel(now, tick=False):
        found = dict(said(cast, now))
    missing = {
        (name, sentence)
        for name, sentences in SAID[state].items()
        for sentence in sentences
        if sentence not in found[name]
    }
    assert missing == set()
    # Nothing is proved before the first check.
    whole = " ".join(found[name] for name in PAGES)
    assert "so this is a proved total" not in whole
    assert "one or two lie beyond" not in whole
