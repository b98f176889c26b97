"""The nightly run in the admin, and the totals that it leaves."""

from typing import Any

import pytest
from django.db import connections
from django.db.models import Model
from django.test import Client
from kombu.exceptions import OperationalError

from summaries.actions import ADVISORY_LOCK
from summaries.models import DailyTotal, Restatement
from tests.conftest import Cast
from tests.factories import DailyTotalFactory, RestatementFactory, SummaryRunFactory
from tests.test_admin import page

pytestmark = pytest.mark.django_db

RUNS, RUN_NOW = "/admin/summaries/summaryrun/", "/admin/summaries/summaryrun/run-now/"


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What is handed to the worker instead of a queue."""
    asked: list[tuple[Any, ...]] = []

    def delay(*args: Any) -> None:
        asked.append(args)

    monkeypatch.setattr("summaries.admin.nightly.delay", delay)
    return asked


def told(answer: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


def test_the_list_of_runs_has_the_button(signed_in: Client) -> None:
    page = signed_in.get(RUNS).content.decode()
    assert f'<form method="post" action="{RUN_NOW}">' in page
    assert 'value="Run now"' in page


def test_run_now_hands_one_run_to_the_worker(
    signed_in: Client, cast: Cast, queue: list[tuple[Any, ...]]
) -> None:
    answer = signed_in.post(RUN_NOW, follow=True)
    assert answer.redirect_chain == [(RUNS, 302)]
    assert queue == [(cast.administrator.pk,)]
    assert told(answer) == [
        (
            "success",
            "The run was handed to the worker. Reload this page to see how it went.",
        )
    ]


def test_run_now_says_that_another_is_under_way(
    signed_in: Client, queue: list[tuple[Any, ...]]
) -> None:
    elsewhere = connections.create_connection("default")
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
    answer = signed_in.post(RUN_NOW, follow=True)
    elsewhere.close()
    assert queue == []
    assert told(answer) == [("warning", "A run is under way already. Wait for it to finish.")]


def test_run_now_is_not_held_up_by_a_run_that_was_killed(
    signed_in: Client, cast: Cast, queue: list[tuple[Any, ...]]
) -> None:
    SummaryRunFactory.create(state="running", finished_at=None)
    signed_in.post(RUN_NOW)
    assert queue == [(cast.administrator.pk,)]


def test_run_now_says_when_the_queue_does_not_answer(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delay(*args: Any) -> None:
        raise OperationalError("Error 111 connecting to 127.0.0.1:1. Connection refused.")

    monkeypatch.setattr("summaries.admin.nightly.delay", delay)
    answer = signed_in.post(RUN_NOW, follow=True)
    assert (answer.redirect_chain, answer.status_code) == ([(RUNS, 302)], 200)
    assert told(answer) == [
        (
            "error",
            "The run was not started: the job queue does not answer. Tell whoever runs the "
            "servers, or run manage.py nightly.",
        )
    ]


def test_run_now_takes_a_post_with_its_token(
    signed_in: Client, cast: Cast, queue: list[tuple[Any, ...]]
) -> None:
    assert signed_in.get(RUN_NOW).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.administrator)
    assert strict.post(RUN_NOW).status_code == 403
    assert queue == []


def test_run_now_is_the_administrators(
    client: Client, cast: Cast, queue: list[tuple[Any, ...]]
) -> None:
    anonymous = client.post(RUN_NOW, follow=True)
    assert anonymous.redirect_chain[-1] == (f"/sign-in/?next={RUN_NOW}", 302)
    for person in (cast.officer, cast.force_supervisor, cast.communications, cast.auditor):
        client.force_login(person)
        assert client.post(RUN_NOW, follow=True).status_code == 403
    assert queue == []


def found(client: Client, model: type[Model], **query: str) -> list[Model]:
    return list(client.get(page(model, "changelist"), query).context["cl"].queryset)


@pytest.mark.parametrize(
    ("model", "builder"), [(DailyTotal, DailyTotalFactory), (Restatement, RestatementFactory)]
)
def test_cells_are_narrowed_to_a_measure_and_a_breakdown(
    signed_in: Client, model: type[Model], builder: Any
) -> None:
    headline = builder.create()
    by_team = builder.create(slice="team", key="1")
    charges = builder.create(measure="charges")
    assert set(found(signed_in, model)) == {headline, by_team, charges}
    assert found(signed_in, model, measure="arrests", slice="HEADLINE") == [headline]
    assert found(signed_in, model, slice="TEAM") == [by_team]
    assert found(signed_in, model, measure="charges") == [charges]
    assert found(signed_in, model, measure="unknown") == []


def test_a_restatement_says_why_in_words(signed_in: Client) -> None:
    RestatementFactory.create(causes=["entered", "voided"])
    assert "Late entry, void" in signed_in.get(page(Restatement, "changelist")).content.decode()
