"""Filters kept under a name, and the order of a list."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SavedFilter
from tests.conftest import Cast
from tests.factories import (
    NOON,
    CaseFactory,
    OutcomeFactory,
    SavedFilterFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def save(client: Client, query: str = "kind=arrest&page=x", **fields: str) -> Any:
    return client.post(f"{reverse('cases:save_outcomes')}?{query}", fields, follow=True)


def offered(client: Client, of: str = "outcomes") -> list[SavedFilter]:
    kept: list[SavedFilter] = client.get(reverse(f"cases:{of}")).context["list"].kept
    return kept


def test_a_filter_is_kept_under_its_name_and_offered_on_its_list(
    officer: Client, cast: Cast
) -> None:
    answer = save(officer, name=" Arrests ")
    assert answer.redirect_chain == [(f"{reverse('cases:outcomes')}?kind=arrest", 302)]
    [kept] = offered(officer)
    assert (kept.name, kept.query, kept.shared, kept.owner) == (
        *("Arrests", "kind=arrest", False),
        cast.officer,
    )
    assert offered(officer, "cases") == []


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (" ", "Enter the name of the filter"),
        ("Mine", "You have a filter of this name already."),
        ("x" * 61, "Name of the filter must be 60 characters or fewer"),
    ],
)
def test_a_name_that_will_not_do_is_refused(
    officer: Client, cast: Cast, name: str, error: str
) -> None:
    SavedFilterFactory.create(owner=cast.officer, name="Mine")
    answer = save(officer, name=name)
    assert answer.context["form"].errors == {"name": [error]}
    assert SavedFilter.objects.count() == 1


def test_the_same_name_stands_once_on_each_list(officer: Client, cast: Cast) -> None:
    SavedFilterFactory.create(owner=cast.officer, name="Mine", page="cases")
    SavedFilterFactory.create(name="Mine")
    save(officer, name="Mine")
    assert [kept.name for kept in offered(officer)] == ["Mine"]


def test_no_filter_is_nothing_to_save(officer: Client) -> None:
    for query in ("", "kind=nonsense", "sort=entered"):
        save(officer, query, name="All")
    assert not SavedFilter.objects.exists()


def test_a_shared_filter_is_offered_to_the_team_alone(client: Client, cast: Cast) -> None:
    team, other = TeamFactory.create(), TeamFactory.create()
    owner, mate, stranger, nobody = (
        UserFactory.create(boroughs=[cast.a], team=its) for its in (team, team, other, None)
    )
    shared = SavedFilterFactory.create(owner=owner, shared=True)
    SavedFilterFactory.create(owner=owner)
    teamless = SavedFilterFactory.create(owner=UserFactory.create(), shared=True)
    seen = {}
    for name, person in {"mate": mate, "stranger": stranger, "nobody": nobody}.items():
        client.force_login(person)
        seen[name] = offered(client)
    assert seen == {"mate": [shared], "stranger": [], "nobody": []}
    client.force_login(mate)
    for kept in (shared, teamless):
        assert client.post(reverse("accounts:remove_filter", args=[kept.pk])).status_code == 404
    client.force_login(owner)
    assert len(offered(client)) == 2
    client.post(reverse("accounts:remove_filter", args=[shared.pk]))
    assert shared not in SavedFilter.objects.all()


def test_a_filter_whose_choice_is_gone_says_so(officer: Client, cast: Cast) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    answer = officer.get(reverse("cases:outcomes"), {"team": "999"})
    assert answer.context["list"].form.errors == {"team": ["Select a team from the list"]}
    assert answer.context["page"].rows == []


@pytest.fixture
def rows(cast: Cast) -> list[str]:
    """References whose outcomes happened in one order and were entered in the other."""
    for number in range(1, 4):
        OutcomeFactory.create(
            case=CaseFactory.create(borough=cast.a, reference=f"{number}/26", system="other"),
            happened_at=NOON - timedelta(days=number),
            recorded_at=NOON + timedelta(days=number),
        )
    return ["1/26", "2/26", "3/26"]


@pytest.mark.parametrize(
    ("sort", "rising"),
    [
        *(("", True), ("-happened", True), ("happened", False), ("nonsense", True)),
        *(("entered", True), ("-entered", False)),
    ],
)
def test_outcomes_come_in_the_order_asked_for(
    officer: Client, rows: list[str], sort: str, rising: bool
) -> None:
    answer = officer.get(reverse("cases:outcomes"), {"sort": sort})
    found = [outcome.case.reference for outcome in answer.context["page"].rows]
    assert found == (rows if rising else rows[::-1])


@pytest.mark.parametrize(
    ("sort", "rising"),
    [("", False), ("opened", True), ("reference", True), ("-reference", False)],
)
def test_cases_come_in_the_order_asked_for(
    officer: Client, rows: list[str], sort: str, rising: bool
) -> None:
    answer = officer.get(reverse("cases:cases"), {"sort": sort})
    found = [case.reference for case in answer.context["page"].rows]
    assert found == (rows if rising else rows[::-1])


def test_a_heading_says_how_the_list_is_sorted_and_turns_it(officer: Client, cast: Cast) -> None:
    def headings(sort: str) -> list[tuple[str, str]]:
        found = officer.get(reverse("cases:outcomes"), {"kind": "arrest", "sort": sort}).context
        return [(h.address, h.sorted) for h in found["list"].filter.headings.values()]

    assert headings("-happened") == [
        ("?kind=arrest&sort=happened", "descending"),
        ("?kind=arrest&sort=-entered", ""),
    ]
    assert headings("happened") == [
        ("?kind=arrest&sort=-happened", "ascending"),
        ("?kind=arrest&sort=-entered", ""),
    ]


def test_each_way_of_sorting_can_be_paged_to_the_end(officer: Client, cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a)
    made = {OutcomeFactory.create(case=case, recorded_at=NOON).pk for _ in range(120)}
    for sort in ("happened", "-happened", "entered", "-entered"):
        found, query = [], {"sort": sort}
        while True:
            page = officer.get(reverse("cases:outcomes"), query).context["page"]
            found += [outcome.pk for outcome in page.rows]
            if not page.after:
                break
            query["page"] = page.after
        assert len(found) == 120, sort
        assert set(found) == made
