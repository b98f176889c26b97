"""A reset sign-in is told to the person and to the auditors, and nothing of it is given away."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from accounts import tasks
from accounts.actions import give_initial_password
from accounts.models import User
from tests.accounts.pages import person

pytestmark = pytest.mark.django_db

AT = "2026-03-02T08:30:00+00:00"


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks.sign_in_was_reset, "delay", lambda *said: asked.append(said))
    return asked


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reader's job as it is queued."""
    monkeypatch.setattr(tasks.reset_told, "delay", tasks.reset_told)


@pytest.mark.parametrize(
    ("first", "lost", "told"),
    [(False, False, True), (False, True, True), (True, False, False), (True, True, True)],
)
def test_every_reset_is_told_but_not_the_first_way_in(
    client: Client,
    queued: list[tuple[int, str]],
    django_capture_on_commit_callbacks: Callable[..., Any],
    first: bool,
    lost: bool,
    told: bool,
) -> None:
    officer = person()
    if first:
        officer.set_unusable_password()
        officer.save()
    client.force_login(person(role="administrator", whole_force=True))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/accounts/user/{officer.pk}/sign-in/", {"lost": "yes"} if lost else {})
    assert [pk for pk, _ in queued] == [officer.pk] * told


def test_a_queue_that_is_down_keeps_the_password_from_nobody(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    def down(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(tasks.sign_in_was_reset, "delay", down)
    with django_capture_on_commit_callbacks(execute=True):
        assert give_initial_password(person(), keep_second_step=True)


def mailed(officer: User) -> dict[str, str]:
    """By address, the words of what was sent."""
    tasks.sign_in_was_reset(officer.pk, AT)
    found = {message.to[0]: str(message.body) for message in mail.outbox}
    assert len(found) == len(mail.outbox)
    return found


def test_the_person_and_the_auditors_are_told_and_nobody_else(
    at_once: None, settings: Settings
) -> None:
    officer = person(name="Imani Okereke", email="imani@example.org")
    person(role="auditor", email="auditor@example.org")
    person(role="auditor", email="gone@example.org", is_active=False)
    person(role="auditor")
    for role in ("officer", "supervisor", "administrator", "communications"):
        person(role=role, email=f"{role}@example.org")
    found = mailed(officer)
    assert found.keys() == {"imani@example.org", "auditor@example.org"}
    assert "Your sign-in to Days of Action was reset" in found["imani@example.org"]
    assert "The sign-in of Imani Okereke" in found["auditor@example.org"]
    assert "/log/" in found["auditor@example.org"]
    for message in mail.outbox:
        assert message.subject == "OFFICIAL-SENSITIVE: a sign-in was reset"
        assert isinstance(message, EmailMultiAlternatives)
        html = str(message.alternatives[0][0])
        for text in (str(message.body), html):
            assert "2 March 2026" in text
            assert officer.username not in text
            assert officer.password not in text


def test_with_e_mail_off_nobody_is_told(at_once: None, settings: Settings) -> None:
    settings.MAILS_ON = False
    person(role="auditor", email="auditor@example.org")
    assert mailed(person(email="imani@example.org")) == {}
