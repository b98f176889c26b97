"""What the log flags to the auditor as it is written."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from audit import flags
from audit.models import LogRow
from cases.models import Case
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    ExclusionFactory,
    LogRowFactory,
    OutcomeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(cast: Cast) -> Any:
    UserFactory.create(name="Dervla Hargreaves", username="hillingdon.2")
    return UserFactory.create(name="Imani Okereke", username="officer.lambeth", boroughs=[cast.a])


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("okereke", "own_name"),
        ("Imani", "own_name"),
        ("Spoke to officer.lambeth", "own_name"),
        ("Dervla  Hargreaves", "colleague_name"),
        ("seen with dervla hargreaves, twice", "colleague_name"),
        ("hillingdon.2", "colleague_name"),
        ("Hargreaves", "colleague_name"),
        ("The Hargreaves family", ""),
        ("Dervla", ""),
        ("01/1234567/26", ""),
        ("12 345", ""),
        ("", ""),
    ],
)
def test_words_that_name_somebody_of_the_force(person: Any, text: str, flag: str) -> None:
    assert flags.named(person, text) == flag


def test_what_holds_no_word_asks_nothing(person: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert flags.named(person, "01/1234567/26") == ""


def raised() -> list[tuple[str, str]]:
    rows = LogRow.objects.exclude(flag="").order_by("pk")
    return [(row.action, row.flag) for row in rows]


def test_searches_notes_and_filters_are_flagged(client: Client, person: Any, cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a)
    client.force_login(person)
    client.post(reverse("cases:find"), {"reference": "Okereke"})
    client.post(reverse("cases:lookup_cases"), {"q": "hargreaves"})
    client.post(reverse("cases:find"), {"reference": "1/26"})
    client.get(reverse("cases:cases"), {"status": "open"})
    note = {"kind": "fact", "text": "Dervla Hargreaves was there", "sure": "on"}
    client.post(reverse("cases:add_note", args=[case.pk]), note)
    saved = reverse("cases:save_cases") + "?status=open"
    client.post(saved, {"name": "Okereke"})
    assert raised() == [
        ("search", "own_name"),
        ("search", "colleague_name"),
        ("consultation", "colleague_name"),
        ("consultation", "own_name"),
    ]


def test_tries_of_a_case_that_bars_one_are_flagged_and_answered_as_any(
    client: Client, cast: Cast
) -> None:
    case = CaseFactory.create(borough=cast.a, reference="12/26", system="other")
    outcome = OutcomeFactory.create(case=case)
    ExclusionFactory.create(case=case, user=cast.excluded)
    client.force_login(cast.excluded)
    pages = [("case", case.pk), ("add_note", case.pk), ("outcome", outcome.pk)]
    for name, pk in pages:
        assert client.get(reverse(f"cases:{name}", args=[pk])).status_code == 404
    client.post(reverse("cases:find"), {"reference": "12/26"})
    for typed in ("12/2", "12/26"):
        assert client.post(reverse("cases:lookup_cases"), {"q": typed}).json() == []
    assert raised() == [*[("refused", "excluded_case")] * 3, *[("search", "excluded_case")] * 2]
    client.force_login(cast.officer_of_b)
    for name, pk in pages:
        assert client.get(reverse(f"cases:{name}", args=[pk])).status_code == 404
    client.post(reverse("cases:find"), {"reference": "12/26"})
    assert len(raised()) == 5


def test_more_different_records_within_an_hour_than_one_works_on_are_flagged(
    client: Client, cast: Cast, settings: Settings
) -> None:
    settings.LOOKS_AN_HOUR = 3
    cases = CaseFactory.create_batch(5, borough=cast.a, officer=cast.officer)
    pages = [reverse("cases:case", args=[case.pk]) for case in cases]

    def opened(person: User, *numbers: int) -> int:
        """How many of these looks are flagged, one after the other."""
        before = len(raised())
        client.force_login(person)
        for number in numbers:
            client.get(pages[number])
        return len(raised()) - before

    assert opened(cast.officer, 0, 1, 2, 1, 0) == 0
    assert opened(cast.colleague, 3) == 0
    assert opened(cast.officer, 3, 0) == 2
    assert set(raised()) == {("consultation", "many")}
    with pgtrigger.ignore("audit.LogRow:never_changed"):
        LogRow.objects.update(at=F("at") - timedelta(minutes=59))
        assert opened(cast.officer, 4) == 1
        LogRow.objects.update(at=F("at") - timedelta(minutes=1))
    assert opened(cast.officer, 3) == 0


def test_an_auditor_reads_the_log_itself_without_end(
    client: Client, cast: Cast, settings: Settings
) -> None:
    settings.LOOKS_AN_HOUR = 1
    client.force_login(cast.auditor)
    for row in LogRowFactory.create_batch(3):
        client.get(reverse("audit:row", args=[row.pk]))
    assert raised() == []


def test_the_fifth_look_of_a_week_without_a_task_is_flagged(client: Client, cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a, officer=cast.officer)
    address = reverse("cases:case", args=[case.pk])
    for person in (cast.officer, cast.colleague, cast.supervisor):
        client.force_login(person)
        for _ in range(6 if person != cast.supervisor else 4):
            client.get(address)
    found = Counter(LogRow.objects.exclude(flag="").values_list("actor", "flag"))
    assert found == {(cast.colleague.username, "repeated"): 2}
    client.force_login(cast.colleague)
    OutcomeFactory.create(case=case, logged_by=cast.colleague)
    client.get(address)
    assert len(raised()) == 2
    assert Case.objects.count() == 1
