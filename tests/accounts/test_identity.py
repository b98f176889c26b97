"""Signing in at the force's own identity provider: a real one, on this machine."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from oidc_provider_mock import run_server_in_thread

from accounts.models import User
from audit.models import LogRow
from tests.accounts.pages import is_in, logged, person
from tests.factories import BoroughFactory
from tests.signing_in import long_ago

pytestmark = pytest.mark.django_db

Journey = Callable[..., Any]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(autouse=True)
def _configured(provider: str, settings: Any) -> None:
    settings.OIDC_SERVER_URL = provider
    settings.OIDC_NAME = "Force account"
    providers = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    providers["openid_connect"]["APPS"] = [
        {
            "provider_id": "force",
            "name": "Force account",
            "client_id": "days-of-action",
            "secret": "between the two",
            "settings": {"server_url": provider},
        }
    ]
    settings.SOCIALACCOUNT_PROVIDERS = providers


@pytest.fixture
def sign_in_there(client: Client, provider: str) -> Journey:
    """Goes to the provider and comes back; `claims` are what it says of the person."""

    def journey(start: str = "/sign-in/force/?next=/cases/", **claims: Any) -> Any:
        requests.put(f"{provider}/users/subject-1", json=claims, timeout=5).raise_for_status()
        return client.get(_back(client.get(start).headers["Location"]))

    return journey


def _back(there: str) -> str:
    """Where the provider sends the browser once the person has signed in there."""
    answer = requests.post(there, data={"sub": "subject-1"}, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    assert (parts.netloc, parts.path) == ("testserver", "/sign-in/force/back/")
    return f"{parts.path}?{parts.query}"


def test_the_sign_in_page_offers_it(client: Client, settings: Any) -> None:
    page = client.get("/sign-in/?next=/cases/").content.decode()
    assert "Sign in with Force account" in page
    assert 'href="/sign-in/force/?next=/cases/"' in page
    settings.OIDC_SERVER_URL = ""
    assert "Force account" not in client.get("/sign-in/").content.decode()


def test_somebody_known_is_found_by_their_username_and_then_by_their_account(
    client: Client, sign_in_there: Journey
) -> None:
    officer = person(app=False, username="imani.okereke")
    assert sign_in_there(preferred_username="imani.okereke").url == "/cases/"
    assert SocialAccount.objects.get().user == officer
    # The provider's word is not taken for a second step unless settings say so.
    assert client.get("/cases/").headers["Location"] == "/account/second-step/"
    client.post("/sign-out/")
    assert sign_in_there(preferred_username="renamed.there").url == "/cases/"
    assert SocialAccount.objects.get().user == officer
    assert [action for action, _ in logged(officer)] == ["sign_in", "sign_out", "sign_in"]


@pytest.mark.parametrize(
    ("said", "trusted"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": "pwd mfa"}, False),
        ({}, False),
    ],
)
def test_its_second_step_counts_where_settings_trust_it(
    client: Client, sign_in_there: Journey, settings: Any, said: dict[str, Any], trusted: bool
) -> None:
    settings.OIDC_SECOND_FACTOR = {"amr": "mfa"}
    person(app=False, username="imani.okereke")
    sign_in_there(preferred_username="imani.okereke", **said)
    assert is_in(client) is trusted


@pytest.mark.parametrize("claims", [{}, {"preferred_username": "nobody.here"}])
def test_somebody_unknown_is_not_let_in(
    client: Client, sign_in_there: Journey, claims: dict[str, Any]
) -> None:
    answer = sign_in_there(**claims)
    assert answer.status_code == 403
    assert "does not give you a role here" in answer.content.decode()
    assert not SocialAccount.objects.exists()
    assert not User.objects.exists()
    assert LogRow.objects.get().action == "sign_in_failed"


@pytest.fixture
def bringing_in(settings: Any) -> None:
    settings.OIDC_CREATE = True
    settings.OIDC_ROLE_CLAIM = "roles"
    settings.OIDC_ROLES = {"DA officers": "officer", "DA leads": "supervisor", "odd": "king"}
    settings.OIDC_BOROUGHS_CLAIM = "boroughs"
    for slug in ["lambeth", "southwark"]:
        BoroughFactory.create(name=slug.capitalize(), slug=slug)


def test_it_brings_people_in_with_role_and_boroughs_and_keeps_both_right(
    client: Client, bringing_in: None, sign_in_there: Journey
) -> None:
    who = {"preferred_username": "imani", "name": "Imani Okereke", "email": "i@force.example"}
    sign_in_there(**who, roles=["DA officers", "staff"], boroughs=["lambeth"])
    made = User.objects.get()
    assert (made.username, made.name, made.role) == ("imani", "Imani Okereke", "officer")
    assert [borough.slug for borough in made.boroughs.all()] == ["lambeth"]
    assert not made.has_usable_password()
    sign_in_there(**who, roles="DA leads", boroughs=["southwark", "whole-force"])
    made = User.objects.get()
    assert (made.role, made.whole_force) == ("supervisor", True)
    assert [borough.slug for borough in made.boroughs.all()] == ["southwark"]


@pytest.mark.parametrize(
    "claims",
    [
        {"boroughs": ["lambeth"]},
        {"roles": "Caretakers", "boroughs": ["lambeth"]},
        {"roles": "odd", "boroughs": ["lambeth"]},
        {"roles": ["DA officers", "DA leads"], "boroughs": ["lambeth"]},
        {"roles": "DA officers", "boroughs": ["lambeth", "atlantis"]},
        {"preferred_username": "no spaces allowed", "roles": "DA officers"},
    ],
)
def test_claims_that_it_does_not_know_let_nobody_in(
    bringing_in: None, sign_in_there: Journey, claims: dict[str, Any]
) -> None:
    answer = sign_in_there(**{"preferred_username": "imani", **claims})
    assert answer.status_code == 403
    assert not User.objects.exists()


def test_a_role_taken_away_there_lets_nobody_back_in(
    client: Client, bringing_in: None, sign_in_there: Journey
) -> None:
    sign_in_there(preferred_username="imani", roles="DA officers")
    client.post("/sign-out/")
    assert sign_in_there(preferred_username="imani", roles=[]).status_code == 403
    assert client.get("/account/").status_code == 302


def test_somebody_suspended_here_stays_out(client: Client, sign_in_there: Journey) -> None:
    person(app=False, username="imani", is_active=False)
    answer = sign_in_there(preferred_username="imani")
    assert answer.url == "/sign-in/suspended/"
    assert client.get(answer.url).status_code == 200
    assert not is_in(client)


def test_an_answer_that_another_browser_asked_for_is_refused(
    client: Client, sign_in_there: Journey
) -> None:
    person(app=False, username="subject-1")
    back = _back(client.get("/sign-in/force/").headers["Location"])
    stolen = Client().get(back)
    assert stolen.status_code == 401
    assert "The sign-in did not work" in stolen.content.decode()
    altered = client.get(back.replace("state=", "state=x"))
    assert altered.status_code == 401
    assert LogRow.objects.filter(action="sign_in_failed").count() == 2


def test_a_provider_that_does_not_answer_leaves_the_other_way(
    client: Client, settings: Any
) -> None:
    [app] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["server_url"] = "http://localhost:9"
    answer = client.get("/sign-in/force/")
    assert answer.status_code == 503
    assert "Sign in with your username" in answer.content.decode()


def test_the_request_carries_a_proof_key(client: Client) -> None:
    sent = parse_qs(urlsplit(client.get("/sign-in/force/").headers["Location"]).query)
    assert sent["code_challenge_method"] == ["S256"]
    assert sent["redirect_uri"] == ["http://testserver/sign-in/force/back/"]


@pytest.mark.parametrize("wrong", ["iss", "aud"])
def test_a_token_of_another_issuer_or_for_another_is_refused(
    client: Client, provider: str, settings: Any, sign_in_there: Journey, wrong: str
) -> None:
    person(app=False, username="imani")
    [app] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    if wrong == "iss":
        app["settings"]["openid_configuration_overrides"] = {"issuer": "https://other.example"}
    there = client.get("/sign-in/force/").headers["Location"]
    requests.put(f"{provider}/users/subject-1", json={"preferred_username": "imani"}, timeout=5)
    if wrong == "aud":
        there = there.replace("client_id=days-of-action", "client_id=another")
    assert client.get(_back(there)).status_code == 401
    assert not is_in(client)


def test_an_account_there_cannot_be_tied_to_whoever_is_signed_in(
    client: Client, sign_in_there: Journey
) -> None:
    officer = person()
    client.force_login(officer)
    answer = sign_in_there("/sign-in/force/?process=connect", preferred_username="another")
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_a_dangerous_step_asks_the_provider_again(
    client: Client, sign_in_there: Journey, settings: Any
) -> None:
    settings.OIDC_SECOND_FACTOR = {"amr": "mfa"}
    officer = person(app=False, username="imani", role="administrator", whole_force=True)
    User.objects.update(password="!")
    who = {"preferred_username": "imani", "amr": ["mfa"]}
    sign_in_there(**who)
    long_ago(client, 600)
    page = f"/admin/accounts/user/{officer.pk}/sign-in/"
    asked = client.get(page).headers["Location"]
    assert asked.startswith("/confirm/provider/")
    start = client.get(asked).headers["Location"]
    sent = parse_qs(urlsplit(client.get(start).headers["Location"]).query)
    assert (sent["prompt"], sent["max_age"]) == (["login"], ["0"])
    assert sign_in_there(start, **who).url == page
    assert client.get(page).status_code == 200
