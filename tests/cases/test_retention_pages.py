"""The pages of retention: what is due, what two people decide, what a reduced case still says."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import LogRow
from cases.actions.reduce import work_on
from cases.actions.retention import hold, propose, put_off_reviews
from cases.actions.traces import CUT, Traces
from cases.models import BreakGlass, Case, Outcome, Reduction, ReductionCase
from cases.presenters.retention import ReductionPage
from cases.reading import REASONS
from cases.retention import due
from core.days import london_day
from tests.accounts.pages import PASSWORD, person
from tests.cases.pages import at, browser, form_at, text_of
from tests.cases.reducing import OLD, agreed, old_case, reduced, short_periods
from tests.conftest import Cast
from tests.factories import (
    BreakGlassFactory,
    CaseAccessFactory,
    CaseFactory,
    CaseNoteFactory,
    DraftFactory,
    ExclusionFactory,
    ImportFileFactory,
    KeptFormFactory,
    LogRowFactory,
    OutcomeFactory,
    ReviewPeriodFactory,
    SavedFilterFactory,
    UserFactory,
)
from tests.signing_in import long_ago

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _periods() -> None:
    short_periods()


@pytest.fixture
def case(cast: Cast) -> Case:
    return old_case(borough=cast.a)


def listed_for(who: Any, **query: str) -> set[Case]:
    return set(browser(who).get(at("retention"), query).context["page"].rows)


def test_a_reviewer_is_told_of_due_cases_that_they_may_see_and_of_no_other(
    cast: Cast, case: Case
) -> None:
    elsewhere = old_case(borough=cast.b)
    restricted, barred = old_case(borough=cast.a, restricted=True), old_case(borough=cast.a)
    CaseAccessFactory.create(case=restricted, user=cast.supervisor)
    for who in (cast.supervisor, cast.administrator):
        ExclusionFactory.create(case=barred, user=who)
    CaseFactory.create(borough=cast.a)
    assert listed_for(cast.supervisor) == {case, restricted}
    assert listed_for(cast.administrator) == {case, elsewhere}
    assert listed_for(cast.force_supervisor) == {case, elsewhere, barred}
    [row] = LogRow.objects.filter(action="search", actor=cast.supervisor.username)
    assert (row.object_type, row.results) == ("cases.case", 2)


def test_new_contact_puts_a_case_off_and_a_night_stores_it(cast: Cast, case: Case) -> None:
    today = london_day(timezone.now())
    other = old_case(borough=cast.a)
    OutcomeFactory.create(case=other, recorded_at=OLD)
    note = CaseNoteFactory.create(case=case)
    assert set(due(Case.objects.all(), today)) == {other}
    assert put_off_reviews(today) == 1
    case.refresh_from_db()
    recorded = london_day(note.recorded_at)
    assert case.review_date == recorded.replace(year=recorded.year + 1)
    assert set(due(Case.objects.all(), case.review_date)) == {case, other}
    assert set(due(Case.objects.all(), case.review_date - timedelta(days=1))) == {other}


def test_an_opening_by_break_glass_is_reviewed_before_its_case_is_due(case: Case) -> None:
    today = london_day(timezone.now())
    opening = BreakGlassFactory.create(case=case)
    assert list(due(Case.objects.all(), today)) == []
    judged = {"verdict": "justified", "review": "Rightly", "reviewed_by": UserFactory.create()}
    BreakGlass.objects.filter(pk=opening.pk).update(reviewed_at=OLD, **judged)
    assert list(due(Case.objects.all(), today)) == [case]


def test_a_case_is_retained_with_a_day_a_group_and_a_reason(cast: Cast, case: Case) -> None:
    client, ahead = browser(cast.supervisor), london_day(timezone.now()) + timedelta(days=400)
    sent = form_at(client, at("retain_case", case.pk))
    for wrong in ({"reason": " "}, {"until_year": "2020"}, {"until_year": "2199"}, {"group": "9"}):
        answer = client.post(at("retain_case", case.pk), sent | {"reason": "Repeat"} | wrong)
        assert text_of(answer).count("There is a problem") == 1
    days = {"until_day": ahead.day, "until_month": ahead.month, "until_year": ahead.year}
    client.post(at("retain_case", case.pk), sent | days | {"group": "1", "reason": "Repeat harm"})
    case.refresh_from_db()
    assert (case.retained_until, case.review_group, case.review_date) == (ahead, 1, ahead)
    assert listed_for(cast.supervisor) == set()
    page = text_of(client.get(at("case", case.pk)))
    assert "Retain after review" in page
    assert "Reason: Repeat harm" in page


def test_a_hold_says_why_and_goes_when_it_is_taken_off(cast: Cast, case: Case) -> None:
    client = browser(cast.supervisor)
    sent = form_at(client, at("hold_case", case.pk))
    client.post(at("hold_case", case.pk), sent | {"reason": "A civil claim"})
    assert (listed_for(cast.supervisor), listed_for(cast.supervisor, show="held")) == (
        set(),
        {case},
    )
    assert "A civil claim" in text_of(client.get(at("case", case.pk)))
    sent = form_at(client, at("release_case", case.pk))
    client.post(at("release_case", case.pk), sent | {"reason": "The claim is settled"})
    assert listed_for(cast.supervisor) == {case}
    assert "The claim is settled" in text_of(client.get(at("case", case.pk)))


def test_two_people_reduce_and_the_list_is_frozen(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("cases.views.retention.work_on_reduction.delay", asked.append)
    other = old_case(borough=cast.a)
    proposer = browser(cast.supervisor)
    answer = proposer.post(at("propose_reduction"), {"chosen": [case.pk, "x", "9" * 30]})
    [made] = Reduction.objects.all()
    assert answer["Location"] == at("reduction", made.pk)
    assert list(made.listed.values_list("case", flat=True)) == [case.pk]
    assert listed_for(cast.supervisor) == {other}
    page = at("reduction", made.pk)
    assert "Approve and reduce" not in text_of(proposer.get(page))
    for who in (cast.supervisor, cast.officer):
        assert browser(who).post(at("approve_reduction", made.pk)).status_code == 403
    second = browser(cast.administrator)
    assert "Approve and reduce" in text_of(second.get(page))
    second.post(at("approve_reduction", made.pk))
    assert asked == [str(made.pk)]
    said = second.get(at("reduction_progress", made.pk)).json()
    assert said == {
        "state": "approved",
        "words": "0 of 1 cases are done.",
        "done": 0,
        "total": 1,
    }


def test_the_page_says_where_traces_are_looked_for_and_that_the_work_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = agreed(old_case(borough=cast.a))
    session = SessionStore()
    session[REASONS] = {"0": ["task", "Asked to", 0]}
    session.save()
    for factory in (SavedFilterFactory, DraftFactory, KeptFormFactory):
        factory.create()
    named = LogRowFactory.create(reason=f"Asked about {made.listed.get().case.reference}")
    for _ in range(2):
        ImportFileFactory.create()
    client, told, when = browser(cast.force_supervisor), list[str](), set[Any]()
    within = Traces.within

    def looked(traces: Traces, *texts: str) -> bool:
        told.append(client.get(at("reduction_progress", made.pk)).json()["words"])
        when.add(Reduction.objects.get(pk=made.pk).worked_at)
        return within(traces, *texts)

    monkeypatch.setattr(Traces, "within", looked)
    assert work_on(made.pk)
    places = [
        *("saved filters", "drafts", "forms that were not sent", "sessions", "the log"),
        *("imports", "a spreadsheet", "imports, 1 row so far"),
    ]
    assert list(dict.fromkeys(told)) == [
        f"Looking for what names them in {place}." for place in places
    ]
    assert len(when) >= len(places)
    named.refresh_from_db()
    assert named.reason == CUT


def test_before_it_looks_and_far_into_it(cast: Cast) -> None:
    made = agreed(old_case(borough=cast.a))
    page = ReductionPage(made, cast.force_supervisor)
    assert page.progress == "0 of 1 cases are done."
    ReductionCase.objects.update(state="reduced")
    page = ReductionPage(made, cast.force_supervisor)
    assert page.progress == "All cases are done. What names them elsewhere is looked for next."
    made.seeking_in, made.rows_sought = "the log", 21_000
    assert page.progress == "Looking for what names them in the log, 21,000 rows so far."


def test_a_proposal_that_was_sent_is_sent_on_after_a_proof(client: Client, case: Case) -> None:
    client.force_login(person(role="supervisor", boroughs=[case.borough]))
    long_ago(client, 301)
    asked = client.post(at("propose_reduction"), {"chosen": [case.pk]})["Location"]
    assert not Reduction.objects.exists()
    client.post(asked, {"password": PASSWORD, "next": at("propose_reduction")})
    assert list(Reduction.objects.get().listed.values_list("case", flat=True)) == [case.pk]


def test_every_due_case_is_proposed_as_one_list_and_comes_back_when_it_is_refused(
    cast: Cast, case: Case
) -> None:
    other = old_case(borough=cast.b)
    client = browser(cast.force_supervisor)
    client.post(at("propose_reduction"), {"all": "yes"})
    [made] = Reduction.objects.all()
    assert set(made.listed.values_list("case", flat=True)) == {case.pk, other.pk}
    client.post(at("propose_reduction"), {"all": "yes"})
    assert Reduction.objects.count() == 1
    browser(cast.administrator).post(at("refuse_reduction", made.pk))
    assert listed_for(cast.force_supervisor) == {case, other}


def test_a_list_with_a_case_out_of_sight_is_not_there(cast: Cast, case: Case) -> None:
    ExclusionFactory.create(case=case, user=cast.administrator)
    made = propose(by=cast.supervisor, cases=Case.objects.filter(pk=case.pk))
    client = browser(cast.administrator)
    for name in ("reduction", "reduction_progress"):
        assert client.get(at(name, made.pk)).status_code == 404
    assert client.post(at("approve_reduction", made.pk)).status_code == 404
    assert list(client.get(at("retention")).context["queue"].reductions) == []


def test_a_reduced_case_says_so_and_takes_nothing(cast: Cast, case: Case) -> None:
    outcome = OutcomeFactory.create(case=case, recorded_at=OLD, custody_record="01LX/1/21")
    reference = case.reference
    reduced(case)
    client = browser(cast.supervisor)
    page = text_of(client.get(at("case", case.pk)))
    entry = text_of(client.get(at("outcome", outcome.pk)))
    for shown in (page, entry):
        assert "Reduced under retention" in shown
        assert f"reduced-{case.pk}" in shown
        assert reference not in shown
        assert "midnight" not in shown
    assert "Reduce under retention" in page
    assert "25 November 2021" in entry
    for name in ("add_note", "add_suspect", "add_order", "transfer_case", "retain_case"):
        assert client.post(at(name, case.pk), {}).status_code == 403, name
    for name in ("amend_outcome", "void_outcome", "undo_outcome", "send_back", "restore_outcome"):
        assert client.post(at(name, outcome.pk), {}).status_code == 403, name
    assert Outcome.objects.counted().get() == outcome
    assert text_of(client.get(at("cases"))).count(">Reduced</strong>") == 1
    client.post(at("reassign_cases"), {"chosen": [case.pk], "reassign": "1", "reason": "x"})


def test_nobody_logs_under_the_name_of_a_reduced_case(cast: Cast, officer: Client) -> None:
    case = reduced(old_case(borough=cast.a, system="other", reference="Odd 1"))
    sent = form_at(officer, at("log_kind", "arrest")) | {"reference": f"Reduced-{case.pk}"}
    answer = officer.post(at("log_kind", "arrest"), sent)
    assert "Enter the reference as the crime system has it" in text_of(answer)


def test_the_admin_shows_a_reduced_case_and_changes_nothing_of_it(
    signed_in: Client, cast: Cast
) -> None:
    outcome = OutcomeFactory.create(case=old_case(borough=cast.a), recorded_at=OLD)
    case = reduced(outcome.case)
    for row in (case, outcome):
        page = reverse(f"admin:cases_{row._meta.model_name}_change", args=[row.pk])
        assert signed_in.get(page).status_code == 200
        assert signed_in.post(page, {"status": "open"}).status_code == 403
    add = reverse("admin:cases_casenote_add")
    assert signed_in.get(add).status_code == 403
    flag = signed_in.post(
        reverse("admin:cases_caseflag_add"),
        {"case": case.pk, "kind": "child", "source": "custody"},
    )
    assert "case" in flag.context["adminform"].form.errors


def test_a_reviewer_reads_when_a_case_is_due_and_others_do_not(cast: Cast, case: Case) -> None:
    words = "due on 25 November 2022"
    assert words in text_of(browser(cast.supervisor).get(at("case", case.pk)))
    assert words not in text_of(browser(cast.officer).get(at("case", case.pk)))
    ReviewPeriodFactory._meta.model.objects.all().delete()
    assert "never due" in text_of(browser(cast.supervisor).get(at("case", case.pk)))


def test_a_lost_list_can_be_asked_for_again(
    cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("cases.views.retention.work_on_reduction.delay", asked.append)
    made = agreed(case, decided_at=timezone.now() - timedelta(seconds=61))
    client = browser(cast.administrator)
    assert "Nothing has happened for a minute" in text_of(client.get(at("reduction", made.pk)))
    client.post(at("reduce_again", made.pk))
    assert asked == [str(made.pk)]


def test_a_case_on_hold_stays_out_of_a_new_list(cast: Cast, case: Case) -> None:
    hold(by=cast.supervisor, case=case, reason="A claim")
    browser(cast.supervisor).post(at("propose_reduction"), {"chosen": [case.pk]})
    assert not Reduction.objects.exists()
