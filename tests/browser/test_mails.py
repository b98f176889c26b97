"""The morning's email in a browser: whether it is wanted, and reading one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.models import Campaign
from core.days import ONE_DAY, london_day
from summaries.actions import run_nightly

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def morning(
    make_campaign: Callable[..., Campaign], people: dict[str, User], settings: Any, tmp_path: Path
) -> date:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    User.objects.filter(username="supervisor").update(email="dana@example.org")
    today = london_day(timezone.now())
    make_campaign("Two Days", "two-days", today - ONE_DAY, today)
    run_nightly()
    return today


@pytest.mark.parametrize("width", [1280, 375])
def test_it_is_chosen_and_read(
    *,
    new_page: Callable[..., Page],
    fine: Callable[[Page], None],
    sign_in: Callable[..., None],
    morning: date,
    width: int,
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    sign_in(page, "supervisor", "/account/")
    expect(page.get_by_text("Yes, to dana@example.org")).to_be_visible()
    fine(page)
    page.get_by_role("link", name="whether you want the morning email").press("Enter")
    expect(page.get_by_label("Yes")).to_be_checked()
    fine(page)
    for answer, shown in (("No", 0), ("Yes", 1)):
        page.goto("/account/email/")
        page.get_by_label(answer).check()
        page.get_by_role("button", name="Save").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Your choice was saved")
        expect(page.get_by_text("Yes, to dana@example.org")).to_have_count(shown)

    sign_in(page, "administrator", "/mails/")
    expect(page.get_by_text("There are none yet.")).to_be_visible()
    fine(page)
    call_command("digest")
    page.reload()
    fine(page)
    page.get_by_role("link", name="OFFICIAL-SENSITIVE: Days of Action").press("Enter")
    expect(page.get_by_text("Day 2 of 2")).to_be_visible()
    fine(page)
    expect(page.get_by_role("link", name="/account/email/")).to_be_visible()
