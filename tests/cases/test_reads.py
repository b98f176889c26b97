"""A look at records leaves a row in the log, and a supervisor can read who looked."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import LogRow
from cases.models import Case, Outcome
from tests.conftest import Cast
from tests.factories import CaseFactory, OutcomeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast, settings: Any) -> Case:
    settings.WHITENOISE_AUTOREFRESH = True
    made: Case = CaseFactory.create(borough=cast.a, reference="1/26", system="other")
    return made


def looked() -> list[tuple[str, str, str, int | None, dict[str, Any]]]:
    rows = LogRow.objects.exclude(action="sign_in").order_by("pk")
    return [
        (r.action, r.actor, f"{r.object_type} {r.object_id}", r.results, r.details) for r in rows
    ]


def test_opening_a_case_or_an_entry_is_a_consultation(
    client: Client, cast: Cast, case: Case
) -> None:
    outcome: Outcome = OutcomeFactory.create(case=case)
    client.force_login(cast.officer)
    who = cast.officer.username
    for page in ("outcome", "amend_outcome"):
        client.get(reverse(f"cases:{page}", args=[outcome.pk]))
    client.get(reverse("cases:case", args=[case.pk]))
    assert looked() == [
        ("consultation", who, f"cases.outcome {outcome.pk}", None, {}),
        ("consultation", who, f"cases.outcome {outcome.pk}", None, {}),
        ("consultation", who, f"cases.case {case.pk}", None, {}),
    ]


def test_a_list_and_a_search_are_kept_with_their_terms(
    client: Client, cast: Cast, case: Case
) -> None:
    OutcomeFactory.create(case=case)
    client.force_login(cast.officer)
    who = cast.officer.username
    client.get(reverse("cases:outcomes"), {"kind": "arrest"})
    client.get(reverse("cases:cases"), {"status": "closed"})
    client.post(reverse("cases:find"), {"reference": " 1 / 26 "})
    client.post(reverse("cases:lookup_cases"), {"q": "1/2"})
    assert looked() == [
        ("search", who, "cases.outcome ", 1, {"kind": "arrest"}),
        ("search", who, "cases.case ", 0, {"status": "closed"}),
        ("search", who, "cases.case ", 1, {"reference": "1/26"}),
        ("search", who, "cases.case ", 1, {"reference": "1/2"}),
    ]


def test_what_is_not_theirs_is_a_refusal_and_no_look(
    client: Client, cast: Cast, case: Case
) -> None:
    client.force_login(cast.officer_of_b)
    client.get(reverse("cases:case", args=[case.pk]))
    [row] = LogRow.objects.exclude(action="sign_in")
    assert (row.action, row.object_type, row.object_id) == ("refused", "cases:case", str(case.pk))


def test_a_supervisor_reads_who_looked(client: Client, cast: Cast, case: Case) -> None:
    address = reverse("cases:case", args=[case.pk])
    other = CaseFactory.create(borough=cast.a)
    client.force_login(cast.officer)
    client.get(address)
    client.get(reverse("cases:case", args=[other.pk]))
    for person, seen in (
        (cast.supervisor, [cast.supervisor.name, cast.officer.name]),
        (cast.officer, []),
    ):
        client.force_login(person)
        page = client.get(address, {"show": "reads"}).context["page"]
        assert [i.who for i in page.timeline if i.sort == "reads"] == seen
        assert ("reads" in dict(page.sorts)) is bool(seen)
    client.force_login(cast.supervisor)
    assert [i for i in client.get(address).context["page"].timeline if i.sort == "reads"] == []
