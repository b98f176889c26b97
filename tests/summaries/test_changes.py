"""What changed: the ledger of a campaign, by night, each line opening what it counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Borough, Campaign
from cases.actions.outcomes import void_outcome
from cases.choices import Offence
from cases.models import Outcome
from core.templatetags.page import by_how_much
from summaries.actions import run_nightly
from summaries.figures import Window, restated_since
from summaries.models import Restatement
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    CampaignFactory,
    CaseFactory,
    EngagementEventFactory,
    OutcomeFactory,
    RestatementFactory,
    SummaryRunFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

CHANGES = "/campaigns/the-days/changes/"
THIRD = DAY + timedelta(days=2)


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    return CampaignFactory.create(
        slug="the-days", first_day=DAY, last_day=THIRD, boroughs=[cast.a, cast.b]
    )


def arrest(borough: Borough, **fields: Any) -> Outcome:
    return OutcomeFactory.create(case=CaseFactory.create(borough=borough), **fields)


def shown(who: Any, query: str = "") -> list[tuple[Any, ...]]:
    """The lines of the page, in its order, with the run that each is under."""
    page = browser(who).get(f"{CHANGES}{query}").context["page"]
    return [
        (run.pk, c.line.day, c.line.borough.slug, c.measure.slug, c.part, c.line.before, c.by)
        for run, lines in page.nights
        for c in lines
    ]


def test_what_was_counted_already_and_changed_is_there_by_night_with_its_cause(
    cast: Cast, campaign: Campaign
) -> None:
    entry = arrest(cast.a)
    arrest(cast.b, happened_at=NOON + timedelta(days=2))
    run_nightly()
    void_outcome(outcome=entry, by=cast.supervisor, reason="Entered twice")
    arrest(cast.b, happened_at=NOON + timedelta(days=2), charge=True)
    first = run_nightly().pk
    arrest(cast.a)
    arrest(cast.a)
    second = run_nightly().pk
    assert shown(cast.force_supervisor) == [
        (second, DAY, "lambeth", "arrests", "", 0, 2),
        (first, THIRD, "barnet", "charges", "", 0, 1),
        (first, DAY, "lambeth", "arrests", "", 1, -1),
    ]
    words = text_of(browser(cast.force_supervisor).get(CHANGES))
    assert [why in words for why in ("Late entry", "Void")] == [True, True]
    assert words.count("Check of ") == 2
    assert [line[2] for line in shown(cast.officer_of_b)] == ["barnet"]
    assert shown(cast.outsider) == []
    assert browser(cast.auditor).get(CHANGES).status_code == 403


def test_every_line_opens_what_it_counts_now(cast: Cast, campaign: Campaign) -> None:
    team = TeamFactory.create(name="Taskforce")
    arrest(cast.a)
    EngagementEventFactory.create(borough=cast.b, attendances=40)
    run_nightly()
    arrest(cast.a, team=team, offence=Offence.STALKING)
    arrest(cast.a, offence=Offence.STALKING)
    arrest(cast.b, order=True)
    EngagementEventFactory.create(borough=cast.b, attendances=2)
    run_nightly()
    client = browser(cast.force_supervisor)
    opened = {}
    for by in ("", "offence", "team", "detail"):
        page = client.get(f"{CHANGES}?by={by}").context["page"]
        for _, lines in page.nights:
            for change in lines:
                number = client.get(change.address).context["page"].count
                assert number == change.line.after, change
                key = (by, change.line.borough.slug, change.measure.slug, change.part)
                opened[key] = (change.line.before, change.line.after)
    assert opened == {
        ("", "lambeth", "arrests", ""): (1, 3),
        ("", "barnet", "orders", ""): (0, 1),
        ("", "barnet", "engagement_events", ""): (1, 2),
        ("", "barnet", "engagement_attendances", ""): (40, 42),
        ("offence", "lambeth", "arrests", "Stalking"): (0, 2),
        ("offence", "barnet", "orders", "Not stated"): (0, 1),
        ("team", "lambeth", "arrests", "Taskforce"): (0, 1),
        ("team", "lambeth", "arrests", "Not stated"): (1, 2),
        ("team", "barnet", "orders", "Not stated"): (0, 1),
        ("team", "barnet", "engagement_events", "Not stated"): (1, 2),
        ("team", "barnet", "engagement_attendances", "Not stated"): (40, 42),
        ("detail", "lambeth", "arrests", "Not stated"): (1, 3),
        ("detail", "barnet", "orders", "Domestic Violence Protection Order"): (0, 1),
        ("detail", "barnet", "engagement_events", "Public stall"): (1, 2),
        ("detail", "barnet", "engagement_attendances", "Public stall"): (40, 42),
    }


def test_lines_of_other_days_other_places_and_forgotten_measures_are_left_out(
    cast: Cast, campaign: Campaign
) -> None:
    run = SummaryRunFactory.create()
    for days in (-1, 0, 2, 3):
        day = DAY + timedelta(days=days)
        RestatementFactory.create(run=run, borough=cast.a, day=day)
        RestatementFactory.create(run=run, borough=cast.a, day=day, measure="forgotten")
        RestatementFactory.create(run=run, day=day)
    found = [(line[1], line[2]) for line in shown(cast.force_supervisor)]
    assert found == [(THIRD, "lambeth"), (DAY, "lambeth")]


def test_filters_narrow(cast: Cast, campaign: Campaign) -> None:
    run = SummaryRunFactory.create()
    for borough in (cast.a, cast.b):
        for measure in ("arrests", "charges"):
            RestatementFactory.create(run=run, borough=borough, measure=measure)
    found = {
        query: [(line[2], line[3]) for line in shown(cast.supervisor, query)]
        for query in ("?borough=lambeth", "?measure=charges", "?borough=barnet&measure=arrests")
    }
    assert found == {
        "?borough=lambeth": [("lambeth", "charges"), ("lambeth", "arrests")],
        "?measure=charges": [("barnet", "charges"), ("lambeth", "charges")],
        "?borough=barnet&measure=arrests": [("barnet", "arrests")],
    }
    odd = browser(cast.officer).get(f"{CHANGES}?borough=barnet")
    assert "Select a borough from the list" in text_of(odd)
    assert [c.line.borough for _, lines in odd.context["page"].nights for c in lines] == [
        *[cast.a, cast.a]
    ]


def test_nothing_changed_and_nothing_that_fits(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.supervisor)
    assert "No nightly check has counted these days yet." in text_of(client.get(CHANGES))
    run_nightly()
    assert "No figure of these days has changed since" in text_of(client.get(CHANGES))
    assert "No line fits what you chose." in text_of(client.get(f"{CHANGES}?measure=orders"))


def test_many_lines_come_in_pages_at_the_same_cost(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.supervisor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(CHANGES)
        return len(asked)

    RestatementFactory.create(borough=cast.a)
    one = queries()
    for _ in range(30):
        run = SummaryRunFactory.create()
        for borough in (cast.a, cast.b):
            RestatementFactory.create(run=run, borough=borough)
    # The session, the person, the campaign, its boroughs twice, the lines, the last proof and run.
    assert queries() == one == 8
    first = client.get(CHANGES).context["page"]
    second = client.get(f"{CHANGES}?page={first.page.after}").context["page"]
    assert [len(page.page.rows) for page in (first, second)] == [50, 11]
    back = client.get(f"{CHANGES}?page={second.page.before}").context["page"]
    assert back.page.rows == first.page.rows
    runs = [line.run_id for line in (*first.page.rows, *second.page.rows)]
    assert runs == sorted(runs, reverse=True)
    filtered = client.get(f"{CHANGES}?borough=lambeth&page=").context["page"]
    assert filtered.query == "borough=lambeth"
    assert client.get(f"{CHANGES}?page=x").headers["Location"] == CHANGES


def test_london_now_says_what_changed_since_yesterday(cast: Cast, campaign: Campaign) -> None:
    window, elsewhere = (
        Window.of(campaign, who.figures_scope) for who in (cast.supervisor, cast.officer_of_b)
    )
    now = datetime(2021, 12, 1, 9, tzinfo=NOON.tzinfo)
    day = timedelta(days=1)

    def restate(counted_to: datetime, **fields: Any) -> None:
        run = SummaryRunFactory.create(counted_to=counted_to)
        RestatementFactory.create(run=run, borough=cast.a, **fields)

    def said() -> str:
        # A run that found something is a new version; these lines came without one.
        caches["figures"].clear()
        with time_machine.travel(now, tick=False):
            return text_of(browser(cast.supervisor).get("/campaigns/the-days/"))

    restate(now - day)
    assert restated_since(window, now - day) == 0
    assert "no figure of a day already counted was restated." in said()
    restate(now - day + timedelta(microseconds=1))
    restate(now, slice="team", key="1")
    restate(now, day=THIRD + day)
    assert restated_since(window, now - day) == 1
    assert "1 figure of days already counted was restated." in said()
    restate(now)
    assert "2 figures of days already counted were restated." in said()
    assert restated_since(elsewhere, now - day) == 0


def test_causes_and_differences_in_words() -> None:
    line = Restatement(causes=["entered", "amended"])
    assert line.why == "Late entry, amendment"
    assert [by_how_much(number) for number in (2, -1, 1000, -1504)] == [
        *["+2", "\N{MINUS SIGN}1", "+1,000", "\N{MINUS SIGN}1,504"]
    ]
