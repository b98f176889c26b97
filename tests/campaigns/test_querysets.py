"""What can be asked of campaigns and boroughs, on both sides of each boundary."""

from datetime import date

import pytest

from campaigns.models import Borough, Campaign
from core.days import DayRange
from tests.factories import BoroughFactory, CampaignFactory, CommandMembershipFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "running"),
    [
        (date(2021, 11, 24), []),
        (date(2021, 11, 25), ["16-days"]),
        (date(2021, 12, 9), ["16-days"]),
        (date(2021, 12, 10), ["one-day", "16-days"]),
        (date(2021, 12, 11), []),
    ],
)
def test_a_campaign_runs_from_its_first_day_to_its_last(day: date, running: list[str]) -> None:
    CampaignFactory.create(slug="16-days")
    CampaignFactory.create(slug="one-day", first_day=date(2021, 12, 10))
    found = Campaign.objects.running_on(day)
    assert [campaign.slug for campaign in found] == running


def test_the_days_of_a_campaign_include_its_last() -> None:
    campaign = CampaignFactory.build()
    assert campaign.days == DayRange(date(2021, 11, 25), date(2021, 12, 11))


def test_the_boroughs_of_london_leave_the_others_out() -> None:
    lambeth = BoroughFactory.create(name="Lambeth")
    BoroughFactory.create(elsewhere=True)
    assert list(Borough.objects.of_london()) == [lambeth]


def test_boroughs_of_london_are_listed_first() -> None:
    BoroughFactory.create(name="Elsewhere", elsewhere=True)
    BoroughFactory.create(name="Lambeth")
    BoroughFactory.create(name="Barnet")
    assert [str(borough) for borough in Borough.objects.all()] == ["Barnet", "Lambeth", "Elsewhere"]


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2016, 12, 31), [], []),
        (date(2017, 1, 1), ["Lambeth"], []),
        (date(2017, 12, 31), ["Lambeth"], []),
        (date(2018, 1, 1), [], ["Lambeth"]),
        (date(2030, 1, 1), [], ["Lambeth"]),
    ],
)
def test_a_borough_is_policed_by_its_command_of_the_day(
    day: date, before: list[str], after: list[str]
) -> None:
    lambeth = BoroughFactory.create(name="Lambeth")
    first = CommandMembershipFactory.create(
        borough=lambeth, first_day=date(2017, 1, 1), end_day=date(2018, 1, 1)
    )
    then = CommandMembershipFactory.create(borough=lambeth, first_day=date(2018, 1, 1))
    CommandMembershipFactory.create()
    policed = [
        [str(borough) for borough in Borough.objects.policed_by(membership.command.code, day)]
        for membership in (first, then)
    ]
    assert policed == [before, after]
