"""A number opened: what it counts, in words, and its rows."""

from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from audit.models import LogRow
from campaigns.models import Borough, Campaign, Team
from cases.choices import BailKind, Kind, NoFurtherActionType, Offence, OrderKind, Strand
from cases.models import Outcome
from core.days import ONE_DAY, DayRange
from partners.actions.training import void_session
from summaries.actions import run_nightly
from summaries.asked import Asked, Place
from summaries.figures import By, Window, figures
from summaries.measures import BY_SLUG, OUTCOMES
from tests.cases.pages import browser, text_of
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    BasicCommandUnitFactory,
    BoroughFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    EngagementEventFactory,
    ExclusionFactory,
    OutcomeFactory,
    ParticipationFactory,
    PartnerFactory,
    SuspectFactory,
    TeamFactory,
    TrainingSessionFactory,
)
from tests.summaries.files import book_of, rows_of, sheet_of

pytestmark = pytest.mark.django_db

KINDS: list[dict[str, Any]] = [
    {"kind": Kind.ARREST},
    {"kind": Kind.ARREST, "strand": Strand.SEXUAL_OFFENCES},
    {"kind": Kind.ARREST, "strand": Strand.CHILD_ABUSE},
    {"charge": True},
    {"caution": True},
    {"order": True},
    {"notice": True},
    {"order": True, "order_kind": OrderKind.NON_MOLESTATION},
    {"application": True},
    {"kind": Kind.VOLUNTARY_ATTENDANCE},
    {"kind": Kind.BAIL, "bail_kind": BailKind.CONDITIONAL},
    {"kind": Kind.RELEASED},
    {"kind": Kind.NO_FURTHER_ACTION, "no_further_action_type": NoFurtherActionType.NO_SUSPECT},
]
DAYS = DayRange.inclusive(DAY - timedelta(days=2), DAY)


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    return CampaignFactory.create(
        slug="the-days", first_day=DAYS.first, last_day=DAYS.last, boroughs=[cast.a, cast.b]
    )


def scatter(cast: Cast, chance: Random, number: int) -> list[Outcome]:
    """Outcomes of every kind, in and around the campaign, some of which do not count."""
    teams: list[Team | None] = [*TeamFactory.create_batch(2), None]
    places = [cast.a, cast.b, BoroughFactory.create(elsewhere=True)]
    made = []
    for _, n in zip(range(number), count(), strict=False):
        case = CaseFactory.create(borough=chance.choice(places))
        traits = dict(KINDS[n % len(KINDS)])
        if "order" not in traits and "notice" not in traits and "application" not in traits:
            traits["offence"] = chance.choice([Offence.STALKING, Offence.HARASSMENT])
        made.append(
            OutcomeFactory.create(
                case=case,
                suspect=SuspectFactory.create(case=case),
                borough=case.borough,
                team=chance.choice(teams),
                happened_at=NOON - timedelta(days=chance.randint(0, 3)),
                recorded_at=NOON + timedelta(days=chance.randint(0, 1)),
                **traits,
            )
        )
    for entry in chance.sample(made, number // 8):
        Outcome.objects.filter(pk=entry.pk).update(
            voided_at=NOON + timedelta(days=2), voided_by=cast.officer, void_reason="By mistake"
        )
    for place in (cast.a, cast.b):
        EngagementEventFactory.create(borough=place, happened_at=NOON, attendances=40)
        TrainingSessionFactory.create(borough=place, happened_at=NOON, officers_trained=25)
    return made


def listed(client: Client, address: str) -> int:
    """How many rows the list of outcomes has at an address; it says so itself."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.context["list"].form.is_valid(), answer.context["list"].form.errors
    number: int = answer.context["list"].count.number
    return number


def test_each_part_of_each_breakdown_opens_onto_its_own_rows(
    cast: Cast, campaign: Campaign
) -> None:
    scatter(cast, Random(7), 39)
    client = browser(cast.force_supervisor)
    window = Window.of(campaign)
    place = Place.of_campaign(campaign, cast.force_supervisor.figures_scope)
    opened = 0
    for by in (By.OFFENCE, By.TEAM, By.DETAIL, By.BOROUGH, By.DAY):
        for measure, parts in figures(window, by).items():
            if measure.source is not OUTCOMES:
                continue
            whole = Asked(campaign, measure, campaign.days, place)
            for key, number in parts.items():
                asked = _narrowed(whole, by, key)
                page = client.get(asked.address).context["page"]
                assert page.count == number == asked.count()
                assert listed(client, asked.list_address) == number, asked
                opened += 1
    assert opened > 40


def test_each_part_of_events_opens_onto_the_list_of_just_those(
    cast: Cast, campaign: Campaign
) -> None:
    scatter(cast, Random(5), 13)
    client = browser(cast.force_supervisor)
    place = Place.of_campaign(campaign, cast.force_supervisor.figures_scope)
    whole = Asked(campaign, BY_SLUG["engagement_events"], campaign.days, place)
    opened = 0
    for by in (By.NOTHING, By.TEAM, By.DETAIL, By.BOROUGH, By.DAY):
        for key, number in figures(whole.window, by)[whole.measure].items():
            asked = _narrowed(whole, by, key) if by else whole
            page = client.get(asked.address)
            assert f'href="{escape(asked.list_address)}"' in page.content.decode()
            assert client.get(asked.list_address).context["list"].count.number == number > 0
            opened += 1
    assert opened == 6


def _narrowed(asked: Asked, by: By, key: str) -> Asked:
    if by is By.BOROUGH:
        return asked.within(Borough.objects.get(pk=key))
    if by is By.DAY:
        return asked.on(date.fromisoformat(key))
    return asked.broken(by, key, key)


def test_every_number_of_the_campaigns_page_opens_onto_itself(
    cast: Cast, campaign: Campaign
) -> None:
    scatter(cast, Random(11), 26)
    for who in (cast.supervisor, cast.officer):
        client = browser(who)
        page = client.get("/campaigns/the-days/").context["page"].figures
        numbers = [(tile.asked.address, tile.count) for tile in page.tiles]
        numbers += [(row.address, row.count) for row in page.closer.rows]
        for row in page.closer.growth.rows:
            numbers += [(to, number) for number, to in filter(None, row[1:])]
        for table in (page.by_day, page.by_borough):
            for row in [*table.rows, table.total]:
                numbers += [(address, number) for number, address in row.cells]
        for address, number in numbers:
            assert client.get(address).context["page"].count == number, (who.role, address)


def test_what_a_person_may_not_list_is_explained_all_the_same(
    cast: Cast, campaign: Campaign
) -> None:
    for place in (cast.a, cast.a, cast.b):
        OutcomeFactory.create(case=CaseFactory.create(borough=place))
    barred = Outcome.objects.filter(borough=cast.a).latest("pk")
    ExclusionFactory.create(case=barred.case, user=cast.supervisor)
    page = browser(cast.supervisor).get("/campaigns/the-days/figures/arrests/")
    assert (page.context["page"].count, page.context["page"].listable) == (3, 1)
    assert "You may list 1 of them. The other 2 are counted" in text_of(page)
    shown = browser(cast.communications).get("/campaigns/the-days/figures/arrests/")
    assert shown.context["page"].count == 3
    assert shown.context["page"].rows == []
    assert "The rows behind it" not in text_of(shown)


def test_an_officer_is_shown_figures_of_their_own_boroughs_alone(
    cast: Cast, campaign: Campaign
) -> None:
    for place in (cast.a, cast.b):
        OutcomeFactory.create(case=CaseFactory.create(borough=place))
    client = browser(cast.officer)
    assert client.get("/campaigns/the-days/figures/arrests/").context["page"].count == 1
    assert client.get("/campaigns/the-days/figures/arrests/?borough=barnet").status_code == 404
    assert client.get("/campaigns/the-days/figures/arrests/?borough=lambeth").status_code == 200


def test_what_no_total_is_stored_of_is_not_called_proved(cast: Cast, campaign: Campaign) -> None:
    TeamFactory.create(slug="one")
    run_nightly()
    client = browser(cast.force_supervisor)
    proved = "Nothing here changed since the last proof, so this is a proved total."
    live = "No total of it is stored, so none is proved: it is counted just now, from its rows."
    for figure, words in {
        "arrests/": proved,
        "arrests/?offence=stalking": proved,
        "arrests/?part=weekday-1": live,
        "arrests/?led=one": live,
        "suspects_arrested/": live,
    }.items():
        page = client.get(f"/campaigns/the-days/figures/{figure}").context["page"]
        assert page.live == words, figure


def test_a_command_is_its_boroughs(cast: Cast, campaign: Campaign) -> None:
    command = BasicCommandUnitFactory.create(code="AS")
    CommandMembershipFactory.create(borough=cast.a, command=command)
    for place in (cast.a, cast.a, cast.b):
        OutcomeFactory.create(case=CaseFactory.create(borough=place))
    client = browser(cast.force_supervisor)
    page = client.get("/campaigns/the-days/figures/arrests/?command=AS").context["page"]
    assert (page.count, page.asked.place.label) == (2, command.name)
    assert page.back == (command.name, "/campaigns/the-days/commands/AS/")
    assert listed(client, page.asked.list_address) == 2


@pytest.mark.parametrize(
    "address",
    [
        *("nothing/", "arrests/?borough=nowhere", "arrests/?command=ZZ"),
        *("arrests/?team=999999", "arrests/?team=x", "arrests/?offence=x", "arrests/?detail=x"),
        *("suspects_arrested/?offence=stalking", "engagement_events/?detail=dvpo"),
        *("arrests/?part=weekday-0", "arrests/?part=hours-8", "arrests/?part=helped-999999"),
        *("arrests/?part=followed-x", "arrests/?part=x", "engagement_events/?part=weekday-1"),
    ],
)
def test_a_figure_that_does_not_exist_is_not_found(
    cast: Cast, campaign: Campaign, address: str
) -> None:
    assert browser(cast.supervisor).get(f"/campaigns/the-days/figures/{address}").status_code == 404


def test_odd_days_fall_back_on_the_campaigns_own(cast: Cast, campaign: Campaign) -> None:
    client = browser(cast.supervisor)
    for query in ("first_day=x&first_month=1&first_year=1", "first_day=99&last_day=1"):
        page = client.get(f"/campaigns/the-days/figures/arrests/?{query}").context["page"]
        assert page.asked.days == campaign.days


def test_the_words_say_what_is_left_out_and_what_is_live(cast: Cast, campaign: Campaign) -> None:
    case = CaseFactory.create(borough=cast.a)
    suspect = SuspectFactory.create(case=case)
    kept = OutcomeFactory.create(case=case, suspect=suspect, recorded_at=NOON + 2 * ONE_DAY)
    OutcomeFactory.create(case=case, suspect=suspect, merged_into=kept, **_merge(cast.officer))
    run_nightly()
    client = browser(cast.supervisor)
    words = text_of(client.get("/campaigns/the-days/figures/arrests/"))
    assert "1 merged into another entry of the same event" in words
    assert "0 void" in words
    assert "1 of those that you may list was entered on a later day." in words
    assert "Nothing here changed since the last proof" in words
    Outcome.objects.filter(pk=kept.pk).update(
        voided_at=NOON + 3 * ONE_DAY, voided_by=cast.officer, void_reason="By mistake"
    )
    words = text_of(client.get("/campaigns/the-days/figures/arrests/"))
    assert "1 void" in words
    assert "One day in boroughs changed since the last proof, counted anew just now" in words
    run_nightly()
    words = text_of(client.get("/campaigns/the-days/figures/arrests/"))
    assert "restated once after it had been counted" in words
    assert 'href="/campaigns/the-days/changes/?measure=arrests&amp;by="' in words
    words = text_of(client.get("/campaigns/the-days/figures/arrests/?borough=lambeth"))
    changes = "/campaigns/the-days/changes/?measure=arrests&by=&borough=lambeth"
    assert f'href="{escape(changes)}"' in words
    assert len(client.get(changes).context["page"].page.rows) == 1


def test_a_rate_and_a_ratio_are_explained_behind_their_count(
    cast: Cast, campaign: Campaign
) -> None:
    Borough.objects.filter(pk=cast.a.pk).update(population=10_000, population_year=2021)
    Campaign.objects.update(
        baseline="dates",
        baseline_none_reason="",
        baseline_first_day=DAYS.first - timedelta(days=7),
        baseline_last_day=DAYS.last - timedelta(days=7),
    )
    for days_ago in (1, 1, 1, 1, 8, 8, 0):
        case = CaseFactory.create(borough=cast.a)
        OutcomeFactory.create(case=case, happened_at=NOON - timedelta(days=days_ago))
    client, page = browser(cast.force_supervisor), "/campaigns/the-days/figures/arrests/"
    with time_machine.travel(NOON, tick=False):
        words = text_of(client.get(f"{page}?borough=lambeth"))
        rate = "0.500 per 1,000 residents: 5 for 10,000 residents of all ages in the middle of 2021"
        assert rate in words
        assert "Its 95% interval is 0.162 to 1.167: exact limits" in words
        assert "100.00 per 100 recorded cases: 5 for 5 cases of domestic abuse" in words
        assert "Its 95% interval is 32.47 to 233.37: exact limits" in words
        ratio = "Over 2 days with the same weekdays: 4 against 2 in “the baseline”, 2.00 times"
        assert ratio in words
        explained = client.get(f"{page}?borough=lambeth").context["page"]
        assert client.get(explained.against.address).context["page"].count == 2
        rows = dict(rows_of(client.get(f"{page}tables/what-this-number-is.csv"))[2:])
        assert rows["Against the baseline"].startswith(ratio)
        assert "As a rate" not in rows
        for other in ("arrests/?offence=stalking", "officers_trained/", "suspects_arrested/"):
            found = client.get(f"/campaigns/the-days/figures/{other}").context["page"]
            assert (found.rates, found.against) == ([], None), other


def _merge(by: User) -> dict[str, Any]:
    return {"merged_at": NOON, "merged_by": by}


def test_opening_a_number_with_rows_is_in_the_log_with_what_was_asked(
    cast: Cast, campaign: Campaign
) -> None:
    browser(cast.supervisor).get("/campaigns/the-days/figures/arrests/?borough=lambeth")
    row = LogRow.objects.get(action=LogRow.Action.SEARCH)
    assert (row.actor, row.object_type, row.details) == (
        cast.supervisor.username,
        "cases.outcome",
        {"figure": "arrests", "borough": "lambeth"},
    )


def test_officers_trained_open_onto_their_sessions_page_by_page(
    cast: Cast, campaign: Campaign
) -> None:
    team = TeamFactory.create()
    for number in range(21):
        TrainingSessionFactory.create(
            borough=cast.a, happened_at=NOON, officers_trained=number, team=team
        )
    other = TrainingSessionFactory.create(borough=cast.b, happened_at=NOON, officers_trained=1000)
    TrainingSessionFactory.create(borough=cast.a, happened_at=NOON + ONE_DAY)
    void = TrainingSessionFactory.create(borough=cast.a, happened_at=NOON)
    void_session(session=void, by=cast.supervisor, reason="Not held")
    address = "/campaigns/the-days/figures/officers_trained/?borough=lambeth"
    client, found = browser(cast.supervisor), []
    first = client.get(address)
    page = first.context["page"]
    assert page.count == sum(range(21))
    for answer in (first, client.get(f"{address}&page={page.page.after}")):
        sessions = answer.context["page"].page.rows
        found += sessions
        for session in sessions:
            assert f'href="/training/sessions/{session.pk}/"' in answer.content.decode()
        assert f'href="/training/sessions/{other.pk}/"' not in answer.content.decode()
    assert len(found) == 21
    assert sum(session.officers_trained for session in found) == page.count
    assert client.get(f"{address}&page=none")["Location"] == address
    row = LogRow.objects.filter(object_type="partners.trainingsession").earliest("pk")
    assert (row.results, row.details) == (
        20,
        {"figure": "officers_trained", "borough": "lambeth"},
    )
    led = client.get(f"{address}&team={team.pk}").context["page"]
    assert led.training.count() == 21
    assert client.get(f"{address}&team=not_stated").context["page"].training.count() == 0
    book = book_of(client.get(address.replace("/?", "/tables.xlsx?page=none&")))
    assert len(sheet_of(book, "Sessions")) == 22


def test_partners_involved_open_onto_each_partner_once(cast: Cast, campaign: Campaign) -> None:
    often, once, elsewhere = (PartnerFactory.create(name=name) for name in ("B", "A", "C"))
    for partner, borough, state in (
        *((often, cast.a, "done"), (often, cast.a, "done"), (once, cast.a, "done")),
        *((elsewhere, cast.b, "done"), (elsewhere, cast.a, "planned")),
    ):
        ParticipationFactory.create(
            partner=partner,
            event__borough=borough,
            event__happened_at=NOON,
            event__status=state,
            event__attendances=0,
            event__reach_method="",
        )
    TrainingSessionFactory.create(borough=cast.a, happened_at=NOON, partner=often)
    run_nightly()
    address = "/campaigns/the-days/figures/partners_involved/?borough=lambeth"
    for who in (cast.supervisor, cast.officer):
        answer = browser(who).get(address)
        assert answer.context["page"].partners == [(once, 1), (often, 3)]
        assert answer.context["page"].count == 2
        assert "No total of it is stored" in text_of(answer)
        assert "proved total" not in text_of(answer)
    sheet = browser(cast.supervisor).get(address.replace("/?", "/tables/partners.csv?"))
    assert rows_of(sheet)[2:] == [["A", "1"], ["B", "3"]]


def test_the_list_address_says_no_more_than_the_measure(cast: Cast, campaign: Campaign) -> None:
    place = Place.of_campaign(campaign, cast.force_supervisor.figures_scope)
    asked = Asked(campaign, BY_SLUG["charges"], campaign.days, place)
    query = parse_qs(urlsplit(asked.list_address).query)
    days = {f"{end}_{part}" for end in ("first", "last") for part in ("day", "month", "year")}
    # The campaign has every borough there is.
    assert query.keys() - days == {"state", "kind", "strand"}
    BoroughFactory.create()
    assert "boroughs" in parse_qs(urlsplit(asked.list_address).query)
