"""Every address of the officer's pages: who gets in, and that no odd post breaks or half-saves."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import LogRow
from campaigns.models import Borough
from cases.models import Case, Draft, Import
from cases.urls import urlpatterns
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    BY_MODEL,
    BreakGlassFactory,
    CaseAccessFactory,
    CaseFactory,
    CaseFlagFactory,
    DisclosureApplicationFactory,
    DraftFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    ImportFactory,
    LiftingFactory,
    MaracReferralFactory,
    OutcomeFactory,
    PossibleDuplicateFactory,
    ProtectiveOrderFactory,
    ReductionCaseFactory,
    SentBackFactory,
)

pytestmark = pytest.mark.django_db

SUPERVISORS = {
    *("duplicates", "duplicates_earlier", "duplicates_later", "duplicates_apart", "take_apart"),
    *("reassign_outcomes", "reassign_cases", "restore_outcome", "send_back"),
    *("restrict_case", "add_access", "remove_access", "lift_restriction", "conflict_seen"),
}
REVIEWERS = {"reviews", "review"}
GUARDS = {"access", "exclude", "lift_exclusion", "agree_lifting", "refuse_lifting"}
RETENTION = {
    *("retention", "propose_reduction", "reduction", "approve_reduction", "refuse_reduction"),
    *("reduce_again", "reduction_progress", "retain_case", "hold_case", "release_case"),
}
CLOSED_TO_OFFICERS = {*SUPERVISORS, *GUARDS, *REVIEWERS, *RETENTION}
OF_IMPORTS = {
    *("import", "match_import", "mend_import", "marked_import", "save_import", "import_again"),
    *("import_progress", "undo_import", "discard_import"),
}
OF_ONES_OWN = {"draft", "log_check", "end_break_glass", *OF_IMPORTS}
SEALED = "draft"
"""It takes a form by its seal, signed in or not, and without one is not there."""
TO = {"move_case": "closed", "change_order": "served", "change_disclosure": "initial_checks"}


def world(cast: Cast, **of_case: Any) -> dict[str, Model]:
    """One of everything, of one case."""
    case = CaseFactory.create(borough=cast.a, **of_case)
    outcome = OutcomeFactory.create(case=case)
    SentBackFactory.create(outcome=outcome)
    return {
        "case": case,
        "outcome": outcome,
        "pair": PossibleDuplicateFactory.create(
            earlier=outcome, outcome=OutcomeFactory.create(case=case)
        ),
        "referral": MaracReferralFactory.create(case=case),
        "flag": CaseFlagFactory.create(case=case),
        "order": ProtectiveOrderFactory.create(case=case),
        "application": DisclosureApplicationFactory.create(case=case),
        "submission": EvidenceSubmissionFactory.create(case=case),
        "draft": DraftFactory.create(owner=cast.officer, form="arrest"),
        "access": CaseAccessFactory.create(case=case),
        "exclusion": ExclusionFactory.create(case=case, declared=True),
        "lifting": LiftingFactory.create(case=case),
        "opening": BreakGlassFactory.create(case=case, user=cast.officer),
        "reduction": ReductionCaseFactory.create(case=case).reduction,
        "import": ImportFactory.create(owner=cast.officer, sample=[[1, ["Kind", "Day"]]]),
    }


def addresses(rows: dict[str, Model]) -> Iterator[tuple[str, str]]:
    """The name and the address of each page, with the rows in the places of its path."""
    subjects = {"outcomes": "outcome", "duplicates": "pair", "cases": "case"}
    subjects |= {"imports": "import", "reductions": "reduction", "break-glass": "opening"}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        name, route = str(pattern.name), str(pattern.pattern)
        known: dict[str, Any] = {
            "kind": "order" if "orders" in route else "arrest",
            "to": TO.get(name, ""),
            "token": rows["draft"].pk,
            **{f"{part}_pk": rows[part].pk for part in ("access", "exclusion", "lifting")},
            "referral_pk": rows["referral"].pk,
            "flag_pk": rows["flag"].pk,
            "order_pk": rows["order"].pk,
            "application_pk": rows["application"].pk,
            "submission_pk": rows["submission"].pk,
            "pk": rows[subjects[route.split("/")[0]]].pk if "pk>" in route else None,
        }
        if name == "add_order_kind":
            known["kind"] = "dvpo"
        parts = {part: known[part] for part in re.findall(r"<\w+:(\w+)>", route)}
        yield name, reverse(f"cases:{name}", kwargs=parts)


def statuses(client: Client, address: str) -> set[int]:
    """What opening and sending answer, whichever the page takes."""
    with transaction.atomic():
        answers = [client.get(address), client.post(address, {})]
        transaction.set_rollback(True)
    return {answer.status_code for answer in answers} - {405}


def test_the_anonymous_are_led_to_sign_in_by_every_page(cast: Cast) -> None:
    for name, address in addresses(world(cast)):
        for answer in (Client().get(address), Client().post(address, {})):
            if answer.status_code != 405 and name != SEALED:
                assert (answer.status_code, answer["Location"].split("?")[0]) == (
                    302,
                    "/sign-in/",
                ), name


@pytest.mark.parametrize("role", ["communications", "auditor"])
def test_whoever_reads_no_records_gets_into_no_page(cast: Cast, role: str) -> None:
    client = browser(getattr(cast, role))
    for name, address in addresses(world(cast)):
        if role == "auditor" and name in REVIEWERS:
            assert statuses(client, address) == {200}, name
        else:
            assert statuses(client, address) == ({404} if name == SEALED else {403}), name


@pytest.mark.parametrize("person", ["officer_of_b", "outsider", "excluded", "barred"])
def test_a_case_that_is_not_theirs_is_not_found_by_any_page(cast: Cast, person: str) -> None:
    rows = world(cast, restricted=person == "barred")
    who = cast.colleague if person == "barred" else getattr(cast, person)
    ExclusionFactory.create(case=rows["case"], user=cast.excluded)
    CaseAccessFactory.create(case=rows["case"], user=cast.officer)
    client = browser(who)
    for name, address in addresses(rows):
        speaks_of_one = name in OF_ONES_OWN or re.match(
            r"/(cases|outcomes|duplicates)/[0-9a-f-]*[0-9][0-9a-f-]*/", address
        )
        if speaks_of_one:
            refused = 403 if name in CLOSED_TO_OFFICERS else 404
            assert statuses(client, address) == {refused}, name


def test_an_officer_gets_into_each_page_but_the_supervisors(cast: Cast) -> None:
    client = browser(cast.officer)
    for name, address in addresses(world(cast)):
        found = statuses(client, address)
        # A case is handed over by its own officer or a supervisor.
        closed = {*CLOSED_TO_OFFICERS, "transfer_case"}
        assert (found == {403}) is (name in closed), (name, found)
        others = {*CLOSED_TO_OFFICERS, SEALED, "transfer_case"}
        assert found <= {200, 302} or name in others, (name, found)


def test_an_administrator_reads_and_reviews_and_writes_nothing_else(cast: Cast) -> None:
    client = browser(cast.administrator)
    before = {model: model._base_manager.count() for model in BY_MODEL if model is not LogRow}
    reading = {"desk", "outcomes", "cases", "outcome", "case", "find", "lookup_cases"}
    reading |= {"export_outcomes", "export_cases", "save_outcomes", "save_cases", *RETENTION}
    reading |= {*GUARDS, "declare_conflict", "conflict_declared", "give_reason", "break_glass"}
    for name, address in addresses(world(cast)):
        found = statuses(client, address)
        if name in reading:
            assert found <= {200, 302}, (name, found)
        else:
            assert found <= {403, 404}, (name, found)
    assert before.keys() <= {*BY_MODEL}


class Controls(HTMLParser):
    """The names of a page's controls, and the values that each offers."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.offered: dict[str, set[str]] = {}
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "option" and self.select:
            self.offered[self.select].add(given.get("value", ""))
        if tag in {"input", "select", "textarea"} and given.get("name"):
            name = given["name"]
            self.offered.setdefault(name, set()).add(given.get("value", ""))
            self.select = name if tag == "select" else ""


ODD = st.one_of(
    st.text(max_size=80),
    st.integers(-(10**30), 10**30).map(str),
    st.sampled_from(
        [
            *("", " ", "\x00", "a\x00b", "\ud800".encode("utf-8", "replace").decode()),
            *("‮evil", "𝟙𝟜", "١٤٣٠", "9" * 5_000, "-1", "1e9", "NaN", "٢٠٢٦"),
            *("<script>alert(1)</script>", "' OR 1=1 --", "=1+1", "{{ 7*7 }}", "🧡" * 30),
            *("1430", "2.30pm", "29", "02", "2026", "on", "true", "../../etc", "%00"),
        ]
    ),
)
KEPT = {"token", "owner", "csrfmiddlewaretoken", "version"}


@pytest.fixture
def pages(cast: Cast) -> list[tuple[Client, str, dict[str, set[str]]]]:
    """Each page that takes a post, by whoever may, with its controls."""
    client = browser(cast.supervisor)
    rows = world(cast)
    Draft.objects.update(owner=cast.supervisor)
    Import.objects.update(owner=cast.supervisor)
    found = []
    for _, address in addresses(rows):
        shown = client.get(address)
        shows_a_page = shown.status_code == 200 and not shown.streaming
        html = shown.content.decode() if shows_a_page else ""
        found.append((client, address, Controls(html).offered))
    return found


def counts() -> dict[str, int]:
    tables = {*BY_MODEL} - {LogRow, Draft, Borough}
    return {model.__name__: model._base_manager.count() for model in tables}


@settings(
    max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_odd_post_to_any_page_breaks_or_half_saves(
    pages: list[tuple[Client, str, dict[str, set[str]]]], data: st.DataObject
) -> None:
    client, address, offered = data.draw(st.sampled_from(pages))
    sent: dict[str, str] = {}
    for name, values in offered.items():
        first = sorted(values)[-1]
        plain = st.sampled_from(sorted(values))
        sent[name] = first if name in KEPT else data.draw(plain | ODD)
    sent |= data.draw(st.dictionaries(st.sampled_from(["chosen", "reason", "q", "x"]), ODD))
    if "token" in sent:
        sent["token"] = str(uuid4())
    with transaction.atomic():
        before = counts()
        answer: Any = client.post(address, sent)
        if answer.status_code == 200 and not answer.streaming:
            assert counts() == before, address
        assert answer.status_code in {200, 302, 403, 404, 405}, address
        if answer.streaming:
            assert b"".join(answer.streaming_content)
        transaction.set_rollback(True)


def test_every_case_of_the_world_is_in_sight_of_its_officer(cast: Cast) -> None:
    rows = world(cast)
    assert list(Case.objects.visible_to(cast.officer)) == [rows["case"]]
