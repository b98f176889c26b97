"""What a supervisor reassigns from a list: all that was chosen or nothing, and history says why."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.models import Case, Outcome
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def moved(client: Client, of: str, chosen: list[Any], query: str = "", **fields: Any) -> Any:
    data = {"chosen": [row.pk for row in chosen], **fields}
    return client.post(f"{reverse(f'cases:reassign_{of}')}?{query}", data, follow=True)


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def why(row: Any) -> dict[str, Any]:
    last = row.events.order_by("pgh_id").last()
    said = last.pgh_context.metadata
    return {name: said[name] for name in said.keys() - {"url", "request"}}


def test_the_chosen_outcomes_are_shown_before_they_move(supervisor: Client, cast: Cast) -> None:
    outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    answer = moved(supervisor, "outcomes", [outcome])
    assert answer.context["found"] == [outcome]
    assert not answer.context["form"].is_bound
    outcome.refresh_from_db()
    assert outcome.team is None


def test_outcomes_go_to_another_lead_team(supervisor: Client, cast: Cast) -> None:
    team = TeamFactory.create()
    one, other = (
        OutcomeFactory.create(case=CaseFactory.create(borough=cast.a), team=led)
        for led in (None, team)
    )
    helped = OutcomeSupportFactory.create(outcome=one, team=team)
    answer = moved(
        *(supervisor, "outcomes", [one, other], "kind=arrest"),
        reassign="",
        team=team.pk,
        reason="Wrong team",
    )
    assert answer.redirect_chain == [(f"{reverse('cases:outcomes')}?kind=arrest", 302)]
    assert told(answer) == ["Changed 1 of 2 outcomes. The others were so already."]
    one.refresh_from_db()
    assert one.team == team
    assert not one.support.filter(pk=helped.pk).exists()
    assert why(one) == {
        "user": cast.supervisor.pk,
        "action": "amend outcome",
        "reason": "Wrong team",
    }


def test_cases_are_assigned_with_the_officers_team(supervisor: Client, cast: Cast) -> None:
    team = TeamFactory.create()
    officer = UserFactory.create(boroughs=[cast.a], team=team)
    cases = [CaseFactory.create(borough=cast.a) for _ in range(2)]
    answer = moved(*(supervisor, "cases", cases), reassign="", officer=officer.pk, reason="Leave")
    assert told(answer) == ["Changed 2 cases."]
    assert {(case.officer, case.team) for case in Case.objects.all()} == {(officer, team)}
    assert why(cases[0]) == {"user": cast.supervisor.pk, "action": "assign", "reason": "Leave"}


def test_a_team_alone_leaves_the_officer(supervisor: Client, cast: Cast) -> None:
    team, case = TeamFactory.create(), CaseFactory.create(borough=cast.a, officer=cast.officer)
    moved(supervisor, "cases", [case], reassign="", team=team.pk, reason="New team")
    case.refresh_from_db()
    assert (case.officer, case.team) == (cast.officer, team)


def closed_to(cast: Cast, how: str) -> Case:
    case = CaseFactory.create(borough=cast.a)
    if how == "barred":
        ExclusionFactory.create(case=case, user=cast.officer)
    return case


@pytest.mark.parametrize("how", ["barred", "another borough"])
def test_nobody_gets_a_case_that_they_could_not_open_and_then_nothing_moves(
    supervisor: Client, cast: Cast, how: str
) -> None:
    officer = cast.officer if how == "barred" else cast.officer_of_b
    open_case, closed = CaseFactory.create(borough=cast.a), closed_to(cast, how)
    answer = moved(
        *(supervisor, "cases", [open_case, closed]),
        reassign="",
        officer=officer.pk,
        reason="Leave",
    )
    [words] = answer.context["form"].non_field_errors()
    assert "could not open the case" in words
    assert {case.officer for case in Case.objects.all()} == {None}


@pytest.mark.parametrize(
    ("of", "fields", "errors"),
    [
        ("outcomes", {}, {"team": ["Select a lead team"], "reason": ["Say why this changes"]}),
        (
            "cases",
            {},
            {
                "officer": ["Select an officer, a team, or both"],
                "reason": ["Say why this changes"],
            },
        ),
        ("cases", {"reason": "x"}, {"officer": ["Select an officer, a team, or both"]}),
        ("cases", {"officer": "0", "reason": "x"}, None),
    ],
)
def test_a_move_with_a_mistake_says_so_and_keeps_what_was_chosen(
    supervisor: Client, cast: Cast, of: str, fields: dict[str, str], errors: Any
) -> None:
    outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    chosen = outcome if of == "outcomes" else outcome.case
    answer = moved(supervisor, of, [chosen], reassign="", **fields)
    assert answer.context["found"] == [chosen]
    assert answer.context["form"].errors == (errors or {"officer": [answer_of_a_choice()]})


def answer_of_a_choice() -> str:
    return "Select the officer in the case from the list"


@pytest.mark.parametrize("chosen", [[], ["nonsense"], [str(uuid4())]])
def test_nothing_chosen_leads_back(supervisor: Client, cast: Cast, chosen: list[str]) -> None:
    for of in ("outcomes", "cases"):
        answer = supervisor.post(reverse(f"cases:reassign_{of}"), {"chosen": chosen}, follow=True)
        assert answer.redirect_chain == [(f"{reverse(f'cases:{of}')}?", 302)]
        assert told(answer) == [f"Tick the {of} first. Void ones stay as they are."]


def test_what_is_out_of_sight_does_not_move(supervisor: Client, cast: Cast) -> None:
    team = TeamFactory.create()
    outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.b))
    moved(supervisor, "outcomes", [outcome], reassign="", team=team.pk, reason="x")
    moved(supervisor, "cases", [outcome.case], reassign="", team=team.pk, reason="x")
    assert (Outcome.objects.get().team, Case.objects.get().team) == (None, None)


@pytest.mark.parametrize("role", User.Role.values)
def test_only_a_supervisor_moves_what_is_chosen(client: Client, cast: Cast, role: str) -> None:
    outcome = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    client.force_login(UserFactory.create(role=role, whole_force=True))
    for of, row in (("outcomes", outcome), ("cases", outcome.case)):
        assert moved(client, of, [row]).status_code == (200 if role == "supervisor" else 403)
