"""The work on the demo's cases: each thing that waits is there, whenever the demo is loaded."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from accounts.models import SavedFilter, User
from accounts.wording import looks_personal
from campaigns.models import Campaign
from cases.choices import (
    CaseStatus,
    DisclosureStage,
    EvidenceResult,
    OrderStatus,
    RiskLevel,
    RiskTool,
)
from cases.clocks import State, hearing_due, running_clocks
from cases.models import (
    BreakGlass,
    Case,
    CaseNote,
    DisclosureApplication,
    EvidenceSubmission,
    Exclusion,
    OrderBreach,
    Outcome,
    PossibleDuplicate,
    ProtectiveOrder,
    RiskAssessment,
    SentBack,
)
from cases.presenters.desk import CLOCKS, Desk
from config.demo import story
from config.demo.work import MODELS
from core.days import LONDON
from summaries.figures import Window, figures
from summaries.measures import BY_SLUG
from tests.config.test_demo import PUBLISHED

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]

# An ordinary day, the first minute of one in the time of the pilot, the end of a long gap between
# courts, and the Sunday on which the clocks go forward.
MOMENTS = ["2026-11-18T15:20", "2025-02-08T00:01", "2022-12-28T00:30", "2026-03-29T03:10"]


@pytest.fixture(scope="module", params=MOMENTS)
def now(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """When the demo was loaded."""
    moment = datetime.fromisoformat(request.param).replace(tzinfo=LONDON)
    with django_db_blocker.unblock(), transaction.atomic():
        story.load(moment)
        yield moment
        transaction.set_rollback(True)


def desk(username: str, now: datetime) -> Desk:
    return Desk(User.objects.get(username=username), now)


def test_every_kind_of_thing_waits_on_the_desk_of_lambeth(now: datetime) -> None:
    page = desk("officer.lambeth", now)
    shown = sorted((clock.what.split(":")[0], clock.state.value) for clock in page.clocks)
    states = {State.SOON.value, State.RUNNING.value}
    hearing = next(state for what, state in shown if what == "Hearing")
    assert hearing in states
    assert [(what, state) for what, state in shown if what != "Hearing"] == [
        ("Bail", "overdue"),
        ("Bail", "running"),
        ("Bail", "soon"),
        ("Clare's Law application", "running"),
        ("Clare's Law application", "soon"),
        ("End", "overdue"),
        ("End", "soon"),
        ("Mobile phone at South hub", "running"),
        ("Name and address", "soon"),
        ("Online account at Central hub", "running"),
        ("Service", "soon"),
    ]
    assert len(page.clocks) < CLOCKS
    assert len(page.asked) == 2
    assert [kind.value for _, kind in page.unfinished] == ["arrest", "no_further_action"]
    assert any(outcome.logged_by == page.user for outcome, _ in page.latest)
    assert [number for _, number in page.campaigns] == [7]


def test_the_officer_of_hillingdon_has_work_of_their_own(now: datetime) -> None:
    user = User.objects.get(username="officer.hillingdon")
    clocks = running_clocks(user, now)
    assert {clock.case.borough.slug for clock in clocks} == {"hillingdon"}
    assert len(clocks) == 5
    assert State.OVERDUE in {clock.state for clock in clocks}


def test_the_supervisor_has_pairs_and_answers_to_wait_for(now: datetime) -> None:
    page = desk("supervisor.lambeth", now)
    assert (page.likely_pairs, page.unanswered) == (2, 2)
    assert SentBack.objects.exclude(answered_at=None).count() == 1
    assert PossibleDuplicate.objects.filter(state=PossibleDuplicate.State.OPEN).count() == 4
    assert SavedFilter.objects.filter(owner=page.user, shared=True).count() == 1


def test_every_way_of_standing_is_there(now: datetime) -> None:
    def found(model: type[Model], field: str) -> set[object]:
        return set(model._default_manager.values_list(field, flat=True))

    assert found(ProtectiveOrder, "status") == set(OrderStatus.values)
    assert found(DisclosureApplication, "stage") >= set(DisclosureStage.values) - {"received"}
    assert found(EvidenceSubmission, "result") == {"", *EvidenceResult.values}
    assert found(Case, "status") == set(CaseStatus.values)
    assert found(RiskAssessment, "level") == set(RiskLevel.values)
    assert found(RiskAssessment, "tool") == {RiskTool.DASH, RiskTool.DARA}
    assert found(OrderBreach, "arrested") == {True}
    # But for the officer who knows somebody in it, each case has one.
    without = Case.objects.filter(officer=None, reduced_at=None)
    assert [case.exclusions.get().declared for case in without] == [True]


def test_people_and_cases_are_kept_apart(now: datetime) -> None:
    officer, supervisor = (
        User.objects.get(username=f"{role}.lambeth") for role in ("officer", "supervisor")
    )
    [restricted] = Case.objects.filter(restricted=True)
    assert restricted in Case.objects.visible_to(supervisor)
    assert restricted not in Case.objects.visible_to(officer)
    [bar] = Exclusion.objects.filter(declared=False)
    assert (bar.user, bar.case.borough.slug) == (officer, "lambeth")
    page = desk("supervisor.lambeth", now)
    assert [conflict.case.officer for conflict in page.conflicts] == [None]
    reviews = {name: desk(name, now).reviews for name in ("supervisor.force", "auditor")}
    assert reviews == {"supervisor.force": 1, "auditor": 1}
    opening = BreakGlass.objects.get()
    assert opening.case not in Case.objects.visible_to(opening.user)
    assert opening.ended_at is not None
    assert opening.ended_at < now


@pytest.mark.parametrize("model", MODELS)
def test_each_row_is_one_that_the_forms_would_take(now: datetime, model: type[Model]) -> None:
    rows = list(model._default_manager.all())
    assert rows
    for row in rows:
        row.full_clean()
        for name in ("recorded_at", "sent_at", "saved_at", "given_at", "served_at", "happened_at"):
            moment = getattr(row, name, None)
            assert moment is None or moment <= now


def test_no_work_is_older_than_its_case(now: datetime) -> None:
    for model in MODELS:
        if any(field.name == "case" for field in model._meta.fields):
            for row in model._default_manager.select_related("case"):
                assert row.recorded_at >= row.case.opened_at  # type: ignore[attr-defined]


def test_what_counts_is_counted_by_its_own_outcome(now: datetime) -> None:
    for order in ProtectiveOrder.objects.select_related("outcome"):
        assert (order.outcome is None) == (order.given_at is None and order.granted_on is None)
        if (event := order.outcome) is not None:
            assert (event.order_kind, event.suspect) == (order.kind, order.suspect)
            assert event.happened_at == order.given_at or event.day == order.granted_on
    for application in DisclosureApplication.objects.select_related("outcome"):
        assert application.outcome is not None
        assert application.outcome.route == application.route


def test_courts_heard_each_notice_in_time(now: datetime) -> None:
    heard = ProtectiveOrder.objects.exclude(given_at=None).exclude(hearing_at=None)
    assert heard.count() == 5
    for notice in heard:
        assert notice.given_at is not None
        assert notice.hearing_at is not None
        assert notice.given_at < notice.hearing_at <= hearing_due(notice.given_at)


def test_notes_name_nobody(now: datetime) -> None:
    texts = {note.text for note in CaseNote.objects.all()}
    assert {word for text in texts for word in looks_personal(text)} == set()


def test_the_published_figures_stand(now: datetime) -> None:
    published = Campaign.objects.get(slug=story.CAMPAIGN)
    found = figures(Window.of(published))
    assert {slug: found[BY_SLUG[slug]].get("", 0) for slug in PUBLISHED} == PUBLISHED


def test_nothing_was_entered_before_it_happened(now: datetime) -> None:
    assert not Outcome.objects.filter(recorded_at__gt=now).exists()
