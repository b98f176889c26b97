"""The morning's email: who is sent what, once, and equal to the pages; and the alarm."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.permissions import BoroughScope
from campaigns.models import Campaign
from cases.actions import outcomes as actions
from cases.models import Case, Outcome
from config.celery import app
from core.days import LONDON, DayRange
from summaries import tasks
from summaries.actions import run_nightly
from summaries.digest import (
    administrators_to_tell,
    send_alarm,
    send_figures,
    supervisors_to_send,
)
from summaries.figures import Window
from summaries.measures import HEADLINES
from summaries.models import MailSent, SummaryRun
from tests.conftest import Cast
from tests.factories import (
    NOON,
    CampaignFactory,
    CaseFactory,
    DisclosureApplicationFactory,
    ExclusionFactory,
    OutcomeFactory,
    PossibleDuplicateFactory,
    RestatementFactory,
    SummaryRunFactory,
)
from tests.summaries.brute import partners_involved, rows
from tests.summaries.test_explain import scatter
from tests.summaries.test_returns import signed

pytestmark = pytest.mark.django_db

SEVEN = datetime(2021, 11, 25, 7, 0, tzinfo=LONDON)
DAY = timedelta(days=1)
CHANGED = "Changed in the night, of these figures"
CHANGES = "http://127.0.0.1:8000/campaigns/the-days/changes/"
LINE = re.compile(r"- ([^:(]+)(?: \([^)]+\))?: ([\d,]+) so far(?:, ([\d,]+) on Wed 24 November)?")


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """The third of three days in A and B is today."""
    User.objects.update(email="somebody@example.org")
    for person in (cast.supervisor, cast.force_supervisor, cast.administrator):
        person.refresh_from_db()
    return CampaignFactory.create(
        name="Three Days",
        slug="the-days",
        first_day=SEVEN.date() - 2 * DAY,
        last_day=SEVEN.date(),
        boroughs=[cast.a, cast.b],
    )


@pytest.fixture
def proved(campaign: Campaign) -> SummaryRun:
    """The night's run."""
    at = SEVEN.replace(hour=2, minute=30)
    return SummaryRunFactory.create(started_at=at, finished_at=at, counted_to=at)


def sent_to(person: User, now: datetime = SEVEN) -> str:
    """The text of the one email that they are sent."""
    mail.outbox.clear()
    assert send_figures(person.pk, now)
    [message] = mail.outbox
    return str(message.body)


def html_sent() -> str:
    """The other half of the one email."""
    message: Any = mail.outbox[0]
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return str(html)


def figures_in(text: str) -> dict[str, dict[str, tuple[int, int]]]:
    """So far and yesterday, by place and label."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    place = ""
    for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        if line.startswith("http"):
            place = before
        if match := LINE.match(line):
            numbers = (int(match[2].replace(",", "")), int((match[3] or "0").replace(",", "")))
            found.setdefault(place, {})[match[1]] = numbers
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_e_mail_is_the_page_is_what_a_person_would_count(
    campaign: Campaign, cast: Cast, seed: int
) -> None:
    """After edits that no run has counted yet."""
    chance = Random(seed)
    made = scatter(cast, chance, 40)
    run_nightly()
    standing = [o for o in made if Outcome.objects.filter(pk=o.pk, counted=True).exists()]
    void, moved, *_ = chance.sample(standing, 2)
    actions.void_outcome(outcome=void, by=cast.force_supervisor, reason="Entered twice")
    to = cast.b if moved.borough == cast.a else cast.a
    actions.correct_borough(case=moved.case, borough=to, by=cast.force_supervisor)
    OutcomeFactory.create(case__borough=cast.a, happened_at=NOON - DAY)
    counted: Counter[tuple[str, str, bool]] = Counter()
    for row in rows():
        if row.day in campaign.days and row.borough in {cast.a.pk, cast.b.pk}:
            for place in ("All boroughs", "Lambeth" if row.borough == cast.a.pk else "Barnet"):
                counted[place, row.measure, False] += row.amount
                counted[place, row.measure, True] += row.amount * (row.day == (SEVEN - DAY).date())
    yesterday = DayRange.inclusive(SEVEN.date() - DAY, SEVEN.date() - DAY)
    for place, boroughs in (("All boroughs", {cast.a.pk, cast.b.pk}), ("Lambeth", {cast.a.pk})):
        for days in (campaign.days, yesterday):
            window = Window(days, BoroughScope(everywhere=False, borough_ids=frozenset(boroughs)))
            counted[place, "partners_involved", days == yesterday] = partners_involved(window)
    found = figures_in(sent_to(cast.supervisor))
    assert found == {
        place: {
            m.label: (counted[place, m.slug, False], counted[place, m.slug, True])
            for m in HEADLINES
        }
        for place in ("Lambeth", "All boroughs")
    }
    with time_machine.travel(SEVEN, tick=False):
        client = Client()
        client.force_login(cast.supervisor)
        whole = client.get("/campaigns/the-days/").context["page"]
        lambeth = client.get("/campaigns/the-days/boroughs/lambeth/").context["page"]
    for place, tiles in (("All boroughs", whole.figures.tiles), ("Lambeth", lambeth.tiles)):
        assert {tile.asked.measure.label: tile.count for tile in tiles} == {
            label: so_far for label, (so_far, _) in found[place].items()
        }
    out = StringIO()
    call_command("totals", "the-days", measure="arrests", stdout=out)
    assert f"{found['All boroughs']['Arrests'][0]} arrest events" in out.getvalue()
    html = html_sent()
    shown = re.findall(r'/figures/([\w_]+)/[^>]*">([\d,]+)</a>', html)
    assert Counter(shown) == Counter(
        (m.slug, f"{number:,}")
        for place in found.values()
        for m in HEADLINES
        for number in place[m.label]
    )


@pytest.fixture
def restated(proved: SummaryRun, cast: Cast) -> None:
    for borough in (cast.a, cast.b):
        RestatementFactory.create(run=proved, borough=borough, day=SEVEN.date() - DAY)
    RestatementFactory.create(run=proved, borough=cast.a, slice="offence", key="stalking")
    RestatementFactory.create(run=proved, borough=cast.a, measure="suspects_arrested")
    RestatementFactory.create(run=proved, borough=cast.a, day=SEVEN.date() - 3 * DAY)
    earlier = SummaryRunFactory.create(finished_at=SEVEN - DAY, started_at=SEVEN - DAY)
    RestatementFactory.create(borough=cast.a, run=earlier)


@pytest.mark.usefixtures("restated")
def test_it_says_where_it_stands_what_changed_and_where_to_look(cast: Cast) -> None:
    text = sent_to(cast.supervisor)
    [message] = mail.outbox
    assert message.subject == "OFFICIAL-SENSITIVE: Days of Action, Thu 25 November"
    assert message.to == ["somebody@example.org"]
    lines = text.splitlines()
    assert lines[0] == "OFFICIAL-SENSITIVE. Share only with people who need it for their work."
    assert [lines[n] for n in range(2, 8) if lines[n]] == [
        "Days of Action, Thu 25 November",
        "Three Days, 23 to 25 November 2021",
        "Day 3 of 3",
        "Lambeth",
    ]
    assert [line for line in lines if line.startswith("http")] == [
        "http://127.0.0.1:8000/campaigns/the-days/boroughs/lambeth/",
        "http://127.0.0.1:8000/campaigns/the-days/",
    ]
    assert [line for line in lines if line.startswith("Changed")] == [
        f"{CHANGED}: 1 count of earlier days. {CHANGES}?borough=lambeth",
        f"{CHANGED}: 2 counts of earlier days. {CHANGES}",
    ]
    assert text.count("No baseline: ") == 2


@pytest.mark.usefixtures("proved")
def test_a_supervisor_of_the_whole_force_has_each_figure_once(cast: Cast) -> None:
    assert list(figures_in(sent_to(cast.force_supervisor))) == ["All boroughs"]


@pytest.mark.usefixtures("proved")
def test_work_that_waits_is_a_count_and_nothing_of_a_case(cast: Cast) -> None:
    for borough in (cast.a, cast.a, cast.b):
        case = CaseFactory.create(borough=borough, officer=cast.officer)
        DisclosureApplicationFactory.create(
            case=case, received_on=SEVEN.date() - 60 * DAY, reference=f"DVDS-{case.pk}"
        )
    # What an excluded person may not know of is not counted for them.
    hidden = Case.objects.filter(borough=cast.a)[0]
    ExclusionFactory.create(case=hidden, user=cast.force_supervisor)
    overdue = "Clocks overdue in cases: 2. A borough's page lists them"
    assert overdue in sent_to(cast.force_supervisor)
    text = sent_to(cast.supervisor)
    assert overdue in text
    whole = text + html_sent()
    for case in Case.objects.all():
        assert case.reference not in whole
        assert f"DVDS-{case.pk}" not in whole
        assert f"/cases/{case.pk}/" not in whole
    assert cast.officer.name not in whole


@pytest.mark.usefixtures("proved")
def test_what_a_supervisor_is_asked_for_waits_in_it_as_a_count_with_a_link(cast: Cast) -> None:
    """Duplicates to decide on and returns to sign, of their own boroughs."""
    for borough in (cast.a, cast.a, cast.b):
        case = CaseFactory.create(borough=borough)
        pair = [OutcomeFactory.create(case=case, happened_at=SEVEN - DAY) for _ in range(2)]
        PossibleDuplicateFactory.create(earlier=pair[0], outcome=pair[1])
    at, yesterday = "http://127.0.0.1:8000", SEVEN.date() - DAY
    asked = f"{at}/campaigns/the-days/returns/?of={yesterday}"

    def waiting(person: User) -> list[str]:
        text = sent_to(person).partition("Waiting in your boroughs\n")[2]
        html = html_sent()
        lines = text.partition("\n\n")[0].splitlines()
        for line in lines:
            [(label, number, address)] = re.findall(r"^- (.*): (\d+)\. (\S+)$", line)
            assert f'<a href="{address}">{label}</a>: {number}' in " ".join(html.split())
        return lines

    assert waiting(cast.supervisor) == [
        f"- Possible duplicates to decide on: 2. {at}/duplicates/",
        f"- Returns to sign for 24 November 2021: 1. {asked}",
    ]
    campaign = Campaign.objects.get(slug="the-days")
    with time_machine.travel(SEVEN, tick=False):
        signed(campaign, cast.b, cast.force_supervisor, DayRange.inclusive(yesterday, yesterday))
    assert waiting(cast.force_supervisor) == [
        f"- Possible duplicates to decide on: 3. {at}/duplicates/",
        f"- Returns to sign for 24 November 2021: 1. {asked}",
    ]


@pytest.mark.parametrize(
    ("day", "of"),
    [
        *((-2, ""), (-1, "23 November 2021"), (0, "24 November 2021")),
        (1, "23 to 25 November 2021"),
    ],
    ids=["first day", "second day", "last day", "day after"],
)
def test_each_morning_reminds_of_the_return_that_is_due(
    campaign: Campaign, cast: Cast, day: int, of: str
) -> None:
    now = SEVEN + day * DAY
    SummaryRunFactory.create(started_at=now, finished_at=now, counted_to=now)
    text = sent_to(cast.supervisor, now)
    assert re.findall(r"- Returns to sign for (.*): 1\.", text) == ([of] if of else [])


@pytest.mark.usefixtures("proved")
def test_who_is_sent_it(cast: Cast) -> None:
    def due() -> set[User]:
        return set(supervisors_to_send(SEVEN))

    assert due() == {cast.supervisor, cast.force_supervisor}
    for change in ({"is_active": False}, {"email": ""}, {"morning_email": False}):
        person = User.objects.get(pk=cast.supervisor.pk)
        before = {name: getattr(person, name) for name in change}
        User.objects.filter(pk=person.pk).update(**change)
        assert due() == {cast.force_supervisor}
        assert not send_figures(person.pk, SEVEN)
        User.objects.filter(pk=person.pk).update(**before)
    assert not send_figures(cast.officer.pk, SEVEN)
    assert mail.outbox == []


@pytest.mark.usefixtures("proved")
def test_somebody_moved_since_it_was_queued_is_sent_their_new_boroughs(cast: Cast) -> None:
    [queued] = supervisors_to_send(SEVEN).filter(pk=cast.supervisor.pk)
    cast.supervisor.boroughs.set([cast.b])
    assert list(figures_in(sent_to(queued))) == ["Barnet", "All boroughs"]
    assert MailSent.objects.get().covers == "Barnet, All boroughs"


@pytest.mark.parametrize(
    ("day", "standing"),
    [(-3, None), (-2, "Day 1 of 3"), (0, "Day 3 of 3"), (1, "Finished"), (2, None)],
    ids=["before", "first day", "last day", "day after", "later"],
)
def test_it_comes_on_each_day_of_a_campaign_and_on_the_day_after(
    campaign: Campaign, cast: Cast, day: int, standing: str | None
) -> None:
    now = SEVEN + day * DAY
    SummaryRunFactory.create(started_at=now, finished_at=now, counted_to=now)
    assert bool(supervisors_to_send(now)) == (standing is not None)
    if standing:
        text = sent_to(cast.supervisor, now)
        assert standing in text.splitlines()
        # Before the first day there is no yesterday of it.
        assert (" on Mon 22 November" in text) is False
        assert (f" on {now - DAY:%a} " in text) == (standing != "Day 1 of 3")


def test_without_a_borough_it_says_so(proved: SummaryRun, campaign: Campaign, cast: Cast) -> None:
    campaign.boroughs.clear()
    assert "No borough takes part in it yet" in sent_to(cast.supervisor)


@pytest.mark.usefixtures("proved")
def test_each_is_sent_one_a_day_however_often_it_is_asked_for(cast: Cast) -> None:
    for _ in range(2):
        tasks.figures_to(cast.supervisor.pk)
    assert mail.outbox == []  # The timetable's own clock: no campaign runs now.
    with time_machine.travel(SEVEN, tick=False):
        for _ in range(3):
            tasks.figures_to(cast.supervisor.pk)
        assert set(supervisors_to_send(SEVEN)) == {cast.force_supervisor}
    assert len(mail.outbox) == 1
    row = MailSent.objects.get()
    assert (row.person, row.day, row.about) == (cast.supervisor, SEVEN.date(), "digest")
    assert (row.address, row.covers) == ("somebody@example.org", "Lambeth, All boroughs")
    assert mail.outbox[0].extra_headers["Message-ID"] == (
        f"<digest.2021-11-25.{cast.supervisor.pk}@127.0.0.1>"
    )


RUNS: dict[str, tuple[dict[str, Any] | None, str]] = {
    "unproved": (
        {"state": "unproved", "counted_to": None, "cells_differing": 1200},
        "of its totals, 1,200 differ",
    ),
    "failed": (
        {"state": "failed", "counted_to": None, "error": "DataError: 01/1234567/26 is odd"},
        "stopped with an error (DataError).",
    ),
    "interrupted": (
        {"state": "interrupted", "counted_to": None, "error": "The process ended"},
        "was interrupted",
    ),
    "running": ({"state": "running", "counted_to": None, "finished_at": None}, "is not over"),
    "missing": (None, "has not run, or is not over"),
}


@pytest.fixture(params=RUNS)
def night(request: pytest.FixtureRequest, campaign: Campaign) -> str:
    """A night after a good one, that went wrong in one way; the words for it."""
    before = SEVEN.replace(hour=2, minute=30) - DAY
    SummaryRunFactory.create(started_at=before, finished_at=before, counted_to=before)
    run, words = RUNS[request.param]
    if run is not None:
        SummaryRunFactory.create(started_at=before + DAY, **{"finished_at": before + DAY} | run)
    return words


def test_after_a_bad_night_it_says_so_in_place_of_figures(night: str, cast: Cast) -> None:
    text = sent_to(cast.supervisor)
    assert figures_in(text) == {}
    assert "There are no figures this morning." in text
    assert night in text
    assert "1234567" not in text + html_sent()


def test_administrators_are_told_of_a_bad_night_once(night: str, cast: Cast) -> None:
    assert list(administrators_to_tell(SEVEN)) == [cast.administrator]
    assert send_alarm(cast.administrator.pk, SEVEN)
    assert not send_alarm(cast.administrator.pk, SEVEN)
    [message] = mail.outbox
    assert message.subject == ("OFFICIAL-SENSITIVE: Days of Action, the nightly check needs you")
    whole = str(message.body) + html_sent()
    assert night in whole
    assert "1234567" not in whole
    newest = SummaryRun.objects.exclude(state="running").first()
    assert newest is not None
    address = f"{newest.pk}/change/" if newest.state != "published" else ""
    at = f"http://127.0.0.1:8000/admin/summaries/summaryrun/{address}"
    assert f" {at}\n" in str(message.body)
    client = Client()
    client.force_login(cast.administrator)
    assert client.get(at.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_nobody_is_told_of_a_good_night(proved: SummaryRun, cast: Cast) -> None:
    assert not administrators_to_tell(SEVEN)
    assert not send_alarm(cast.administrator.pk, SEVEN)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """What is handed to the worker."""
    handed: list[tuple[str, tuple[Any, ...]]] = []
    for task in (tasks.tell_administrators, tasks.alarm_to, tasks.figures_to):
        name = task.name.rpartition(".")[2]
        monkeypatch.setattr(task, "delay", lambda *args, name=name: handed.append((name, args)))
    return handed


def test_a_run_that_does_not_end_well_tells_at_once(
    monkeypatch: pytest.MonkeyPatch, queued: list[Any], proved: SummaryRun
) -> None:
    def ends(state: str) -> None:
        monkeypatch.setattr(tasks, "run_nightly", lambda **_: SummaryRun(state=state))
        tasks.nightly.apply()

    ends("published")
    assert queued == []
    ends("unproved")
    assert queued == [("tell_administrators", ())]
    for error in (ValueError("no"), OperationalError("the database is away")):
        queued.clear()
        monkeypatch.setattr(tasks, "run_nightly", Mock(side_effect=error))
        # Tried again eight times where the database is away, and told of once.
        assert tasks.nightly.apply().failed()
        assert queued == [("tell_administrators", ())]


def test_the_morning_hands_each_person_to_the_worker(
    queued: list[Any], campaign: Campaign, cast: Cast
) -> None:
    with time_machine.travel(SEVEN, tick=False):
        tasks.morning()
    figures = {("figures_to", (p.pk,)) for p in (cast.supervisor, cast.force_supervisor)}
    assert set(queued) == {("alarm_to", (cast.administrator.pk,)), *figures}
    assert len(queued) == 3


def test_where_no_server_is_named_nobody_counts_as_told(
    settings: Settings, campaign: Campaign, cast: Cast
) -> None:
    settings.MAILS_ON = False
    assert not send_figures(cast.supervisor.pk, SEVEN)
    assert not send_alarm(cast.administrator.pk, SEVEN)
    assert not MailSent.objects.exists()


@pytest.fixture
def at_seven(proved: SummaryRun) -> Iterator[None]:
    with time_machine.travel(SEVEN, tick=False):
        yield


@pytest.mark.usefixtures("at_seven")
def test_the_command_prints_or_sends_what_is_due(cast: Cast) -> None:
    def said(**options: Any) -> str:
        out = StringIO()
        call_command("digest", stdout=out, **options)
        return out.getvalue()

    printed = said(dry_run=True)
    assert printed.count("To: somebody@example.org\nSubject: OFFICIAL-SENSITIVE: ") == 2
    assert mail.outbox == []
    assert [said(), said()] == ["2 emails sent\n", "0 emails sent\n"]
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 28, 12, tzinfo=LONDON),
        datetime(2026, 10, 24, 12, tzinfo=LONDON),
        datetime(2026, 7, 1, 12, tzinfo=LONDON),
    ],
    ids=["clocks go forward", "clocks go back", "summer"],
)
def test_the_timetable_sends_at_seven_in_london(now: datetime) -> None:
    entry = app.conf.beat_schedule["morning"]
    schedule: Any = entry["schedule"]
    assert entry["task"] == tasks.morning.name
    assert (schedule.hour, schedule.minute) == ({7, 8, 9, 10, 11}, {0, 30})
    schedule.nowfun = lambda: now
    due = now.astimezone(UTC) + schedule.remaining_estimate(now.astimezone(UTC))
    assert due.astimezone(LONDON) == (now + DAY).replace(hour=7)


@pytest.mark.usefixtures("proved")
def test_a_baseline_is_spoken_of_as_on_the_page(campaign: Campaign, cast: Cast) -> None:
    campaign.baseline = Campaign.Baseline.DATES
    campaign.baseline_none_reason = ""
    campaign.baseline_first_day = campaign.first_day - 7 * DAY
    campaign.baseline_last_day = campaign.last_day - 7 * DAY
    campaign.save()
    for at in (NOON - DAY, NOON - 2 * DAY, NOON - 8 * DAY):
        OutcomeFactory.create(case__borough=cast.a, happened_at=at)
    text = sent_to(cast.supervisor)
    with time_machine.travel(SEVEN, tick=False):
        client = Client()
        client.force_login(cast.supervisor)
        tiles = client.get("/campaigns/the-days/").context["page"].figures.tiles
    against = next(tile.against for tile in tiles if tile.asked.measure.slug == "arrests")
    assert against == "2.00 times the baseline, may be chance"
    assert f"- Arrests (arrest events): 2 so far, 1 on Wed 24 November. {against}\n" in text
    assert f"<td>{against}</td>" in html_sent()
