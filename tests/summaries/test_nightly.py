"""Fill, proof, ledger and commands, on small numbers with rows on both sides of each boundary."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pghistory
import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from accounts.permissions import EVERYWHERE
from campaigns.models import Campaign
from cases.actions import outcomes as actions
from cases.models import Outcome
from config.celery import app
from core.days import DayRange, london_day
from partners.actions.training import amend_session
from partners.models import EngagementEvent
from summaries.actions import mark_if_redefined, run_nightly
from summaries.figures import By, Window, figures, total
from summaries.measures import BY_SLUG
from summaries.models import ChangedDay, DailyTotal, Restatement, SummaryRun
from summaries.proof import prove
from tests.conftest import Cast
from tests.factories import (
    NOON,
    CampaignFactory,
    CaseFactory,
    EngagementEventFactory,
    OutcomeFactory,
    ParticipationFactory,
    SuspectFactory,
    TeamFactory,
    TrainingSessionFactory,
)
from tests.summaries.brute import assert_exact

ARRESTS = BY_SLUG["arrests"]
State = SummaryRun.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """The 16 days in borough A, with an arrest at each edge, just inside and just outside."""
    for moment in (
        datetime(2021, 11, 24, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2021, 11, 25, 0, 0, tzinfo=UTC),
        datetime(2021, 12, 10, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2021, 12, 11, 0, 0, tzinfo=UTC),
    ):
        OutcomeFactory(happened_at=moment, case__borough=cast.a)
        OutcomeFactory(happened_at=moment, case__borough=cast.b)
    return CampaignFactory.create(slug="days", boroughs=[cast.a])


def history_of_outcomes() -> int:
    return int(apps.get_model("cases", "OutcomeEvent").objects.count())


def cells() -> set[tuple[Any, ...]]:
    return set(DailyTotal.objects.values_list("day", "borough", "measure", "slice", "key", "count"))


def test_a_fill_writes_each_cell_and_no_other(cast: Cast) -> None:
    team = TeamFactory.create()
    moment = datetime(2021, 6, 14, 23, 30, tzinfo=UTC)  # already the 15th in London
    OutcomeFactory(case__borough=cast.a, happened_at=moment, team=team, offence="stalking")
    OutcomeFactory(case__borough=cast.a, happened_at=moment, offence="ccb")
    OutcomeFactory(case__borough=cast.b, happened_at=moment, order=True)
    EngagementEventFactory(borough=cast.b, happened_at=moment, attendances=40)
    EngagementEventFactory(
        borough=cast.b, happened_at=moment, status="cancelled", attendances=0, reach_method=""
    )
    day, a, b, t = moment.date() + timedelta(days=1), cast.a.pk, cast.b.pk, str(team.pk)
    run = run_nightly()
    assert cells() == {
        (day, a, "arrests", "", "", 2),
        (day, a, "arrests", "offence", "stalking", 1),
        (day, a, "arrests", "offence", "ccb", 1),
        (day, a, "arrests", "team", t, 1),
        (day, a, "arrests", "team", "", 1),
        (day, a, "arrests", "detail", "", 2),
        (day, b, "orders", "", "", 1),
        (day, b, "orders", "offence", "", 1),
        (day, b, "orders", "team", "", 1),
        (day, b, "orders", "detail", "dvpo", 1),
        (day, b, "engagement_events", "", "", 1),
        (day, b, "engagement_events", "offence", "", 1),
        (day, b, "engagement_events", "team", "", 1),
        (day, b, "engagement_events", "detail", "stall", 1),
        (day, b, "engagement_attendances", "", "", 40),
        (day, b, "engagement_attendances", "offence", "", 40),
        (day, b, "engagement_attendances", "team", "", 40),
        (day, b, "engagement_attendances", "detail", "stall", 40),
    }
    assert (run.state, run.days_filled, run.cells_written) == (State.PUBLISHED, 2, 18)
    assert (run.cells_proved, run.cells_differing, run.differences) == (18, 0, [])


def test_a_campaign_counts_its_days_and_boroughs_and_nothing_beside(campaign: Campaign) -> None:
    window = Window.of(campaign)
    assert figures(window, By.DAY)[ARRESTS] == {"2021-11-25": 1, "2021-12-10": 1}
    run_nightly()
    assert figures(window, By.DAY)[ARRESTS] == {"2021-11-25": 1, "2021-12-10": 1}
    assert total(window, ARRESTS) == 2


def test_moving_a_campaign_moves_its_figures_and_no_fact(campaign: Campaign) -> None:
    run_nightly()
    history = history_of_outcomes()
    campaign.last_day += timedelta(days=1)
    campaign.save()
    assert total(Window.of(campaign), ARRESTS) == 3
    campaign.last_day -= timedelta(days=1)
    campaign.save()
    assert total(Window.of(campaign), ARRESTS) == 2
    assert history_of_outcomes() == history
    assert not ChangedDay.objects.exists()


def test_a_figure_is_right_before_the_next_run_and_after(campaign: Campaign, cast: Cast) -> None:
    run_nightly()
    first = Outcome.objects.between(campaign.days).filter(borough=cast.a).earliest("happened_at")
    late = OutcomeFactory.create(
        case=first.case, suspect=first.suspect, happened_at=first.happened_at
    )
    window = Window.of(campaign)
    assert total(window, ARRESTS) == 3
    actions.void_outcome(outcome=late, by=cast.supervisor, reason="Entered twice")
    assert total(window, ARRESTS) == 2
    actions.correct_borough(case=first.case, borough=cast.b, by=cast.supervisor)
    assert total(window, ARRESTS) == 1
    run_nightly()
    assert total(window, ARRESTS) == 1
    assert prove().equal


def test_a_connection_plans_a_figure_once_until_its_table_is_another(campaign: Campaign) -> None:
    window, counts = Window.of(campaign), {ARRESTS: {"": 2}}
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        for _ in range(2):
            with pghistory.context(why="a page that changes something"):  # It adds to statements.
                assert figures(window, measures=[ARRESTS]) == counts
        cursor.execute("SELECT generic_plans + custom_plans FROM pg_prepared_statements")
        assert cursor.fetchall() == [(2,)]
    run_nightly()  # The first fill puts another table in the place of the totals.
    assert figures(window, measures=[ARRESTS]) == counts


def test_the_ledger_says_what_changed_where_and_why(campaign: Campaign, cast: Cast) -> None:
    run_nightly()
    day = campaign.first_day
    outcome = Outcome.objects.get(day=day, borough=cast.a)
    actions.amend_outcome(outcome=outcome, by=cast.officer, offence="stalking")
    OutcomeFactory(case__borough=cast.a, happened_at=outcome.happened_at, offence="stalking")
    other = Outcome.objects.get(day=day, borough=cast.b)
    actions.void_outcome(outcome=other, by=cast.supervisor, reason="Not this campaign")
    run = run_nightly()
    a, b = cast.a.pk, cast.b.pk
    assert set(
        Restatement.objects.values_list(
            "run", "day", "borough", "measure", "slice", "key", "before", "after"
        )
    ) == {
        (run.pk, day, a, "arrests", "", "", 1, 2),
        (run.pk, day, a, "arrests", "offence", "assault_no_injury", 1, 0),
        (run.pk, day, a, "arrests", "offence", "stalking", 0, 2),
        (run.pk, day, a, "arrests", "team", "", 1, 2),
        (run.pk, day, a, "arrests", "detail", "", 1, 2),
        (run.pk, day, b, "arrests", "", "", 1, 0),
        (run.pk, day, b, "arrests", "offence", "assault_no_injury", 1, 0),
        (run.pk, day, b, "arrests", "team", "", 1, 0),
        (run.pk, day, b, "arrests", "detail", "", 1, 0),
    }
    causes = dict(Restatement.objects.filter(slice="").values_list("borough", "causes"))
    assert causes == {a: ["amended", "entered"], b: ["voided"]}


def test_the_reason_of_a_figure_is_of_its_own_rows(campaign: Campaign, cast: Cast) -> None:
    """Though all of it happened on one day in one borough."""
    here: dict[str, Any] = {"borough": cast.a, "happened_at": NOON}
    session = TrainingSessionFactory.create(officers_trained=25, **here)
    event = EngagementEventFactory.create(attendances=40, **here)
    run_nightly()
    outcome = Outcome.objects.get(day=campaign.first_day, borough=cast.a)
    actions.void_outcome(outcome=outcome, by=cast.supervisor, reason="Entered twice")
    amend_session(session=session, by=cast.supervisor, officers_trained=24)
    EngagementEvent.objects.filter(pk=event.pk).update(attendances=41)
    EngagementEventFactory.create(attendances=1, **here)
    ParticipationFactory.create(event=event)
    run_nightly()
    assert {
        line.measure: (line.before, line.after, line.causes)
        for line in Restatement.objects.filter(slice="")
    } == {
        "arrests": (1, 0, ["voided"]),
        "officers_trained": (25, 24, ["amended"]),
        "engagement_attendances": (40, 42, ["amended", "entered"]),
        "engagement_events": (1, 2, ["amended", "entered"]),
    }


def test_a_day_that_goes_on_is_not_restated(cast: Cast) -> None:
    now = timezone.now()
    OutcomeFactory(case__borough=cast.a, happened_at=now - timedelta(minutes=2))
    run_nightly()
    OutcomeFactory(case__borough=cast.a, happened_at=now - timedelta(minutes=1))
    run_nightly()
    today = DayRange.inclusive(london_day(now) - timedelta(days=1), london_day(now))
    assert total(Window(today, EVERYWHERE), ARRESTS) == 2
    assert (
        london_day(now - timedelta(minutes=2)) < london_day(now) or not Restatement.objects.exists()
    )


def test_a_second_fill_with_nothing_changed_writes_nothing(campaign: Campaign) -> None:
    run_nightly()
    before = cells()
    run = run_nightly()
    assert (run.days_filled, run.cells_written) == (0, 0)
    assert cells() == before


def test_a_request_delivered_twice_is_carried_out_once(campaign: Campaign) -> None:
    run = run_nightly(job="one")
    assert run_nightly(job="one") == run
    assert run_nightly(job="two") != run
    SummaryRun.objects.filter(job="two").update(state=State.INTERRUPTED)
    assert run_nightly(job="two").state == State.PUBLISHED
    assert SummaryRun.objects.count() == 3


def test_a_missed_night_heals(campaign: Campaign, cast: Cast) -> None:
    run_nightly()
    SummaryRun.objects.update(counted_to=timezone.now() - timedelta(days=3))
    OutcomeFactory(case__borough=cast.a)
    assert total(Window.of(campaign), ARRESTS) == 3
    assert run_nightly().state == State.PUBLISHED
    assert_exact(Window.of(campaign))


def test_a_wrong_cell_is_named_and_nothing_is_published(campaign: Campaign, cast: Cast) -> None:
    run_nightly()
    cell = DailyTotal.objects.get(day="2021-11-25", borough=cast.a, slice="")
    DailyTotal.objects.filter(pk=cell.pk).update(count=7)
    OutcomeFactory(case__borough=cast.b, happened_at=datetime(2021, 12, 1, 12, tzinfo=UTC))
    marks = ChangedDay.objects.count()
    run = run_nightly()
    assert (run.state, run.counted_to, run.cells_differing) == (State.UNPROVED, None, 1)
    assert run.differences == [
        {
            "day": "2021-11-25",
            "borough": cast.a.pk,
            "measure": "arrests",
            "slice": "",
            "key": "",
            "stored": 7,
            "recounted": 1,
        }
    ]
    assert ChangedDay.objects.count() == marks
    assert run_nightly(recount=True).state == State.PUBLISHED
    assert Restatement.objects.get(borough=cast.a, slice="").causes == ["recount"]


@pytest.mark.parametrize("slice_", ["", "offence", "team", "detail"])
def test_the_proof_finds_a_missing_cell_and_an_invented_one(
    campaign: Campaign, cast: Cast, slice_: str
) -> None:
    run_nightly()
    cell = DailyTotal.objects.get(day="2021-11-25", borough=cast.a, slice=slice_)
    DailyTotal.objects.filter(pk=cell.pk).update(key="invented")
    found = {(d.slice, d.key, d.stored, d.recounted) for d in prove().differences}
    assert found == {(slice_, cell.key, 0, 1), (slice_, "invented", 1, 0)}


@pytest.mark.parametrize("days", [[0], [0, 1], [0, 1, 15, 16, 31, 32, 33], [0, 500, 999, 1000]])
def test_the_first_fill_misses_no_day_and_counts_none_twice(cast: Cast, days: list[int]) -> None:
    first = datetime(2020, 3, 1, 12, tzinfo=UTC)
    for number in days:
        OutcomeFactory(case__borough=cast.a, happened_at=first + timedelta(days=number))
        TrainingSessionFactory(borough=cast.b, happened_at=first + timedelta(days=number))
    run = run_nightly()
    assert (run.state, run.days_filled) == (State.PUBLISHED, 2 * len(days))
    at_once = cells()
    assert {
        (day, count)
        for day, _, measure, slice_, _, count in at_once
        if (measure, slice_) == ("arrests", "")
    } == {(first.date() + timedelta(days=number), 1) for number in days}
    again = run_nightly(recount=True)
    assert (again.state, again.cells_written, cells()) == (State.PUBLISHED, 0, at_once)


def test_what_comes_late_to_a_day_that_was_counted_as_empty_is_in_the_ledger(cast: Cast) -> None:
    """Also where nothing at all had been counted, on any day."""
    run_nightly()
    OutcomeFactory(case__borough=cast.a)
    run = run_nightly()
    ledger = Restatement.objects.filter(slice="").values_list("run", "day", "before", "after")
    assert list(ledger) == [(run.pk, NOON.date(), 0, 1)]


def test_the_first_fill_leaves_the_table_as_the_migrations_made_it(campaign: Campaign) -> None:
    def shape() -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name, data_type, character_maximum_length, is_nullable,"
                " identity_generation FROM information_schema.columns"
                " WHERE table_name = 'summaries_dailytotal'"
                " UNION ALL SELECT conname, pg_get_constraintdef(oid), NULL, NULL, NULL"
                " FROM pg_constraint WHERE conrelid = 'summaries_dailytotal'::regclass"
                " AND contype <> 'n'"
                " UNION ALL SELECT indexname, indexdef, NULL, NULL, NULL FROM pg_indexes"
                " WHERE tablename = 'summaries_dailytotal' ORDER BY 1, 2"
            )
            return list(cursor.fetchall())

    made = shape()
    run_nightly()
    assert shape() == made
    assert (
        DailyTotal.objects.create(day="2020-01-01", borough_id=1, measure="arrests", count=1).pk
        > len(cells()) - 1
    )


def test_a_redefined_measure_is_counted_live_until_the_next_run(campaign: Campaign) -> None:
    run = run_nightly()
    mark_if_redefined()
    assert not ChangedDay.objects.exists()
    run.definitions["arrests"] = "as it was before"
    run.save()
    DailyTotal.objects.filter(measure="arrests").delete()
    mark_if_redefined()
    assert total(Window.of(campaign), ARRESTS) == 2
    assert run_nightly().state == State.PUBLISHED
    assert not Restatement.objects.exists()
    assert total(Window.of(campaign), ARRESTS) == 2


def test_suspects_are_counted_for_the_whole_window(campaign: Campaign, cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a)
    suspect = SuspectFactory.create(case=case)
    for day in (1, 2):
        OutcomeFactory(
            case=case, suspect=suspect, happened_at=datetime(2021, 12, day, 12, tzinfo=UTC)
        )
    window = Window.of(campaign)
    assert total(window, ARRESTS) == 4
    assert total(window, BY_SLUG["suspects_arrested"]) == 3
    assert BY_SLUG["suspects_arrested"] not in figures(window, By.DAY)


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_totals_prints_the_figures_with_their_units(campaign: Campaign) -> None:
    run = run_nightly()
    document = json.loads(said("totals", "days", "--json", "--measure", "arrests"))
    assert run.counted_to is not None
    assert document == {
        "campaign": "days",
        "counted_to": run.counted_to.isoformat(),
        "measures": [{"slug": "arrests", "unit": "arrest events", "count": 2}],
    }


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("day", [("2021-11-25", 1), ("2021-12-10", 1)]),
        ("borough", [("lambeth", 2)]),
        ("offence", [("assault_no_injury", 2)]),
        ("team", [("not_stated", 2)]),
        ("detail", [("not_stated", 2)]),
    ],
)
def test_the_rows_of_a_breakdown_add_up(
    campaign: Campaign, by: str, rows: list[tuple[str, int]]
) -> None:
    document = json.loads(said("totals", "days", "--json", "--by", by))
    for measure in document["measures"]:
        assert sum(row["count"] for row in measure["rows"]) == measure["count"]
    arrests = next(m for m in document["measures"] if m["slug"] == "arrests")
    assert arrests["rows"] == [{"key": key, "count": count} for key, count in rows]


def test_totals_in_words(campaign: Campaign) -> None:
    TrainingSessionFactory(borough=campaign.boroughs.get(), officers_trained=1_200)
    words = said("totals", "days")
    assert "       2 arrest events            arrests\n" in words
    assert "   1,200 officers trained         officers_trained\n" in words


def test_totals_of_an_unknown_campaign_names_those_known(campaign: Campaign) -> None:
    with pytest.raises(CommandError, match=r"no campaign 'nights'\. Known: days"):
        said("totals", "nights")


def test_distinct_suspects_have_no_parts(campaign: Campaign) -> None:
    with pytest.raises(CommandError, match="no parts that add up"):
        said("totals", "days", "--by", "day", "--measure", "suspects_arrested")


def test_prove_exits_with_1_and_the_differing_cells(campaign: Campaign, cast: Cast) -> None:
    run_nightly()
    assert said("prove") == "32 cells compared, 0 differ.\n"
    DailyTotal.objects.filter(day="2021-11-25", borough=cast.a, slice="").update(count=3)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("prove", stdout=out)
    assert ended.value.code == 1
    assert f"2021-11-25 borough {cast.a.pk} arrests: stored 3, recounted 1" in out.getvalue()


def test_nightly_says_how_it_went(campaign: Campaign) -> None:
    facts = json.loads(said("nightly", "--json"))
    assert facts["state"] == "published"
    assert facts["days_filled"] == 8
    assert facts["cells_differing"] == 0


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/London")),
        datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/London")),
    ],
    ids=["clocks go forward", "clocks go back", "summer"],
)
def test_the_timetable_runs_at_half_past_two_in_london(now: datetime) -> None:
    entry = app.conf.beat_schedule["nightly"]
    schedule: Any = entry["schedule"]
    assert entry["task"] == "summaries.tasks.nightly"
    assert (schedule.hour, schedule.minute) == ({2}, {30})
    assert str(app.timezone) == "Europe/London"
    schedule.nowfun = lambda: now
    due = now.astimezone(UTC) + schedule.remaining_estimate(now.astimezone(UTC))
    assert due.astimezone(ZoneInfo("Europe/London")).strftime("%H:%M") == "02:30"
