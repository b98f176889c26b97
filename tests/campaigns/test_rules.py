"""What the database refuses of campaigns and boroughs, and the words in which a person hears it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F, Model

from tests.core.rules import Change, Rule, judged, new, trials
from tests.factories import (
    BasicCommandUnitFactory,
    BoroughFactory,
    CampaignFactory,
    CommandMembershipFactory,
    MilestoneFactory,
    ProgrammeFactory,
    ProgrammeYearFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2021, 11, 25), date(2021, 12, 10)
A_DAY = timedelta(days=1)


another_campaign = new(CampaignFactory)


def elsewhere() -> Model:
    return BoroughFactory.create(elsewhere=True)


def second_borough() -> Model:
    BoroughFactory.create(tile_row=3, tile_col=3)
    return BoroughFactory.create(tile_row=3, tile_col=4)


def second_membership() -> Model:
    """Of a borough that was policed by another command until the day on which this one begins."""
    borough = BoroughFactory.create()
    CommandMembershipFactory.create(
        borough=borough, first_day=date(2017, 1, 1), end_day=date(2018, 1, 1)
    )
    return CommandMembershipFactory.create(borough=borough, first_day=date(2018, 1, 1))


def second_year() -> Model:
    first = ProgrammeYearFactory.create(year=2021)
    return ProgrammeYearFactory.create(programme=first.programme, year=2022)


def second_milestone() -> Model:
    first = MilestoneFactory.create(name="Kiosks bought")
    return MilestoneFactory.create(programme=first.programme)


WHOLE_TILE: Change = {
    "in_london": True,
    "ons_code": "E09000022",
    "population": 1,
    "population_year": 2021,
    "tile_row": 90,
    "tile_col": 90,
}
NO_BASELINE: Change = {
    "baseline_campaign": None,
    "baseline_first_day": None,
    "baseline_last_day": None,
    "baseline_none_reason": "",
}


def baseline(kind: str, **parts: Any) -> Change:
    return {"baseline": kind, **NO_BASELINE, **parts}


DATES = {"baseline_first_day": FIRST, "baseline_last_day": LAST}

RULES = [
    Rule(
        "campaigns_campaign_ends_on_or_after_start",
        CampaignFactory.create,
        refused=[{"last_day": FIRST - A_DAY}, {"first_day": LAST + A_DAY}],
        accepted=[{"last_day": FIRST}, {"first_day": LAST}],
    ),
    Rule(
        "campaigns_campaign_baseline_is_one_thing",
        CampaignFactory.create,
        refused=[
            baseline("none"),
            baseline("none", baseline_none_reason=" \n"),
            baseline("none", baseline_none_reason="New", baseline_campaign=another_campaign),
            baseline("none", baseline_none_reason="New", baseline_first_day=FIRST),
            baseline("none", baseline_none_reason="New", baseline_last_day=LAST),
            baseline("campaign"),
            baseline("campaign", baseline_campaign=another_campaign, baseline_none_reason="New"),
            baseline("campaign", baseline_campaign=another_campaign, baseline_first_day=FIRST),
            baseline("campaign", baseline_campaign=another_campaign, baseline_last_day=LAST),
            baseline("dates"),
            baseline("dates", baseline_first_day=FIRST),
            baseline("dates", baseline_last_day=LAST),
            baseline("dates", baseline_first_day=FIRST, baseline_last_day=FIRST - A_DAY),
            baseline("dates", **DATES, baseline_none_reason="New"),
            baseline("dates", **DATES, baseline_campaign=another_campaign),
            baseline("guess", baseline_none_reason="New"),
        ],
        accepted=[
            baseline("none", baseline_none_reason="New"),
            baseline("campaign", baseline_campaign=another_campaign),
            baseline("dates", **DATES),
            baseline("dates", baseline_first_day=FIRST, baseline_last_day=FIRST),
        ],
    ),
    Rule(
        "campaigns_campaign_not_its_own_baseline",
        CampaignFactory.create,
        refused=[baseline("campaign", baseline_campaign=F("id"))],
        accepted=[baseline("campaign", baseline_campaign=another_campaign)],
    ),
    Rule(
        "campaigns_borough_of_london_is_complete",
        BoroughFactory.create,
        refused=[
            *({name: None} for name in WHOLE_TILE if name != "in_london"),
            *({"ons_code": code} for code in ["E0900002", "E0900002A", "e09000022", "W09000022"]),
            {"population": 0},
            {"in_london": False},
        ],
        accepted=[WHOLE_TILE],
    ),
    Rule(
        "campaigns_borough_of_london_is_complete",
        elsewhere,
        refused=[{name: value} for name, value in WHOLE_TILE.items()],
        accepted=[WHOLE_TILE],
    ),
    Rule(
        "campaigns_borough_one_a_tile",
        second_borough,
        refused=[{"tile_col": 3}],
        accepted=[{"tile_row": 4}, {"tile_row": 4, "tile_col": 3}],
    ),
    Rule(
        "campaigns_commandmembership_ends_after_start",
        CommandMembershipFactory.create,
        refused=[{"end_day": F("first_day")}, {"end_day": date(2017, 12, 31)}],
        accepted=[{"end_day": date(2018, 1, 2)}],
    ),
    Rule(
        "campaigns_commandmembership_one_at_a_time",
        second_membership,
        refused=[
            {"first_day": date(2017, 12, 31)},
            {"first_day": date(2016, 1, 1)},
            {"first_day": date(2017, 6, 1), "end_day": date(2017, 6, 2)},
            {"first_day": date(2016, 1, 1), "end_day": date(2017, 1, 2)},
        ],
        accepted=[
            {"first_day": date(2018, 1, 1), "end_day": date(2018, 1, 2)},
            {"first_day": date(2016, 1, 1), "end_day": date(2017, 1, 1)},
            {"first_day": date(2017, 6, 1), "borough": new(BoroughFactory)},
        ],
    ),
    Rule(
        "campaigns_team_command_has_its_unit",
        TeamFactory.create,
        refused=[
            {"kind": "command"},
            {"command": new(BasicCommandUnitFactory)},
            {"kind": "squad"},
        ],
        accepted=[
            {"kind": "command", "command": new(BasicCommandUnitFactory)},
        ],
    ),
    Rule(
        "campaigns_programme_ends_on_or_after_start",
        ProgrammeFactory.create,
        refused=[{"last_day": F("first_day") - A_DAY}],
        accepted=[{"last_day": F("first_day")}],
    ),
    Rule(
        "campaigns_programme_about_is_known",
        ProgrammeFactory.create,
        refused=[{"about": "money"}, {"about": ""}],
        accepted=[{"about": "evidence"}, {"about": "training"}, {"about": "other"}],
    ),
    Rule(
        "campaigns_programmeyear_once_a_year",
        second_year,
        refused=[{"year": 2021}],
        accepted=[{"year": 2023}, {"year": 2021, "programme": new(ProgrammeFactory)}],
    ),
    Rule(
        "campaigns_programmeyear_money_not_negative",
        ProgrammeYearFactory.create,
        refused=[{"planned_pounds": "-0.01"}, {"spent_pounds": "-0.01"}],
        accepted=[{"planned_pounds": 0, "spent_pounds": 0}],
    ),
    Rule(
        "campaigns_milestone_named_once",
        second_milestone,
        refused=[{"name": "Kiosks bought"}],
        accepted=[
            {"name": "Kiosks in use"},
            {"name": "Kiosks bought", "programme": new(ProgrammeFactory)},
        ],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    assert judged(row(), change) == verdict


def test_two_places_outside_london_share_no_tile() -> None:
    assert elsewhere().pk != elsewhere().pk


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"last_day": FIRST - A_DAY},
            "The last day must be the same as or after the first day.",
        ),
        (
            {"baseline_none_reason": ""},
            "State one baseline: an earlier campaign, or a first and last day, "
            "or the reason why none is comparable.",
        ),
    ],
)
def test_a_wrong_campaign_is_refused_in_plain_words(wrong: Change, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CampaignFactory.build(slug="wrong", **wrong).full_clean()
    assert refused.value.message_dict == {"__all__": [message]}


def test_a_campaign_that_is_its_own_baseline_is_refused_in_plain_words() -> None:
    campaign = CampaignFactory.create()
    campaign.baseline, campaign.baseline_campaign = "campaign", campaign
    campaign.baseline_none_reason = ""
    with pytest.raises(ValidationError) as refused:
        campaign.full_clean()
    assert refused.value.messages == ["A campaign cannot be its own baseline."]


@pytest.mark.parametrize(
    ("wrong", "messages"),
    [
        ({"first_day": date(2017, 12, 31)}, ["A borough is in one command at a time."]),
        ({"end_day": date(2018, 1, 1)}, ["It must end after it starts."]),
        ({"end_day": date(2017, 12, 31)}, ["It must end after it starts."]),
    ],
)
def test_a_wrong_membership_is_refused_in_plain_words(
    wrong: dict[str, date], messages: list[str]
) -> None:
    membership = second_membership()
    for name, value in wrong.items():
        setattr(membership, name, value)
    with pytest.raises(ValidationError) as refused:
        membership.full_clean()
    assert refused.value.messages == messages


def test_half_a_borough_is_refused_in_plain_words() -> None:
    with pytest.raises(ValidationError) as refused:
        BoroughFactory.build(population=None).full_clean()
    assert refused.value.messages == [
        "A London borough needs its ONS code, population and place on the map; "
        "the others have none of them."
    ]
