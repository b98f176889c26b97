"""One borough, one command, one team: parts that add up, and what became of what was counted."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from campaigns.models import Campaign
from cases.choices import BailKind, DisclosureDecision, Kind, Recipient
from cases.models import Case, Outcome
from core.days import LONDON, ONE_DAY, DatabaseNow, DayRange
from summaries.asked import Asked, Place
from summaries.lifecycle import cohorts, rhythm
from summaries.measures import BY_SLUG
from summaries.presenters.campaign import Whole
from summaries.presenters.depth import Depth
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import (
    BasicCommandUnitFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    DisclosureApplicationFactory,
    EngagementEventFactory,
    EvidenceSubmissionFactory,
    OrderBreachFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    ProtectiveOrderFactory,
    SuspectFactory,
    TeamFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
    UserFactory,
)
from tests.summaries.files import Cells
from tests.summaries.test_explain import listed
from tests.summaries.test_states import words_on

pytestmark = pytest.mark.django_db

DAYS = DayRange.inclusive(date(2021, 11, 25), date(2021, 12, 10))
NOON = datetime(2021, 11, 25, 12, tzinfo=LONDON)
LATER = NOON + timedelta(days=30)


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    return CampaignFactory.create(slug="the-days", boroughs=[cast.a, cast.b])


@pytest.fixture
def place(cast: Cast, campaign: Campaign) -> Place:
    return Place.of_campaign(campaign, cast.force_supervisor.figures_scope).borough(cast.a)


@pytest.fixture
def whole(campaign: Campaign, place: Place) -> Whole:
    return Whole(campaign, DAYS, place)


def on(case: Case, when: datetime, suspect: Any = None, **fields: Any) -> Outcome:
    made: Outcome = OutcomeFactory.create(
        case=case,
        suspect=suspect or case.suspects.first() or SuspectFactory.create(case=case),
        happened_at=when,
        **fields,
    )
    return made


def cohort(whole: Whole, label: str) -> tuple[int, list[tuple[str, int, int]]]:
    """How many there are, and of each step its label, how many by the end and how many up to now.

    Each number is its own explanation's, which opens onto as many rows.
    """
    found = next(one for one in cohorts(whole.asked) if one.label == label)
    client = browser(UserFactory.create(role=User.Role.SUPERVISOR, whole_force=True))
    opened = [(found.size, found.asked.address)]
    for step in found.steps:
        opened += zip((step.within, step.by_now), step.addresses, strict=True)
    for number, address in opened:
        page = client.get(address).context["page"]
        assert page.count == page.listable == number, address
        assert listed(client, page.asked.list_address) == number, address
    return found.size, [(step.label, step.within, step.by_now) for step in found.steps]


def test_what_followed_an_arrest_is_told_within_the_days_and_up_to_now(
    cast: Cast, whole: Whole
) -> None:
    bailed, charged, alone, other = (CaseFactory.create(borough=cast.a) for _ in range(4))
    for case in (bailed, charged, alone):
        on(case, NOON)
    on(bailed, NOON + ONE_DAY, kind=Kind.BAIL, bail_kind=BailKind.CONDITIONAL)
    on(bailed, LATER, kind=Kind.CHARGE)
    on(charged, NOON + ONE_DAY, kind=Kind.CHARGE)
    on(charged, NOON + 2 * ONE_DAY, kind=Kind.CHARGE, offence="stalking")
    # Nothing that came before, was another's, or does not count.
    on(alone, NOON - ONE_DAY, kind=Kind.CHARGE)
    on(alone, NOON + ONE_DAY, SuspectFactory.create(case=alone, number=2), kind=Kind.CHARGE)
    void = on(alone, NOON + ONE_DAY, kind=Kind.CHARGE)
    Outcome.objects.filter(pk=void.pk).update(
        voided_at=DatabaseNow(), voided_by=cast.officer, void_reason="By mistake"
    )
    on(other, NOON - ONE_DAY)
    assert cohort(whole, "Arrests") == (
        3,
        [
            ("charged", 1, 2),
            ("cautioned", 0, 0),
            ("bailed before charge", 1, 1),
            ("released under investigation", 0, 0),
            ("no further action", 0, 0),
            ("nothing logged yet", 1, 1),
        ],
    )


def test_a_notice_leads_to_its_order_and_the_order_to_service_and_breach(
    cast: Cast, whole: Whole
) -> None:
    case = CaseFactory.create(borough=cast.a)
    on(case, NOON, notice=True)
    granted = on(case, NOON + 2 * ONE_DAY, order=True)
    order = ProtectiveOrderFactory.create(
        case=case, outcome=granted, served=True, served_at=NOON + 3 * ONE_DAY
    )
    OrderBreachFactory.create(order=order, happened_at=LATER)
    on(CaseFactory.create(borough=cast.a), NOON, notice=True)
    assert cohort(whole, "Protection notices") == (2, [("an order followed", 1, 1)])
    assert cohort(whole, "Restrictive orders") == (1, [("served", 1, 1), ("breached", 0, 1)])


def test_an_application_a_decision_and_a_disclosure_are_three_facts(
    cast: Cast, whole: Whole
) -> None:
    for days in (2, 40):
        case = CaseFactory.create(borough=cast.a)
        logged = on(case, NOON, application=True, suspect=None)
        DisclosureApplicationFactory.create(
            case=case,
            outcome=logged,
            received_on=DAYS.first,
            decision=DisclosureDecision.DISCLOSE,
            decided_on=DAYS.first + timedelta(days=days),
            disclosed_on=DAYS.first + timedelta(days=days + 30),
            recipient=Recipient.PERSON_AT_RISK,
        )
    assert cohort(whole, "Clare's Law applications") == (
        2,
        [("decided", 1, 2), ("decided to disclose", 1, 2), ("disclosed", 0, 2)],
    )


def test_the_rhythm_is_londons_in_summer_too(cast: Cast, campaign: Campaign, place: Place) -> None:
    """Half past eleven in the evening in UTC is the next day in London in June."""
    june = DayRange.inclusive(date(2021, 6, 1), date(2021, 6, 30))
    on(CaseFactory.create(borough=cast.a), datetime.fromisoformat("2021-06-20T23:30+00:00"))
    found = rhythm(Asked(campaign, BY_SLUG["arrests"], june, place))
    assert (found.weekdays, found.hours) == ([1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0])


def words_at(client: Client, address: str) -> str:
    return words_on(client.get(address).content.decode())


def parts_of(depth: Depth) -> dict[str, dict[str, int]]:
    return {part.title: {row.label: row.count for row in part.rows} for part in depth.breakdowns}


class TestPage:
    @pytest.fixture
    def client(self, cast: Cast) -> Client:
        return browser(cast.supervisor)

    @time_machine.travel(LATER, tick=False)
    def test_the_parts_of_a_borough_open_onto_their_rows_and_add_up(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        team = TeamFactory.create(name="Taskforce")
        for offence, lead in (("stalking", team), ("stalking", None), ("rape", team)):
            on(CaseFactory.create(borough=cast.a), NOON, offence=offence, team=lead)
        on(CaseFactory.create(borough=cast.b), NOON)
        page = client.get("/campaigns/the-days/boroughs/lambeth/").context["page"]
        shown = parts_of(page.depth)
        assert shown == {
            "By offence": {"Stalking": 2, "Rape or attempted rape": 1},
            "By lead team": {"Taskforce": 2, "Not stated": 1},
        }
        for part in page.depth.breakdowns:
            for row in part.rows:
                assert client.get(row.address).context["page"].count == row.count
        assert page.tiles[0].count == sum(row.count for row in page.depth.breakdowns[0].rows) == 3
        for rows in (page.depth.when.of_weekdays, page.depth.when.of_hours):
            assert sum(row.count for row in rows) == 3
            for row in rows:
                asked = client.get(row.address).context["page"].asked
                assert asked.count() == listed(client, asked.list_address) == row.count

    @time_machine.travel(LATER, tick=False)
    def test_engagement_training_and_what_is_overdue_stand_beside(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        event = EngagementEventFactory.create(borough=cast.a, happened_at=NOON, attendances=1)
        EngagementEventFactory.create(borough=cast.b, happened_at=NOON)
        session = TrainingSessionFactory.create(
            borough=cast.a, happened_at=NOON, officers_trained=20
        )
        case = CaseFactory.create(borough=cast.a)
        DisclosureApplicationFactory.create(case=case, received_on=date(2021, 11, 1))
        EvidenceSubmissionFactory.create(case=CaseFactory.create(borough=cast.b))
        answer = client.get("/campaigns/the-days/boroughs/lambeth/")
        found = [row for table in Cells(answer.content.decode()).tables for row in table]
        assert [clock.case for clock in answer.context["page"].depth.overdue] == [case]
        assert [event.title, "25 November 2021", "Lambeth", "1"] in found
        assert [str(session.programme), "25 November 2021", "Lambeth", "20"] in found
        shown = browser(cast.communications).get("/campaigns/the-days/boroughs/lambeth/")
        assert shown.context["page"].depth.overdue is None
        assert case.reference not in text_of(shown)

    def test_a_command_and_who_sees_what(self, cast: Cast, campaign: Campaign) -> None:
        command = BasicCommandUnitFactory.create(code="AS")
        CommandMembershipFactory.create(borough=cast.a, command=command)
        CommandMembershipFactory.create(borough=cast.b, command=command)
        for borough in (cast.a, cast.b):
            on(CaseFactory.create(borough=borough), NOON)
        address = "/campaigns/the-days/commands/AS/"
        counts = {
            who.role: browser(who).get(address).context["page"].tiles[0].count
            for who in (cast.supervisor, cast.officer)
        }
        assert counts == {"supervisor": 2, "officer": 1}
        page = browser(cast.supervisor).get(address).context["page"]
        assert page.near == [
            (borough.name, f"/campaigns/the-days/boroughs/{borough.slug}/")
            for borough in sorted((cast.a, cast.b), key=lambda one: one.name)
        ]
        page = browser(cast.officer).get("/campaigns/the-days/boroughs/lambeth/").context["page"]
        assert page.near == [(command.name, address)]
        assert browser(cast.outsider).get(address).status_code == 404
        assert browser(cast.officer).get("/campaigns/the-days/boroughs/barnet/").status_code == 404
        assert browser(cast.officer).get("/campaigns/the-days/commands/ZZ/").status_code == 404

    def test_before_the_first_day_it_says_so(self, client: Client, cast: Cast) -> None:
        CampaignFactory.create(
            slug="next", first_day=date(2090, 1, 1), last_day=date(2090, 1, 9), boroughs=[cast.a]
        )
        words = text_of(client.get("/campaigns/next/boroughs/lambeth/"))
        assert "Figures appear here from 1 January 2090, the first day." in words

    def test_what_a_team_led_and_what_it_helped_with_stand_apart(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        team, other = TeamFactory.create(slug="one"), TeamFactory.create()
        on(CaseFactory.create(borough=cast.a), NOON, team=team)
        helped = on(CaseFactory.create(borough=cast.a), NOON, team=other)
        notice = on(CaseFactory.create(borough=cast.a), NOON, team=other, notice=True)
        for outcome in (helped, notice):
            OutcomeSupportFactory.create(outcome=outcome, team=team)
        page = client.get("/campaigns/the-days/teams/one/").context["page"]
        assert [(c.measure.slug, c.led, c.helped) for c in page.credits[:4]] == [
            *[("arrests", 1, 1), ("charges", 0, 0), ("cautions", 0, 0), ("orders", 0, 0)]
        ]
        for address in (page.credits[0].address, page.credits[0].helped_address):
            asked = client.get(address).context["page"].asked
            assert asked.count() == listed(browser(cast.force_supervisor), asked.list_address) == 1
        assert client.get("/campaigns/the-days/teams/none/").status_code == 404

    def test_a_team_is_credited_with_the_events_that_it_helped_at(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        team, other = TeamFactory.create(slug="one"), TeamFactory.create()
        for lead, people, state in (
            *((team, 30, "done"), (other, 40, "done"), (other, 50, "done")),
            (other, 0, "cancelled"),
        ):
            event = EngagementEventFactory.create(
                borough=cast.a,
                happened_at=NOON,
                team=lead,
                status=state,
                attendances=people,
                reach_method="clicker" if people else "",
            )
            event.supporting_teams.add(other if lead == team else team)
        outside = EngagementEventFactory.create(borough=cast.a, happened_at=LATER, team=other)
        outside.supporting_teams.add(team)
        TrainingSessionFactory.create(
            borough=cast.a, happened_at=NOON, team=team, officers_trained=9
        )
        page = client.get("/campaigns/the-days/teams/one/").context["page"]
        assert [(c.measure.slug, c.led, c.helped) for c in page.credits[5:]] == [
            *[("engagement_events", 1, 2), ("engagement_attendances", 30, 90)],
            ("officers_trained", 9, None),
        ]
        for credit in page.credits[5:7]:
            opened = client.get(credit.helped_address).context["page"]
            assert (opened.count, opened.title) == (
                credit.helped,
                f"{credit.measure.label}: helped by {team}",
            )
            rows = client.get(opened.asked.list_address).context["page"].rows
            assert [event.team for event in rows] == [other, other]
        assert "Officers trained 9 Not kept" in words_at(client, "/campaigns/the-days/teams/one/")

    @time_machine.travel(LATER, tick=False)
    def test_training_is_told_with_its_attendances_and_for_all_of_london_its_target(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        programme = TrainingProgrammeFactory.create(name="Matters", target=80)
        for borough, when, trained in ((cast.a, NOON, 20), (cast.b, NOON, 1), (cast.a, LATER, 19)):
            TrainingSessionFactory.create(
                programme=programme,
                borough=borough,
                happened_at=when,
                officers_trained=trained,
                officers_attended=trained + 4,
            )
        behind = "{} attendances at {} training session"
        target = "Up to now Matters has trained 40 officers of its target of 80 (50%)."
        whole = words_at(client, "/campaigns/the-days/")
        assert f"Of {behind.format(29, 2)}s, 21 were of officers trained for the first" in whole
        assert target in whole
        lambeth = words_at(client, "/campaigns/the-days/boroughs/lambeth/")
        assert f"Of {behind.format(24, 1)}, 20 were of officers trained for the first" in lambeth
        for page in (lambeth, words_at(browser(cast.officer), "/campaigns/the-days/")):
            assert target not in page

    @time_machine.travel(LATER, tick=False)
    def test_what_a_team_led_is_told_in_depth_and_opens_onto_its_rows(
        self, client: Client, cast: Cast, campaign: Campaign
    ) -> None:
        team, other = TeamFactory.create(slug="one"), TeamFactory.create()
        led = CaseFactory.create(borough=cast.a, team=team)
        on(led, NOON, team=team, offence="stalking")
        on(led, NOON + ONE_DAY, team=other, kind=Kind.CHARGE)
        on(CaseFactory.create(borough=cast.b), NOON, team=team, offence="rape")
        on(CaseFactory.create(borough=cast.a), NOON, team=other, offence="rape")
        for lead in (team, other):
            EngagementEventFactory.create(borough=cast.a, happened_at=NOON, team=lead)
            TrainingSessionFactory.create(borough=cast.a, happened_at=NOON, team=lead)
        DisclosureApplicationFactory.create(case=led, received_on=date(2021, 11, 1))
        DisclosureApplicationFactory.create(
            case=CaseFactory.create(borough=cast.a, team=other), received_on=date(2021, 11, 1)
        )
        depth = client.get("/campaigns/the-days/teams/one/").context["page"].depth
        assert parts_of(depth) == {"By offence": {"Stalking": 1, "Rape or attempted rape": 1}}
        assert [clock.case for clock in depth.overdue] == [led]
        assert [event.team for event in depth.events_held] == [team]
        assert [session.team for session in depth.sessions_held] == [team]
        arrests = depth.cohorts[0]
        assert (arrests.size, arrests.steps[0].by_now, arrests.steps[-1].by_now) == (2, 1, 1)
        opened = [
            (row.count, row.address)
            for rows in (depth.breakdowns[0].rows, depth.when.of_weekdays, depth.when.of_hours)
            for row in [*rows, depth.when.total]
        ]
        opened += [(arrests.size, arrests.asked.address)]
        opened += [(step.by_now, step.addresses[1]) for step in arrests.steps]
        everywhere = browser(cast.force_supervisor)
        for number, address in opened:
            page = everywhere.get(address).context["page"]
            assert f"led by {team}" in page.title
            assert page.count == page.listable == number, address
            assert listed(everywhere, page.asked.list_address) == number, address
        assert client.get("/campaigns/the-days/figures/arrests/?led=none").status_code == 404
