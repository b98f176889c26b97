"""The demo adds up to what was published, is loaded once, and holds nothing out of its time."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import EVERYWHERE
from campaigns.models import Borough, Campaign, CommandMembership, Programme, Team
from cases.choices import NOTICES, Kind, OrderKind, Strand
from cases.models import Case, Outcome, PossibleDuplicate, Reduction
from cases.retention import due as due_for_review
from config.demo import story
from config.demo.people import DEMO_PASSWORD, DEMO_SIGN_INS, demo_code
from config.demo.places import PILOT_BOROUGHS
from core.days import DayRange, london_day
from partners.models import (
    Contact,
    EngagementEvent,
    FollowUp,
    Partner,
    TrainingProgramme,
    TrainingSession,
)
from partners.presenters.links import Confirmations
from summaries.figures import By, Window, figures
from summaries.measures import BY_SLUG
from summaries.models import BoroughReturn, ChangedDay, MailSent, Restatement, SummaryRun
from summaries.proof import prove
from summaries.returns import State, asked_boroughs, due, standings, waiting_returns
from tests.cases.pages import browser
from tests.summaries.files import rows_of
from tests.summaries.test_states import words_on

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]

PUBLISHED = {
    "arrests": 1504,
    "charges": 560,
    "cautions": 165,
    "orders": 87,
    "disclosure_applications": 62,
    "officers_trained": 6800,
}


def test_a_failed_load_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands first, before the demo of the other tests is there."""

    def fail(*args: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr(story, "enter_campaign", fail)
    with pytest.raises(RuntimeError, match="half way"):
        call_command("demo", stdout=StringIO())
    assert not Borough.objects.exists()
    assert not User.objects.exists()


def test_a_database_in_use_is_refused() -> None:
    Borough.objects.create(name="Elsewhere", slug="elsewhere", in_london=False)
    with pytest.raises(CommandError, match="in use"):
        call_command("demo", stdout=StringIO())


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """What the command said; the demo is there for every test of this module, loaded once."""
    with django_db_blocker.unblock(), transaction.atomic():
        out = StringIO()
        call_command("demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def published(demo: str) -> Campaign:
    return Campaign.objects.get(slug="16-days-of-action-2021")


@pytest.fixture
def running(demo: str) -> Campaign:
    return Campaign.objects.get(slug="winter-days-of-action")


def counts(campaign: Campaign) -> dict[str, int]:
    found = figures(Window.of(campaign))
    return {slug: found[BY_SLUG[slug]].get("", 0) for slug in PUBLISHED}


def test_the_published_figures_are_exact(published: Campaign) -> None:
    assert counts(published) == PUBLISHED
    assert (published.first_day.isoformat(), published.last_day.isoformat()) == (
        "2021-11-25",
        "2021-12-10",
    )
    assert published.boroughs.count() == 34
    assert published.lead_role.startswith("Detective Superintendent")
    assert published.lead_name == ""


def test_the_totals_are_proved_and_published(demo: str) -> None:
    assert prove().equal
    assert not ChangedDay.objects.exists()
    states = SummaryRun.objects.values_list("state", flat=True)
    assert list(states) == [SummaryRun.State.PUBLISHED] * 2


def test_the_baseline_is_the_year_before(published: Campaign) -> None:
    baseline = published.baseline_campaign
    assert baseline is not None
    assert baseline.slug == "same-days-2020"
    assert counts(baseline) == {
        "arrests": 1270,
        "charges": 470,
        "cautions": 150,
        "orders": 60,
        "disclosure_applications": 48,
        "officers_trained": 0,
    }


def test_every_borough_has_arrests(published: Campaign) -> None:
    found = figures(Window.of(published), By.BOROUGH)[BY_SLUG["arrests"]]
    by_borough = {borough: found.get(str(borough.pk), 0) for borough in Borough.objects.all()}
    assert min(n for borough, n in by_borough.items() if borough.in_london) >= 10
    assert all(0 < n < 15 for borough, n in by_borough.items() if not borough.in_london)


def test_places_and_programme(demo: str) -> None:
    assert Borough.objects.of_london().count() == 32
    assert CommandMembership.objects.filter(end_day=None).count() == 32
    lambeth = Borough.objects.get(slug="lambeth").memberships.get()
    assert (lambeth.command.code, lambeth.command.name) == ("AS", "Central South")
    assert set(Borough.objects.policed_by("NA", timezone.now().date())) == set(
        Borough.objects.filter(slug__in=["enfield", "haringey"])
    )
    assert Team.objects.filter(kind=Team.Kind.COMMAND).count() == 12
    assert Team.objects.filter(kind=Team.Kind.SPECIALIST).count() == 6
    forensics = Programme.objects.with_money().get(about="evidence")
    assert forensics.planned_pounds > 11_000_000
    assert [year.label for year in forensics.years.all()] == ["2021/22", "2022/23", "2023/24"]
    assert (forensics.last_day.year - forensics.first_day.year, forensics.milestones.count()) == (
        3,
        5,
    )


def test_loading_again_changes_nothing(demo: str) -> None:
    def rows() -> dict[str, int]:
        return {m._meta.label: m._default_manager.count() for m in apps.get_models()}

    before, out = rows(), StringIO()
    call_command("demo", stdout=out)
    assert "there already" in out.getvalue()
    assert rows() == before


def test_the_morning_s_e_mails_are_there_to_be_read(demo: str) -> None:
    sent = {row.person.username: row.covers for row in MailSent.objects.select_related("person")}
    assert sent["supervisor.force"] == "All boroughs"
    assert sent["supervisor.lambeth"] == "Lambeth, Southwark, All boroughs"
    assert f"{len(sent)} emails sent" in demo


def test_the_running_campaign_is_alive(running: Campaign) -> None:
    today = london_day(timezone.now())
    assert running.first_day <= today <= running.last_day
    found = counts(running)
    assert 150 < found["arrests"] < 400
    assert all(found.values())
    statuses = set(EngagementEvent.objects.filter(day__gt=today).values_list("status", flat=True))
    assert statuses == {EngagementEvent.Status.PLANNED}


def test_nothing_lies_in_the_future(demo: str) -> None:
    now = timezone.now()
    for model in (Outcome, TrainingSession):
        assert not model._default_manager.filter(
            Q(happened_at__gt=now) | Q(recorded_at__gt=now) | Q(recorded_at__lt=F("happened_at"))
        ).exists()


def test_the_ledger_has_each_cause(demo: str) -> None:
    causes = {cause for row in Restatement.objects.all() for cause in row.causes}
    assert causes == {"entered", "amended", "voided", "merged"}
    of_engagement = Restatement.objects.filter(
        slice="", measure__in=["engagement_attendances", "officers_trained"]
    )
    assert {row.measure: set(row.causes) for row in of_engagement} == {
        "engagement_attendances": {"amended"},
        "officers_trained": {"voided"},
    }


def test_every_borough_has_signed_and_lambeths_return_differs(published: Campaign) -> None:
    boroughs = asked_boroughs(published, EVERYWHERE)
    found = standings(published, published.days, boroughs, BoroughReturn.objects.all())
    assert len(found) == 32
    assert {one.state for one in found if one.borough.slug != "lambeth"} == {State.SIGNED}
    [lambeth] = [one for one in found if one.borough.slug == "lambeth"]
    assert lambeth.state is State.DIFFERS
    assert lambeth.signature is not None
    assert lambeth.signature.signed_by.username == "supervisor.lambeth"
    again = BoroughReturn.objects.of(published, published.days).filter(number=2)
    assert again.count() > 3


def test_yesterday_is_signed_by_most_and_waited_for_in_some(running: Campaign) -> None:
    now = timezone.now()
    waiting = [one.borough.slug for one in waiting_returns(running, now)]
    assert waiting == ["hillingdon", "lambeth", "newham", "southwark"]
    days = due(running, now)
    assert days is not None
    assert BoroughReturn.objects.of(running, days).count() == 28
    assert not BoroughReturn.objects.filter(signed_at__gt=now).exists()


def test_duplicates_one_merged_and_some_waiting(demo: str) -> None:
    merged = PossibleDuplicate.objects.get(state=PossibleDuplicate.State.MERGED)
    assert merged.outcome.merged_into == merged.earlier
    waiting = PossibleDuplicate.objects.filter(state=PossibleDuplicate.State.OPEN)
    assert waiting.filter(outcome__borough__slug="lambeth").count() == 1
    for pair in waiting:
        assert pair.outcome.counted
        assert pair.earlier in Outcome.objects.likely_duplicates_of(pair.outcome)


def test_nothing_is_older_than_its_law(demo: str) -> None:
    newer = Q(offence__in=["nfs", "intimate_image", "breach_dapo"])
    newer |= Q(order_kind__in=[OrderKind.DAPN, OrderKind.DAPO])
    assert not Outcome.objects.filter(newer, day__lt="2022-06-07").exists()
    pilot = Outcome.objects.filter(order_kind__in=[OrderKind.DAPN, OrderKind.DAPO])
    assert set(pilot.values_list("borough__slug", flat=True)) <= set(PILOT_BOROUGHS)


def test_a_reviewer_finds_cases_to_decide_on_and_one_that_is_reduced(demo: str) -> None:
    supervisor = User.objects.get(username="supervisor.lambeth")
    cases = Case.objects.visible_to(supervisor)
    assert due_for_review(cases, london_day(timezone.now())).count() == 5
    assert cases.filter(held_at__isnull=False).count() == 1
    [reduced] = cases.filter(reduced_at__isnull=False)
    assert reduced.reference == f"reduced-{reduced.pk}"
    assert reduced.outcomes.counted().between(story.BEFORE.days).exists()
    lists = Reduction.objects.visible_to(supervisor).order_by("proposed_at")
    assert list(lists.values_list("state", flat=True)) == ["done", "proposed"]


def test_references_follow_their_system(demo: str) -> None:
    for system, shape in {"cris": r"^\d{7}/2[01]$", "connect": r"^01/\d{7}/\d{2}$"}.items():
        cases = Case.objects.filter(system=system, reduced_at=None)
        assert cases.exists()
        assert not cases.exclude(reference__regex=shape).exists()
    assert not Case.objects.filter(system="cris", outcomes__day__gte="2024-02-28").exists()


def test_what_follows_comes_after_an_arrest_or_interview(demo: str) -> None:
    starts = {Kind.ARREST, Kind.VOLUNTARY_ATTENDANCE}
    started: dict[int | None, Any] = {}
    live = Outcome.objects.filter(case__reduced_at=None).order_by("happened_at")
    rows = live.values_list("kind", "suspect", "happened_at")
    for kind, suspect, happened_at in rows:
        if kind in starts:
            started.setdefault(suspect, happened_at)
        elif kind not in {Kind.ORDER, Kind.DISCLOSURE_APPLICATION}:
            assert started[suspect] <= happened_at
    # One arrest has one custody record; only an entry made twice repeats it.
    repeated = (
        Outcome.objects.counted()
        .filter(kind=Kind.ARREST, case__reduced_at=None)
        .values("custody_record")
        .annotate(entries=Count("pk"))
        .filter(Q(entries__gt=1) | Q(custody_record=""))
    )
    assert repeated.count() == len(story.UNDECIDED)


def test_each_notice_of_the_campaign_has_its_order(published: Campaign) -> None:
    notices = Outcome.objects.between(published.days).filter(order_kind__in=NOTICES)
    assert notices.count() > 30
    for notice in notices:
        later = notice.case.outcomes.filter(order_kind=OrderKind.DVPO, suspect=notice.suspect)
        assert later.filter(happened_at__gt=notice.happened_at).exists()


def test_the_proactive_units_tell_their_strands_apart(published: Campaign) -> None:
    year = DayRange(date(2020, 11, 1), published.first_day)
    arrests = Outcome.objects.counted().between(year).filter(kind=Kind.ARREST)
    theirs = arrests.filter(team__slug="predatory-offender-units")
    assert 2800 < theirs.count() < 3200
    assert set(theirs.values_list("strand", flat=True)) == set(Strand.values)


@pytest.mark.parametrize(
    ("title", "kind", "borough", "teams", "partners"),
    [
        (
            "London Bridge Station",
            "stall",
            "southwark",
            {"central-south", "taskforce"},
            {"Solace", "Gaia", "The Path Project"},
        ),
        ("Hayes Muslim Centre", "bus", "hillingdon", {"west-area"}, {"Hayes Muslim Centre"}),
        (
            "stalkerware and spyware",
            "presentation",
            "westminster",
            {"met-intelligence-unit"},
            {"Suzy Lamplugh Trust"},
        ),
    ],
)
def test_the_published_events_are_there(
    published: Campaign, title: str, kind: str, borough: str, teams: set[str], partners: set[str]
) -> None:
    event = EngagementEvent.objects.get(title__contains=title, kind=kind)
    assert event.team is not None
    assert event.day in published.days
    assert event.borough.slug == borough
    assert {event.team.slug, *event.supporting_teams.values_list("slug", flat=True)} == teams
    assert set(event.partners.values_list("name", flat=True)) == partners
    assert event.attendances > 0


def test_webinars_and_training(published: Campaign) -> None:
    days = published.days
    done = EngagementEvent.objects.filter(day__gte=days.first, day__lt=days.end, status="done")
    assert done.filter(kind="webinar").count() == 4
    awareness = {"clares_law", "safety", "vawg"}
    assert {topic for event in done for topic in event.topics} >= awareness
    sessions = TrainingSession.objects.counted().between(days)
    programme = TrainingProgramme.objects.get()
    assert (programme.name, programme.partner.name) == ("Domestic Abuse Matters", "SafeLives")
    assert programme.trainers.startswith("Former officers and practitioners")
    assert set(sessions.values_list("programme", "partner")) == {
        (programme.pk, programme.partner_id)
    }
    sums = sessions.aggregate(trained=Sum("officers_trained"), attended=Sum("officers_attended"))
    assert sums["trained"] == 6800 < sums["attended"]
    assert sessions.values("borough").distinct().count() == 32


def test_partners_have_answered_are_waited_for_or_let_it_lapse(demo: str) -> None:
    supervisor = User.objects.get(username="supervisor.force")
    events = EngagementEvent.objects.filter(participations__confirmation_links__isnull=False)
    pages = [Confirmations(event, supervisor) for event in events.distinct().order_by("pk")]
    answers = {
        str(one.link.participation.partner): (one.attended, one.counted, one.naming)
        for page in pages
        for one in page.answers
    }
    assert answers == {
        "Solace": ("Yes", "290, 310 entered", "May be named"),
        "Hayes Muslim Centre": ("Yes", "85, the same as entered", "May be named"),
        "Lantern Advocacy": ("Yes", "70, 72 entered", "Not to be named"),
    }
    # A supervisor is asked about the one that does not fit the directory.
    assert [
        str(one.link.participation.partner)
        for page in pages
        for one in page.answers
        if one.can_be_taken_over
    ] == ["Lantern Advocacy"]
    parts = [part for page in pages for part in page.parts]
    assert {str(part.participation.partner) for part in parts if part.open_link} == {"Gaia"}
    assert [part.state for part in parts if part.lapsed] == ["Not answered by 10 December 2021"]


def click(client: Client, page: Any, words: str) -> Any:
    """Follows the link of a page that says so; the address of one more page."""
    links = re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.content.decode(), re.S)
    said = [(unescape(" ".join(re.sub("<[^>]+>", " ", text).split())), to) for to, text in links]
    [address] = {unescape(to) for text, to in said if text == words}
    return client.get(address, follow=True)


CAMPAIGN = ("Campaigns", "16 Days of Action 2021")
RELEASE: list[tuple[tuple[str, ...], list[str]]] = [
    (
        ("Engagement", "Stall at London Bridge Station"),
        [
            *("Central South", "Taskforce", "Solace", "Gaia", "The Path Project"),
            *("London Bridge", "Clare's Law", "general safety advice", "violence against women"),
        ],
    ),
    *(
        (("Engagement", f"Webinar: {title}"), ["Webinar", "Online"])
        for title in (
            *("recognising domestic abuse", "stepping in safely", "the right to ask"),
            "domestic abuse in later life",
        )
    ),
    (
        ("Engagement", "Engagement Bus at the Hayes Muslim Centre"),
        ["West Area", "Hayes Muslim Centre", "Hillingdon"],
    ),
    (
        ("Engagement", "Talk on stalkerware and spyware"),
        ["Met Intelligence Unit", "Suzy Lamplugh Trust", "Stalkerware"],
    ),
    (
        ("Partners", "Training", "Domestic Abuse Matters"),
        ["SafeLives", "former officers and practitioners", "coercive control", "7,400"],
    ),
    (
        ("Partners", "Programmes", "Digital forensics"),
        ["£11,200,000", "Milestones", "Devices sent", "Helped a charge"],
    ),
    (
        ("Partners", "Programmes", "Training in domestic abuse"),
        ["Milestones", "Domestic Abuse Matters", "7,400"],
    ),
    (CAMPAIGN, ["Engagement events 7 events", "Officers trained 6,800", "Partners involved 6"]),
    (
        (*CAMPAIGN, "6,800"),
        ["6,800 officers trained", "The sessions that it counts", "Domestic Abuse Matters"],
    ),
    ((*CAMPAIGN, "Southwark"), ["Stall at London Bridge Station", "Engagement events 1 events"]),
    ((*CAMPAIGN, "Hillingdon"), ["Engagement Bus at the Hayes Muslim Centre"]),
    ((*CAMPAIGN, "Westminster"), ["Talk on stalkerware and spyware"]),
]
"""Each row of the release that is no enforcement: the links to it from the desk, and its words."""


@pytest.mark.parametrize(
    ("links", "words"), RELEASE, ids=[" > ".join(links) for links, _ in RELEASE]
)
def test_what_was_published_of_engagement_and_training_is_three_links_from_the_desk(
    demo: str, links: tuple[str, ...], words: list[str]
) -> None:
    assert len(links) <= 3
    client = browser(User.objects.get(username="supervisor.force"))
    page = client.get("/", follow=True)
    for link in links:
        page = click(client, page, link)
        assert page.status_code == 200
    told = words_on(page.content.decode())
    assert [word for word in words if word not in told] == []


def test_the_dashboards_count_every_event_session_and_partner(published: Campaign) -> None:
    """As somebody would who adds up the rows by hand."""
    days = published.days
    events = [e for e in EngagementEvent.objects.all() if e.status == "done" and e.day in days]
    sessions = [s for s in TrainingSession.objects.filter(voided_at=None) if s.day in days]
    partners = {s.partner_id for s in sessions}
    partners |= {partner.pk for event in events for partner in event.partners.all()}
    whole = browser(User.objects.get(username="supervisor.force"))
    page = whole.get(f"/campaigns/{published.slug}/tables/headline-figures.csv")
    said = {row[0]: row[2] for row in rows_of(page)[2:]}
    assert {label: said[label] for label in list(said)[5:9]} == {
        "Engagement events": str(len(events)),
        "Engagement attendances": str(sum(event.attendances for event in events)),
        "Officers trained": str(sum(session.officers_trained for session in sessions)),
        "Partners involved": str(len(partners)),
    }
    assert (len(events), len(sessions), len(partners)) == (7, 136, 6)


def test_the_directory_answers_an_officer(demo: str, published: Campaign) -> None:
    named = Partner.objects.filter(participations__event__day__gte=published.first_day)
    assert named.filter(may_be_named=False).count() == 0
    hillingdon = Borough.objects.get(slug="hillingdon")
    found = Partner.objects.current().serving(hillingdon).offering("honour")
    assert [partner.name for partner in found] == ["Saheli Rooms"]
    assert Contact.objects.count() == 4
    assert FollowUp.objects.filter(event__day__in=list(published.days)).count() == 4


def test_a_code_is_printed_for_the_demo_alone(demo: str, settings: Any) -> None:
    said = StringIO()
    call_command("demo_code", stdout=said)
    assert said.getvalue().startswith(f"{demo_code()[0]}  (good for another ")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="nobody signs in to it"):
        call_command("demo_code")


def test_each_sign_in_works(demo: str) -> None:
    assert len(DEMO_PASSWORD) >= 16
    for sign_in in DEMO_SIGN_INS:
        user = User.objects.get(username=sign_in.username)
        assert user.role == sign_in.role
        assert user.has_usable_password()
        app = Authenticator.objects.get(user=user, type="totp")
        assert app.wrap().validate_code(demo_code()[0])
    assert User.objects.get(username="officer.lambeth").check_password(DEMO_PASSWORD)
    assert User.objects.get(username="officer.lambeth").logged_outcomes.exists()
    assert not User.objects.get(username="lambeth.1").has_usable_password()
    supervisor = User.objects.get(username="supervisor.lambeth")
    assert set(supervisor.boroughs.values_list("slug", flat=True)) == {"lambeth", "southwark"}


def test_every_borough_has_somebody_who_logs(demo: str) -> None:
    officers = Q(staff__role=User.Role.OFFICER)
    assert not (
        Borough.objects.annotate(officers=Count("staff", filter=officers))
        .filter(officers__lt=2)
        .exists()
    )
