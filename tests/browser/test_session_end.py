"""The end of a session in a browser: warned of, put off, and come back from with nothing lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import second_factor
from accounts.models import KeptForm, User
from cases.models import Case, CaseNote
from core.sessions import BEGAN
from tests.cases.pages import at
from tests.signing_in import SECRET, code

pytestmark = pytest.mark.django_db(transaction=True)

Fine = Callable[[Page], None]
SECONDS_LEFT = re.compile(r"You will be signed out in (60|40|20) seconds\.")
TYPED = "Seen at the door, says he is 'fine' & well"


def leave(seconds: float, began: timedelta = timedelta()) -> None:
    """Lets so many seconds be left of every session, as if it had begun so long ago."""
    for key in Session.objects.values_list("pk", flat=True):
        session = SessionStore(key)
        session[BEGAN] = (timezone.now() - began).isoformat()
        session.set_expiry(timezone.now() + timedelta(seconds=seconds))
        session.save()


def sign_in_again(page: Page, username: str = "officer") -> None:
    second_factor.give_app(User.objects.get(username=username), SECRET).save()
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code", exact=True).fill(code())
    page.get_by_role("button", name="Continue").click()


@pytest.fixture
def note(page: Page, sign_in: Callable[..., None], case: Case) -> Page:
    """The form of a note, with something typed, on a clock that tests turn."""
    page.clock.install()
    sign_in(page, "officer", at("add_note", case.pk))
    page.get_by_label("Note", exact=True).fill(TYPED)
    page.get_by_label("Assessment", exact=True).check()
    return page


def test_a_warning_is_answered_by_the_keyboard_and_the_other_tab_hears_of_it(
    note: Page, fine: Fine
) -> None:
    other = note.context.new_page()
    other.goto(note.url)
    dialog = note.get_by_role("dialog", name="You will soon be signed out")
    # To the second, and so not by the server's clock, which runs on while a slow machine works.
    answers = {"left": 121}
    note.route(reverse("session"), lambda route: route.fulfill(json=answers))
    with note.expect_response(reverse("session")):
        note.clock.fast_forward("13:05")
    expect(dialog).to_be_hidden()
    answers["left"] = 120
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("You will be signed out in 2 minutes.")).to_be_visible()
    expect(note.get_by_role("button", name="Stay signed in")).to_be_focused()
    note.unroute(reverse("session"))
    note.clock.fast_forward("01:00")
    expect(dialog.get_by_text(SECONDS_LEFT)).to_be_visible()
    fine(note)

    # Another tab goes on: this one needs no answer any more.
    other.reload()
    expect(dialog).to_be_hidden()

    leave(119)
    note.clock.fast_forward("13:05")
    expect(dialog).to_be_visible()
    note.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(note.get_by_label("Note", exact=True)).to_have_value(TYPED)
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)

    # After ten hours there is no staying: it says so, and is in nobody's way.
    leave(100, began=timedelta(hours=10) - timedelta(seconds=100))
    note.clock.fast_forward("13:20")
    expect(dialog).to_be_visible()
    note.keyboard.press("Enter")
    expect(dialog.get_by_text("A session cannot last any longer.")).to_be_visible()
    note.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def test_at_the_end_the_page_leaves_and_comes_back_filled_in(note: Page) -> None:
    address = note.url
    Session.objects.all().delete()
    note.clock.fast_forward("15:05")
    expect(note).to_have_title("Sign in - Days of Action")
    expect(note.get_by_text("what you typed is kept")).to_be_visible()
    assert not CaseNote.objects.exists()

    sign_in_again(note)
    expect(note).to_have_url(KeptForm.objects.get().back)
    expect(note.get_by_label("Note", exact=True)).to_have_value(TYPED)
    expect(note.get_by_label("Assessment", exact=True)).to_be_checked()
    note.get_by_role("button", name="Save the note").click()
    expect(note.get_by_text("Note saved.")).to_be_visible()
    assert CaseNote.objects.get().text == TYPED
    assert not KeptForm.objects.exists()
    assert address.endswith("/note/")


def test_with_nothing_typed_it_comes_back_to_the_same_page(
    page: Page, sign_in: Callable[..., None], case: Case
) -> None:
    page.clock.install()
    sign_in(page, "officer", at("case", case.pk))
    Session.objects.all().delete()
    page.clock.fast_forward("15:05")
    expect(page).to_have_title("Sign in - Days of Action")
    sign_in_again(page)
    expect(page).to_have_url(at("case", case.pk))


def test_without_a_script_what_is_sent_too_late_is_kept(
    new_page: Callable[..., Page], sign_in: Callable[..., None], case: Case
) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, "officer", at("add_note", case.pk))
    page.get_by_label("Note", exact=True).fill(TYPED)
    Session.objects.all().delete()
    page.get_by_role("button", name="Save the note").click()
    expect(page).to_have_title("Sign in - Days of Action")
    sign_in_again(page)
    expect(page.get_by_label("Note", exact=True)).to_have_value(TYPED)


def test_whoever_signs_in_instead_sees_nothing_of_it(note: Page, expected: set[int]) -> None:
    expected.add(404)
    Session.objects.all().delete()
    note.clock.fast_forward("15:05")
    expect(note).to_have_title("Sign in - Days of Action")
    sign_in_again(note, "supervisor")
    expect(note.get_by_role("heading", level=1)).to_be_visible()
    assert "Seen at the door" not in note.content()


def test_the_back_button_shows_nothing_after_signing_out(
    page: Page, sign_in: Callable[..., None], case: Case
) -> None:
    sign_in(page, "officer", at("case", case.pk))
    expect(page.get_by_role("heading", name=case.reference)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in - Days of Action")
    page.go_back()
    expect(page).to_have_title("Sign in - Days of Action")
    assert case.reference not in page.content()


def test_the_admin_warns_as_well_and_carries_the_marking(
    page: Page, sign_in: Callable[..., None], people: dict[str, Any]
) -> None:
    page.clock.install()
    sign_in(page, "administrator", "/admin/campaigns/team/add/")
    expect(page.get_by_text("OFFICIAL-SENSITIVE")).to_be_visible()
    page.get_by_label("Name").fill("Harbour team")
    leave(60)
    page.clock.fast_forward("14:05")
    expect(page.get_by_role("dialog", name="You will soon be signed out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    Session.objects.all().delete()
    page.clock.fast_forward("15:05")
    expect(page).to_have_title("Sign in - Days of Action")
    sign_in_again(page, "administrator")
    expect(page.get_by_label("Name")).to_have_value("Harbour team")
