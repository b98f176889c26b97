"""Every address of cases and of partners: no odd post to it breaks or half-saves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Import
from accounts.urls import of_imports
from audit.models import LogRow
from campaigns.models import Borough
from cases.models import Case, Draft
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
from tests.partners import test_doors as of_partners

pytestmark = pytest.mark.django_db

TO = {"move_case": "closed", "change_order": "served", "change_disclosure": "initial_checks"}


def world(cast: Cast, **of_case: Any) -> dict[str, Model]:
    """One of everything, of one case."""
    case = CaseFactory.create(**{"borough": cast.a} | of_case)
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


def parts(name: str, route: str, rows: dict[str, Model]) -> dict[str, Any]:
    """What stands in the places of a page's path."""
    subjects = {"outcomes": "outcome", "duplicates": "pair", "cases": "case"}
    subjects |= {"imports": "import", "reductions": "reduction", "break-glass": "opening"}
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
    return {part: known[part] for part in re.findall(r"<\w+:(\w+)>", route)}


def addresses(rows: dict[str, Model]) -> Iterator[tuple[str, str]]:
    """The name and the address of each page, with the rows in the places of its path."""
    for app, patterns in (("cases", urlpatterns), ("accounts", of_imports)):
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            name, route = str(pattern.name), str(pattern.pattern)
            yield name, reverse(f"{app}:{name}", kwargs=parts(name, route, rows))


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
KEPT = {"token", "owner", "csrfmiddlewaretoken", "version", "credential"}
TOLD_ONCE = re.compile(r"/engagement/(parts/\d+/link|feed/make)/")
"""What answers with a page because it shows an address that nobody is told again."""


@dataclass(frozen=True)
class Pages:
    """Each page that takes a post, by whoever may, with its controls; how many rows there are."""

    found: list[tuple[Client, str, dict[str, set[str]]]]
    rows: dict[str, int]


@pytest.fixture(params=["cases", "partners"])
def pages(request: pytest.FixtureRequest, cast: Cast) -> Pages:
    client = browser(cast.supervisor)
    if request.param == "partners":
        rows = of_partners.world(cast)
        known = of_partners.addresses(rows)
        client.get(reverse("partners:open_confirmation", args=[rows["token"]]))
    else:
        known = addresses(world(cast))
        Draft.objects.update(owner=cast.supervisor)
        Import.objects.update(owner=cast.supervisor)
    found = []
    for _, address in known:
        shown = client.get(address)
        shows_a_page = shown.status_code == 200 and not shown.streaming
        html = shown.content.decode() if shows_a_page else ""
        found.append((client, address, Controls(html).offered))
    return Pages(found, counts())


def counts() -> dict[str, int]:
    """By table, in one question, as it is asked after each post."""
    tables = [model._meta.db_table for model in {*BY_MODEL} - {LogRow, Draft, Borough}]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {t})' for t in tables)}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


@settings(max_examples=1_000)
@given(data=st.data())
def test_no_odd_post_to_any_page_breaks_or_half_saves(pages: Pages, data: st.DataObject) -> None:
    client, address, offered = data.draw(st.sampled_from(pages.found))
    sent: dict[str, str] = {}
    for name, values in offered.items():
        first = sorted(values)[-1]
        plain = st.sampled_from(sorted(values))
        sent[name] = first if name in KEPT else data.draw(plain | ODD)
    sent |= data.draw(st.dictionaries(st.sampled_from(["chosen", "reason", "q", "x"]), ODD))
    if "token" in sent:
        sent["token"] = str(uuid4())
    with transaction.atomic():
        network = f"10.1.{data.draw(st.integers(0, 255))}.1"
        answer: Any = client.post(address, sent, REMOTE_ADDR=network)
        said_in_place = answer.status_code == 200 and not answer.streaming
        if said_in_place and not TOLD_ONCE.fullmatch(address):
            assert counts() == pages.rows, address
        assert answer.status_code in {200, 302, 403, 404, 405}, address
        if answer.streaming:
            assert b"".join(answer.streaming_content)
        transaction.set_rollback(True)


def test_every_case_of_the_world_is_in_sight_of_its_officer(cast: Cast) -> None:
    rows = world(cast)
    assert list(Case.objects.visible_to(cast.officer)) == [rows["case"]]
