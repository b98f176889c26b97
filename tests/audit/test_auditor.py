"""The auditor's pages: who gets in, what is found, and that reading the log leaves a row in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from django.utils import timezone

from audit.models import LogRow
from audit.urls import urlpatterns
from core.days import london_day
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    LogRowFactory,
    OutcomeFactory,
    ReviewFactory,
    SampledRowFactory,
    SealedPartFactory,
)

pytestmark = pytest.mark.django_db

TODAY = london_day(timezone.now())


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return browser(cast.auditor)


def at(name: str, *args: object) -> str:
    return reverse(f"audit:{name}", args=args)


def addresses() -> dict[str, str]:
    """Each page of the log, with a row in the places of its path."""
    case = CaseFactory.create()
    sampled = SampledRowFactory.create()
    record = ("cases.case", case.pk)
    found = {
        "log": at("log"),
        "find": at("find"),
        "groups": at("groups", "record"),
        "row": at("row", sampled.row.pk),
        "record": at("record", *record),
        "pack": at("pack", *record),
        "samples": at("samples"),
        "draw": at("draw"),
        "sample": at("sample", sampled.sample.pk),
        "review": at("review", sampled.sample.pk, sampled.pk),
    }
    assert found.keys() == {p.name for p in urlpatterns if isinstance(p, URLPattern)}
    return found


def rows_of(client: Client, **query: Any) -> list[int]:
    """The numbers of the rows that a filter shows, the latest first."""
    answer = client.get(at("log"), query)
    assert answer.status_code == 200
    return [line.row.pk for line in answer.context["lines"]]


def seen() -> list[tuple[str, str, str, int | None, dict[str, Any]]]:
    """What the auditor has left in the log."""
    rows = LogRow.objects.filter(role="auditor").exclude(action="sign_in").order_by("pk")
    return [(r.action, r.object_type, r.object_id, r.results, r.details) for r in rows]


ROLES = ["officer", "supervisor", "force_supervisor", "communications", "administrator"]


def test_every_page_opens_for_an_auditor_alone(cast: Cast, auditor: Client) -> None:
    others = [browser(getattr(cast, role)) for role in ROLES]
    for name, address in addresses().items():
        sent = "post" if name == "find" else "get"
        assert getattr(auditor, sent)(address).status_code in {200, 302}, name
        for client in others:
            assert client.get(address).status_code in {403, 405}, name
            assert client.post(address).status_code == 403, name
        answer = getattr(Client(), sent)(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/"), name


def test_signing_in_leads_an_auditor_to_the_log(auditor: Client) -> None:
    assert auditor.get("/")["Location"] == at("log")
    page = auditor.get(at("log")).content.decode()
    assert 'aria-current="page">Log</a>' in page
    assert "Campaigns" not in page


def test_each_filter_shows_what_it_says_and_no_more(cast: Cast, auditor: Client) -> None:
    LogRow.objects.all()
    case = CaseFactory.create()
    make = LogRowFactory.create
    plain = make(actor="x", object_type="cases.outcome", object_id="7").pk
    by_officer = make(actor=cast.officer.username, object_id=str(case.pk), request_id="r-1").pk
    refused = make(action="refused", object_type="cases:case", object_id=str(case.pk)).pk
    flagged = make(flag="repeated", object_id="9").pk
    taken = make(action="disclosure", recipient="me", reason="Weekly review", object_id="").pk
    searched = make(action="search", object_id="", details={"reference": "12/AB"}).pk
    assert rows_of(auditor, person=cast.officer.pk) == [by_officer]
    assert rows_of(auditor, object_type="cases.outcome") == [plain]
    assert rows_of(auditor, object_type="cases.case", object_id=case.pk) == [refused, by_officer]
    assert rows_of(auditor, object_id=case.pk) == [refused, by_officer]
    assert rows_of(auditor, action="refused") == [refused]
    assert rows_of(auditor, flag="repeated") == [flagged]
    assert rows_of(auditor, reasoned="on") == [taken]
    assert rows_of(auditor, request_id="r-1") == [by_officer]
    day = {f"first_{part}": getattr(TODAY, part) for part in ("day", "month", "year")}
    assert set(rows_of(auditor, **day, action="refused")) == {refused}
    tomorrow = TODAY + timedelta(days=1)
    later = {f"first_{part}": getattr(tomorrow, part) for part in ("day", "month", "year")}
    assert rows_of(auditor, **later) == []
    before = TODAY - timedelta(days=1)
    past = {f"last_{part}": getattr(before, part) for part in ("day", "month", "year")}
    assert rows_of(auditor, **past) == []
    assert rows_of(auditor, first_day="x") == []
    for place, words, found in [
        ("terms", "12/ab", [searched]),
        ("terms", "1 2/ab", [searched]),
        ("terms", '12/" || true', []),
        ("reasons", "weekly", [taken]),
        ("reasons", "12/AB", []),
    ]:
        led = auditor.post(at("find"), {"words": words, "place": place})["Location"]
        assert words not in led
        assert rows_of(auditor, sought="true") == found, words
        tags = auditor.get(led).context["list"].tags
        assert words in tags[0].words
    assert auditor.post(at("find"), {"place": "terms"})["Location"] == at("log")


def test_a_person_is_found_by_the_usernames_that_they_had(cast: Cast, auditor: Client) -> None:
    old = LogRowFactory.create(actor=cast.officer.username).pk
    cast.officer.username = "renamed"
    cast.officer.save()
    new = LogRowFactory.create(actor="renamed").pk
    assert rows_of(auditor, person=cast.officer.pk) == [new, old]


def test_reading_the_log_leaves_a_row_that_says_what_was_sought(auditor: Client) -> None:
    row = LogRowFactory.create(object_id="12", object_type="cases.outcome").pk
    auditor.post(at("find"), {"words": "12/AB", "place": "terms"})
    auditor.get(at("log"), {"sought": "true", "flag": "repeated"})
    auditor.get(at("row", row))
    auditor.get(at("groups", "day"))
    auditor.get(at("record", "cases.case", 12))
    assert seen() == [
        ("search", "audit.logrow", "", 0, {"sought": "12/AB", "flag": "repeated"}),
        ("consultation", "audit.logrow", str(row), None, {}),
        ("search", "audit.logrow", "", 1, {"by": "day"}),
        ("search", "audit.logrow", "", 0, {"object_type": "cases.case", "object_id": "12"}),
    ]


def test_a_row_says_everything_and_whose_seal_covers_it(cast: Cast, auditor: Client) -> None:
    case = CaseFactory.create()
    row = LogRowFactory.create(
        actor=cast.officer.username,
        action="break_glass",
        object_id=str(case.pk),
        reason_code="life",
        reason="Threat",
        flag="break_glass",
        request_id="r-1",
        address="10.0.0.1",
        details={"reference": "1/26"},
    )
    part = SealedPartFactory.create(last_id=row.pk, seal__digest="ab" * 32)
    facts = {
        label: words for label, words, _ in auditor.get(at("row", row.pk)).context["line"].facts
    }
    facts.pop("When")
    assert facts == {
        "Who": f"{cast.officer.name} ({cast.officer.username})",
        "Role at the time": "Officer",
        "What was done": "Opened by break-glass",
        "Record": f"Case {case.pk}",
        "Reference": "1/26",
        "Reason": "life: Threat",
        "Flag": LogRow.Flag.BREAK_GLASS.label,
        "Request": "r-1",
        "Address": "10.0.0.1",
        "Seal": f"{part.seal_id}, {'ab' * 32}",
    }
    assert auditor.get(at("row", row.pk + 1000)).status_code == 404


class TestGathered:
    def groups(self, auditor: Client, by: str, **query: Any) -> list[tuple[str, int]]:
        page = auditor.get(at("groups", by), query).context["list"]
        return [(group.words, group.times) for group in page.groups]

    def test_by_person_needs_one_matter_and_goes_by_name(self, cast: Cast, auditor: Client) -> None:
        a, b = sorted([cast.officer, cast.colleague], key=lambda person: person.name)
        for person, times in ((a, 1), (b, 3)):
            for _ in range(times):
                LogRowFactory.create(actor=person.username, object_id="5")
        assert self.groups(auditor, "person") == []
        page = auditor.get(at("groups", "person")).content.decode()
        assert "Choose one record, a flag, a reason or a request first." in page
        assert "Data Protection Act 2018, section 62" in page
        assert self.groups(auditor, "person", object_id="5") == [
            (f"{a.name} ({a.username})", 1),
            (f"{b.name} ({b.username})", 3),
        ]

    def test_what_one_person_did_is_never_counted(self, cast: Cast, auditor: Client) -> None:
        LogRowFactory.create(actor=cast.officer.username)
        queries: list[tuple[dict[str, Any], bool]] = [
            ({}, True),
            ({"person": cast.officer.pk}, False),
            ({"person": cast.officer.pk, "object_id": "5"}, True),
        ]
        for query, counts in queries:
            page = auditor.get(at("groups", "day"), query)
            assert page.context["list"].counts is counts
            assert ('<th scope="col">Rows</th>' in page.content.decode()) is (
                counts and bool(page.context["list"].groups)
            )

    def test_by_record_day_and_reason(self, cast: Cast, auditor: Client) -> None:
        LogRow.objects.all()
        LogRowFactory.create(object_id="5")
        for reason in ("Weekly review", "Weekly review", "Briefing"):
            LogRowFactory.create(action="disclosure", recipient="x", reason=reason, object_id="6")
        assert self.groups(auditor, "record", action="disclosure") == [("Case 6", 3)]
        assert [name for name, _ in self.groups(auditor, "record")] == ["Case 6", "Case 5"]
        assert [times for _, times in self.groups(auditor, "day", action="disclosure")] == [3]
        assert self.groups(auditor, "reason") == [("Briefing", 1), ("Weekly review", 2)]
        assert auditor.get(at("groups", "role")).status_code == 404

    def test_a_group_leads_to_its_rows(self, auditor: Client) -> None:
        wanted = LogRowFactory.create(object_id="5").pk
        LogRowFactory.create(object_id="6")
        for by in ("record", "day"):
            found = auditor.get(at("groups", by), {"object_id": "5"}).context["list"].groups
            lines = auditor.get(found[0].address).context["lines"]
            assert [line.row.pk for line in lines] == [wanted], by


class TestRecord:
    def test_who_looked_and_which_fields_changed_but_no_value(
        self, cast: Cast, auditor: Client
    ) -> None:
        case = CaseFactory.create(borough=cast.a, reference="987/26")
        outcome = OutcomeFactory.create(case=case)
        other = OutcomeFactory.create()
        officer = browser(cast.officer)
        officer.get(reverse("cases:case", args=[case.pk]))
        officer.get(reverse("cases:outcome", args=[outcome.pk]))
        browser(cast.officer_of_b).get(reverse("cases:case", args=[case.pk]))
        LogRowFactory.create(object_type="cases.outcome", object_id=str(other.pk))
        case.status = "closed"
        case.save()
        answer = auditor.get(at("record", "cases.case", case.pk))
        assert [(line.row.actor, line.thing) for line in answer.context["lines"]][-3:] == [
            (cast.officer_of_b.username, f"The page “case” {case.pk}"),
            (cast.officer.username, f"Outcome {outcome.pk}"),
            (cast.officer.username, f"Case {case.pk}"),
        ]
        record = answer.context["record"]
        changes = [(done.thing, done.change.done, done.change.fields) for done in record.changes]
        assert (f"Case {case.pk}", "Entered", []) in changes
        assert (f"Case {case.pk}", "Changed", ["status"]) in changes
        assert (f"Outcome {outcome.pk}", "Entered", []) in changes
        assert (f"Outcome {other.pk}", "Entered", []) not in changes
        assert "987/26" not in answer.content.decode()

    @pytest.mark.django_db(transaction=True)
    def test_a_change_tells_its_request_and_the_role_at_the_time(
        self, cast: Cast, auditor: Client
    ) -> None:
        case = CaseFactory.create(borough=cast.a)
        answer = browser(cast.officer).post(reverse("cases:add_suspect", args=[case.pk]))
        cast.officer.role = "supervisor"
        cast.officer.save()
        record = auditor.get(at("record", "cases.case", case.pk)).context["record"]
        [last] = [d for d in record.changes if d.change.object_type == "cases.suspect"]
        assert last.change.request_id == answer["X-Request-ID"]
        assert (last.role, last.who) == (
            "Officer",
            f"{cast.officer.name} ({cast.officer.username})",
        )

    @pytest.mark.parametrize(
        "record",
        [("cases.case", "x"), ("cases.outcome", "5"), ("cases.nothing", "5"), ("x", "5")],
    )
    def test_what_cannot_be_a_record_is_not_there(
        self, auditor: Client, record: tuple[str, str]
    ) -> None:
        assert auditor.get(at("record", *record)).status_code == 404
        assert auditor.get(at("record", "cases.case", 10**30)).status_code == 404


def test_lists_ask_as_much_of_one_row_as_of_twenty(cast: Cast, auditor: Client) -> None:
    pages = [at("log"), at("groups", "record"), at("record", "cases.case", 5)]

    def asked(page: str) -> int:
        auditor.get(page)
        with CaptureQueriesContext(connection) as captured:
            auditor.get(page)
        return len(captured)

    LogRowFactory.create(actor=cast.officer.username, object_id="5")
    one = [asked(page) for page in pages]
    for _ in range(19):
        LogRowFactory.create(actor=cast.colleague.username, object_id="5")
    assert [asked(page) for page in pages] == one


def test_the_samples_ask_as_much_of_one_as_of_ten(auditor: Client) -> None:
    ReviewFactory.create()
    auditor.get(at("samples"))
    with CaptureQueriesContext(connection) as one:
        auditor.get(at("samples"))
    for _ in range(9):
        SampledRowFactory.create()
    with CaptureQueriesContext(connection) as ten:
        page = auditor.get(at("samples")).context["samples"]
    assert len(ten) == len(one)
    assert [(p.sample.reviewed, p.sample.drawn) for p in page] == [(0, 1)] * 9 + [(1, 1)]


def test_a_sample_asks_as_much_of_one_row_as_of_ten(auditor: Client) -> None:
    sampled = SampledRowFactory.create()
    page = at("sample", sampled.sample.pk)
    auditor.get(page)
    with CaptureQueriesContext(connection) as one:
        auditor.get(page)
    for _ in range(9):
        ReviewFactory.create(sampled__sample=sampled.sample)
    with CaptureQueriesContext(connection) as ten:
        auditor.get(page)
    assert len(ten) == len(one)
