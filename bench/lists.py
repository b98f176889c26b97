"""The officer's daily pages: the list of outcomes near and far, its admin, and logging an outcome.

This module is also the addresses of the run: the product's own, and the bare insert beside them.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import include, path, reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, SignedInRequest
from bench.timing import compare, heading
from campaigns.models import Borough
from cases.choices import Kind
from cases.presenters.lists import LISTS, ListPage
from core.access import requires
from core.days import london_day
from core.pages import keyset_page

PAGE = 50
DEEP = 100_000
"""The page that is asked for beside the first, or the last but one where there are fewer."""

BARE = "CREATE TABLE bench_outcome (LIKE cases_outcome INCLUDING ALL)"
"""The outcome's columns, checks and indexes, without triggers, history and foreign keys."""


@requires(Permission.WRITE_RECORDS)
def insert(request: SignedInRequest) -> HttpResponse:
    """One row and nothing else, behind the same door."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_outcome (id, kind, strand, happened_at, case_id, suspect_id,"
            " borough_id, offence, logged_by_id, void_reason)"
            " VALUES (%s, 'arrest', 'domestic_abuse', now(), 1, 1, 1, %s, %s, '')",
            [uuid4(), request.POST["offence"], request.user.pk],
        )
    return HttpResponse(status=204)


urlpatterns = [path("bench/insert/", insert), path("", include("config.urls"))]


@override_settings(ROOT_URLCONF="bench.lists", WHITENOISE_AUTOREFRESH=True)
def bench_lists(rows: int) -> None:
    heading(f"{rows:,} outcomes: lists and logging")
    role = User.Role
    force = User.objects.create_user("force", name="F", role=role.SUPERVISOR, whole_force=True)
    officer = User.objects.create_user("officer", name="O", boroughs=Borough.objects.all()[:1])
    for user, whose in ((force, "whole force"), (officer, "one borough")):
        _pages(user, whose, rows if user is force else rows // 34)
    _admin()
    _logging(force)


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
    return ListPage(LISTS["outcomes"], request)  # type: ignore[arg-type]


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


def _logging(user: User) -> None:
    """The POST that saves, of an arrest that was typed and checked; half the requests a second."""
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    browser = _signed_in(user)
    known = (f"01/{number:07}/26" for number in count(1))
    new = (f"01/{number:07}/27" for number in count(1))
    for label, references in (("a known case", known), ("a new case", new)):
        typed = _Typed(browser, user, references)
        compare(
            f"log an arrest in {label} / bare insert",
            lambda typed=typed: _posted(browser, typed.check, {"save": ""}, 302),  # type: ignore[misc]
            lambda: _posted(browser, "/bench/insert/", {"offence": "stalking"}, 204),
            times=60,
            before=typed.another,
            budget=2,
        )


class _Typed:
    """An officer's arrest, filled in anew for each saving."""

    def __init__(self, browser: Client, user: User, references: Iterator[str]) -> None:
        self.browser, self.user, self.references = browser, user, references
        self.check = ""

    def another(self) -> None:
        token, day = uuid4(), london_day(timezone.now()) - timedelta(days=1)
        data = {
            "token": str(token),
            "reference": next(self.references),
            "suspect_number": "1",
            "day_day": str(day.day),
            "day_month": str(day.month),
            "day_year": str(day.year),
            "time": "1430",
            "offence": "assault_no_injury",
            "borough": "1",
            "team": "1",
            "strand": "domestic_abuse",
        }
        _posted(self.browser, reverse("cases:log_kind", args=[Kind.ARREST.value]), data, 302)
        self.check = reverse("cases:log_check", args=[Kind.ARREST.value, token])


def _signed_in(user: User) -> Client:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user)
    return browser


def _got(browser: Client, address: str, **query: str) -> None:
    answer: Any = browser.get(address, query)
    assert answer.status_code == 200, answer


def _posted(browser: Client, address: str, data: dict[str, str], status: int) -> None:
    answer: Any = browser.post(address, data)
    assert answer.status_code == status, answer
