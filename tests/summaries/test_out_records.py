"""The ledger, the returns and a number explained, as files: cell by cell what their pages say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from audit.models import LogRow
from campaigns.models import Campaign
from cases.actions.outcomes import void_outcome
from core.days import london_clock
from core.marking import MARKED
from core.templatetags.page import by_how_much, thousands, week_day
from summaries.actions import run_nightly
from summaries.measures import MEASURES
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    RestatementFactory,
    SummaryRunFactory,
)
from tests.summaries.files import Cells, book_of, rows_of, sheet_of
from tests.summaries.test_returns import DAYS, LAMBETH, RETURNS, arrest, at, campaign, signed

__all__ = ["campaign"]
pytestmark = pytest.mark.django_db

CHANGES = "/campaigns/the-days/changes/"
ARRESTS = "/campaigns/the-days/figures/arrests/"
UNITS = {measure.label: measure.unit_beside for measure in MEASURES}


def sheet(client: Any, page: str, title: str, query: str = "") -> list[list[Any]]:
    """The rows of a table in its spreadsheet, which are those of its CSV."""
    file = f"{page}tables/{title.lower().replace(',', '').replace(' ', '-')}.csv{query}"
    marking, *lines = rows_of(client.get(file))
    assert marking == [MARKED]
    rows = sheet_of(book_of(client.get(f"{page}tables.xlsx{query}")), title)
    assert [[_plain(cell) for cell in row] for row in rows] == lines
    assert all(cell for line in lines for cell in line), "No cell is empty"
    return rows[1:]


def _plain(cell: Any) -> str:
    """A day has no hour in a spreadsheet that is not midnight."""
    if isinstance(cell, datetime):
        return (
            f"{cell:%Y-%m-%d}" if cell.time() == datetime.min.time() else f"{cell:%Y-%m-%d %H:%M}"
        )
    return str(cell)


def _xlsx(client: Any, query: str) -> Any:
    return client.get(f"{CHANGES}tables.xlsx{query}")


def _figure(measure: str, part: str = "") -> str:
    """As the page writes a measure, a part of it, and a unit that is not its name."""
    return f"{measure}{f': {part}' if part else ''} {UNITS[measure]}".strip()


@pytest.fixture
def restated(cast: Cast, campaign: Campaign) -> None:
    """Two nights that found something, the second in two boroughs."""
    entry = arrest(cast.a)
    run_nightly()
    void_outcome(outcome=entry, by=cast.supervisor, reason="Entered twice")
    run_nightly()
    arrest(cast.a, offence="stalking")
    arrest(cast.b, happened_at=NOON + timedelta(days=1), caution=True)
    run_nightly()


@pytest.mark.parametrize("query", ["", "?by=offence", "?borough=lambeth&measure=arrests"])
def test_each_line_of_the_ledger_is_the_pages(cast: Cast, restated: None, query: str) -> None:
    client = browser(cast.force_supervisor)
    answer = client.get(f"{CHANGES}{query}")
    tables = Cells(answer.content.decode()).tables
    shown = [row for table in tables for row in table[1:]]
    assert len(shown) >= 2
    lines = sheet(client, CHANGES, "What changed", query)
    assert [
        [
            *(week_day(day.date()), borough, _figure(measure, *part)),
            *(thousands(was), thousands(now), by_how_much(by), why),
        ]
        for _, day, borough, measure, _, *part, was, now, by, why in lines
    ] == shown
    cover = {row[0].value: row[1].value for row in book_of(_xlsx(client, query))["Cover"].rows}
    assert (cover.get("Borough"), cover.get("Measure")) == (
        ("Lambeth", "Arrests") if "lambeth" in query else (None, None)
    )
    checks = [run.counted_to for run, found in answer.context["page"].nights for _ in found]
    assert [line[0] for line in lines] == [london_clock(check) for check in checks]


def test_the_ledgers_file_has_every_line_of_every_page(cast: Cast, campaign: Campaign) -> None:
    for _ in range(30):
        run = SummaryRunFactory.create()
        for borough in (cast.a, cast.b):
            RestatementFactory.create(run=run, borough=borough, day=DAY)
    client = browser(cast.force_supervisor)
    words = text_of(client.get(CHANGES))
    assert 'href="tables.xlsx"' in words
    after = client.get(CHANGES).context["page"].page.after
    assert len(sheet(client, CHANGES, "What changed", f"?page={after}")) == 60
    assert len(sheet(browser(cast.officer), CHANGES, "What changed")) == 30
    row = LogRow.objects.filter(action=LogRow.Action.DISCLOSURE).latest("pk")
    assert row.details["figures"] == "What changed, 16 Days of Action"


def test_each_return_is_the_pages(cast: Cast, campaign: Campaign) -> None:
    signed(campaign, cast.a, cast.supervisor)
    client = browser(cast.force_supervisor)
    for query in ("", f"?of={DAY}"):
        [table] = Cells(client.get(f"{RETURNS}{query}").content.decode()).tables
        assert [
            [borough, state, by, f"{when:%-d %b %Y %H:%M}" if isinstance(when, datetime) else when]
            for borough, state, by, when in sheet(client, RETURNS, "Returns by borough", query)
        ] == table[1:]
    assert f'href="tables.xlsx?of={DAY}"' in text_of(client.get(f"{RETURNS}?of={DAY}"))
    assert [row[0] for row in sheet(browser(cast.officer), RETURNS, "Returns by borough")] == [
        "Lambeth"
    ]


def test_a_boroughs_return_is_the_pages_before_and_after_it_is_signed(
    cast: Cast, campaign: Campaign
) -> None:
    for _ in range(2):
        arrest(cast.a)
    client = browser(cast.supervisor)
    title = "Signed, and the figures now"

    def shown() -> list[list[str]]:
        return Cells(client.get(LAMBETH).content.decode()).tables[0][1:]

    assert [
        [_figure(measure), thousands(now)] for measure, _, now in sheet(client, LAMBETH, title)
    ] == shown()
    signed(campaign, cast.a, cast.supervisor)
    arrest(cast.a)
    rows = sheet(client, LAMBETH, title)
    assert [
        [_figure(measure), thousands(was), thousands(now), by_how_much(by) if by else "0"]
        for measure, _, was, now, by in rows
    ] == shown()
    assert rows[0] == ["Arrests", "arrest events", 2, 3, 1]
    [(first, last, number, by, when, figures)] = sheet(client, LAMBETH, "Every signature")
    assert (first.date(), last.date(), number) == (DAYS.first, DAYS.last, 1)
    assert (by, figures) == (str(cast.supervisor), "Arrests 2")
    page = text_of(client.get(LAMBETH))
    assert all(words in page for words in (by, figures, f"{when:%-d %B %Y}"))
    assert client.get(f"{RETURNS}barnet/tables.xlsx").status_code == 200
    assert browser(cast.officer).get(f"{RETURNS}barnet/tables.xlsx").status_code == 404


def test_a_number_explained_says_in_its_file_what_the_page_says_and_no_row(
    cast: Cast, campaign: Campaign
) -> None:
    run_nightly()
    entries = [arrest(cast.a, recorded_at=NOON + timedelta(days=3)) for _ in range(2)]
    arrest(cast.b)
    client = browser(cast.supervisor)
    query = "?borough=lambeth&offence=assault_no_injury"
    page = text_of(client.get(f"{ARRESTS}{query}"))
    assert f'href="tables.xlsx{query.replace("&", "&amp;")}"' in page
    rows = dict(sheet(client, ARRESTS, "What this number is", query))
    assert rows.pop("Number") == 2
    assert rows.pop("Unit") == "arrest events"
    assert sorted(rows) == ["Counts", "How fresh", "Left out", "When", "Where"]
    plain = page.replace("<br> ", "").replace("</li> <li>", "; ").replace("</li><li>", "; ")
    for name, words in rows.items():
        assert words in plain, name
    book = book_of(client.get(f"{ARRESTS}tables.xlsx{query}"))
    whole = str([[cell.value for cell in row] for page in book for row in page.iter_rows()])
    assert [entry for entry in entries if entry.case.reference in whole] == []


def test_before_a_day_is_over_or_a_figure_changed_there_is_no_file(
    cast: Cast, campaign: Campaign
) -> None:
    client = browser(cast.supervisor)
    with time_machine.travel(at(DAYS.first, 9), tick=False):
        for page in (RETURNS, LAMBETH, CHANGES):
            assert "Download these figures" not in text_of(client.get(page))
            assert client.get(f"{page}tables.xlsx").status_code == 404
