"""Signing in: one door, one answer for whatever was wrong, and no way round in circles."""

import pytest
from django.test import Client

from accounts.models import User

PASSWORD = "correct horse battery"
WRONG = "Check your username and password, and enter them again"

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    return User.objects.create_superuser("alex", PASSWORD, name="Alex Morgan")


@pytest.fixture
def auditor() -> User:
    return User.objects.create_user("robin", PASSWORD, name="Robin Patel", role="auditor")


@pytest.mark.parametrize(("username", "password"), [("robin", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    client: Client, auditor: User, username: str, password: str
) -> None:
    answer = client.post("/sign-in/", {"login": username, "password": password})
    assert answer.status_code == 200
    form = answer.context["form"]
    assert form.errors == {"login": [WRONG]}
    page = answer.content.decode()
    assert "<title>Error: Sign in - Days of Action</title>" in page
    assert f'value="{username}"' in page
    assert password not in page


def test_a_suspended_person_gets_that_answer_too(client: Client, auditor: User) -> None:
    User.objects.update(is_active=False)
    answer = client.post("/sign-in/", {"login": "robin", "password": PASSWORD})
    assert answer.context["form"].errors == {"login": [WRONG]}


def test_what_was_typed_is_escaped(client: Client) -> None:
    answer = client.post("/sign-in/", {"login": '"><script>', "password": "x"})
    assert "<script>" not in answer.content.decode()


@pytest.mark.parametrize(
    ("to", "landing"),
    [("/campaigns/", "/campaigns/"), ("https://elsewhere.example/", "/"), ("//elsewhere", "/")],
)
def test_signing_in_leads_on_but_never_elsewhere(
    client: Client, auditor: User, to: str, landing: str
) -> None:
    details = {"login": " robin ", "password": PASSWORD, "next": to}
    answer = client.post("/sign-in/", details)
    assert (answer.status_code, answer.headers["Location"]) == (302, landing)


def test_whoever_is_signed_in_is_sent_on(client: Client, auditor: User) -> None:
    client.force_login(auditor)
    assert client.get("/sign-in/").headers["Location"] == "/"


def test_signing_out_takes_a_post(client: Client, auditor: User) -> None:
    client.force_login(auditor)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_the_admin_asks_at_the_same_door(client: Client) -> None:
    asked = client.get("/admin/campaigns/campaign/", follow=True)
    assert asked.redirect_chain[-1] == ("/sign-in/?next=/admin/campaigns/campaign/", 302)


def test_the_admin_refuses_others_and_does_not_send_them_round(
    client: Client, auditor: User
) -> None:
    client.force_login(auditor)
    assert client.get("/admin/", follow=True).status_code == 403


def test_an_administrator_passes_the_admin_sign_in(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    assert client.get("/admin/login/").headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/").headers["Location"] == "/sign-in/"


def test_a_form_that_is_too_old_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "robin"})
    assert answer.status_code == 403
    assert b"This page was open too long" in answer.content
