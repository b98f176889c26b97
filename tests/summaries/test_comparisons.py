"""Against the baseline and against London: like with like, or a reason why not."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from campaigns.maps import borough_map, short_names
from campaigns.models import Borough, Campaign
from cases.models import Outcome
from core.days import LONDON, ONE_DAY, DayRange
from summaries.asked import Asked, Place
from summaries.comparisons import (
    BASES,
    RESIDENTS,
    Baseline,
    Comparison,
    NotComparable,
    Pair,
    Uplift,
)
from summaries.measures import BY_SLUG
from summaries.presenters.drawn import (
    finding,
    grown_words,
    most_words,
    uplift_words,
)
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import BoroughFactory, CampaignFactory, CaseFactory, SuspectFactory

pytestmark = pytest.mark.django_db

ARRESTS = BY_SLUG["arrests"]
OURS = DayRange.inclusive(date(2021, 11, 25), date(2021, 12, 10))
THEIRS = DayRange.inclusive(date(2020, 11, 25), date(2020, 12, 10))
AFTER = datetime(2021, 12, 20, 9, tzinfo=LONDON)

ranges = st.builds(
    lambda first, length: DayRange(first, first + timedelta(days=length)),
    st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    st.integers(0, 60),
)


@given(ours=ranges, theirs=ranges)
def test_a_pair_is_as_long_begins_on_one_weekday_and_stays_within_both(
    ours: DayRange, theirs: DayRange
) -> None:
    pair = Pair.of(ours, theirs)
    assert len(pair.ours) == len(pair.theirs) == len(pair)
    if not len(pair):
        assert min(len(ours), len(theirs)) < 7
        return
    assert pair.ours.first.weekday() == pair.theirs.first.weekday()
    assert ours.first <= pair.ours.first < pair.ours.end <= ours.end
    assert theirs.first <= pair.theirs.first < pair.theirs.end <= theirs.end
    assert len(pair) >= min(len(ours), len(theirs)) - 6


def test_a_campaign_on_other_weekdays_loses_the_days_without_a_partner() -> None:
    """25 November was a Thursday in 2021 and a Wednesday in 2020."""
    pair = Pair.of(OURS, THEIRS)
    assert pair.ours == DayRange.inclusive(date(2021, 11, 25), date(2021, 12, 9))
    assert pair.theirs == DayRange.inclusive(date(2020, 11, 26), date(2020, 12, 10))


def test_some_days_are_set_against_the_baseline_at_the_same_point() -> None:
    """Not against its beginning."""
    pair, day = Pair.of(OURS, THEIRS), date(2021, 12, 8)
    second = pair.within(DayRange.inclusive(date(2021, 12, 2), day))
    assert second.theirs == DayRange.inclusive(date(2020, 12, 3), date(2020, 12, 9))
    assert second.ours == DayRange.inclusive(date(2021, 12, 2), day)
    assert pair.within(DayRange.inclusive(day, date(2021, 12, 20))).ours.last == date(2021, 12, 9)
    for outside in (OURS.last, date(2021, 11, 24)):
        assert len(pair.within(DayRange.inclusive(outside, outside))) == 0


def logged(borough: Borough, day: date, number: int = 1) -> None:
    """Arrests at midday of a day."""
    case = CaseFactory.create(borough=borough)
    suspect = SuspectFactory.create(case=case)
    at = datetime.combine(day, time(12), tzinfo=LONDON)
    Outcome.objects.bulk_create(
        Outcome(
            kind="arrest",
            case=case,
            suspect=suspect,
            borough=borough,
            offence="stalking",
            happened_at=at,
        )
        for _ in range(number)
    )


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """One with an earlier campaign as its baseline."""
    earlier = CampaignFactory.create(
        name="Before", first_day=THEIRS.first, last_day=THEIRS.last, boroughs=[cast.a, cast.b]
    )
    return CampaignFactory.create(
        slug="the-days",
        first_day=OURS.first,
        last_day=OURS.last,
        boroughs=[cast.a, cast.b],
        baseline=Campaign.Baseline.CAMPAIGN,
        baseline_campaign=earlier,
        baseline_none_reason="",
    )


def asked(campaign: Campaign, cast: Cast) -> Asked:
    place = Place.of_campaign(campaign, cast.force_supervisor.figures_scope)
    return Asked(campaign, ARRESTS, campaign.days, place)


def test_only_days_with_a_partner_are_counted(cast: Cast, campaign: Campaign) -> None:
    for day, number in ((OURS.first, 3), (date(2021, 12, 9), 2), (OURS.last, 40)):
        logged(cast.a, day, number)
    for day, number in ((THEIRS.first, 50), (date(2020, 11, 26), 1), (THEIRS.last, 1)):
        logged(cast.b, day, number)
    one = asked(campaign, cast)
    [found] = Uplift.of([one], Baseline.of(campaign, one.place), campaign.days)
    assert (found.count, found.other) == (5, 2)
    assert found.ours.count() == 5
    assert found.theirs.count() == 2
    assert found.ratio is not None
    assert found.ratio.value == 2.5
    assert uplift_words(found, "Before") == (
        "Over 15 days with the same weekdays: 5 against 2 in “Before”, 2.50 times as many "
        "(95% interval 0.41 to 26.25); chance may explain the difference."
    )


def test_a_baseline_of_stated_dates_needs_no_campaign(cast: Cast, campaign: Campaign) -> None:
    campaign.baseline, campaign.baseline_campaign = Campaign.Baseline.DATES, None
    campaign.baseline_first_day, campaign.baseline_last_day = date(2021, 10, 28), date(2021, 11, 12)
    campaign.save()
    one = asked(campaign, cast)
    baseline = Baseline.of(campaign, one.place)
    assert baseline.days == DayRange.inclusive(date(2021, 10, 28), date(2021, 11, 12))
    assert len(Pair.of(OURS, baseline.days)) == 16


def refusal(call: Any) -> str:
    with pytest.raises(NotComparable) as refused:
        call()
    return str(refused.value)


def test_no_baseline_is_a_legal_answer_with_its_reason(cast: Cast, campaign: Campaign) -> None:
    one = asked(campaign, cast)
    alone = CampaignFactory.create(baseline_none_reason="Nothing was entered before.")
    assert refusal(lambda: Baseline.of(alone, one.place)) == "Nothing was entered before."
    campaign.baseline_campaign.boroughs.remove(cast.b)  # type: ignore[union-attr]
    assert refusal(lambda: Baseline.of(campaign, one.place)) == (
        "Not all of these boroughs took part in Before."
    )
    assert Baseline.of(campaign, one.place.borough(cast.a)).label == "Before"
    nothing = DayRange(OURS.first, OURS.first)
    baseline = Baseline("Before", THEIRS)
    assert "the first is not over yet" in refusal(lambda: Uplift.of([one], baseline, nothing))
    thursday = DayRange.inclusive(OURS.first, OURS.first)
    friday = Baseline("Before", DayRange.inclusive(OURS.first + ONE_DAY, OURS.first + ONE_DAY))
    assert "None of these days is over" in refusal(lambda: Uplift.of([one], friday, thursday))


@pytest.fixture
def london(cast: Cast) -> list[Borough]:
    """Twelve boroughs of 100,000 residents each, with about as many arrests, but for one."""
    boroughs = BoroughFactory.create_batch(12, population=100_000)
    for n, borough in enumerate(boroughs):
        logged(borough, OURS.first, [18, 22][n % 2] if n else 60)
    return boroughs


def test_boroughs_beyond_chance_are_named_and_nobody_is_ranked(
    cast: Cast, london: list[Borough]
) -> None:
    campaign = CampaignFactory.create(boroughs=[*london, BoroughFactory.create(elsewhere=True)])
    found = Comparison.of(asked(campaign, cast), RESIDENTS, campaign.boroughs.all())
    assert [row.borough for row in found.outside] == [london[0]]
    assert found.outside[0].beyond == "far above"
    assert finding(found) == (
        f"Beyond what chance explains: {london[0].name} above. The others lie within it."
    )
    rate = found.rows[[row.borough for row in found.rows].index(london[0])].rate
    assert rate.count == 60
    assert rate.value == pytest.approx(0.6)
    assert len(found.rows) == 12


def test_a_spread_that_all_share_is_not_called_chance(cast: Cast) -> None:
    boroughs = BoroughFactory.create_batch(12, population=100_000)
    for n, borough in enumerate(boroughs):
        logged(borough, OURS.first, [10, 40][n % 2])
    campaign = CampaignFactory.create(boroughs=boroughs)
    found = Comparison.of(asked(campaign, cast), RESIDENTS, boroughs)
    assert finding(found) == "Every borough lies within what chance and the spread of all explain."


def test_a_rate_by_cases_rests_on_cases_with_an_outcome(cast: Cast, london: list[Borough]) -> None:
    logged(london[1], OURS.last, 4)
    campaign = CampaignFactory.create(boroughs=london)
    found = Comparison.of(asked(campaign, cast), BASES["cases"], campaign.boroughs.all())
    by_borough = {row.borough: row.rate for row in found.rows}
    assert (by_borough[london[1]].count, by_borough[london[1]].base) == (26, 2)
    assert (by_borough[london[2]].count, by_borough[london[2]].base) == (18, 1)


def test_a_comparison_of_nothing_is_refused(cast: Cast) -> None:
    few = CampaignFactory.create(boroughs=[cast.a, cast.b])
    none = CampaignFactory.create(boroughs=BoroughFactory.create_batch(5))
    for campaign, reason in ((few, "too few boroughs"), (none, "Nothing was counted")):
        said = refusal(
            lambda campaign=campaign: Comparison.of(
                asked(campaign, cast), RESIDENTS, campaign.boroughs.all()
            )
        )
        assert reason in said


@pytest.mark.parametrize(
    ("values", "places", "finding", "legend", "levels"),
    [
        ([0, 0], 0, "Arrests in each borough: none.", ["none"], [0, 0]),
        ([2, 0], 0, "Arrests in each borough: 0 to 2.", ["none", "1", "2"], [4, 0]),
        ([1, 1], 0, "Arrests in each borough: 1.", ["none", "1"], [4, 4]),
        (
            [15, 4],
            0,
            "Arrests in each borough: 4 to 15.",
            ["none", "1 to 3", "4 to 7", "8 to 11", "12 to 15"],
            [4, 2],
        ),
        (
            [0.0401, 0.0102],
            3,
            "Arrests in each borough: 0.010 to 0.040.",
            ["none", "0.001 to 0.010", "0.011 to 0.020", "0.021 to 0.030", "0.031 to 0.040"],
            [4, 1],
        ),
    ],
)
def test_the_shade_of_a_square_is_the_one_that_the_legend_has_for_its_value(
    values: list[float], places: int, finding: str, legend: list[str], levels: list[int]
) -> None:
    boroughs = [
        Borough(pk=n, name=name, in_london=True, tile_row=1, tile_col=n)
        for n, name in enumerate(["Barnet", "Lambeth"], 1)
    ]
    found = borough_map(boroughs, dict(enumerate(values, 1)), {}, unit="arrests", places=places)
    assert found.finding == finding
    assert [shade.words for shade in found.legend] == legend
    assert [int(n) for n in re.findall(r"tile--(\d)", found.drawing)] == levels


def test_the_map_of_places_outside_london_is_empty() -> None:
    outside = Borough(pk=1, name="Outside London", in_london=False)
    found = borough_map([outside], {1: 5}, {}, unit="arrests", places=0)
    assert found.finding == "Arrests in each borough: none."
    assert "app-chart__tile" not in found.drawing


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([3, 0], "All 3: A."),
        ([3, 1], "Most often: A, 3 of 4."),
        ([2, 2, 1], "Most often: A and B, 2 of 5 each."),
        ([1, 1, 1], "Most often: A, B and C, 1 of 3 each."),
        ([1, 1, 1, 1, 0], "Most often: 4 of them alike, 1 of 4 each."),
    ],
)
def test_the_largest_part_is_named_and_ties_are_told(counts: list[int], words: str) -> None:
    assert most_words(list(zip("ABCDE", counts, strict=False))) == words


@pytest.mark.parametrize(
    ("count", "begun", "days", "words"),
    [
        (1, 1, 16, "Arrests: 1, over 1 of 16 days."),
        (1_504, 16, 16, "Arrests: 1,504, over 16 days."),
        (0, 1, 1, "Arrests: 0, over 1 day."),
    ],
)
def test_how_far_a_count_has_come(count: int, begun: int, days: int, words: str) -> None:
    assert grown_words("arrests", count, begun, days) == words


def test_short_names_are_all_different() -> None:
    names = [
        "Barnet",
        "Barking and Dagenham",
        "Haringey",
        "Harrow",
        "Hackney",
        "Kingston upon Thames",
    ]
    boroughs = [Borough(pk=n, name=name) for n, name in enumerate(names)]
    assert list(short_names(boroughs).values()) == ["Barn", "B&D", "Hari", "Harr", "Hac", "KuT"]


class TestPages:
    @pytest.fixture
    def client(self, cast: Cast) -> Client:
        return browser(cast.supervisor)

    def test_compare(self, client: Client, london: list[Borough]) -> None:
        elsewhere = BoroughFactory.create(name="Outside London", elsewhere=True)
        logged(elsewhere, OURS.first, 3)
        CampaignFactory.create(slug="all", boroughs=[*london, elsewhere])
        answer = client.get("/campaigns/all/compare/")
        parts = "12 boroughs 282 + Outside London 3 = 285 arrest events."
        assert parts in text_of(answer)
        assert "Beyond what chance explains" in text_of(answer)
        page = answer.context["page"]
        assert [row.borough for row in page.rows] == sorted(london, key=lambda b: b.name)
        assert [client.get(row.address).context["page"].count for row in page.rows[:3]] == [
            row.count for row in page.rows[:3]
        ]
        words = text_of(client.get("/campaigns/all/compare/?measure=charges&base=cases"))
        assert "Nothing was counted in these days, so there is nothing to compare." in words
        odd = client.get("/campaigns/all/compare/?measure=x&base=y&first_day=99")
        assert odd.status_code == 200
        assert "Error: " in text_of(odd)

    def test_compare_is_for_whoever_sees_every_borough(
        self, cast: Cast, campaign: Campaign
    ) -> None:
        for who, status in ((cast.officer, 403), (cast.communications, 200), (cast.auditor, 403)):
            assert browser(who).get("/campaigns/the-days/compare/").status_code == status

    @time_machine.travel(AFTER, tick=False)
    def test_uplift(self, client: Client, cast: Cast, campaign: Campaign) -> None:
        logged(cast.a, OURS.first, 30)
        logged(cast.a, date(2020, 11, 26), 10)
        answer = client.get("/campaigns/the-days/uplift/")
        words = text_of(answer)
        assert "25 November to 9 December 2021 are set against those of 26 November to 10" in words
        rows = {row.ours.measure.slug: row for row in answer.context["page"].rows}
        assert rows["arrests"].ratio.value == 3
        assert rows["arrests"].ratio.differs
        assert rows["charges"].ratio is None
        # A sum of attendances has no limits of chance.
        assert "engagement_attendances" not in rows

    @time_machine.travel(AFTER, tick=False)
    def test_uplift_without_a_baseline_says_why(self, client: Client, cast: Cast) -> None:
        CampaignFactory.create(slug="alone", boroughs=[cast.a])
        words = text_of(client.get("/campaigns/alone/uplift/"))
        assert "There is no comparison for this campaign. Nothing was counted before." in words
        words = text_of(client.get("/campaigns/alone/"))
        assert "No comparison with a baseline:" in words

    @time_machine.travel(datetime(2021, 11, 27, 10, tzinfo=LONDON), tick=False)
    def test_a_running_campaign_is_compared_by_its_whole_days(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        for day, number in ((OURS.first, 4), (date(2021, 11, 26), 4), (date(2021, 11, 27), 5)):
            logged(cast.a, day, number)
        logged(cast.a, date(2020, 11, 26), 4)
        tile = client.get("/campaigns/the-days/").context["page"].figures.tiles[0]
        assert (tile.count, tile.today[0]) == (13, 5)
        assert (tile.uplift.count, tile.uplift.other) == (8, 4)
        assert tile.against == "2.00 times the baseline, may be chance"
        assert client.get(tile.today[1]).context["page"].count == 5

    @time_machine.travel(AFTER, tick=False)
    def test_two_campaigns_side_by_side(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        other = CampaignFactory.create(
            slug="later",
            first_day=date(2021, 12, 12),
            last_day=date(2021, 12, 31),
            boroughs=[cast.a],
        )
        logged(cast.a, OURS.first, 8)
        logged(cast.a, other.first_day, 9)
        beside = "/campaigns/the-days/beside/later/"
        assert f'href="{beside}"' in text_of(client.get("/campaigns/the-days/uplift/"))
        page = client.get(beside).context["page"]
        assert (page.rows[0].count, page.rows[0].other) == (8, 9)
        words = text_of(client.get(beside))
        assert "“A day” is the count over as many days, today taken for a whole one." in words
        assert "None has been proved yet." in words
        # Nine days of the other have begun.
        assert (page.rows[0].a_day, page.rows[0].other_a_day) == (0.5, 1)
        assert not page.same_boroughs
        partners = page.rows[-1]
        assert partners.ours.measure.slug == "partners_involved"
        assert (partners.a_day, partners.other_a_day) == (None, None)
        assert text_of(client.get(beside)).count("Not by day") == 2
        CampaignFactory.create(slug="next", first_day=date(2030, 1, 1), last_day=date(2030, 1, 2))
        back = client.get("/campaigns/the-days/beside/next/", follow=True)
        assert "16 Days of Action has not begun." in text_of(back)

    def test_the_map_and_the_rates_follow_the_choice(
        self, client: Client, london: list[Borough]
    ) -> None:
        CampaignFactory.create(slug="all", boroughs=london)
        closer = client.get("/campaigns/all/?map_by=residents").context["page"].figures.closer
        assert f"{london[0].name}: 0.600 arrest events per 1,000 residents" in closer.map.drawing
        closer = client.get("/campaigns/all/").context["page"].figures.closer
        assert f"{london[0].name}: 60 arrest events" in closer.map.drawing
        assert [shade.words for shade in closer.map.legend] == [
            *["none", "1 to 15", "16 to 30", "31 to 45", "46 to 60"],
        ]
        first = client.get("/campaigns/all/?first_day=26&first_month=11&first_year=2021")
        assert first.context["page"].figures.tiles[0].count == 0
