"""Reads drawn by chance for review: fairly, so that it can be shown, and reviewed by rows alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.actions import draw_sample, drawn, population, review_row
from audit.models import LogRow, Review, Sample
from core.days import london_day
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import LogRowFactory, SampledRowFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = london_day(timezone.now())
TO = TODAY + timedelta(days=1)
"""A test may run past midnight."""


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return browser(cast.auditor)


def draw(cast: Cast, size: int = 3, **which: str) -> Sample:
    return draw_sample(by=cast.auditor, size=size, first_day=TODAY, last_day=TO, **which)


def numbers(sample: Sample) -> list[int]:
    return list(sample.rows.values_list("row", flat=True))


def days(**of: Any) -> dict[str, int]:
    return {
        f"{end}_day_{part}": getattr(day, part)
        for end, day in of.items()
        for part in ("day", "month", "year")
    }


def test_a_draw_can_be_made_again_whatever_was_read_since(cast: Cast) -> None:
    for _ in range(30):
        LogRowFactory.create()
    first, second = draw(cast, 10), draw(cast, 10)
    for _ in range(10):
        LogRowFactory.create()
    assert (first.of_rows, len(numbers(first))) == (30, 10)
    assert drawn(first) == numbers(first)
    assert drawn(second) == numbers(second)
    assert numbers(first) != numbers(second)


def test_only_reads_that_were_asked_for_are_drawn(cast: Cast) -> None:
    mine = LogRowFactory.create(actor=cast.auditor.username)
    LogRowFactory.create(action="sign_in")
    wanted = LogRowFactory.create(actor="x", object_id="5", flag="repeated")
    other = LogRowFactory.create(actor="y", object_type="cases.outcome", object_id="6")
    assert set(numbers(draw(cast, 200))) == {wanted.pk, other.pk}
    for name, value in (("person", "x"), ("object_type", "cases.case"), ("flag", "repeated")):
        assert numbers(draw(cast, 3, **{name: value})) == [wanted.pk]
    assert numbers(draw(cast, object_type="cases.case", object_id="5")) == [wanted.pk]
    assert mine.pk not in population(draw(cast)).values_list("pk", flat=True)
    with pytest.raises(ValidationError):
        draw(cast, person="nobody")
    past = TODAY - timedelta(days=2)
    with pytest.raises(ValidationError):
        draw_sample(by=cast.auditor, size=1, first_day=past, last_day=past)


def test_each_row_is_reviewed_in_turn_and_a_later_word_stands(cast: Cast, auditor: Client) -> None:
    for _ in range(2):
        LogRowFactory.create()
    page = reverse("audit:draw")
    answer = auditor.post(page, {"size": "2", **days(first=TODAY, last=TODAY)})
    sample = Sample.objects.get()
    one, two = sample.rows.all()
    assert answer["Location"] == reverse("audit:sample", args=[sample.pk])
    first, second = (reverse("audit:review", args=[sample.pk, row.pk]) for row in (one, two))
    assert auditor.post(first, {"verdict": "in_order"})["Location"] == second
    refused = auditor.post(second, {"verdict": "referred", "words": " "})
    assert refused.context["form"].errors["words"] == [
        "Say who was asked, or to whom it was referred, and why"
    ]
    auditor.post(second, {"verdict": "referred", "words": "To professional standards"})
    auditor.post(first, {"verdict": "asked_about", "words": "The sergeant"})
    shown = auditor.get(answer["Location"]).context["page"]
    assert [found.words for found in shown.found] == ["Asked about", "Referred"]
    assert (shown.done, shown.verdicts) == (
        2,
        [("In order", 0), ("Asked about", 1), ("Referred", 1)],
    )
    assert [r.verdict for r in Review.objects.order_by("pk")] == [
        *("in_order", "referred", "asked_about"),
    ]
    assert {r.reviewed_by for r in Review.objects.all()} == {cast.auditor.username}


def test_nobody_reviews_their_own_read(cast: Cast, auditor: Client) -> None:
    own = SampledRowFactory.create(row__actor=cast.auditor.username)
    page = reverse("audit:review", args=[own.sample.pk, own.pk])
    answer = auditor.post(page, {"verdict": "in_order"})
    assert answer.context["form"].errors["verdict"] == [
        "This read is your own. Another auditor has to review it"
    ]
    assert Review.objects.count() == 0
    review_row(by=UserFactory.create(role="auditor"), sampled=own, verdict="in_order")


def test_a_row_is_reviewed_within_its_own_sample(auditor: Client) -> None:
    one, other = SampledRowFactory.create(), SampledRowFactory.create()
    page = reverse("audit:review", args=[one.sample.pk, other.pk])
    assert auditor.get(page).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"size": "0"}, "size"),
        ({"size": "201"}, "size"),
        ({"size": ""}, "size"),
        ({"flag": "odd"}, "flag"),
        ({"person": "nobody"}, "person"),
        (days(last=TODAY - timedelta(days=3)), "last_day"),
    ],
)
def test_an_odd_draw_is_refused_in_words(auditor: Client, sent: dict[str, Any], field: str) -> None:
    LogRowFactory.create()
    whole = {"size": "2", **days(first=TODAY, last=TODAY)} | sent
    answer = auditor.post(reverse("audit:draw"), whole)
    assert list(answer.context["form"].errors) == [field]
    assert Sample.objects.count() == 0
    assert not LogRow.objects.filter(details__has_key="sample").exists()
