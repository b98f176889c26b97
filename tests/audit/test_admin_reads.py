"""Every page of the admin that shows rows leaves exactly one row in the log, and says of what."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from audit.models import LogRow
from cases.models import Case, Outcome
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import BY_MODEL, CaseFactory, ExclusionFactory

pytestmark = pytest.mark.django_db

Row = tuple[str, str, str, int | None, dict[str, Any]]


def page(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def left(after: int = 0) -> list[Row]:
    """The rows of the log but for the first ones, in order."""
    rows = LogRow.objects.exclude(action="sign_in").order_by("pk")[after:]
    return [(r.action, r.object_type, r.object_id, r.results, r.details) for r in rows]


def asked(client: Client, address: str, **query: str) -> list[Row]:
    """What a page that opens leaves in the log."""
    before = len(left())
    assert client.get(address, query).status_code == 200, address
    return left(before)


def test_lists_records_and_their_history_of_every_model(cast: Cast, signed_in: Client) -> None:
    for model in list(admin.site._registry):
        kind = model._meta.label_lower
        row = BY_MODEL[model].create()
        key = str(row.pk)
        [(action, object_type, number, results, terms)] = asked(
            signed_in, page(model, "changelist"), q="1/26"
        )
        assert (action, object_type, number, terms) == ("search", kind, "", {"q": "1/26"}), kind
        assert results is not None
        for name in ("change", "history"):
            found = asked(signed_in, page(model, name, row.pk))
            assert found == [("consultation", kind, key, None, {})], (kind, name)


def test_a_form_for_a_new_record_shows_none(signed_in: Client) -> None:
    assert asked(signed_in, page(Outcome, "add")) == []


def test_a_box_that_suggests_records_is_a_search(cast: Cast, signed_in: Client) -> None:
    CaseFactory.create(borough=cast.a, reference="1/26", system="other")
    asks = {"app_label": "cases", "model_name": "outcome", "field_name": "case", "term": "1/26"}
    assert asked(signed_in, "/admin/autocomplete/", **asks) == [
        ("search", "cases.case", "", 1, {"q": "1/26"})
    ]


def test_a_form_that_comes_back_shows_the_record_once_more(cast: Cast, signed_in: Client) -> None:
    case = CaseFactory.create(borough=cast.a)
    assert signed_in.post(page(Case, "change", case.pk), {}).status_code == 200
    assert left() == [("consultation", "cases.case", str(case.pk), None, {})]


def test_what_an_administrator_may_not_know_of_leaves_no_look(cast: Cast) -> None:
    client = browser(cast.administrator)
    case = CaseFactory.create()
    ExclusionFactory.create(case=case, user=cast.administrator)
    assert client.get(page(Case, "change", case.pk)).status_code == 404
    assert not LogRow.objects.filter(action="consultation").exists()
    assert client.get("/admin/").status_code == 200
    assert not LogRow.objects.filter(action__in=["consultation", "search"]).exists()
