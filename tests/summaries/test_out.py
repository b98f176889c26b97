"""Figures taken out as files: cell by cell what the page shows, marked, logged, and accessible."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from random import Random
from typing import Any
from urllib.parse import urljoin

import pytest
import time_machine
from django.test import Client
from django.utils.text import slugify

from audit.models import LogRow
from campaigns.models import Campaign, Team
from cases.choices import Offence
from core.marking import HANDLING, MARKED, MARKING
from core.templatetags.page import long_day, thousands
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    BasicCommandUnitFactory,
    BoroughFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    OutcomeFactory,
    SuspectFactory,
)
from tests.summaries.files import book_of, pdf_of, rows_of, sheet_of, words_of
from tests.summaries.test_explain import DAYS, scatter

pytestmark = pytest.mark.django_db

PAGE = "/campaigns/the-days/"
PAGES = [
    *(PAGE, f"{PAGE}boroughs/lambeth/", f"{PAGE}commands/AS/", f"{PAGE}teams/one/"),
    *(f"{PAGE}compare/", f"{PAGE}uplift/", f"{PAGE}beside/before/"),
]
NOT_TABLES = {"Headline figures", "What each figure counts"}
"""What stands on the page in another shape than a table."""


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """With a baseline a week before, and enough boroughs to compare."""
    command = BasicCommandUnitFactory.create(code="AS")
    CommandMembershipFactory.create(borough=cast.a, command=command)
    boroughs = [cast.a, cast.b, BoroughFactory.create(), BoroughFactory.create(elsewhere=True)]
    days = {"first_day": DAYS.first, "last_day": DAYS.last}
    earlier = {name: day - timedelta(days=7) for name, day in days.items()}
    CampaignFactory.create(slug="before", name="The week before", boroughs=boroughs, **earlier)
    return CampaignFactory.create(
        slug="the-days",
        boroughs=boroughs,
        baseline="dates",
        baseline_none_reason="",
        baseline_first_day=earlier["first_day"],
        baseline_last_day=earlier["last_day"],
        **days,
    )


@pytest.fixture
def busy(cast: Cast, campaign: Campaign) -> Iterator[None]:
    """Entries of every kind in the campaign and some before it, on its last day."""
    scatter(cast, Random(0), 39)
    for days in (0, 7, 8, 8):
        _arrest(cast, days_ago=days)
    Team.objects.filter(pk=Team.objects.earliest("pk").pk).update(slug="one")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield


def _arrest(cast: Cast, *, days_ago: int = 0, **fields: Any) -> None:
    case = CaseFactory.create(borough=fields.pop("borough", cast.a))
    OutcomeFactory.create(
        case=case,
        suspect=SuspectFactory.create(case=case),
        borough=case.borough,
        happened_at=NOON - timedelta(days=days_ago),
        recorded_at=NOON,
        **fields,
    )


class Tables(HTMLParser):
    """The rows of a page's tables by their names, each row as its text, without its drawings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.texts: dict[str, str] = {}
        self.id = self.name = ""
        self.drawn = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in {"h2", "h3"}:
            self.id = said.get("id") or ""
        if tag == "svg":
            self.drawn = True
        if tag == "table":
            by = said.get("aria-labelledby")
            self.name = (said.get("aria-label") or "") if by is None else self.texts[str(by)]
            self.found[self.name] = []
        if tag == "tr":
            self.found[self.name].append("")

    def handle_data(self, data: str) -> None:
        if self.id:
            self.texts[self.id], self.id = data.strip(), ""
        if self.name and self.found[self.name] and not self.drawn:
            self.found[self.name][-1] += f" {data}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self.drawn = False
        if tag == "table":
            self.name = ""


def numbers(text: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def one_by_one(title: str, rows: list[list[str]]) -> list[str]:
    """The rows of a file as the page lays them out: a cohort's size once, above its parts."""
    if title != "What became of it":
        return [re.sub(r"\d{4}-\d\d-\d\d", _in_words, " ".join(row)) for row in rows]
    laid: list[str] = []
    for cohort, size, step, within, by_now in rows:
        head = f"{cohort} {size}"
        laid += [] if head in laid else [head]
        laid.append(f"{step} {within} {by_now}")
    return laid


def _in_words(day: re.Match[str]) -> str:
    return long_day(date.fromisoformat(day[0]))


@pytest.mark.parametrize("page", PAGES)
def test_each_cell_of_each_file_is_the_pages(busy: None, cast: Cast, page: str) -> None:
    client = browser(cast.force_supervisor)
    shown = Tables(client.get(page).content.decode()).found
    book = book_of(client.get(f"{page}tables.xlsx"))
    titles = [name for name in book.sheetnames if name not in {"Cover", "Contents", "Notes"}]
    assert set(titles) - NOT_TABLES == {name[:31] for name in shown}
    for title, rows in shown.items():
        marking, heading, *cells = rows_of(client.get(f"{page}tables/{slugify(title)}.csv"))
        assert marking == [MARKED]
        laid = [numbers(row) for row in rows[-len(one_by_one(title, cells)) :]]
        assert laid == [numbers(row) for row in one_by_one(title, cells)], title
        assert all(cell for row in cells for cell in row), "No cell is empty"
        in_book, *typed = sheet_of(book, title[:31])
        assert in_book == heading
        for line, row in zip(typed, cells, strict=True):
            for value, cell in zip(line, row, strict=True):
                if isinstance(value, datetime):
                    assert str(value.date()) == cell
                elif isinstance(value, str):
                    assert value == cell
                else:
                    assert Decimal(str(value)) == Decimal(cell)


def test_the_briefing_says_what_the_page_says_tagged_and_marked(busy: None, cast: Cast) -> None:
    client = browser(cast.force_supervisor)
    shown = client.get(PAGE).context["page"].figures
    file = pdf_of(client.get(f"{PAGE}briefing.pdf"))
    assert len(file.pages) <= 2
    assert file.metadata is not None
    assert file.metadata.title == "Briefing: 16 Days of Action"
    root: Any = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-GB"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert _alternatives(root["/StructTreeRoot"]) == [
        *("Growth day by day", "Map of the boroughs"),
    ]
    for number, sheet in enumerate(file.pages, start=1):
        words = " ".join(sheet.extract_text().split())
        assert words.startswith(f"{MARKING} {HANDLING}")
        assert words.count(MARKING) == 2
        assert f"Page {number} of {len(file.pages)}" in words
    words = words_of(file)
    assert "Provisional management information, not official statistics." in words
    assert f"by {cast.force_supervisor}" in words
    assert "Campaign: Day 3 of 3." in words
    assert shown.closer.growth.picture.finding in words
    assert shown.freshness.words in words
    assert f"{shown.parts}." in words
    rates = {row.borough.name: row for row in shown.closer.rows}
    for row in [*shown.by_borough.rows, shown.by_borough.total]:
        cells = [row.label, *map(thousands, row.counts)]
        if rated := rates.get(row.label):
            rate = rated.rate
            cells += (
                [f"{n:.3f}" for n in (rate.value, rate.interval.low, rate.interval.high)]
                if rate
                else ["No residents"]
            )
        assert " ".join(cells) in words


def _alternatives(tree: Any) -> list[str]:
    """The names of the pictures, as a screen reader is told them."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop(0).get_object()
        if isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node["/Alt"]).partition(". ")[0])
            children = node.get("/K", [])
            waiting += children if isinstance(children, list) else [children]
    return found


def test_all_boroughs_and_all_offences_fit_on_two_sheets(cast: Cast, campaign: Campaign) -> None:
    boroughs = BoroughFactory.create_batch(29)
    campaign.boroughs.add(*boroughs, BoroughFactory.create(elsewhere=True))
    for offence in Offence.values:
        _arrest(cast, offence=offence, offence_note="Named" if offence == "other" else "")
    client = browser(cast.force_supervisor)
    for page in (PAGE, f"{PAGE}boroughs/lambeth/"):
        file = pdf_of(client.get(f"{page}briefing.pdf"))
        assert len(file.pages) == 2, page
    words = words_of(file)
    assert [str(label) for label in Offence.labels if label not in words] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_offers_is_there_and_in_the_log(
    busy: None, cast: Cast, page: str
) -> None:
    client = browser(cast.force_supervisor)
    query = f"first_day={DAY.day}&first_month={DAY.month}&first_year={DAY.year}&measure=arrests"
    words = client.get(f"{page}?{query}").content.decode()
    links = re.findall(r'href="([^"/]*(?:/[^"/]*)?\.(?:csv|xlsx|pdf)[^"]*)"', words)
    assert len(links) > 1
    for link in links:
        answer: Any = client.get(urljoin(page, link.replace("&amp;", "&")))
        assert answer.status_code == 200
        row = LogRow.objects.filter(action=LogRow.Action.DISCLOSURE).latest("pk")
        suffix = link.partition("?")[0].rpartition(".")[2]
        assert (row.actor, row.recipient) == (cast.force_supervisor.username,) * 2
        assert (row.object_type, row.details["file"]) == ("campaigns.campaign", suffix)
        assert row.details["figures"]
    asks = "uplift" not in page and "beside" not in page
    assert all(("first_day=25" in link) == asks for link in links)


def test_a_file_has_what_was_chosen_on_the_page(busy: None, cast: Cast) -> None:
    client = browser(cast.force_supervisor)
    query = f"?last_day={DAYS.first.day}&last_month={DAYS.first.month}&last_year={DAYS.first.year}"
    counted = client.get(f"{PAGE}{query}&measure=charges").context["page"].figures
    rows = rows_of(client.get(f"{PAGE}tables/by-borough-as-a-rate.csv{query}&measure=charges"))
    assert rows[1][1] == "Charges (offences charged)"
    assert [int(row[1]) for row in rows[2:]] == [row.count for row in counted.closer.rows]
    assert len(rows_of(client.get(f"{PAGE}tables/day-by-day.csv{query}"))) == 4


FILES = [
    *("tables.xlsx", "tables/day-by-day.csv", "briefing.pdf", "uplift/tables.xlsx"),
    *("boroughs/barnet/tables.xlsx", "boroughs/barnet/briefing.pdf", "compare/tables.xlsx"),
    *("tables/nothing.csv", "beside/nothing/tables.xlsx"),
]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        ("force_supervisor", [200, 200, 200, 200, 200, 200, 200, 404, 404]),
        ("communications", [200, 200, 200, 200, 200, 200, 200, 404, 404]),
        ("officer", [200, 200, 200, 200, 404, 404, 403, 404, 404]),
        ("outsider", [404, 404, 404, 404, 404, 404, 403, 404, 404]),
        ("auditor", [403] * 9),
    ],
)
def test_who_may_take_which_file(busy: None, cast: Cast, role: str, statuses: list[int]) -> None:
    client = browser(getattr(cast, role))
    assert [client.get(f"{PAGE}{file}").status_code for file in FILES] == statuses


def test_the_anonymous_sign_in_first(client: Client, campaign: Campaign) -> None:
    for file in FILES:
        answer = client.get(f"{PAGE}{file}")
        assert answer.headers["Location"] == f"/sign-in/?next={PAGE}{file}"


def test_what_has_no_figures_offers_no_file(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.force_supervisor)
    with time_machine.travel(NOON - timedelta(days=30), tick=False):
        for page in (PAGE, f"{PAGE}boroughs/lambeth/"):
            assert "Download these figures" not in text_of(client.get(page))
            for file in ("tables.xlsx", "briefing.pdf"):
                assert client.get(f"{page}{file}").status_code == 404
        assert client.get(f"{PAGE}beside/before/tables.xlsx").status_code == 404
