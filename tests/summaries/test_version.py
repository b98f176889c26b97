"""The version of the figures: whatever they show changes it, and nothing else does."""

from collections.abc import Callable
from datetime import date, datetime
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Borough, Campaign
from core.days import LONDON
from partners.models import EngagementEvent, Participation, TrainingProgramme
from summaries.actions import run_nightly
from summaries.models import SummaryRun
from summaries.version import campaign_and_version
from tests.factories import (
    BoroughFactory,
    CampaignFactory,
    CaseFactory,
    OutcomeFactory,
    ParticipationFactory,
    SummaryRunFactory,
    TrainingProgrammeFactory,
    UserFactory,
)

WHEN = datetime(2021, 12, 1, 10, tzinfo=LONDON)


@pytest.fixture
def campaign(db: None) -> Campaign:
    """With a borough and an outcome of its own, and an earlier campaign as its baseline."""
    place = BoroughFactory.create(name="Lambeth", slug="lambeth")
    earlier = CampaignFactory.create(slug="earlier")
    made = CampaignFactory.create(
        slug="ours",
        baseline=Campaign.Baseline.CAMPAIGN,
        baseline_campaign=earlier,
        baseline_none_reason="",
    )
    for one in (earlier, made):
        one.boroughs.set([place])
    OutcomeFactory.create(borough=place, happened_at=WHEN)
    ParticipationFactory.create(event__borough=place, event__happened_at=WHEN)
    TrainingProgrammeFactory.create()
    return made


def version() -> str:
    found = campaign_and_version("ours")
    assert found is not None
    return found[1]


def lambeth() -> Borough:
    return Borough.objects.get(slug="lambeth")


def unproved() -> None:
    SummaryRunFactory.create(
        state=SummaryRun.State.UNPROVED, finished_at=timezone.now(), counted_to=None
    )


CHANGES: dict[str, Callable[[], object]] = {
    "an outcome is logged": lambda: OutcomeFactory.create(borough=lambeth(), happened_at=WHEN),
    "the campaign moves": lambda: Campaign.objects.filter(slug="ours").update(
        last_day=date(2021, 12, 11)
    ),
    "its name changes": lambda: Campaign.objects.filter(slug="ours").update(name="Other"),
    "a borough joins": lambda: Campaign.objects.get(slug="ours").boroughs.add(
        BoroughFactory.create()
    ),
    "a borough leaves": lambda: Campaign.objects.get(slug="ours").boroughs.clear(),
    "a borough has more residents": lambda: Borough.objects.filter(slug="lambeth").update(
        population=400_000
    ),
    "the baseline moves": lambda: Campaign.objects.filter(slug="earlier").update(
        last_day=date(2021, 12, 11)
    ),
    "a borough leaves the baseline": lambda: Campaign.objects.get(slug="earlier").boroughs.clear(),
    "a run does not agree": unproved,
    "a run publishes": run_nightly,
    "a partner joins an event": lambda: ParticipationFactory.create(
        event=EngagementEvent.objects.get()
    ),
    "a target of training is set": lambda: TrainingProgramme.objects.update(target=1),
    "a partner leaves an event": lambda: Participation.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_changes_when(campaign: Campaign, change: Callable[[], object]) -> None:
    before = version()
    # A transaction within the test's own, so that its rows are told apart.
    with transaction.atomic():
        change()
    assert version() != before


def test_it_changes_when_an_outcome_is_amended_voided_and_counted_in(campaign: Campaign) -> None:
    logged = OutcomeFactory.create(borough=lambeth(), happened_at=WHEN)
    seen = [version()]
    run_nightly()
    seen.append(version())
    logged.offence_note = "Corrected."
    logged.save()
    seen.append(version())
    logged.voided_at, logged.void_reason = timezone.now(), "error"
    logged.voided_by = UserFactory.create()
    logged.save()
    seen.append(version())
    run_nightly()
    assert len({*seen, version()}) == 5


def test_it_stays_when_what_no_page_of_figures_shows_changes(campaign: Campaign) -> None:
    before = version()
    with transaction.atomic():
        SummaryRunFactory.create(state=SummaryRun.State.RUNNING, finished_at=None, counted_to=None)
        CaseFactory.create(borough=lambeth())
        UserFactory.create(boroughs=[lambeth()])
        CampaignFactory.create(slug="another")
        BoroughFactory.create()
    assert version() == before


def test_a_campaign_that_is_not_there_has_none(db: None) -> None:
    assert campaign_and_version("unknown") is None


@pytest.mark.django_db(transaction=True)
def test_it_changes_whichever_of_two_writers_commits_first() -> None:
    """The writer of the earlier mark commits last, when the highest mark is known already."""
    place = BoroughFactory.create()
    case = CaseFactory.create(borough=place)
    CampaignFactory.create(slug="ours")

    def log() -> None:
        OutcomeFactory.create(case=case, borough=place, happened_at=WHEN)

    def meanwhile() -> None:
        log()
        seen.append(version())
        connection.close()

    seen = [version()]
    with transaction.atomic():
        log()
        other = Thread(target=meanwhile)
        other.start()
        other.join()
    assert len({*seen, version()}) == 3
