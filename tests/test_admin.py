"""The admin: every model, for administrators alone, quick on long tables, and nothing deleted."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import connection
from django.db.models import Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Import, ImportFile, KeptForm, SavedFilter, StaffBorough, User
from campaigns.models import Campaign, CampaignBorough, CommandMembership
from cases.models import (
    BreakGlass,
    Case,
    CaseAccess,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    Draft,
    EvidenceSubmission,
    ImportedOutcome,
    MaracReferral,
    OrderBreach,
    Outcome,
    OutcomeSupport,
    PossibleDuplicate,
    ProtectiveOrder,
    ReductionCase,
    RiskAssessment,
    SentBack,
    Suspect,
)
from partners.models import CalendarLink, EngagementEvent, EventTeam, PartnerBorough
from summaries.models import ChangedDay, DailyTotal, MailSent, Restatement
from tests.conftest import Cast
from tests.factories import (
    BY_MODEL,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    OutcomeFactory,
)

pytestmark = pytest.mark.django_db

OURS = ["campaigns", "accounts", "partners", "cases", "summaries"]
MODELS: list[type[Model]] = [
    model
    for app in OURS
    for model in apps.get_app_config(app).get_models()
    if not hasattr(model, "pgh_tracked_model")
]
THEIR_OWNERS_ALONE: list[type[Model]] = [
    *(Draft, SavedFilter, Import, ImportFile, KeptForm, CalendarLink),
]
"""Not in the admin: nobody but their owner sees them."""
ITS_REVIEWERS_ALONE: list[type[Model]] = [BreakGlass]
"""Not in the admin: whoever opened it and its reviewers see it."""
ON_ANOTHERS_PAGE: list[type[Model]] = [CampaignBorough, StaffBorough, PartnerBorough, EventTeam]
"""Chosen on the page of the campaign, the person, the partner or the event."""
IN_ADMIN = [
    m for m in MODELS if m not in {*THEIR_OWNERS_ALONE, *ITS_REVIEWERS_ALONE, *ON_ANOTHERS_PAGE}
]
WRITTEN_BY_THE_PRODUCT = {
    *("OutcomeSupport", "PossibleDuplicate", "SentBack", "CaseNote", "RiskAssessment"),
    *("ImportedOutcome", "ImportedEvent", "Case", "CaseAccess", "Exclusion", "Lifting"),
    *("Reduction", "ReductionCase", "MailSent", "ConfirmationLink"),
    *("DailyTotal", "ChangedDay", "SummaryRun", "Restatement", "BoroughReturn"),
}
LONG: list[type[Model]] = [
    *(Case, Suspect, Outcome, OutcomeSupport, PossibleDuplicate, SentBack, EngagementEvent),
    *(ProtectiveOrder, OrderBreach, DisclosureApplication, EvidenceSubmission),
    *(CaseNote, RiskAssessment, MaracReferral, CaseFlag, ImportedOutcome, ReductionCase),
    *(DailyTotal, ChangedDay, Restatement, MailSent),
]
"""The tables that grow by the day."""


def page(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def errors(answer: Any) -> dict[str, list[str]]:
    """What a refused form says."""
    told: dict[str, list[str]] = answer.context["adminform"].form.errors
    return told


def model_admin(model: type[Model]) -> ModelAdmin[Any]:
    return admin.site.get_model_admin(model)


def asked(client: Client, path: str, **query: str) -> list[str]:
    """The statements that a page costs, once the process has answered it before."""
    client.get(path, query)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, query).status_code == 200
    return [statement["sql"] for statement in captured]


def test_every_model_that_has_more_than_one_reader_is_in_the_admin() -> None:
    registered = {model for model in admin.site._registry if model._meta.app_label in OURS}
    assert registered == set(IN_ADMIN)


@pytest.mark.parametrize("model", IN_ADMIN)
class TestEachModel:
    def test_its_pages_open(self, signed_in: Client, model: type[Model]) -> None:
        row = BY_MODEL[model].create()
        statuses = {
            "list": signed_in.get(page(model, "changelist")).status_code,
            "search": signed_in.get(page(model, "changelist"), {"q": "x"}).status_code,
            "change": signed_in.get(page(model, "change", row.pk)).status_code,
            "history": signed_in.get(page(model, "history", row.pk)).status_code,
        }
        assert statuses == dict.fromkeys(statuses, 200)
        adds = model.__name__ not in WRITTEN_BY_THE_PRODUCT
        assert signed_in.get(page(model, "add")).status_code == (200 if adds else 403)

    def test_each_of_its_filters_works(self, signed_in: Client, model: type[Model]) -> None:
        BY_MODEL[model].create()
        shown = signed_in.get(page(model, "changelist")).context["cl"]
        for spec in shown.filter_specs:
            *_, last = spec.choices(shown)
            path = page(model, "changelist") + last["query_string"]
            assert signed_in.get(path).status_code == 200, path

    def test_its_rows_are_never_deleted(self, signed_in: Client, model: type[Model]) -> None:
        row = BY_MODEL[model].create()
        path = page(model, "delete", row.pk)
        assert signed_in.get(path).status_code == 403
        assert signed_in.post(path, {"post": "yes"}).status_code == 403
        signed_in.post(
            page(model, "changelist"),
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )
        assert model._base_manager.filter(pk=row.pk).exists()
        request = RequestFactory().get("/")
        request.user = User.objects.get(role=User.Role.ADMINISTRATOR)
        assert model_admin(model).has_delete_permission(request) is False
        assert "delete_selected" not in model_admin(model).get_actions(request)

    def test_its_list_asks_as_much_of_one_row_as_of_twenty(
        self, signed_in: Client, model: type[Model]
    ) -> None:
        BY_MODEL[model].create()
        one = asked(signed_in, page(model, "changelist"))
        BY_MODEL[model].create_batch(19)
        twenty = asked(signed_in, page(model, "changelist"))
        assert len(twenty) == len(one)


def test_a_suspended_administrator_is_out_at_once(signed_in: Client, cast: Cast) -> None:
    assert signed_in.get("/admin/").status_code == 200
    cast.administrator.is_active = False
    cast.administrator.save()
    assert signed_in.get("/admin/", follow=True).redirect_chain[-1] == (
        "/sign-in/?next=/admin/",
        302,
    )


@pytest.mark.parametrize("model", LONG)
def test_no_list_counts_or_compares_every_row(signed_in: Client, model: type[Model]) -> None:
    BY_MODEL[model].create()
    path = page(model, "changelist")
    of_many_rows = [
        sql
        for query in ({}, {"q": "x"})
        for sql in asked(signed_in, path, **query)
        if f'"{model._meta.db_table}"' in sql and re.search(r"\bCOUNT\(|^SELECT DISTINCT", sql)
    ]
    bounded = [
        sql
        for sql in of_many_rows
        if re.fullmatch(r"SELECT COUNT\(\*\) FROM \(SELECT .* LIMIT 10000\) subquery", sql)
    ]
    assert of_many_rows == bounded
    assert len(bounded) == 2


@pytest.mark.parametrize("model", [Case, Outcome, Suspect, CaseAccess])
def test_a_list_of_more_than_a_page_reads_one_page(signed_in: Client, model: type[Model]) -> None:
    case = CaseFactory.create()
    for number in range(51):
        fields: dict[str, Any] = {} if model is Case else {"case": case}
        BY_MODEL[model].create(**fields | ({"number": number} if model is Suspect else {}))
    *_, rows = [
        sql
        for sql in asked(signed_in, page(model, "changelist"))
        if f'FROM "{model._meta.db_table}"' in sql
    ]
    assert rows.endswith("LIMIT 50")


def test_a_membership_that_overlaps_another_is_refused_in_plain_words(signed_in: Client) -> None:
    known = CommandMembershipFactory.create()
    form = {"borough": known.borough.pk, "command": known.command.pk, "first_day": "01/01/2019"}
    assert errors(signed_in.post(page(CommandMembership, "add"), form)) == {
        "__all__": ["A borough is in one command at a time."]
    }


def test_a_campaign_that_ends_before_it_starts_is_refused_in_plain_words(
    signed_in: Client, cast: Cast
) -> None:
    form = {
        "name": "16 Days of Action",
        "slug": "16-days",
        "first_day": "25/11/2021",
        "last_day": "24/11/2021",
        "boroughs": [cast.a.pk],
        "baseline": "none",
        "baseline_none_reason": "New",
    }
    path = page(Campaign, "add")
    assert errors(signed_in.post(path, form)) == {
        "__all__": ["The last day must be the same as or after the first day."]
    }
    assert signed_in.post(path, form | {"last_day": "25/11/2021"}).status_code == 302
    assert list(Campaign.objects.get().boroughs.all()) == [cast.a]


def test_a_campaign_that_is_its_own_baseline_is_refused_in_plain_words(
    signed_in: Client, cast: Cast
) -> None:
    campaign = CampaignFactory.create(boroughs=[cast.a])
    form = {
        "name": campaign.name,
        "slug": campaign.slug,
        "first_day": "25/11/2021",
        "last_day": "10/12/2021",
        "boroughs": [cast.a.pk],
        "baseline": "campaign",
        "baseline_campaign": campaign.pk,
    }
    assert errors(signed_in.post(page(Campaign, "change", campaign.pk), form)) == {
        "__all__": ["A campaign cannot be its own baseline."]
    }


def test_a_person_is_added_without_a_power_beside_their_role(signed_in: Client) -> None:
    form = {"username": "sam", "name": "Sam Lee", "role": "officer", "is_active": "on"}
    answer = signed_in.post(page(User, "add"), form)
    person = User.objects.get(username="sam")
    assert answer.headers["Location"] == f"/admin/accounts/user/{person.pk}/sign-in/"
    assert (person.role, person.is_staff) == ("officer", False)
    assert not person.has_usable_password()
    fields = signed_in.get(page(User, "change", person.pk)).context["adminform"].form.fields
    assert set(fields) == {
        *("username", "name", "email"),
        *("role", "team", "whole_force", "boroughs", "is_active"),
    }


@pytest.mark.parametrize(("rows", "said"), [(1, False), (2, True), (3, True)])
def test_a_list_longer_than_it_counts_says_so(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch, rows: int, said: bool
) -> None:
    monkeypatch.setattr("core.admin.COUNTED_AT_MOST", 2)
    for _ in range(rows):
        OutcomeFactory.create()
    page = signed_in.get("/admin/cases/outcome/").content.decode()
    assert ("the first 2. Filter or search for others" in page) is said
