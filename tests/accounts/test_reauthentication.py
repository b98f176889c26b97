"""Steps that ask again who is there: the page where an administrator changes how others sign in."""

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.pages import PASSWORD, logged, person, said
from tests.signing_in import code, long_ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    user = person(role="administrator", whole_force=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize(("seconds", "asks"), [(0, False), (299, False), (301, True)])
def test_it_asks_when_the_last_proof_is_five_minutes_old(
    client: Client, administrator: User, seconds: int, asks: bool
) -> None:
    long_ago(client, seconds)
    page = f"/admin/accounts/user/{administrator.pk}/sign-in/"
    answer = client.get(page)
    assert answer.status_code == (302 if asks else 200)
    if asks:
        assert answer.headers["Location"] == f"/confirm/?next={page.replace('/', '%2F')}"


@pytest.mark.parametrize("way", ["password", "code"])
def test_a_form_that_was_sent_is_sent_on_after_the_proof(
    client: Client, administrator: User, way: str
) -> None:
    officer = person()
    before = officer.password
    long_ago(client, 600)
    asked = client.post(f"/admin/accounts/user/{officer.pk}/sign-in/").headers["Location"]
    User.objects.get(pk=officer.pk, password=before)
    if way == "code":
        asked = client.get(asked).context["reauthentication_alternatives"][0]["url"]
    proof = {"password": PASSWORD} if way == "password" else {"code": code()}
    next_page = f"/admin/accounts/user/{officer.pk}/sign-in/"
    wrong = client.post(asked, {way: "000000", "next": next_page})
    assert said(wrong).startswith("Check ")
    assert b"The initial password" in client.post(asked, proof | {"next": next_page}).content
    assert not User.objects.filter(pk=officer.pk, password=before).exists()


def test_after_ten_proofs_it_waits(client: Client, administrator: User) -> None:
    long_ago(client, 600)
    for _ in range(10):
        client.post("/confirm/", {"password": "wrong"})
    answer = client.post("/confirm/", {"password": PASSWORD})
    assert answer.status_code == 429
    assert "Wait 5 minutes" in answer.content.decode()
    assert ("sign_in_failed", {}) in logged(administrator)


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example"])
def test_it_never_leads_elsewhere(client: Client, administrator: User, elsewhere: str) -> None:
    answer = client.post("/confirm/", {"password": PASSWORD, "next": elsewhere})
    assert answer.headers["Location"] == "/"
