"""Pairs that may be one event: who sees them, side by side, and what a decision does."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from cases.models import Case, Outcome, PossibleDuplicate
from tests.cases.pages import restrict
from tests.conftest import Cast
from tests.factories import (
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    PossibleDuplicateFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def pair_in(case: Case, **later: Any) -> PossibleDuplicate:
    earlier = OutcomeFactory.create(case=case)
    later = {"suspect": earlier.suspect} | later
    pair: PossibleDuplicate = PossibleDuplicateFactory.create(
        earlier=earlier, outcome=OutcomeFactory.create(case=case, **later)
    )
    return pair


def shown(client: Client) -> list[PossibleDuplicate]:
    rows: list[PossibleDuplicate] = client.get(reverse("cases:duplicates")).context["page"].rows
    return rows


def decide(client: Client, pair: PossibleDuplicate, verdict: str) -> list[str]:
    answer = client.post(reverse(f"cases:duplicates_{verdict}", args=[pair.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("cases:duplicates"), 302)]
    return [str(message) for message in answer.context["messages"]]


def counted(pair: PossibleDuplicate) -> tuple[bool, bool]:
    """Whether the earlier and the later entry count."""
    of = dict(Outcome.objects.values_list("pk", "counted"))
    return of[pair.earlier_id], of[pair.outcome_id]


def test_a_pair_is_shown_side_by_side_with_what_differs(supervisor: Client, cast: Cast) -> None:
    team = TeamFactory.create(name="South East")
    pair = pair_in(CaseFactory.create(borough=cast.a), team=team, custody_record="01LX/1")
    [found] = supervisor.get(reverse("cases:duplicates")).context["pairs"]
    facts = {fact.label: (fact.earlier, fact.later, fact.differs) for fact in found.facts}
    assert facts["Lead team"] == ("Not given", "South East", True)
    assert facts["Custody record"] == ("", "01LX/1", True)
    assert facts["Case"] == (pair.outcome.case.reference,) * 2 + (False,)
    assert facts["Offence"] == ("Common assault or battery",) * 2 + (False,)


@pytest.mark.parametrize(
    ("verdict", "counts", "state", "words"),
    [
        (
            *("earlier", (True, False), "merged"),
            "Merged. Entry 1 counts, the other does not.",
        ),
        ("later", (False, True), "merged", "Merged. Entry 2 counts, the other does not."),
        ("apart", (True, True), "apart", "Kept as two events. Both count."),
    ],
)
def test_a_decision_counts_one_of_them_or_both(
    *,
    supervisor: Client,
    cast: Cast,
    verdict: str,
    counts: tuple[bool, bool],
    state: str,
    words: str,
) -> None:
    pair = pair_in(CaseFactory.create(borough=cast.a))
    assert decide(supervisor, pair, verdict) == [words]
    pair.refresh_from_db()
    assert (counted(pair), pair.state, pair.decided_by) == (counts, state, cast.supervisor)
    assert shown(supervisor) == []
    assert decide(supervisor, pair, "apart") == ["Somebody has decided on that pair already."]
    assert counted(pair) == counts


def test_a_merged_entry_is_taken_apart_on_its_page(supervisor: Client, cast: Cast) -> None:
    pair = pair_in(CaseFactory.create(borough=cast.a))
    decide(supervisor, pair, "earlier")
    address = reverse("cases:take_apart", args=[pair.outcome_id])
    page = supervisor.get(reverse("cases:outcome", args=[pair.outcome_id])).content.decode()
    assert address in page
    supervisor.post(address)
    assert counted(pair) == (True, True)
    assert shown(supervisor) == []


def test_what_cannot_be_merged_says_why(supervisor: Client, cast: Cast) -> None:
    pair = pair_in(CaseFactory.create(borough=cast.a))
    third = OutcomeFactory.create(case=pair.outcome.case, suspect=pair.outcome.suspect)
    other = PossibleDuplicateFactory.create(earlier=pair.outcome, outcome=third)
    decide(supervisor, other, "earlier")
    assert decide(supervisor, pair, "earlier") == [
        "Other entries are merged into this one: merge it the other way."
    ]
    assert counted(pair) == (True, True)


def test_a_pair_of_which_one_no_longer_counts_waits_for_nobody(
    supervisor: Client, cast: Cast
) -> None:
    pair = pair_in(CaseFactory.create(borough=cast.a))
    desk = reverse("cases:desk")
    assert supervisor.get(desk).context["desk"].likely_pairs == 1
    alike = reverse("cases:outcomes") + "?alike=on"
    assert len(supervisor.get(alike).context["page"].rows) == 2
    supervisor.post(
        reverse("cases:void_outcome", args=[pair.earlier_id]), {"why": "Test entry", "words": "x"}
    )
    assert counted(pair) == (False, True)
    assert shown(supervisor) == []
    assert supervisor.get(desk).context["desk"].likely_pairs == 0
    assert supervisor.get(alike).context["page"].rows == []


def test_a_pair_is_seen_by_whoever_may_see_both(client: Client, cast: Cast) -> None:
    in_a, in_b = (CaseFactory.create(borough=borough) for borough in (cast.a, cast.b))
    barred, restricted = (CaseFactory.create(borough=cast.a) for _ in range(2))
    ExclusionFactory.create(case=barred, user=cast.supervisor)
    restrict(restricted, cast.force_supervisor)
    pairs = {name: pair_in(case) for name, case in [("a", in_a), ("barred", barred)]}
    pairs |= {"restricted": pair_in(restricted)}
    pairs |= {
        "across": PossibleDuplicateFactory.create(
            earlier=OutcomeFactory.create(case=in_a), outcome=OutcomeFactory.create(case=in_b)
        )
    }
    seen = {}
    for name in ("supervisor", "force_supervisor"):
        client.force_login(getattr(cast, name))
        rows = shown(client)
        seen[name] = {key for key, pair in pairs.items() if pair in rows}
        for key in pairs.keys() - seen[name]:
            answer = client.post(reverse("cases:duplicates_apart", args=[pairs[key].pk]))
            assert answer.status_code == 404
    assert seen == {
        "supervisor": {"a"},
        "force_supervisor": {"a", "barred", "restricted", "across"},
    }


@pytest.mark.parametrize("role", User.Role.values)
def test_only_a_supervisor_decides(client: Client, cast: Cast, role: str) -> None:
    pair = pair_in(CaseFactory.create(borough=cast.a))
    client.force_login(UserFactory.create(role=role, whole_force=True))
    may = role == "supervisor"
    assert client.get(reverse("cases:duplicates")).status_code == (200 if may else 403)
    for verdict in ("earlier", "later", "apart"):
        answer = client.post(reverse(f"cases:duplicates_{verdict}", args=[pair.pk]))
        assert answer.status_code == (302 if may else 403)


def test_many_pairs_come_in_pages_at_the_same_cost(supervisor: Client, cast: Cast) -> None:
    case = CaseFactory.create(borough=cast.a)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            supervisor.get(reverse("cases:duplicates"))
        return len(captured)

    pairs = [pair_in(case)]
    one = queries()
    pairs += [pair_in(case) for _ in range(11)]
    assert queries() == one
    first = supervisor.get(reverse("cases:duplicates")).context["page"]
    second = supervisor.get(reverse("cases:duplicates"), {"page": first.after}).context["page"]
    assert [*first.rows, *second.rows] == pairs
    assert supervisor.get(reverse("cases:duplicates"), {"page": "x"}).status_code == 302
