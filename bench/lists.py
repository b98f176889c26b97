"""The list of outcomes near and far, and its admin."""

from typing import Any

from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import reverse

from accounts.lists import ListPage
from accounts.models import User
from bench.timing import compare, heading
from campaigns.models import Borough
from cases.presenters.lists import OUTCOME_LIST
from core.pages import keyset_page
from tests.signing_in import show_second_factor

PAGE = 50
DEEP = 100_000
"""The page that is asked for beside the first, or the last but one where there are fewer."""


@override_settings(WHITENOISE_AUTOREFRESH=True)
def bench_lists(rows: int) -> None:
    heading(f"{rows:,} outcomes: lists")
    role = User.Role
    force = User.objects.create_user("force", name="F", role=role.SUPERVISOR, whole_force=True)
    officer = User.objects.create_user("officer", name="O", boroughs=Borough.objects.all()[:1])
    for user, whose in ((force, "whole force"), (officer, "one borough")):
        _pages(user, whose, rows if user is force else rows // 34)
    _admin()


def _pages(user: User, whose: str, rows: int) -> None:
    """The query of a page, and the whole page, far from the start against the first."""
    deep = min(DEEP, rows // PAGE - 2)
    words = f"page {deep:,} / page 1, {whose}"
    turned = _list(user)
    start = (deep - 1) * PAGE - 1
    last_before = [row.pk for row in turned.rows[start : start + 2]]
    cursor = keyset_page(turned.rows.filter(pk__in=last_before), turned.filter.order, size=1).after
    compare(
        f"{words}: query",
        lambda: _list(user).turn_to(cursor),
        lambda: _list(user).turn_to(""),
        times=50,
        budget=1.3,
    )
    browser, address = _signed_in(user), reverse("cases:outcomes")
    compare(
        f"{words}: whole",
        lambda: _got(browser, address, page=cursor),
        lambda: _got(browser, address),
        times=20,
        budget=1.3,
    )


def _list(user: User) -> ListPage:
    request = RequestFactory().get(reverse("cases:outcomes"))
    request.user = user
    return ListPage(OUTCOME_LIST, request)  # type: ignore[arg-type]


def _admin() -> None:
    administrator = User.objects.create_superuser("administrator", name="A", whole_force=True)
    browser = _signed_in(administrator)
    compare(
        "admin list of outcomes / list page",
        lambda: _got(browser, reverse("admin:cases_outcome_changelist")),
        lambda: _got(browser, reverse("cases:outcomes")),
        times=20,
        budget=4,
    )


def _signed_in(user: User) -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user)
    show_second_factor(browser, user)
    return browser


def _got(browser: Client, address: str, **query: str) -> None:
    answer: Any = browser.get(address, query)
    assert answer.status_code == 200, answer
