"""Attacks on the addresses: forged posts, odd hosts, ways elsewhere, unasked fields, SQL."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter
from openpyxl import load_workbook
from pytest_django import Settings

from accounts.models import User
from audit.models import LogRow
from audit.presenters.rows import WAYS
from campaigns.models import Borough
from cases.models import Case, CaseNote, Outcome
from partners.actions.links import make_confirmation, send_confirmation
from tests.accounts.pages import give_password, person, said
from tests.cases.pages import as_sent, at, browser, form_at, restrict
from tests.cases.test_doors import addresses, world
from tests.conftest import Cast
from tests.factories import (
    CampaignFactory,
    CaseFactory,
    ContactFactory,
    EngagementEventFactory,
    ExclusionFactory,
    ImportFactory,
    OutcomeFactory,
    ParticipationFactory,
    TeamFactory,
    TrainingSessionFactory,
)
from tests.security.crawler import Page

pytestmark = pytest.mark.django_db

SAMPLES: dict[type, Any] = {
    IntConverter: 1,
    UUIDConverter: uuid4(),
    SlugConverter: "arrest",
    StringConverter: "1",
}


def every_address(resolver: Any = None, before: str = "/") -> Iterator[str]:
    """Each address of the product and of the admin, with something in the places of its path."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern).lstrip("^")
        for name, converter in pattern.pattern.converters.items():
            value = str(SAMPLES.get(type(converter), "1"))
            for kind in ("int", "uuid", "slug", "path", "str"):
                route = route.replace(f"<{kind}:{name}>", value)
            route = route.replace(f"<{name}>", value)
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern, route)
        elif isinstance(pattern, URLPattern) and "(?P" not in route:
            yield route


def rows() -> dict[str, int]:
    """How many rows each table has, but for the log, which is meant to grow."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    tables -= {LogRow._meta.db_table, "django_session"}
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


WITHOUT_A_TOKEN = {404, 405, 413}
"""What is not there, or takes no post, may say so first."""


def test_no_post_without_a_token_changes_anything(cast: Cast) -> None:
    of_the_world = [address for _, address in addresses(world(cast))]
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.supervisor)
    before = rows()
    refused = 0
    for address in dict.fromkeys([*of_the_world, *every_address()]):
        answer = client.post(address, {"reason": "x", "text": "x", "name": "x"})
        assert answer.status_code in {403, *WITHOUT_A_TOKEN}, address
        refused += answer.status_code == 403
    assert refused > 100
    assert rows() == before


def test_another_host_is_answered_by_nothing_of_ours(cast: Cast) -> None:
    client = browser(cast.officer)
    for host in ("elsewhere.example", "testserver.elsewhere.example", "testserver@elsewhere"):
        answer = client.get(at("desk"), headers={"host": host})
        assert answer.status_code == 400
        assert "elsewhere" not in answer.content.decode()
    forwarded = client.get("/", headers={"x-forwarded-host": "elsewhere.example"})
    assert forwarded["Location"] == at("desk")


ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "https:elsewhere.example",
    "javascript:alert(1)",
    " https://elsewhere.example",
    "/%09/elsewhere.example",
    "https://testserver@elsewhere.example/",
]


NAMES = ("next", "kept", "back", "url", "redirect_to", "owner")
LEADING = ("/sign-in/", "/admin/login/", "/desk/", "/sign-out/", "/admin/logout/")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_no_parameter_leads_elsewhere(cast: Cast, to: str) -> None:
    sent = dict.fromkeys(NAMES, to)
    for client in (browser(cast.administrator), Client()):
        for address in LEADING:
            for answer in (client.get(address, sent), client.post(address, sent)):
                location = answer.headers.get("Location", "/")
                assert location.startswith("/"), address
                assert not location.startswith(("//", "/\\")), address


MORE = {
    "logged_by": "1",
    "owner_id": "1",
    "officer": "1",
    "counted": "on",
    "voided_at": "2020-01-01",
    "voided_by": "1",
    "void_reason": "x",
    "merged_into": "1",
    "recorded_at": "2020-01-01",
    "day": "2020-01-01",
    "id": str(uuid4()),
    "pk": "1",
    "case": "1",
    "restricted": "on",
    "role": "administrator",
    "is_active": "on",
    "whole_force": "on",
}


class TestMassAssignment:
    def facts(self, row: Model, *changed: str) -> dict[str, Any]:
        fields = {field.attname for field in row._meta.concrete_fields} - set(changed)
        return {name: getattr(type(row)._default_manager.get(pk=row.pk), name) for name in fields}

    def test_more_fields_than_an_amendment_asks_for_change_nothing(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a)
        outcome = OutcomeFactory.create(case=case, suspect__number=1, logged_by=cast.colleague)
        client, address = browser(cast.officer), at("amend_outcome", outcome.pk)
        before = self.facts(outcome, "custody_record")
        sent = {**MORE, **form_at(client, address), "custody_record": "CR/1"}
        assert client.post(address, sent).status_code == 302
        assert self.facts(outcome, "custody_record") == before
        assert Outcome.objects.get(pk=outcome.pk).custody_record == "CR/1"

    def test_a_borough_out_of_scope_is_refused(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a)
        outcome = OutcomeFactory.create(case=case, suspect__number=1)
        client, address = browser(cast.officer), at("amend_outcome", outcome.pk)
        answer = client.post(address, form_at(client, address) | {"borough": cast.b.pk})
        assert answer.context["form"].errors.keys() == {"borough"}
        assert Outcome.objects.get(pk=outcome.pk).borough == cast.a

    def test_a_note_is_its_writers_on_the_case_of_its_address(self, cast: Cast) -> None:
        case = CaseFactory.create(borough=cast.a)
        before = self.facts(case)
        other = {"author": cast.colleague.pk, "written_by": cast.colleague.pk}
        sent = {**MORE, **other, "kind": "fact", "text": "Seen.", "case": 0}
        assert browser(cast.officer).post(at("add_note", case.pk), sent).status_code == 302
        note = CaseNote.objects.get()
        people = {field.name for field in CaseNote._meta.fields if field.related_model}
        assert note.case == case
        assert {getattr(note, name) for name in people - {"case"}} == {cast.officer}
        assert self.facts(Case.objects.get()) == before

    @pytest.mark.parametrize(
        "name", ["amend_event", "finish_event", "amend_session", "amend_partner", "amend_contact"]
    )
    def test_more_fields_than_a_form_of_partners_asks_for_change_nothing(
        self, cast: Cast, name: str
    ) -> None:
        """Every column that the form has not is sent along, as another row of its kind has it."""
        (row, path), (other, _) = (of_partners(borough)[name] for borough in (cast.a, cast.b))
        client, address = browser(cast.supervisor), reverse(f"partners:{name}", args=path)
        form = client.get(address).context["form"]
        columns = {field.name: field.attname for field in row._meta.concrete_fields}
        more = {
            way: getattr(other, attname) or "1"
            for field, attname in columns.items()
            for way in {field, attname} - form.fields.keys()
        }
        assert len(more) >= 3
        kept = [attname for field, attname in columns.items() if field in form.fields]
        before = self.facts(row, *kept)
        assert client.post(address, {**more, **as_sent(form)}).status_code == 302
        assert self.facts(row, *kept) == before


def of_partners(borough: Borough) -> dict[str, tuple[Model, list[Any]]]:
    """Rows by the name of the form that corrects them, and what its address names."""
    event = EngagementEventFactory.create(borough=borough)
    session = TrainingSessionFactory.create(borough=borough)
    contact = ContactFactory.create()
    partner = contact.partner
    return {
        "amend_event": (event, [event.pk]),
        "finish_event": (event, [event.pk]),
        "amend_session": (session, [session.pk]),
        "amend_partner": (partner, [partner.slug]),
        "amend_contact": (contact, [partner.slug, contact.pk]),
    }


HOSTILE = [
    "1' OR '1'='1'); DROP TABLE cases_case; --",
    "\\\x00%s $1 {{ 7*7 }}",
    "9" * 400,
]


@pytest.mark.parametrize("of", ["outcomes", "cases"])
def test_no_filter_lets_sql_through(cast: Cast, of: str) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    client = browser(cast.supervisor)
    page = client.get(at(of))
    names = [*page.context["list"].form.fields, "sort", "page", "show", "after"]
    before = rows()
    for name in names:
        for hostile in HOSTILE:
            # A day and a span have a box for each part.
            parts = ("", "_day", "_month", "_year", "_0", "_1")
            answer = client.get(at(of), {name + part: hostile for part in parts})
            assert answer.status_code == 200, (name, hostile)
    assert rows() == before


def test_no_filter_of_the_log_of_figures_or_of_the_admin_lets_sql_through(cast: Cast) -> None:
    OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    campaign = CampaignFactory.create(boroughs=[cast.a, cast.b])
    london = reverse("summaries:campaign", args=[campaign.slug])
    pages = {
        browser(cast.auditor): ["/log/", *(f"/log/by/{way}/" for way in WAYS), "/log/samples/"],
        browser(cast.force_supervisor): [
            *(london, f"{london}boroughs/lambeth/", f"{london}compare/", f"{london}uplift/"),
            *(f"{london}changes/", f"{london}returns/", f"{london}figures/arrests/"),
            *(at("retention"), at("duplicates"), at("log_kind", "arrest")),
        ],
        browser(cast.administrator): [
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            for model in admin.site._registry
        ],
    }
    before = rows()
    for client, addresses_of in pages.items():
        for address in addresses_of:
            page = client.get(address)
            assert page.status_code == 200, address
            forms = [form for form in Page(page.content.decode()).forms if form.method == "get"]
            names = {name for form in forms for name in (*form.texts, *dict(form.choices))}
            names |= {"page", "sort", "o", "q", "draft", "case"}
            for hostile in HOSTILE:
                answer = client.get(address, dict.fromkeys(names - {""}, hostile))
                assert answer.status_code in {200, 302, 404}, address
    assert rows() == before


OF_A_CASE = re.compile(r"/cases/\d+/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_row_of_another_case_is_reached_through_ones_own(cast: Cast, method: str) -> None:
    """The case of the address is the officer's own, and what follows it is not."""
    own = CaseFactory.create(borough=cast.a)
    client, tried = browser(cast.supervisor), 0
    for _, address in addresses(world(cast, borough=cast.b)):
        crossed, number = OF_A_CASE.subn(f"/cases/{own.pk}/", address)
        if number and re.search(r"\d", crossed.removeprefix(f"/cases/{own.pk}/")):
            tried += 1
            before = rows()
            assert getattr(client, method)(crossed).status_code in {403, 404, 405}, crossed
            assert rows() == before
    assert tried >= 10


def test_walking_the_numbers_tells_a_case_of_others_from_no_case_by_nothing(cast: Cast) -> None:
    cases = [CaseFactory.create(borough=borough) for borough in (cast.a, cast.b, cast.a, cast.b)]
    restrict(cases[2])
    client = browser(cast.officer)
    last = max(case.pk for case in cases)
    answers = {
        pk: client.get(at("case", pk)) for pk in range(min(case.pk for case in cases), last + 3)
    }
    assert [pk for pk, answer in answers.items() if answer.status_code == 200] == [cases[0].pk]
    number = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=value=\")[^\"]{20,}")
    told = {number.sub(b"", a.content) for pk, a in answers.items() if pk != cases[0].pk}
    assert len(told) == 1


def test_a_header_of_their_own_gives_no_guesser_another_address(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for tried in range(30):
        sent = {"login": f"officer.{tried}", "password": "Winter-2026-Winter"}
        Client().post("/sign-in/", sent, headers={"x-forwarded-for": f"198.51.100.{tried}"})
    assert "too many" in said(give_password(Client(headers={"x-real-ip": "192.0.2.1"}), person()))


class TestOldLinks:
    """What was opened, kept as a link, or emailed, is worth what its reader may see now."""

    EXPORT = {"form": "csv", "recipient": "me", "reason": "Weekly review"}

    @pytest.mark.parametrize("of", ["outcomes", "cases"])
    def test_an_export_is_made_of_what_its_reader_may_see_now(self, cast: Cast, of: str) -> None:
        case = CaseFactory.create(borough=cast.a, reference="ZQ1/26", system="other")
        OutcomeFactory.create(case=case)
        client, link = browser(cast.officer), f"{at(f'export_{of}')}?borough={cast.a.pk}"
        taken: Any = client.post(link, self.EXPORT)
        assert b"ZQ1/26" in b"".join(taken.streaming_content)
        ExclusionFactory.create(case=case, user=cast.officer)
        assert client.post(link, self.EXPORT)["Location"].startswith(at(of))
        cast.officer.boroughs.set([cast.b])
        assert client.post(link, self.EXPORT)["Location"].startswith(at(of))
        User.objects.filter(pk=cast.officer.pk).update(role=User.Role.COMMUNICATIONS)
        assert client.post(link, self.EXPORT).status_code == 403
        User.objects.filter(pk=cast.officer.pk).update(is_active=False)
        assert client.post(link, self.EXPORT)["Location"].startswith("/sign-in/")
        assert LogRow.objects.filter(action="disclosure").count() == 1

    def test_the_file_of_an_import_goes_with_the_right_to_read_records(self, cast: Cast) -> None:
        batch = ImportFactory.create(owner=cast.officer, state="ready", rows=1)
        client, link = browser(cast.officer), reverse("accounts:marked_import", args=[batch.pk])
        User.objects.filter(pk=cast.officer.pk).update(role=User.Role.COMMUNICATIONS)
        assert client.get(link).status_code in {403, 404}

    @pytest.mark.parametrize("file", ["", "tables.xlsx", "briefing.pdf"])
    def test_a_link_of_the_morning_shows_what_its_reader_may_see_now(
        self, cast: Cast, file: str
    ) -> None:
        campaign = CampaignFactory.create(boroughs=[cast.a, cast.b])
        link = reverse("summaries:borough", args=[campaign.slug, cast.a.slug]) + file
        client = browser(cast.officer)
        assert client.get(link).status_code == 200
        cast.officer.boroughs.set([cast.b])
        assert client.get(link).status_code == 404


FORMULA = "=HYPERLINK(1)"


def cells_of(file: bytes, form: str) -> list[str]:
    """What a spreadsheet shows of a file, its own formulas marked as such."""
    if form == "csv":
        rows = csv.reader(file.decode("utf-8-sig").splitlines())
        cells = [cell for row in rows for cell in row]
        return [f"f:{cell}" if cell.lstrip().startswith(tuple("=+-@")) else cell for cell in cells]
    sheets = load_workbook(io.BytesIO(file))
    return [
        f"{cell.data_type}:{cell.value}" for sheet in sheets for row in sheet.rows for cell in row
    ]


@pytest.mark.parametrize("of", ["outcomes", "cases"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula(cast: Cast, of: str, form: str) -> None:
    User.objects.filter(pk=cast.officer.pk).update(name=f"-{FORMULA}")
    team = TeamFactory.create(name=f"@{FORMULA}")
    case = CaseFactory.create(borough=cast.a, reference=FORMULA, team=team, officer=cast.officer)
    OutcomeFactory.create(case=case, team=team, logged_by=cast.officer)
    why = {"form": form, "recipient": "me", "reason": "Weekly review"}
    answer: Any = browser(cast.officer).post(at(f"export_{of}"), why)
    cells = cells_of(b"".join(answer.streaming_content), form)
    assert [cell for cell in cells if cell.startswith("f:")] == []
    assert sum(FORMULA in cell for cell in cells) >= 3


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_exported_events_is_a_formula(cast: Cast, form: str) -> None:
    typed = {"title": FORMULA, "place": f"+{FORMULA}", "audience": f"-{FORMULA}"}
    event = EngagementEventFactory.create(borough=cast.a, feedback=f"\t{FORMULA}", **typed)
    ParticipationFactory.create(event=event, partner__name=f"@{FORMULA}")
    why = {"form": form, "recipient": "others", "others": f"={FORMULA}", "reason": "Asked"}
    answer: Any = browser(cast.officer).post(reverse("partners:export_events"), why)
    cells = cells_of(b"".join(answer.streaming_content), form)
    assert [cell for cell in cells if cell.startswith("f:")] == []
    assert sum(FORMULA in cell for cell in cells) >= 5


ANOTHER = "b@elsewhere.example"


@pytest.mark.parametrize(
    "email",
    [
        *(f"a@x.org{end}Bcc: {ANOTHER}" for end in ("\n", "\r\n", "\r", "%0A", "\u2028", ",")),
        f'"a\nBcc: {ANOTHER}"@x.org',
    ],
)
def test_no_address_of_a_contact_adds_a_header_to_an_e_mail(cast: Cast, email: str) -> None:
    part = ParticipationFactory.create(event__borough=cast.a)
    client, add = browser(cast.supervisor), f"/partners/{part.partner.slug}/contacts/add/"
    answer = client.post(add, form_at(client, add) | {"name": "A", "role": "B", "email": email})
    assert "email" in answer.context["form"].errors
    # Past the form, by whoever owns the database.
    contact = ContactFactory.create(partner=part.partner, email=email[:254])
    link, _ = make_confirmation(by=cast.officer, participation=part, contact=contact)
    with suppress(ValueError):
        send_confirmation(link=link, to=contact, path="/")
    sent = [line for message in mail.outbox for line in message.message().as_string().splitlines()]
    assert [line for line in sent if line.lower().startswith("bcc")] == []
