"""Reducing what was closed to people: nobody is named any more, and nothing opens by it."""

from typing import Any

import pghistory
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from audit.models import LogRow
from cases.actions.barred import declare_conflict, see_to_conflict
from cases.models import BreakGlass, Case, CaseAccess, Exclusion, Lifting
from cases.reading import REASONS
from tests.cases.pages import at, browser, text_of
from tests.cases.reducing import old_case, reduced
from tests.cases.test_barred_rules import by_the_end
from tests.conftest import Cast
from tests.core.rules import refused_by
from tests.core.test_triggers import trigger
from tests.factories import (
    NOON,
    BreakGlassFactory,
    CaseAccessFactory,
    ExclusionFactory,
    LiftingFactory,
    LogRowFactory,
    OutcomeFactory,
)

pytestmark = pytest.mark.django_db


def of_case(model: Any, case: Case) -> list[dict[str, Any]]:
    """The history that is left of a case's rows in a table, beside its keys."""
    events = model.pgh_event_model.objects.filter(case=case).order_by("pk").values()
    keys = {"id", "case_id"}
    return [
        {name: value for name, value in event.items() if name not in keys and "pgh" not in name}
        for event in events
    ]


def test_a_restricted_case_loses_its_list_and_stays_out_of_sight(cast: Cast) -> None:
    case = old_case(borough=cast.a, restricted=True)
    CaseAccessFactory.create(case=case, user=cast.supervisor)
    live = old_case(borough=cast.a, restricted=True)
    reduced(case)
    connection.check_constraints()
    assert (case.restricted, case.access_list.count()) == (True, 0)
    for who in (cast.supervisor, cast.force_supervisor, cast.administrator):
        assert case not in Case.objects.visible_to(who)
    # What lets this list go keeps that of any other case.
    emptied = CaseAccess.objects.filter(case=live)
    assert by_the_end(emptied.delete) == trigger(CaseAccess, "list_not_emptied")
    assert refused_by(lambda: Case.objects.update(restricted=False)) == (
        trigger(Case, "lifted_by_two")
    )


def test_an_exclusion_goes_without_an_agreement_by_this_path_alone(cast: Cast) -> None:
    case, live = old_case(borough=cast.a), old_case(borough=cast.a)
    for of in (case, live):
        ExclusionFactory.create(case=of, user=cast.officer)
        LiftingFactory.create(case=of, excluded=cast.officer)
    reduced(case)
    assert (case.exclusions.count(), case.liftings.count()) == (0, 0)
    bars = Exclusion.objects.filter(case=live)
    assert refused_by(bars.delete) == trigger(Exclusion, "lifted_by_two")
    asked = Lifting.objects.filter(case=live)
    assert refused_by(lambda: asked._raw_delete(asked.db)) == trigger(Lifting, "never_deleted")


def test_history_says_what_staff_did_and_of_whom_nothing(cast: Cast) -> None:
    case, asks, sees = old_case(borough=cast.a), cast.force_supervisor, cast.supervisor
    with pghistory.context(url=f"/cases/{case.pk}/conflict/"):
        bar = declare_conflict(by=cast.officer, case=case, reason="We were at school together")
    see_to_conflict(by=sees, exclusion=bar)
    LiftingFactory.create(case=case, excluded=cast.officer, asked_by=asks)
    BreakGlassFactory.create(
        case=case, user=cast.officer_of_b, verdict="justified", review="Rightly",
        reviewed_at=NOON.replace(hour=14), reviewed_by=asks,
    )  # fmt: skip
    reduced(case)
    bars = of_case(Exclusion, case)
    assert len(bars) == 2
    for event in bars:
        named = ("user_id", "made_by_id", "seen_by_id", "declared", "reason")
        assert [event[name] for name in named] == [0, None, None, False, ""]
    [asked] = of_case(Lifting, case)
    assert (asked["excluded_id"], asked["asked_by_id"], asked["reason"]) == (None, asks.pk, "")
    [opened] = of_case(BreakGlass, case)
    assert (opened["user_id"], opened["reviewed_by_id"]) == (0, asks.pk)
    assert {opened[name] for name in ("reason", "reason_code", "verdict", "review")} == {""}
    contexts = Exclusion.pgh_event_model.objects.filter(case=case).values_list(  # type: ignore[attr-defined]
        "pgh_context__metadata", flat=True
    )
    assert [(found["action"], found.keys() & {"url", "reason"}) for found in contexts] == [
        ("take off the case", set()),
        ("see to a conflict", set()),
    ]


def test_the_log_flags_nobody_as_barred_from_a_reduced_case_or_as_named_in_it(cast: Cast) -> None:
    case, other = old_case(borough=cast.a), old_case(borough=cast.a)
    outcome = OutcomeFactory.create(case=case, recorded_at=NOON)
    barred, wrote = {"action": "refused", "flag": "excluded_case"}, {"details": {"wrote": True}}

    def rows(of: Case, entry: str) -> list[LogRow]:
        key = str(of.pk)
        return [
            LogRowFactory.create(object_type="cases:case", object_id=key, **barred),
            LogRowFactory.create(object_type="cases:move_case", object_id=f"{key} open", **barred),
            LogRowFactory.create(object_type="cases:outcome", object_id=entry, **barred),
            LogRowFactory.create(object_id=key, flag="colleague_name", **wrote),
            LogRowFactory.create(object_id=key, flag="repeated"),
        ]

    ours = rows(case, str(outcome.pk))
    others = rows(other, str(OutcomeFactory.create(case=other).pk))
    reduced(case)
    flags = dict(LogRow.objects.values_list("pk", "flag"))
    assert [flags[row.pk] for row in ours] == ["", "", "", "", "repeated"]
    assert [flags[row.pk] for row in others] == [row.flag for row in others]


def test_a_session_loses_what_it_says_of_the_case_and_goes_on(cast: Cast) -> None:
    case, other = old_case(borough=cast.a), old_case(borough=cast.a)
    client = browser(cast.supervisor)
    said = {str(of.pk): ("duty", "Because", 1) for of in (case, other)}
    session = client.session
    session[REASONS] = said
    session.save()
    kept = SessionStore()
    kept[REASONS] = {str(other.pk): ("duty", "Because", 1)}
    kept.save()
    reduced(case)
    assert client.get(at("desk")).status_code == 200
    assert REASONS not in client.session
    assert SessionStore(kept.session_key)[REASONS].keys() == {str(other.pk)}


def test_break_glass_knows_no_reduced_case(cast: Cast) -> None:
    case = old_case(borough=cast.a, system="other", reference="Odd 1")
    ExclusionFactory.create(case=case, user=cast.officer_of_b)
    reduced(case)
    asked = {"reference": case.reference, "code": "danger", "reason": "A threat"}
    answer = browser(cast.officer_of_b).post(at("break_glass"), asked)
    assert "There is no case of that reference" in text_of(answer)
    assert not BreakGlass.objects.exists()


def test_nobody_is_let_in_shut_out_or_asked_about_once_it_is_reduced(cast: Cast) -> None:
    case = reduced(old_case(borough=cast.a))
    client = browser(cast.supervisor)
    page = text_of(client.get(at("case", case.pk)))
    for link in ("access", "declare_conflict"):
        assert at(link, case.pk) not in page
    for name in ("access", "restrict_case", "add_access", "exclude", "declare_conflict"):
        assert client.post(at(name, case.pk), {}).status_code == 403, name
