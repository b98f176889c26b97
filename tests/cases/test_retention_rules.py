"""What the database refuses of retention: one person alone, a hold passed over, a second life."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from cases.models import Case, Outcome, ReductionCase, ReviewPeriod, Suspect
from core.days import DatabaseNow
from tests.cases.reducing import agreed_case, old_case, reduced
from tests.core.rules import Change, Rule, judged, refused_by, somebody, trials
from tests.factories import (
    DAY,
    NOON,
    BreakGlassFactory,
    CaseAccessFactory,
    CaseFactory,
    CaseFlagFactory,
    CaseNoteFactory,
    DisclosureApplicationFactory,
    EvidenceSubmissionFactory,
    ExclusionFactory,
    LiftingFactory,
    MaracReferralFactory,
    OutcomeFactory,
    ProtectiveOrderFactory,
    ReductionCaseFactory,
    ReductionFactory,
    ReviewPeriodFactory,
    RiskAssessmentFactory,
    SuspectFactory,
)

pytestmark = pytest.mark.django_db

DECIDED: Change = {"decided_at": NOON, "decided_by": somebody}
HELD: Change = {"held_at": NOON, "held_by": somebody, "hold_reason": "Proceedings"}
REDUCED: Change = {"reduced_at": DatabaseNow(), "reference": "reduced-1"}


def second_on_a_list() -> ReductionCase:
    listed = ReductionCaseFactory.create()
    return ReductionCaseFactory.create(reduction=listed.reduction)


def beside_it(row: Any) -> Any:
    return row.reduction.listed.exclude(pk=row.pk).get().case


def on_two_lists() -> ReductionCase:
    listed = ReductionCaseFactory.create()
    return ReductionCaseFactory.create(case=listed.case, state="refused")


def of_reduced() -> Outcome:
    outcome = OutcomeFactory.create(case=old_case(), recorded_at=NOON)
    reduced(outcome.case)
    return outcome


RULES = [
    Rule(
        "cases_reviewperiod_group_is_known",
        ReviewPeriodFactory.create,
        refused=[{"group": 0}, {"group": 5}],
    ),
    Rule(
        "cases_reviewperiod_is_a_period",
        ReviewPeriodFactory.create,
        refused=[{"years": 0}, {"years": 101}],
        accepted=[{"years": 1}, {"years": 100}],
    ),
    Rule(
        "cases_reduction_state_is_known",
        lambda: ReductionFactory.create(approved=True),
        refused=[{"state": "lost"}],
        accepted=[{"state": "refused"}],
    ),
    Rule(
        "cases_reduction_decided_says_who_and_when",
        ReductionFactory.create,
        refused=[
            *({"state": "approved"}, {"state": "refused"}, DECIDED),
            *({"state": "approved", name: value} for name, value in DECIDED.items()),
        ],
        accepted=[{"state": "approved", **DECIDED}],
    ),
    Rule(
        "cases_reduction_two_people",
        ReductionFactory.create,
        refused=[
            {"state": state, **DECIDED, "decided_by": F("proposed_by")}
            for state in ("approved", "refused")
        ],
    ),
    Rule(
        "cases_reduction_done_says_when",
        lambda: ReductionFactory.create(approved=True),
        refused=[{"state": "done"}, {"finished_at": NOON}],
        accepted=[{"state": "done", "finished_at": NOON}],
    ),
    Rule(
        "cases_reductioncase_once_a_list",
        second_on_a_list,
        refused=[{"case": beside_it, "state": "refused"}],
    ),
    Rule(
        "cases_reductioncase_on_one_list_at_a_time",
        on_two_lists,
        refused=[{"state": "waiting"}],
        accepted=[{"state": "held"}],
    ),
    Rule(
        "cases_reductioncase_state_is_known",
        ReductionCaseFactory.create,
        refused=[{"state": "lost"}, {"state": ""}],
        accepted=[{"state": "contact"}],
    ),
    Rule(
        "cases_case_review_group_is_known",
        CaseFactory.create,
        refused=[{"review_group": 0}, {"review_group": 5}],
        accepted=[{"review_group": 1}, {"review_group": 4}],
    ),
    Rule(
        "cases_case_hold_says_who_when_why",
        CaseFactory.create,
        refused=[
            *({name: value} for name, value in HELD.items()),
            HELD | {"hold_reason": " \n"},
        ],
        accepted=[HELD],
    ),
    Rule("cases_case_hold_beats_reduction", agreed_case, refused=[REDUCED | HELD]),
    Rule(
        "cases_case_placeholder_means_reduced",
        agreed_case,
        refused=[
            {"reference": "reduced-1"},
            {"reference": "Reduced -x"},
            {"reduced_at": DatabaseNow()},
        ],
        accepted=[REDUCED, {"reference": "reduced"}],
    ),
    Rule("cases_case_reduced_by_two", CaseFactory.create, refused=[REDUCED]),
    Rule(
        "cases_case_reduced_by_two",
        lambda: ReductionCaseFactory.create().case,
        refused=[REDUCED],
    ),
    Rule(
        "cases_case_reduced_by_two",
        lambda: (
            ReductionCaseFactory.create(
                reduction=ReductionFactory.create(approved=True), state="held"
            ).case
        ),
        refused=[REDUCED],
    ),
    Rule(
        "cases_case_reduced_for_good",
        reduced,
        refused=[
            {"reduced_at": None, "reference": "1/21"},
            {"reference": "reduced-2"},
            {"status": "open"},
            HELD,
        ],
    ),
    Rule(
        "cases_case_takes_nothing_once_reduced",
        of_reduced,
        refused=[
            {"custody_record": "01LX/1/21"},
            {"offence_note": "Said once more"},
            {"voided_at": DatabaseNow()},
        ],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    assert judged(row(), change) == verdict


@pytest.mark.parametrize(
    "builder",
    [
        *(SuspectFactory, OutcomeFactory, ProtectiveOrderFactory, DisclosureApplicationFactory),
        *(EvidenceSubmissionFactory, CaseNoteFactory, RiskAssessmentFactory),
        *(MaracReferralFactory, CaseFlagFactory, CaseAccessFactory, ExclusionFactory),
        *(LiftingFactory, BreakGlassFactory),
    ],
)
def test_nothing_is_added_to_a_reduced_case(builder: Any) -> None:
    case = reduced()
    suspect = {} if builder not in {OutcomeFactory, ProtectiveOrderFactory} else {"suspect": None}
    assert refused_by(lambda: builder.create(case=case, **suspect)) == (
        "cases_case_takes_nothing_once_reduced"
    )


def test_a_case_is_not_born_reduced() -> None:
    born: dict[str, Any] = {"reference": "reduced-1", "reduced_at": timezone.now()}
    assert refused_by(lambda: CaseFactory.create(**born)) == "cases_case_reduced_by_two"


def test_a_list_takes_no_case_after_its_proposal() -> None:
    earlier = ReductionFactory.create(proposed_at=timezone.now() - timedelta(days=1))
    assert refused_by(lambda: ReductionCaseFactory.create(reduction=earlier)) == (
        "cases_reductioncase_list_is_frozen"
    )


def test_a_case_is_dated_as_it_is_opened_moved_to_a_group_or_kept_longer() -> None:
    ReviewPeriodFactory.create(group=2, years=10)
    ReviewPeriodFactory.create(group=3, years=6)
    case = old_case()

    def dated(**change: Any) -> Any:
        Case.objects.filter(pk=case.pk).update(**change)
        case.refresh_from_db()
        return case.review_date

    assert dated() == DAY.replace(year=2031)
    assert dated(review_group=3) == DAY.replace(year=2027)
    assert dated(retained_until=DAY.replace(year=2040)) == DAY.replace(year=2040)
    assert dated(retained_until=DAY.replace(year=2022)) == DAY.replace(year=2027)


def test_a_new_period_dates_the_cases_of_its_group_alone() -> None:
    ReviewPeriodFactory.create(group=2, years=10)
    case, other = old_case(), old_case(review_group=4)
    before = Case.objects.get(pk=other.pk).review_date
    ReviewPeriod.objects.filter(group=2).update(years=7)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.review_date, other.review_date) == (DAY.replace(year=2028), before)


def test_a_group_without_a_period_is_never_due() -> None:
    ReviewPeriod.objects.all().delete()
    case = old_case()
    case.refresh_from_db()
    assert case.review_date is None


def test_suspects_of_a_reduced_case_stay_as_numbers_alone() -> None:
    suspect = SuspectFactory.create(case=old_case())
    before = Suspect.objects.filter(pk=suspect.pk).values().get()
    reduced(suspect.case)
    assert Suspect.objects.filter(pk=suspect.pk).values().get() == before
    assert set(before) == {"id", "case_id", "number"}
