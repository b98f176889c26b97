"""Where a person is signed in: seen and ended by them, and ended by an administrator."""

import pytest
from django.test import Client

from accounts.actions import give_initial_password
from accounts.models import User
from accounts.presenters import device
from tests.accounts.pages import give_password, is_in, kinds, logged, person, said
from tests.signing_in import show_second_factor

pytestmark = pytest.mark.django_db

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.fixture
def officer() -> User:
    return person(app=False)


def signed_in(user: User) -> Client:
    """A browser of their own, signed in through the page, as sessions are listed from there on."""
    client = Client(headers={"user-agent": EDGE})
    give_password(client, user)
    show_second_factor(client, user)
    return client


def test_one_session_is_ended_from_another(officer: User) -> None:
    here, there = signed_in(officer), signed_in(officer)
    listed = here.get("/account/sessions/").context["sessions"]
    assert [(one.where, one.is_this) for one in listed] == [
        ("Edge on Windows", False),
        ("Edge on Windows", True),
    ]
    other = next(one.session for one in listed if not one.is_this)
    here.post("/account/sessions/", {"end": str(other.pk)})
    assert is_in(here)
    assert not is_in(there)
    assert logged(officer)[-1] == ("sign_in_change", {"what": "sessions ended", "number": 1})


def test_every_other_session_is_ended(officer: User) -> None:
    here, *others = [signed_in(officer) for _ in range(3)]
    here.post("/account/sessions/", {"others": "yes"})
    assert [is_in(client) for client in [here, *others]] == [True, False, False]


def test_nobody_ends_anothers(officer: User) -> None:
    mine, theirs = signed_in(officer), signed_in(person(app=False))
    [session] = [one.session for one in mine.get("/account/sessions/").context["sessions"]]
    theirs.post("/account/sessions/", {"end": str(session.pk)})
    theirs.post("/account/sessions/", {"end": "no number"})
    assert is_in(mine)


def test_an_administrator_ends_them_all(officer: User, client: Client) -> None:
    browsers = [signed_in(officer) for _ in range(2)]
    administrator = person(role="administrator", whole_force=True)
    client.force_login(administrator)
    page = f"/admin/accounts/user/{officer.pk}/sign-in/"
    assert client.get(page).context["sessions"] == 2
    client.post(page, {"end": "End all sessions"})
    assert [is_in(browser) for browser in browsers] == [False, False]
    assert logged(administrator)[-1] == (
        "sign_in_change",
        {"what": "sessions ended", "number": 2},
    )


@pytest.mark.parametrize("lost", [False, True])
def test_an_administrator_gives_an_initial_password(client: Client, lost: bool) -> None:
    officer = person()
    there = Client()
    there.force_login(officer)
    client.force_login(person(role="administrator", whole_force=True))
    page = f"/admin/accounts/user/{officer.pk}/sign-in/"
    answer = client.post(page, {"lost": "yes"} if lost else {})
    password = answer.context["password"]
    assert len(password) == 19
    assert password in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert password not in client.get(page).content.decode()
    assert kinds(officer) == (set() if lost else {"totp"})
    assert not is_in(there)
    fresh = Client()
    assert give_password(fresh, officer, password).status_code == 302
    assert said(give_password(Client(), officer)).startswith("Check your username")


@pytest.mark.parametrize("role", ["officer", "supervisor", "communications", "auditor"])
def test_others_do_not_reach_that_page(client: Client, role: str) -> None:
    client.force_login(person(role=role))
    page = f"/admin/accounts/user/{person().pk}/sign-in/"
    assert client.get(page, follow=True).status_code == 403
    assert client.post(page, follow=True).status_code == 403


def test_each_initial_password_is_another() -> None:
    officer = person()
    made = {give_initial_password(officer, keep_second_step=True) for _ in range(5)}
    assert len(made) == 5


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (EDGE, "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1",
            "Safari on an iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0", "Firefox on Linux"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert device(agent) == words
