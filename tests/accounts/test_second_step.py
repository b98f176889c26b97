"""A password alone opens nothing: setting up, showing and losing a second step."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.actions import give_initial_password
from accounts.models import User
from tests.accounts.pages import (
    PASSWORD,
    give_code,
    give_password,
    is_in,
    kinds,
    logged,
    person,
    said,
)
from tests.signing_in import SECRET, code

pytestmark = pytest.mark.django_db

AGAIN = "Check the code, and enter it again. Each code works once"
TOO_OFTEN = "There were too many wrong attempts. Wait 5 minutes, then try again"


def test_a_password_and_a_code_let_in_and_the_session_gets_a_new_key(client: Client) -> None:
    officer = person()
    client.get("/sign-in/")
    planted = client.session
    planted["kept"] = "by an attacker who knows the key"
    planted.save()
    before = str(planted.session_key)
    assert give_password(client, officer, next="/cases/").url == "/sign-in/code/"
    assert not is_in(client)
    assert give_code(client, code()).url == "/cases/"
    assert is_in(client)
    assert client.session.session_key != before
    assert not SessionStore().exists(before)
    assert logged(officer) == [("sign_in", {"by": ["password", "totp"]})]


@pytest.mark.parametrize(
    "address", ["/", "/desk/", "/cases/", "/admin/", "/account/", "/account/sessions/"]
)
def test_without_a_second_step_a_page_leads_to_setting_one_up(client: Client, address: str) -> None:
    give_password(client, person(app=False, role="administrator", whole_force=True))
    assert client.get(address).headers["Location"] == "/account/second-step/"
    assert client.post(address).headers["Location"] == "/account/second-step/"
    assert client.get("/account/second-step/").status_code == 200
    assert client.get("/health/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_up_an_app_gives_recovery_codes_and_leads_on(client: Client) -> None:
    officer = person(app=False)
    give_password(client, officer, next="/cases/?mine=on")
    client.get("/cases/?mine=on")
    form = client.get("/account/app/").context["form"]
    wrong = client.post("/account/app/", {"code": "000000"})
    assert said(wrong) == AGAIN
    assert wrong.context["form"].secret == form.secret
    answer = client.post("/account/app/", {"code": code(form.secret)})
    assert answer.headers["Location"] == "/account/recovery-codes/"
    page = client.get("/account/recovery-codes/")
    assert len(page.context["unused_codes"]) == 10
    assert 'href="/cases/?mine=on"' in page.content.decode()
    assert kinds(officer) == {"totp", "recovery_codes"}
    assert is_in(client)
    assert logged(officer)[1:] == [
        ("sign_in_change", {"what": "second step added", "type": "totp"}),
        ("sign_in_change", {"what": "second step added", "type": "recovery_codes"}),
    ]
    client.get("/cases/?mine=on")
    assert "leads_to" not in client.session


def test_asking_for_the_second_step_costs_no_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The session and the person are read, as for any page; nothing besides."""
    client.force_login(person())
    with django_assert_num_queries(2):
        assert client.get("/account/second-step/").headers["Location"] == "/account/"


def test_the_key_of_an_app_is_not_readable_in_the_database() -> None:
    officer = person()
    row = Authenticator.objects.get(user=officer)
    assert SECRET not in str(row.data)
    assert row.wrap().validate_code(code())


def test_an_older_secret_key_still_reads_it(settings: Any) -> None:
    row = Authenticator.objects.get(user=person())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one " * 5
    assert row.wrap().validate_code(code())


@pytest.mark.parametrize("way", ["{}", " {} ", "{:.3}-{:.3}"])
@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_works_once(client: Client, way: str, steps: int) -> None:
    officer = person()
    shown = code(steps=steps)
    give_password(client, officer)
    assert give_code(client, shown).status_code == 302
    elsewhere = Client()
    give_password(elsewhere, officer)
    # allauth forgets a code after half a minute, while a clock's tolerance lets it pass for longer.
    cache.delete(f"allauth.mfa.totp.used?user={officer.pk}&code={shown}")
    again = f"{shown[:3]}-{shown[3:]}" if "-" in way else way.format(shown)
    assert said(give_code(elsewhere, again)) == AGAIN
    assert not is_in(elsewhere)


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_time_does_not_work(client: Client, steps: int) -> None:
    give_password(client, person())
    assert said(give_code(client, code(steps=steps))) == AGAIN


def test_a_recovery_code_works_once(client: Client) -> None:
    officer = person()
    [first, second, *_] = RecoveryCodes.activate(officer).get_unused_codes()
    for given, lets_in in [(first, True), (first, False), (second, True)]:
        browser = Client()
        give_password(browser, officer)
        give_code(browser, given)
        assert is_in(browser) is lets_in


def test_after_five_wrong_codes_the_right_one_does_not_help(client: Client) -> None:
    officer = person()
    give_password(client, officer)
    for _ in range(5):
        assert said(give_code(client, "000000")) == AGAIN
    assert said(give_code(client, code())) == TOO_OFTEN
    elsewhere = Client()
    give_password(elsewhere, officer)
    assert said(give_code(elsewhere, code())) == TOO_OFTEN
    assert logged(officer) == [("sign_in_failed", {"by": ["totp"]})] * 5


def test_after_five_wrong_passwords_the_right_one_does_not_help() -> None:
    officer = person()
    for _ in range(5):
        assert "Check your username" in said(give_password(Client(), officer, "wrong"))
    assert said(give_password(Client(), officer)) == TOO_OFTEN
    assert logged(officer) == [("sign_in_failed", {})] * 6
    assert give_password(Client(), person()).status_code == 302


def test_an_address_that_tries_one_password_on_many_names_is_stopped() -> None:
    for number in range(30):
        details = {"login": f"officer.{number}", "password": "Winter-2026-Winter"}
        assert "Check your username" in said(Client().post("/sign-in/", details))
    assert said(give_password(Client(), person())) == TOO_OFTEN
    there = Client(REMOTE_ADDR="198.51.100.7")
    assert give_password(there, person()).status_code == 302


def test_the_initial_password_must_be_changed_before_anything_else(client: Client) -> None:
    officer = person(app=False)
    initial = give_initial_password(officer, keep_second_step=True)
    give_password(client, officer, initial)
    for address in ["/desk/", "/account/second-step/", "/account/app/"]:
        assert client.get(address).headers["Location"] == "/account/password/"
    same = client.post("/account/password/", {"oldpassword": initial, "password1": initial})
    assert said(same) == "The new password must differ from the current one"
    chosen = "three quiet lanterns"
    answer = client.post("/account/password/", {"oldpassword": initial, "password1": chosen})
    assert answer.status_code == 302
    officer.refresh_from_db()
    assert officer.initial_password_until is None
    assert client.get("/desk/").headers["Location"] == "/account/second-step/"
    assert ("sign_in_change", {"what": "password changed"}) in logged(officer)


@pytest.mark.parametrize(("late", "lets_in"), [(-1, True), (1, False)])
def test_an_initial_password_runs_out(client: Client, late: int, lets_in: bool) -> None:
    officer = person(app=False)
    initial = give_initial_password(officer, keep_second_step=True)
    User.objects.update(initial_password_until=timezone.now() - timedelta(minutes=late))
    answer = give_password(client, officer, initial)
    assert (answer.status_code == 302) is lets_in
    if not lets_in:
        assert said(answer) == (
            "Your initial password has run out. Ask an administrator for a new one"
        )
        assert "Check your username" in said(give_password(client, officer, "wrong"))


def test_the_only_second_step_stays(client: Client) -> None:
    officer = person()
    client.force_login(officer)
    assert "your only second step" in client.get("/account/app/remove/").content.decode()
    client.post("/account/app/remove/")
    assert kinds(officer) == {"totp"}
    Authenticator.objects.filter(user=officer).delete()
    passkey = Authenticator.objects.create(
        user=officer, type="webauthn", data={"name": "Work phone", "credential": {}}
    )
    answer = client.post(f"/account/passkeys/{passkey.pk}/remove/", follow=True)
    assert "your only second step" in answer.content.decode()
    assert kinds(officer) == {"webauthn"}


def test_one_of_two_second_steps_can_go_but_nobody_elses(client: Client) -> None:
    officer = person()
    passkey = Authenticator.objects.create(
        user=officer, type="webauthn", data={"name": "Work phone", "credential": {}}
    )
    client.force_login(person())
    assert client.post(f"/account/passkeys/{passkey.pk}/remove/").status_code == 404
    client.force_login(officer)
    client.post(f"/account/passkeys/{passkey.pk}/remove/")
    assert kinds(officer) == {"totp"}
    assert logged(officer)[-1] == (
        "sign_in_change",
        {"what": "second step removed", "type": "webauthn"},
    )


def test_whoever_has_no_password_cannot_set_one(client: Client) -> None:
    officer = person()
    User.objects.filter(pk=officer.pk).update(password="!")
    client.force_login(User.objects.get(pk=officer.pk))
    assert client.get(reverse("account_change_password")).status_code == 404


def test_a_changed_password_ends_the_sessions_elsewhere(client: Client) -> None:
    officer = person()
    elsewhere = Client()
    elsewhere.force_login(officer)
    client.force_login(officer)
    details = {"oldpassword": PASSWORD, "password1": "three quiet lanterns"}
    assert client.post("/account/password/", details).headers["Location"] == "/account/"
    assert is_in(client)
    assert not is_in(elsewhere)
