"""Lists taken out as files: whole, within scope, and never without a row in the log."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from audit.models import LogRow
from cases.choices import Kind
from cases.exports import CASES, OUTCOMES
from core.marking import MARKED
from tests.conftest import Cast
from tests.factories import (
    NOON,
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    SuspectFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

WHY = {"form": "csv", "recipient": "me", "reason": "Weekly review"}


def address(of: str = "outcomes", query: str = "") -> str:
    return f"{reverse(f'cases:export_{of}')}?{query}"


def whole(answer: Any) -> bytes:
    """The file of an answer; read to its end it is closed."""
    return b"".join(answer.streaming_content)


def taken(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; ")
    text = whole(answer).decode("utf-8-sig")
    marking, *rows = csv.reader(io.StringIO(text, newline=""))
    assert marking == [MARKED]
    return rows


def test_a_file_has_each_row_in_words(officer: Client, cast: Cast) -> None:
    team = TeamFactory.create(name="South East")
    case = CaseFactory.create(borough=cast.a, reference="=1+1", system="other")
    outcome = OutcomeFactory.create(
        case=case,
        suspect=SuspectFactory.create(case=case, number=1),
        team=team,
        logged_by=cast.officer,
        recorded_at=NOON + timedelta(hours=1),
    )
    heading, row = taken(officer.post(address(), WHY))
    assert heading == [name for name, _ in OUTCOMES]
    assert dict(zip(heading, row, strict=True)) == {
        "Entry": str(outcome.pk),
        "London day": f"{NOON:%Y-%m-%d}",
        "Happened": f"{NOON:%Y-%m-%d} 12:00",
        "Kind": "Arrest",
        "Offence": "Common assault or battery",
        "Which other offence": "",
        "Detail": "",
        "Borough of the offence": "Lambeth",
        "Lead team": "South East",
        "Case": "'=1+1",
        "Suspect": "1",
        "State": "Counts",
        "Recorded": f"{NOON:%Y-%m-%d} 13:00",
        "Recorded by": str(cast.officer),
    }


@pytest.mark.parametrize(
    ("trait", "words"),
    [
        ({"caution": True}, "Simple caution"),
        ({"order": True}, "Domestic Violence Protection Order"),
        ({"application": True}, "Right to Ask"),
        ({"kind": Kind.BAIL, "bail_kind": "unconditional_bail"}, "Bail without conditions"),
    ],
)
def test_what_is_special_to_a_kind_is_said(
    officer: Client, cast: Cast, trait: dict[str, Any], words: str
) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a), **trait)
    heading, row = taken(officer.post(address(), WHY))
    assert row[heading.index("Detail")] == words


def test_a_file_of_cases(officer: Client, cast: Cast) -> None:
    CaseFactory.create(borough=cast.a, reference="1234567/21", officer=cast.officer)
    heading, row = taken(officer.post(address("cases"), WHY))
    assert heading == [name for name, _ in CASES]
    assert row[:-2] == [
        *("1234567/21", "", "CRIS", "Under investigation", "Lambeth", "", str(cast.officer))
    ]
    assert row[-1] == "No"


def test_a_file_holds_what_the_list_shows_and_no_more(officer: Client, cast: Cast) -> None:
    seen, barred, restricted = (
        CaseFactory.create(borough=cast.a, reference=f"{n}/26", system="other", restricted=n == 3)
        for n in (1, 2, 3)
    )
    elsewhere = CaseFactory.create(borough=cast.b)
    ExclusionFactory.create(case=barred, user=cast.officer)
    for case in (seen, barred, restricted, elsewhere):
        OutcomeFactory.create(case=case)
        OutcomeFactory.create(case=case, charge=True)
    for query, number in [("", 2), ("kind=charge", 1), ("kind=caution", 0)]:
        shown = officer.get(reverse("cases:outcomes"), query_params={}).context
        assert len(shown["page"].rows) == 2
        if number:
            _, *rows = taken(officer.post(address(query=query), WHY))
            assert len(rows) == number
            assert {row[9] for row in rows} == {"1/26"}
    assert len(taken(officer.post(address("cases"), WHY))) == 2


def test_the_log_keeps_who_took_what_for_whom_and_why(officer: Client, cast: Cast) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    whole(officer.post(address(query="kind=arrest"), WHY))
    others = {"recipient": "others", "others": " Duty inspector, Lambeth "}
    whole(officer.post(address("cases"), WHY | others | {"form": "xlsx"}))
    rows = LogRow.objects.filter(action="disclosure").order_by("pk")
    assert [
        (r.actor, r.object_type, r.results, r.recipient, r.reason, r.details) for r in rows
    ] == [
        (
            *(cast.officer.username, "cases.outcome", 1, cast.officer.username, "Weekly review"),
            {"kind": "arrest", "file": "csv"},
        ),
        (
            *(cast.officer.username, "cases.case", 1, "Duty inspector, Lambeth", "Weekly review"),
            {"file": "xlsx"},
        ),
    ]


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"reason": " "}, {"reason": ["Say why it is needed"]}),
        ({"recipient": ""}, {"recipient": ["Select who will see it"]}),
        ({"recipient": "others", "others": " "}, {"others": ["Say who will see it"]}),
        ({"form": "pdf"}, {"form": ["Select a kind of file from the list"]}),
        ({"reason": "x" * 501}, {"reason": ["Your answer must be 500 characters or fewer"]}),
    ],
)
def test_without_a_reason_or_a_recipient_there_is_no_file(
    officer: Client, cast: Cast, wrong: dict[str, str], errors: dict[str, list[str]]
) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    answer = officer.post(address(), WHY | wrong)
    assert answer.context["form"].errors == errors
    assert not LogRow.objects.filter(action="disclosure").exists()


def test_a_spreadsheet_says_on_its_cover_what_it_is(officer: Client, cast: Cast) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    answer = officer.post(address(query="kind=arrest"), WHY | {"form": "xlsx"})
    assert ".xlsx" in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(whole(answer)))
    cover = {row[0].value: row[1].value for row in book["Cover"]}
    assert "OFFICIAL-SENSITIVE" in list(cover)[1]
    assert cover["Made by"] == str(cast.officer)
    assert cover["For"] == cast.officer.username
    assert cover["Which"] == "Kind: Arrest"
    assert book["Outcomes"].max_row == 4


def test_nothing_to_export_leads_back_to_the_list(officer: Client, cast: Cast) -> None:
    answer = officer.get(address(query="kind=arrest"), follow=True)
    assert answer.redirect_chain == [(f"{reverse('cases:outcomes')}?kind=arrest", 302)]
    assert "There are no outcomes to export" in answer.content.decode()


def test_a_filter_with_a_mistake_exports_nothing(officer: Client, cast: Cast) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    assert officer.post(address(query="kind=nonsense"), WHY).status_code == 302
    assert not LogRow.objects.filter(action="disclosure").exists()


def test_the_most_that_a_file_may_hold(
    officer: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROWS_AT_MOST", "ROWS_OF_A_SPREADSHEET"):
        monkeypatch.setattr(f"accounts.lists.{name}", 2 if name == "ROWS_AT_MOST" else 1)
    case = CaseFactory.create(borough=cast.a)
    for number, csv_made, xlsx_made in [(1, True, True), (2, True, False), (3, False, False)]:
        OutcomeFactory.create(case=case)
        for form, made in (("csv", csv_made), ("xlsx", xlsx_made)):
            answer = officer.post(address(), WHY | {"form": form})
            assert answer.streaming is made, (number, form)
            if made:
                whole(answer)
    assert "Narrow the list" in officer.get(address()).content.decode()


@pytest.mark.parametrize("role", User.Role.values)
def test_who_may_export(client: Client, cast: Cast, role: str) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    person = UserFactory.create(role=role, whole_force=True)
    client.force_login(person)
    may = role in {"officer", "supervisor", "administrator"}
    for of in ("outcomes", "cases"):
        answer = client.post(address(of), WHY)
        assert answer.status_code == (200 if may else 403)
        if may:
            assert len(taken(answer)) == 2


def test_the_columns_are_read_from_what_one_query_brings(officer: Client, cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            taken(officer.post(address(), WHY))
        return len(counted)

    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    one = queries()
    for _ in range(19):
        OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    assert queries() == one
