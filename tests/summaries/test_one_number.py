"""Every figure is one number wherever it stands: on a page, explained, in its list, in each file,
in the morning's email, in the briefing and on the command line, for whoever may read it."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from io import StringIO
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.permissions import BoroughScope, Permission
from campaigns.models import Borough, Campaign, Team
from cases.actions import outcomes as actions
from cases.choices import BailKind, Kind
from cases.models import Outcome
from core.days import DatabaseNow, DayRange
from partners.models import EngagementEvent, Participation, Partner, TrainingSession
from summaries.actions import run_nightly
from summaries.digest import figures_for
from summaries.figures import Window
from summaries.measures import (
    ADDED_UP,
    BY_SLUG,
    EVENTS,
    HEADLINES,
    INVOLVEMENT,
    MEASURES,
    OUTCOMES,
    TRAINING,
    Measure,
)
from tests.cases.pages import browser
from tests.conftest import Cast
from tests.factories import (
    NOON,
    BasicCommandUnitFactory,
    BoroughFactory,
    CampaignFactory,
    CaseFactory,
    CommandMembershipFactory,
    EngagementEventFactory,
    OutcomeSupportFactory,
    ParticipationFactory,
    SuspectFactory,
    TeamFactory,
    TrainingSessionFactory,
    UserFactory,
)
from tests.summaries.brute import partners_involved, rows, suspects_arrested
from tests.summaries.files import book_of, headlines_of_files, rows_of, sheet_of
from tests.summaries.test_digest import SEVEN, figures_in
from tests.summaries.test_explain import DAYS

pytestmark = pytest.mark.django_db

LONDON = "/campaigns/the-days/"
BLANK: dict[str, Any] = {"offence": "", "strand": "domestic_abuse"} | dict.fromkeys(
    ("order_kind", "caution_kind", "route", "bail_kind", "no_further_action_type"), ""
)
SHAPES: list[dict[str, Any]] = [
    BLANK | {"kind": Kind(kind)} | fields
    for kind, fields in (
        ("arrest", {"offence": "stalking"}),
        ("arrest", {"offence": "rape", "strand": "sexual_offences"}),
        ("arrest", {"offence": "assault_injury", "strand": "child_abuse"}),
        ("charge", {"offence": "stalking"}),
        ("caution", {"offence": "harassment", "caution_kind": "simple"}),
        ("order", {"order_kind": "dvpo"}),
        ("order", {"order_kind": "dvpn"}),
        ("disclosure_application", {"route": "right_to_know"}),
        ("voluntary_attendance", {"offence": "stalking"}),
        ("bail", {"offence": "stalking", "bail_kind": BailKind.CONDITIONAL}),
        ("released_under_investigation", {"offence": "ccb"}),
        ("no_further_action", {"offence": "ccb", "no_further_action_type": "ho16"}),
    )
]


@pytest.fixture
def campaign(cast: Cast) -> Iterator[Campaign]:
    """Its third and last day; Lambeth and Barnet are a command, and there is a place beyond."""
    command = BasicCommandUnitFactory.create(code="AS", name="South")
    for borough in (cast.a, cast.b):
        CommandMembershipFactory.create(borough=borough, command=command)
    elsewhere = BoroughFactory.create(name="Outside London", elsewhere=True)
    User.objects.update(email="somebody@example.org")
    with time_machine.travel(SEVEN + timedelta(hours=6), tick=False):
        yield CampaignFactory.create(
            slug="the-days",
            first_day=DAYS.first,
            last_day=DAYS.last,
            boroughs=[cast.a, cast.b, elsewhere],
        )


class Walk:
    """A borough's day: entries made, mended, taken back and merged, in an order left to chance."""

    def __init__(self, cast: Cast, chance: Random) -> None:
        self.by, self.chance = cast.force_supervisor, chance
        self.places = list(Borough.objects.order_by("pk"))
        self.teams: list[Team] = TeamFactory.create_batch(3)
        self.suspects = [
            SuspectFactory.create(case=CaseFactory.create(borough=place))
            for place in self.places * 2
        ]

    def go(self, steps: int) -> None:
        """Each kind of step once at least, where there are so many."""
        known: list[Callable[[], None]] = [
            *(self.log, self.log, self.amend_day, self.amend_borough, self.amend_kind),
            *(self.transfer, self.void, self.restore, self.merge, self.unmerge, self.support),
            *(self.hold_an_event, self.mend_an_event, self.join, self.leave),
            *(self.train, self.mend_training),
        ]
        for number in range(steps):
            known[number % len(known)]()

    def log(self, shape: dict[str, Any] | None = None) -> None:
        fields = dict(shape or self.chance.choice(SHAPES))
        suspect = self.chance.choice(self.suspects)
        actions.log_outcome(
            by=self.by,
            # By chance too, as the database orders by it.
            token=UUID(int=self.chance.getrandbits(128), version=4),
            case=suspect.case,
            suspect=suspect,
            happened_at=self.moment(),
            team=self.chance.choice(self.teams),
            supporting_teams=self.chance.sample(self.teams, 1),
            **fields,
        )

    def moment(self) -> Any:
        """Of the campaign, of the day before it or of the day after."""
        return NOON - timedelta(
            days=self.chance.randint(-1, 3), minutes=self.chance.randint(0, 600)
        )

    def any_of(self, found: Any) -> Any:
        return self.chance.choice(list(found.order_by("pk")) or [None])

    def amend(self, **changes: Any) -> None:
        actions.amend_outcome(outcome=self.any_of(Outcome.objects), by=self.by, **changes)

    def amend_day(self) -> None:
        self.amend(happened_at=self.moment())

    def amend_borough(self) -> None:
        self.amend(borough=self.chance.choice(self.places))

    def amend_kind(self) -> None:
        self.amend(**self.chance.choice(SHAPES))

    def transfer(self) -> None:
        case = self.chance.choice(self.suspects).case
        case.refresh_from_db()
        actions.correct_borough(case=case, borough=self.chance.choice(self.places), by=self.by)

    def void(self) -> None:
        if row := self.any_of(Outcome.objects.counted()):
            actions.void_outcome(outcome=row, by=self.by, reason="Entered twice")

    def restore(self) -> None:
        if row := self.any_of(Outcome.objects.exclude(voided_at=None)):
            actions.restore_outcome(outcome=row, by=self.by)

    def merge(self) -> None:
        """Two entries of one suspect, where neither holds others."""
        alone = Outcome.objects.counted().filter(duplicates=None)
        one = self.any_of(alone)
        other = one and self.any_of(alone.filter(suspect=one.suspect).exclude(pk=one.pk))
        if other:
            actions.merge_outcome(duplicate=one, into=other, by=self.by)

    def unmerge(self) -> None:
        if row := self.any_of(Outcome.objects.exclude(merged_into=None)):
            actions.unmerge_outcome(duplicate=row, by=self.by)

    def support(self) -> None:
        """Credit, which is in no total."""
        row = self.any_of(Outcome.objects.filter(supporting_teams=None))
        if row:
            OutcomeSupportFactory.create(outcome=row, team=self.teams[0])

    def hold_an_event(self) -> None:
        people = self.chance.randint(0, 1500)
        event = EngagementEventFactory.create(
            borough=self.chance.choice(self.places),
            happened_at=self.moment(),
            team=self.teams[0],
            attendances=people,
            reach_method="clicker" if people else "",
        )
        ParticipationFactory.create(event=event)
        event.supporting_teams.add(self.teams[1])

    def join(self) -> None:
        """A partner of another event comes to this one too."""
        event = self.any_of(EngagementEvent.objects)
        partner = self.any_of(Partner.objects.exclude(participations__event=event))
        if partner:
            ParticipationFactory.create(event=event, partner=partner)

    def leave(self) -> None:
        self.any_of(Participation.objects).delete()

    def mend_an_event(self) -> None:
        event = self.any_of(EngagementEvent.objects)
        change: dict[str, Any] = self.chance.choice(
            [
                {"borough": self.chance.choice(self.places), "happened_at": self.moment()},
                {"attendances": 7, "reach_method": "sign_in", "status": "done"},
                {"attendances": 0, "reach_method": "", "status": "cancelled"},
            ]
        )
        EngagementEvent.objects.filter(pk=event.pk).update(**change)

    def train(self) -> None:
        TrainingSessionFactory.create(
            borough=self.chance.choice(self.places),
            happened_at=self.moment(),
            team=self.teams[2],
            officers_trained=self.chance.randint(1, 80),
        )

    def mend_training(self) -> None:
        session = self.any_of(TrainingSession.objects)
        change: dict[str, Any] = self.chance.choice(
            [
                {"borough": self.chance.choice(self.places)},
                {"officers_trained": 3, "officers_attended": 5},
                {"voided_at": DatabaseNow(), "voided_by": self.by, "void_reason": "Not held"},
            ]
        )
        TrainingSession.objects.filter(pk=session.pk, voided_at=None).update(**change)


class View(NamedTuple):
    """Somebody, a page of theirs, the boroughs that it is of, and what the email calls it."""

    who: User
    page: str
    boroughs: frozenset[int]
    narrowed: str = ""
    mailed: str = ""


def views(cast: Cast) -> Iterator[View]:
    a, b = cast.a.pk, cast.b.pk
    whole = frozenset(Borough.objects.values_list("pk", flat=True))
    of_two = UserFactory.create(
        role=User.Role.SUPERVISOR, boroughs=[cast.a, cast.b], email="two@example.org"
    )
    lambeth, barnet = f"{LONDON}boroughs/lambeth/", f"{LONDON}boroughs/barnet/"
    yield View(cast.force_supervisor, LONDON, whole, mailed="All boroughs")
    yield View(cast.force_supervisor, f"{LONDON}commands/AS/", frozenset({a, b}), "command=AS")
    yield View(cast.supervisor, LONDON, whole, mailed="All boroughs")
    yield View(cast.supervisor, lambeth, frozenset({a}), "borough=lambeth", "Lambeth")
    yield View(of_two, lambeth, frozenset({a}), "borough=lambeth", "Lambeth")
    yield View(of_two, barnet, frozenset({b}), "borough=barnet", "Barnet")
    yield View(cast.officer, LONDON, frozenset({a}))
    yield View(cast.officer, lambeth, frozenset({a}), "borough=lambeth")
    yield View(cast.communications, barnet, frozenset({b}), "borough=barnet")


def expected(
    boroughs: frozenset[int], days: DayRange = DAYS, team: str | None = None
) -> dict[str, int]:
    """What a person would count in the campaign's days, of each measure."""
    counted: Counter[str] = Counter()
    for row in rows():
        if row.day in days and row.borough in boroughs and team in {None, row.team}:
            counted[row.measure] += row.amount
    window = Window(days, BoroughScope(everywhere=False, borough_ids=boroughs))
    counted["suspects_arrested"] = suspects_arrested(window)
    counted["partners_involved"] = partners_involved(window)
    return {measure.slug: counted[measure.slug] for measure in MEASURES}


def tiles_of(page: str) -> dict[str, int]:
    """The figure on each tile, as it is written, by its label."""
    tile = r'<dt>(.*?)</dt>\s*<dd>\s*<a class="app-number app-tile__count"[^>]*>([\d,]+)</a>'
    return {unescape(label): number(count) for label, count in re.findall(tile, page)}


def number(written: str) -> int:
    return int(written.replace(",", ""))


def assert_opens_onto(client: Client, view: View, measure: Measure, figures: Any) -> None:
    """The number explained, and the list and the files of its rows, if it has any to list."""
    answer: Any = client.get(f"{LONDON}figures/{measure.slug}/?{view.narrowed}")
    opened, page = answer.context["page"], answer.content.decode()
    [written] = re.findall(r'<span class="app-tile__count">([\d,]+)</span>', page)
    assert number(written) == opened.count == figures(view.boroughs)[measure.slug]
    assert_rows_of_engagement(client, opened, measure, figures(view.boroughs))
    reads = view.who.may(Permission.READ_RECORDS)
    if measure.source is not OUTCOMES or not reads:
        assert opened.listable is None
        assert "The rows behind it" not in page
        return
    # Of different suspects the rows are the arrests; of other boroughs there is nothing to list.
    of = "arrests" if measure.distinct else measure.slug
    scope = view.who.scope
    own = view.boroughs if scope.everywhere else view.boroughs & scope.borough_ids
    number_of_rows = figures(own)[of]
    listed = client.get(opened.asked.list_address).context["list"]
    assert listed.form.is_valid(), listed.form.errors
    assert opened.listable == listed.count.number == number_of_rows, measure.slug
    if number_of_rows:
        address = f"/outcomes/export/?{urlsplit(opened.asked.list_address).query}"
        asked = {"recipient": "me", "reason": "Check"}
        if view.mailed:
            csv = rows_of(client.post(address, {"form": "csv", **asked}))
            assert len(csv) - 2 == number_of_rows
        else:
            book = book_of(client.post(address, {"form": "xlsx", **asked}))
            assert len(sheet_of(book, "Outcomes")) - 1 == number_of_rows


def assert_rows_of_engagement(
    client: Client, opened: Any, measure: Measure, figures: dict[str, int]
) -> None:
    """The events, the sessions or the partners that a number opens onto."""
    if measure.source is EVENTS:
        listed = client.get(opened.asked.list_address).context["list"]
        assert listed.form.is_valid(), listed.form.errors
        assert listed.count.number == figures["engagement_events"]
    if measure.source is TRAINING:
        assert opened.training.count() == figures["training_sessions"]
        assert sum(row.officers_trained for row in opened.training) == figures["officers_trained"]
        attended = sum(row.officers_attended for row in opened.training)
        assert attended == figures["training_attendances"]
    if measure.source is INVOLVEMENT:
        assert len(opened.partners) == figures["partners_involved"]


def assert_tables(client: Client, figures: dict[str, int]) -> None:
    """The totals of the tables of a campaign, as they are taken away."""
    summed = [str(figures[measure.slug]) for measure in ADDED_UP]
    for name in ("day-by-day", "by-borough"):
        assert rows_of(client.get(f"{LONDON}tables/{name}.csv"))[-1] == ["Total", *summed]


def assert_return(client: Client, borough: Borough) -> None:
    """What a supervisor would sign of the day that is over."""
    page = client.get(f"{LONDON}returns/{borough.slug}/").context["page"]
    figures = expected(frozenset({borough.pk}), page.standing.days)
    assert {line.measure.slug: line.now for line in page.standing.lines} == {
        measure.slug: figures[measure.slug] for measure in HEADLINES
    }


def assert_teams(client: Client, boroughs: frozenset[int]) -> None:
    for team in Team.objects.all():
        page = client.get(f"{LONDON}teams/{team.slug}/").context["page"]
        led = expected(boroughs, team=str(team.pk))
        assert {credit.measure.slug: credit.led for credit in page.credits} == {
            measure.slug: led[measure.slug] for measure in ADDED_UP
        }


def totals(*args: str) -> list[dict[str, Any]]:
    said = StringIO()
    call_command("totals", "the-days", *args, "--json", stdout=said)
    measures: list[dict[str, Any]] = json.loads(said.getvalue())["measures"]
    return measures


def assert_one_number(cast: Cast, views: list[View]) -> None:
    """Whoever reads it, and wherever it stands."""
    known: dict[frozenset[int], dict[str, int]] = {}

    def figures(boroughs: frozenset[int]) -> dict[str, int]:
        if boroughs not in known:
            known[boroughs] = expected(boroughs)
        return known[boroughs]

    slugs = dict(Borough.objects.values_list("pk", "slug"))
    said = {entry["slug"]: entry["count"] for entry in totals()}
    assert said == figures(frozenset(slugs))
    by_borough = {
        entry["slug"]: {row["key"]: row["count"] for row in entry["rows"]}
        for entry in totals("--by", "borough")
    }
    for view in views:
        figures_here = figures(view.boroughs)
        for slug, parts in by_borough.items():
            summed = sum(parts.get(slugs[pk], 0) for pk in view.boroughs)
            assert summed == figures_here[slug]
        client = browser(view.who)
        headlines = {m.label: figures_here[m.slug] for m in HEADLINES}
        assert tiles_of(client.get(view.page).content.decode()) == headlines, view
        suspects = figures_here["suspects_arrested"]
        in_files = dict(headlines)
        if suspects and view.page == LONDON:
            in_files[BY_SLUG["suspects_arrested"].label] = suspects
        for written in headlines_of_files(client, view.page):
            assert written == in_files, view
        if view.page == LONDON:
            assert_tables(client, figures_here)
        if view.page == LONDON and view.who == cast.force_supervisor:
            assert_return(client, cast.a)
            assert_teams(client, view.boroughs)
        for measure in MEASURES:
            assert_opens_onto(client, view, measure, figures)
        if view.mailed:
            message = figures_for(User.objects.get(pk=view.who.pk), SEVEN).message
            mailed = figures_in(str(message.body))[view.mailed]
            assert {label: so_far for label, (so_far, _) in mailed.items()} == headlines, view


def test_it_is_one_number_right_after_edits_and_after_the_run(
    cast: Cast, campaign: Campaign
) -> None:
    """Before the first count, when all is counted, and when some of it has changed since."""
    run_nightly()  # A night without entries: what follows was never counted.
    walk, seen = Walk(cast, Random(1)), list(views(cast))
    for shape in SHAPES * 5:
        walk.log(shape)
    walk.go(75)
    assert all(expected(seen[0].boroughs).values()), "Every measure counts something"
    assert_one_number(cast, seen)
    run_nightly()
    assert_one_number(cast, seen[::4])
    walk.go(15)
    assert_one_number(cast, seen[1::4])
