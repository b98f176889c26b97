"""What the database refuses of who may, must not, and for once did read a case."""

from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.db.models import F, Model

from cases.choices import BreakGlassReason, Verdict
from cases.models import BreakGlass, Case, CaseAccess, Exclusion
from core.days import DatabaseNow
from tests.cases.test_rules import of_the_first, second_of
from tests.core.rules import A_MICROSECOND, Change, Rule, judged, new, refused_by, somebody, trials
from tests.core.test_triggers import trigger
from tests.factories import (
    NOON,
    BreakGlassFactory,
    CaseAccessFactory,
    CaseFactory,
    ExclusionFactory,
    LiftingFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

BLANK = " \t\n"
HOUR = timedelta(hours=1)
WHEN, WHO, WHAT = {"decided_at": NOON}, {"decided_by": somebody}, {"agreed": True}
REVIEW: Change = {
    "verdict": "justified",
    "review": "Rightly so",
    "reviewed_at": NOON,
    "reviewed_by": somebody,
}


def without(name: str) -> Change:
    return {key: value for key, value in REVIEW.items() if key != name}


def second_asking() -> Model:
    """The second of two askings to lift a restriction, which waits as the first did."""
    first = LiftingFactory.create(agreed=False, decided_at=NOON, decided_by=UserFactory.create())
    LiftingFactory.create(case=first.case)
    return LiftingFactory.create(case=first.case, excluded=UserFactory.create())


RULES = [
    Rule(
        "cases_exclusion_once",
        second_of(ExclusionFactory, "case"),
        refused=[{"user": of_the_first("case", "user")}],
        accepted=[
            {"user": somebody},
            {"user": of_the_first("case", "user"), "case": new(CaseFactory)},
        ],
    ),
    Rule(
        "cases_exclusion_says_why",
        ExclusionFactory.create,
        refused=[{"reason": ""}, {"reason": BLANK}],
        accepted=[{"reason": "A neighbour"}],
    ),
    Rule(
        "cases_exclusion_seen_says_who_and_when",
        ExclusionFactory.create,
        refused=[{"seen_at": NOON}, {"seen_by": somebody}],
        accepted=[{"seen_at": NOON, "seen_by": somebody}],
    ),
    Rule(
        "cases_lifting_says_why",
        LiftingFactory.create,
        refused=[{"reason": ""}, {"reason": BLANK}],
        accepted=[{"reason": "The trial is over"}],
    ),
    Rule(
        "cases_lifting_decision_says_who_when_what",
        LiftingFactory.create,
        refused=[WHEN, WHO, WHAT, WHEN | WHO, WHEN | WHAT, WHO | WHAT],
        accepted=[WHEN | WHO | WHAT, WHEN | WHO | {"agreed": False}],
    ),
    Rule(
        "cases_lifting_takes_two_people",
        LiftingFactory.create,
        refused=[WHEN | WHAT | {"decided_by": F("asked_by")}],
        accepted=[WHEN | WHAT | WHO],
    ),
    Rule(
        "cases_lifting_once_at_a_time",
        second_asking,
        refused=[{"excluded": None}],
        accepted=[{"excluded": somebody}, {"excluded": None} | WHEN | WHO | WHAT],
    ),
    Rule(
        "cases_breakglass_says_why",
        BreakGlassFactory.create,
        refused=[{"reason": ""}, {"reason": BLANK}, {"reason_code": ""}, {"reason_code": "odd"}],
        accepted=[{"reason_code": code} for code in BreakGlassReason.values],
    ),
    Rule(
        "cases_breakglass_lasts_an_hour_at_most",
        BreakGlassFactory.create,
        refused=[
            {"ends_at": F("opened_at")},
            {"ends_at": F("opened_at") + HOUR + A_MICROSECOND},
        ],
        accepted=[
            {"ends_at": F("opened_at") + HOUR},
            {"ends_at": F("opened_at") + A_MICROSECOND},
        ],
    ),
    Rule(
        "cases_breakglass_closed_while_it_lasts",
        BreakGlassFactory.create,
        refused=[
            {"ended_at": F("opened_at") - A_MICROSECOND},
            {"ended_at": F("ends_at") + A_MICROSECOND},
        ],
        accepted=[{"ended_at": F("opened_at")}, {"ended_at": F("ends_at")}],
    ),
    Rule(
        "cases_breakglass_review_says_who_when_what",
        BreakGlassFactory.create,
        refused=[
            *(without(name) for name in REVIEW),
            *({name: value} for name, value in REVIEW.items()),
            REVIEW | {"verdict": "odd"},
            REVIEW | {"review": BLANK},
            REVIEW | {"reviewed_at": F("opened_at") - A_MICROSECOND},
        ],
        accepted=[REVIEW | {"verdict": verdict} for verdict in Verdict.values],
    ),
    Rule(
        "cases_breakglass_reviewed_by_another",
        BreakGlassFactory.create,
        refused=[REVIEW | {"reviewed_by": F("user")}],
        accepted=[REVIEW],
    ),
]


@trials(RULES)
def test_the_database_keeps_its_rule(row: Any, change: Change, verdict: str) -> None:
    made = row()
    with pgtrigger.ignore("cases.Exclusion:stays_whose_it_is", "cases.BreakGlass:granted_once"):
        assert judged(made, change) == verdict


def by_the_end(act: Any) -> str:
    """Who refuses an act at the latest when its transaction ends."""

    def whole() -> None:
        act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return refused_by(whole)


def test_a_restricted_case_always_has_a_list() -> None:
    case = CaseFactory.create()
    rows = Case.objects.filter(pk=case.pk)
    guard = trigger(Case, "restricted_has_a_list")
    assert by_the_end(lambda: rows.update(restricted=True)) == guard
    place = CaseAccessFactory.create(case=case)
    assert by_the_end(lambda: rows.update(restricted=True)) == ""
    rows.update(restricted=True)
    connection.check_constraints()
    emptied, moved = trigger(CaseAccess, "list_not_emptied"), CaseFactory.create()
    assert by_the_end(place.delete) == emptied
    place = CaseAccess.objects.get(case=case)
    mine = CaseAccess.objects.filter(pk=place.pk)
    assert by_the_end(lambda: mine.update(case=moved)) == emptied
    CaseAccessFactory.create(case=case)
    assert by_the_end(mine.delete) == ""


def test_nothing_is_lifted_but_by_two_people() -> None:
    case, person = CaseFactory.create(restricted=True), UserFactory.create()
    bar = ExclusionFactory.create(case=case, user=person)
    acts = {
        trigger(Case, "lifted_by_two"): lambda: Case.objects.update(restricted=False),
        trigger(Exclusion, "lifted_by_two"): Exclusion.objects.filter(pk=bar.pk).delete,
    }
    others = {"decided_at": DatabaseNow(), "decided_by": UserFactory.create()}
    for excluded, (guard, act) in zip([None, person], acts.items(), strict=True):
        asking = LiftingFactory.create(case=case, excluded=excluded)
        assert refused_by(act) == guard
        rows = type(asking).objects.filter(pk=asking.pk)
        rows.update(agreed=False, **others)
        assert refused_by(act) == guard
        rows.update(agreed=True)
        assert refused_by(act) == ""
        # An agreement of another day lifts nothing that was closed since.
        rows.update(decided_at=NOON)
        assert refused_by(act) == guard


def test_what_was_decided_of_a_person_stays_theirs() -> None:
    bar, opening = ExclusionFactory.create(), BreakGlassFactory.create()
    guard = trigger(Exclusion, "stays_whose_it_is")
    assert judged(bar, {"user": somebody}) == judged(bar, {"case": new(CaseFactory)}) == guard
    granted: list[Change] = [
        *({"user": somebody}, {"case": new(CaseFactory)}, {"reason": "Another"}),
        *({"reason_code": "other"}, {"ends_at": F("ends_at") - HOUR / 2}),
        {"opened_at": F("opened_at") + A_MICROSECOND},
    ]
    for change in granted:
        assert judged(opening, change) == trigger(BreakGlass, "granted_once")


def test_nobody_opens_what_they_are_excluded_from() -> None:
    bar = ExclusionFactory.create()
    opening = BreakGlassFactory.build(case=bar.case, user=bar.user)
    assert refused_by(opening.save) == trigger(BreakGlass, "never_for_the_excluded")
    assert refused_by(BreakGlassFactory.build(case=bar.case, user=UserFactory.create()).save) == ""
