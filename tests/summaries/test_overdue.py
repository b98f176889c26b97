"""What is overdue in a place: on its page, and as a file that says for whom and why it is."""

from datetime import date, timedelta
from typing import Any

import pytest

from audit.models import LogRow
from campaigns.models import Campaign
from cases.models import Case
from core.marking import MARKED
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import (
    BasicCommandUnitFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    DisclosureApplicationFactory,
    ExclusionFactory,
    TeamFactory,
)
from tests.summaries.files import Cells, book_of, rows_of, sheet_of

pytestmark = pytest.mark.django_db

PAGE = "/campaigns/the-days/boroughs/lambeth/"
WHY = {"recipient": "me", "reason": "For the morning meeting"}
HEADINGS = ["What", "Case", "Borough", "How it stands"]


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """With 22 applications that are overdue in borough A, one more day each, and one in B."""
    for days in range(22):
        waiting(cast.a, days)
    waiting(cast.b, 0)
    command = BasicCommandUnitFactory.create(code="AS")
    for borough in (cast.a, cast.b):
        CommandMembershipFactory.create(borough=borough, command=command)
    return CampaignFactory.create(slug="the-days", boroughs=[cast.a, cast.b])


def waiting(borough: Any, days: int) -> Any:
    case = CaseFactory.create(borough=borough)
    received = date(2021, 11, 1) + timedelta(days=days)
    return DisclosureApplicationFactory.create(case=case, received_on=received)


def on_the_page(content: str) -> list[list[str]]:
    return next(table for table in Cells(content).tables if table[0] == HEADINGS)


def cases_of(table: list[list[str]]) -> list[str]:
    return [row[1] for row in table]


def test_the_file_is_the_page_cell_by_cell_with_those_that_it_has_no_room_for(
    cast: Cast, campaign: Campaign
) -> None:
    client = browser(cast.supervisor)
    page = client.get(PAGE)
    shown = on_the_page(page.content.decode())
    assert len(shown) == 1 + 20
    assert "And 2 more, less urgent." in text_of(page)
    asked = client.get(f"{PAGE}overdue/")
    assert "The file will have 22 rows: what is overdue in the cases of Lambeth" in text_of(asked)
    marking, *rows = rows_of(client.post(f"{PAGE}overdue/", WHY | {"form": "csv"}))
    book = book_of(client.post(f"{PAGE}overdue/", WHY | {"form": "xlsx"}))
    assert marking == [MARKED]
    assert rows[:21] == shown
    assert len(rows) == 1 + 22
    assert sheet_of(book, "Overdue now") == rows
    facts = {row[0].value: row[1].value for row in book["Cover"].iter_rows(min_row=3)}
    assert (facts["Of"], facts["For"]) == ("Lambeth", cast.supervisor.username)


def test_the_log_says_who_read_and_who_took_what(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.supervisor)
    client.get(f"{PAGE}?measure=charges")
    read = LogRow.objects.filter(action=LogRow.Action.SEARCH).latest("pk")
    assert (read.actor, read.object_type, read.results, read.details) == (
        *(cast.supervisor.username, "cases.case", 20),
        {"borough": "lambeth", "measure": "charges"},
    )
    whom = {"recipient": "others", "others": "MARAC"}
    rows_of(client.post(f"{PAGE}overdue/", WHY | whom | {"form": "csv"}))
    taken = LogRow.objects.filter(action=LogRow.Action.DISCLOSURE).latest("pk")
    assert (taken.actor, taken.object_type, taken.results, taken.recipient, taken.reason) == (
        *(cast.supervisor.username, "cases.case", 22, "MARAC", "For the morning meeting"),
    )
    assert taken.details == {"overdue": "Lambeth", "file": "csv"}
    browser(cast.communications).get(PAGE)
    assert LogRow.objects.filter(action=LogRow.Action.SEARCH).latest("pk") == read


def test_without_a_reason_there_is_no_file(cast: Cast, campaign: Campaign) -> None:
    answer = browser(cast.supervisor).post(f"{PAGE}overdue/", {"form": "csv", "recipient": "me"})
    assert "Say why it is needed" in text_of(answer)
    assert not LogRow.objects.filter(action=LogRow.Action.DISCLOSURE).exists()


def test_each_takes_what_they_may_see(cast: Cast, campaign: Campaign) -> None:
    barred = waiting(cast.a, 1).case
    ExclusionFactory.create(case=barred, user=cast.officer)
    command = "/campaigns/the-days/commands/AS/overdue/"
    taken = {
        who: rows_of(browser(getattr(cast, who)).post(command, WHY | {"form": "csv"}))[2:]
        for who in ("officer", "colleague", "officer_of_b", "force_supervisor")
    }
    assert {who: len(rows) for who, rows in taken.items()} == {
        "officer": 22,
        "colleague": 23,
        "officer_of_b": 1,
        "force_supervisor": 24,
    }
    assert barred.reference not in cases_of(taken["officer"])
    assert barred.reference in cases_of(taken["colleague"])
    assert {row[2] for row in taken["officer"]} == {"Lambeth"}
    statuses = {
        who: browser(getattr(cast, who)).get(f"{PAGE}overdue/").status_code
        for who in ("officer_of_b", "outsider", "communications", "auditor")
    }
    assert list(statuses.values()) == [404, 404, 403, 403]


def test_a_teams_file_has_the_cases_of_that_team(cast: Cast, campaign: Campaign) -> None:
    case = waiting(cast.a, 3).case
    team = TeamFactory.create(slug="one")
    Case.objects.filter(pk=case.pk).update(team=team)
    page = "/campaigns/the-days/teams/one/"
    client = browser(cast.supervisor)
    shown = on_the_page(client.get(page).content.decode())
    assert cases_of(shown[1:]) == [case.reference]
    _, *rows = rows_of(client.post(f"{page}overdue/", WHY | {"form": "csv"}))
    assert rows == shown
    answer = browser(cast.officer_of_b).get(f"{page}overdue/", follow=True)
    assert answer.redirect_chain == [(page, 302)]


def test_where_nothing_is_overdue_it_says_so(cast: Cast, campaign: Campaign) -> None:
    """A supervisor sees the figures of every borough, and the cases of their own alone."""
    barnet = "/campaigns/the-days/boroughs/barnet/"
    answer = browser(cast.supervisor).get(f"{barnet}overdue/", follow=True)
    assert answer.redirect_chain == [(barnet, 302)]
    assert "No clock is overdue in the cases that you may see here." in text_of(answer)
    assert "Export what is overdue" not in text_of(answer)
