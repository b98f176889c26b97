"""The desk: where the person works, and which day of a campaign it is."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import KeptForm
from cases.models import Draft
from cases.presenters.desk import Desk
from cases.tasks import purge
from config.celery import app
from core.days import LONDON, DatabaseNow
from tests.conftest import Cast
from tests.factories import (
    CampaignFactory,
    DraftFactory,
    KeptFormFactory,
    PossibleDuplicateFactory,
    SentBackFactory,
)

FIRST, LAST = date(2021, 11, 25), date(2021, 12, 10)


@pytest.fixture
def campaign(cast: Cast) -> None:
    CampaignFactory.create(first_day=FIRST, last_day=LAST, boroughs=[cast.a])


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON)


class TestCampaign:
    @pytest.mark.parametrize(
        ("now", "numbers"),
        [
            ("2021-11-24T23:59", []),
            ("2021-11-25T00:00", [1]),
            ("2021-12-10T23:59", [16]),
            ("2021-12-11T00:00", []),
        ],
    )
    def test_says_which_of_its_days_it_is(
        self, campaign: None, cast: Cast, now: str, numbers: list[int]
    ) -> None:
        assert [number for _, number in Desk(cast.officer, at(now)).campaigns] == numbers

    def test_of_other_boroughs_is_none_of_theirs(self, campaign: None, cast: Cast) -> None:
        CampaignFactory.create(
            name="Everywhere", first_day=FIRST, last_day=LAST, boroughs=[cast.a, cast.b]
        )
        now = at("2021-12-01T12:00")
        shown = {
            who: [str(campaign) for campaign, _ in Desk(getattr(cast, who), now).campaigns]
            for who in ("officer", "officer_of_b", "force_supervisor", "outsider")
        }
        assert shown == {
            "officer": ["16 Days of Action", "Everywhere"],
            "officer_of_b": ["Everywhere"],
            "force_supervisor": ["16 Days of Action", "Everywhere"],
            "outsider": [],
        }

    def test_stands_on_the_page(self, campaign: None, cast: Cast, client: Client) -> None:
        with time_machine.travel(at("2021-12-01T12:00"), tick=False):
            client.force_login(cast.officer)
            page = " ".join(client.get("/desk/").content.decode().split())
        assert "Day 7 of 16 of <a" in page
        assert "You have no boroughs yet" not in page


def test_whoever_has_no_boroughs_is_told_whom_to_ask(cast: Cast, client: Client) -> None:
    client.force_login(cast.outsider)
    assert b"Ask an administrator to add them" in client.get("/desk/").content


NOTHING = b"Nothing waits for you"


@pytest.mark.parametrize("waits", [PossibleDuplicateFactory, SentBackFactory])
def test_nothing_waits_only_where_nothing_does(cast: Cast, client: Client, waits: Any) -> None:
    client.force_login(cast.force_supervisor)
    assert NOTHING in client.get("/desk/").content
    waits.create()
    assert NOTHING not in client.get("/desk/").content
    client.force_login(cast.officer)
    assert NOTHING in client.get("/desk/").content


class TestOldDrafts:
    @pytest.fixture
    def young(self, db: None) -> Draft:
        """One that is a minute short of 14 days, beside one of 14 days."""
        fortnight = timedelta(days=14)
        DraftFactory.create(saved_at=DatabaseNow() - fortnight)
        KeptFormFactory.create(kept_at=DatabaseNow() - fortnight + timedelta(minutes=1))
        Session.objects.create(pk="over", expire_date=timezone.now())
        return DraftFactory.create(saved_at=DatabaseNow() - fortnight + timedelta(minutes=1))

    def test_go_at_night(self, young: Draft) -> None:
        entry = app.conf.beat_schedule["purge"]
        assert entry["task"] == purge.name
        purge()
        assert list(Draft.objects.all()) == [young]
        assert KeptForm.objects.exists()
        assert not Session.objects.exists()

    def test_go_by_hand(self, young: Draft, capsys: pytest.CaptureFixture[str]) -> None:
        KeptForm.objects.update(kept_at=DatabaseNow() - timedelta(days=14))
        call_command("purge")
        assert capsys.readouterr().out == "2 drafts and 0 imports removed.\n"
        assert list(Draft.objects.all()) == [young]
        assert [KeptForm.objects.count(), Session.objects.count()] == [0, 0]
