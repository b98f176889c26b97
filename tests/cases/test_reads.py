"""A look at records leaves a row in the log, and a supervisor can read who looked."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Import
from audit.models import LogRow
from cases.models import Case, CaseAccess, Draft, Outcome
from core.days import london_day
from tests.cases.pages import browser, form_at, restrict
from tests.cases.test_doors import addresses, world
from tests.conftest import Cast
from tests.factories import DAY, CaseFactory, DisclosureApplicationFactory, OutcomeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast: Cast) -> Case:
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


@pytest.mark.parametrize("page", ["log", "log_kind"])
def test_a_case_that_comes_along_to_an_entry_is_looked_at(
    client: Client, cast: Cast, case: Case, page: str
) -> None:
    address = reverse(f"cases:{page}", args=["arrest"] if page == "log_kind" else [])
    client.force_login(cast.officer)
    assert b"1/26" in client.get(address, {"case": case.pk}).content
    assert looked() == [("consultation", cast.officer.username, f"cases.case {case.pk}", None, {})]
    restrict(case, cast.officer)
    asked = client.get(address, {"case": case.pk})
    assert asked["Location"].startswith(reverse("cases:give_reason", args=[case.pk]))
    restrict(case)
    CaseAccess.objects.filter(user=cast.officer).delete()
    assert b"1/26" not in client.get(address, {"case": case.pk}).content
    assert len(looked()) == 1


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


SHOW_NO_RECORD = {
    *("log", "log_kind", "log_check", "imports", "import_template", "import_progress"),
    *("export_outcomes", "export_cases", "save_outcomes", "save_cases"),
    *("conflict_declared", "give_reason", "break_glass", "reduction_progress"),
}
"""Forms that start empty (the draft here is one), lists of one's own files, and counts."""


@pytest.mark.parametrize("person", ["officer", "supervisor"])
def test_each_page_that_shows_a_record_is_one_look(cast: Cast, person: str) -> None:
    client = browser(getattr(cast, person))
    rows = world(cast)
    Draft.objects.update(owner=getattr(cast, person))
    Import.objects.update(owner=getattr(cast, person))
    odd = {}
    for name, address in addresses(rows):
        before = LogRow.objects.reads().count()
        if client.get(address).status_code == 200:
            looks = LogRow.objects.reads().count() - before
            if looks != (name not in SHOW_NO_RECORD):
                odd[name] = looks
    assert odd == {}


def test_a_clares_law_disclosure_names_who_was_told(client: Client, cast: Cast, case: Case) -> None:
    application = DisclosureApplicationFactory.create(
        case=case, stage="decided", decision="disclose", decided_on=DAY
    )
    client.force_login(cast.officer)
    address = reverse("cases:change_disclosure", args=[case.pk, application.pk, "disclosed"])
    sent = form_at(client, address)
    sent |= {"recipient": "person_at_risk", **_day("disclosed_on", london_day(timezone.now()))}
    assert client.post(address, sent).status_code == 302
    row = LogRow.objects.get(action="disclosure")
    assert (row.object_type, row.object_id) == (
        "cases.disclosureapplication",
        str(application.pk),
    )
    assert (row.recipient, row.reason) == ("The person at risk", "Clare's Law application")


def _day(name: str, day: date) -> dict[str, int]:
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}
