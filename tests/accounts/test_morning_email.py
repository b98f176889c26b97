"""Whether a supervisor wants the morning's email: their own choice, on their account."""

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import User
from tests.accounts.pages import said
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
PAGE = "/account/email/"


@pytest.fixture
def supervisor(client: Client, cast: Cast) -> Client:
    client.force_login(cast.supervisor)
    return client


def choice(cast: Cast) -> bool:
    return User.objects.get(pk=cast.supervisor.pk).morning_email


def test_a_supervisor_chooses_and_history_knows(supervisor: Client, cast: Cast) -> None:
    assert choice(cast)
    for answer, chosen in (("False", False), ("True", True)):
        assert supervisor.post(PAGE, {"morning_email": answer})["Location"] == "/account/"
        assert choice(cast) is chosen
    events = apps.get_model("accounts", "UserEvent").objects.filter(pgh_obj=cast.supervisor)
    assert list(events.order_by("pgh_id").values_list("morning_email", flat=True)) == [
        *(True, False, True),
    ]


def test_an_answer_is_needed(supervisor: Client, cast: Cast) -> None:
    for sent in ({}, {"morning_email": "perhaps"}):
        answer = supervisor.post(PAGE, {"kept": "", **sent})
        assert "<title>Error: Morning email" in answer.content.decode()
        assert said(answer)
    assert choice(cast)


@pytest.mark.parametrize(
    ("email", "wanted", "words"),
    [
        ("dana@example.org", True, "Yes, to dana@example.org"),
        ("", True, "Ask an administrator to add it"),
        ("dana@example.org", False, "No"),
    ],
)
def test_the_account_says_what_holds(
    supervisor: Client, cast: Cast, email: str, wanted: bool, words: str
) -> None:
    User.objects.filter(pk=cast.supervisor.pk).update(email=email, morning_email=wanted)
    row = supervisor.get("/account/").content.decode().partition("Morning email")[2]
    assert words in row.partition("Change")[0]


def test_nobody_else_is_asked(client: Client, cast: Cast) -> None:
    assert client.get(PAGE).status_code == 302
    for person in (cast.officer, cast.communications, cast.administrator, cast.auditor):
        client.force_login(person)
        assert client.get(PAGE).status_code == 403
        assert "Morning email" not in client.get("/account/").content.decode()
