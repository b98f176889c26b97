"""What the log keeps of a request, and that nobody can take it back."""

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse

from audit.models import LogRow
from tests.conftest import Cast
from tests.core.rules import execute, refused_by
from tests.core.test_triggers import trigger
from tests.factories import LogRowFactory, UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "orange scarves by the river"


def rows() -> list[tuple[str, str, str, str]]:
    return list(LogRow.objects.order_by("pk").values_list("action", "actor", "role", "object_type"))


def test_signing_in_and_out_leaves_a_row_each(client: Client) -> None:
    person = UserFactory.create(username="officer.x")
    person.set_password(PASSWORD)
    person.save()
    client.post(reverse("accounts:sign_in"), {"login": "officer.x", "password": PASSWORD})
    client.post(reverse("accounts:sign_out"))
    assert rows() == [
        ("sign_in", "officer.x", "officer", ""),
        ("sign_out", "officer.x", "officer", ""),
    ]
    first, second = LogRow.objects.order_by("pk")
    assert first.address == "127.0.0.1"
    assert first.request_id != second.request_id
    assert (first.details, second.details) == ({"by": ["password"]}, {})


def test_a_failed_sign_in_names_an_account_and_never_what_was_typed() -> None:
    UserFactory.create(username="officer.x")
    assert authenticate(username="officer.x", password="wrong horse") is None
    assert authenticate(username="wrong horse", password="officer.x") is None
    assert rows() == [("sign_in_failed", "officer.x", "", ""), ("sign_in_failed", "", "", "")]
    assert "horse" not in str(list(LogRow.objects.values()))


def test_a_refusal_leaves_a_row_that_says_where(client: Client, cast: Cast) -> None:
    client.force_login(cast.auditor)
    LogRow.objects.all()
    seen = LogRow.objects.count()
    answer = client.get(reverse("summaries:campaign", args=["16-days"]))
    assert answer.status_code == 403
    [row] = LogRow.objects.order_by("pk")[seen:]
    assert (row.action, row.actor, row.role) == ("refused", cast.auditor.username, "auditor")
    assert (row.object_type, row.object_id) == ("summaries:campaign", "16-days")
    assert row.details == {"status": 403, "method": "GET"}
    assert row.request_id == answer["X-Request-ID"]
    assert row.session != client.session.session_key
    assert len(row.session) == 64


def test_a_stranger_who_is_refused_leaves_none(client: Client, db: None) -> None:
    assert client.get("/nothing/here/").status_code == 404
    assert rows() == []


def test_the_clock_is_the_databases() -> None:
    row = LogRowFactory.create(at="2001-01-01T00:00Z")
    row.refresh_from_db()
    assert row.at.year > 2001


@pytest.mark.parametrize(
    ("statement", "guard"),
    [
        ("UPDATE audit_logrow SET actor = 'somebody.else'", "never_changed"),
        ("DELETE FROM audit_logrow", "never_deleted"),
        ("TRUNCATE audit_logrow CASCADE", "never_deleted_truncate"),
    ],
)
def test_a_row_stays_as_it_was_written(statement: str, guard: str) -> None:
    LogRowFactory.create()
    assert refused_by(lambda: execute(statement)) == trigger(LogRow, guard)
