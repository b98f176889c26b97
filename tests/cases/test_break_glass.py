"""Opening a case that is not one's own: what it opens and for how long, what it never opens, and
who hears of it.
"""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from audit.models import LogRow
from cases.actions.barred import exclude
from cases.models import BreakGlass, Case
from cases.presenters.barred import Opening
from core.days import LONDON
from tests.cases.pages import at, browser, restrict, text_of
from tests.cases.test_reassign import told
from tests.conftest import Cast
from tests.factories import (
    BreakGlassFactory,
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
)
from tests.signing_in import long_ago

pytestmark = pytest.mark.django_db

ASKED = {
    "reference": "12 / 26",
    "code": "danger",
    "reason": "A threat was made at the station",
}
NO_SUCH_CASE = "There is no case of that reference. Check it. The try has been logged"


@pytest.fixture
def case(cast: Cast) -> Case:
    made: Case = CaseFactory.create(borough=cast.a, reference="12/26", system="other")
    return made


@pytest.fixture
def other(cast: Cast) -> Client:
    """The browser of the officer of the other borough."""
    return browser(cast.officer_of_b)


def log() -> list[tuple[str, str, str, str]]:
    rows = LogRow.objects.exclude(action="sign_in").order_by("pk")
    return [(row.action, row.object_type, row.reason_code, row.flag) for row in rows]


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answer.context["form"].errors
    return found


class TestOpening:
    def test_a_case_is_read_and_not_changed_and_each_look_says_why(
        self, other: Client, case: Case
    ) -> None:
        outcome = OutcomeFactory.create(case=case)
        answer = other.post(at("break_glass"), ASKED)
        assert answer["Location"] == at("case", case.pk)
        page = text_of(other.get(at("case", case.pk)))
        assert "You hold open the case" in page
        assert str(outcome.pk) in page
        offered = re.findall(rf'(?:href|action)="({at("case", case.pk)}[a-z][^"]*)"', page)
        assert offered == [at("declare_conflict", case.pk)]
        page = text_of(other.get(at("outcome", outcome.pk)))
        assert "Correct" not in page
        opening = ("break_glass", "danger", "break_glass")
        of = ("cases.breakglass", "cases.case", "cases.outcome")
        assert log() == [(opening[0], kind, *opening[1:]) for kind in of]
        assert {row.reason for row in LogRow.objects.filter(action="break_glass")} == {
            ASKED["reason"]
        }
        for address in ("add_note", "access", "transfer_case"):
            assert other.get(at(address, case.pk)).status_code in {403, 404}
        assert other.get(at("amend_outcome", outcome.pk)).status_code == 404

    def test_shows_on_every_page_and_in_no_list(self, other: Client, case: Case) -> None:
        OutcomeFactory.create(case=case)
        other.post(at("break_glass"), ASKED)
        for page in ("desk", "cases", "outcomes", "log", "break_glass"):
            shown = other.get(at(page))
            assert "You hold open the case" in text_of(shown), page
        assert other.get(at("cases")).context["page"].rows == []
        assert other.get(at("outcomes")).context["page"].rows == []
        assert other.post(at("lookup_cases"), {"q": "12/2"}).json() == []
        missing = other.get("/nothing/here/")
        assert (missing.status_code, "You hold open" in text_of(missing)) == (404, True)

    def test_ends_by_itself_by_hand_and_is_not_there_in_another_session(
        self, other: Client, cast: Cast, case: Case
    ) -> None:
        page = at("case", case.pk)
        other.post(at("break_glass"), ASKED)
        assert browser(cast.officer_of_b).get(page).status_code == 404
        [opening] = BreakGlass.objects.all()
        assert opening.ends_at - opening.opened_at == timedelta(hours=1)
        other.post(at("end_break_glass", opening.pk))
        assert other.get(page).status_code == 404
        assert "You hold open" not in text_of(other.get(at("desk")))
        other.post(at("break_glass"), ASKED)
        assert other.get(page).status_code == 200
        past = BreakGlass.objects.latest("pk")
        BreakGlass.objects.filter(pk=past.pk).update(ended_at=past.opened_at)
        session = other.session
        session["opened"] = [BreakGlassFactory.create(case=case, user=cast.officer_of_b).pk]
        session.save()
        assert other.get(page).status_code == 404

    def test_opens_a_restricted_case_without_asking_twice(self, cast: Cast, case: Case) -> None:
        restrict(case)
        client = browser(cast.colleague)
        client.post(at("break_glass"), ASKED)
        assert client.get(at("case", case.pk)).status_code == 200
        assert client.get(at("outcome", OutcomeFactory.create(case=case).pk)).status_code == 200

    def test_shows_in_the_admin_too(self, cast: Cast, case: Case) -> None:
        restrict(case)
        client = browser(cast.administrator)
        opening = BreakGlassFactory.create(case=case, user=cast.administrator, lasting=True)
        session = client.session
        session["opened"] = [opening.pk]
        session.save()
        shown = client.get("/admin/")
        assert f"You hold open the case {case.reference} until" in text_of(shown)
        assert at("end_break_glass", opening.pk) in text_of(shown)

    def test_ones_own_case_needs_none(self, cast: Cast, case: Case) -> None:
        client = browser(cast.colleague)
        answer = client.post(at("break_glass"), ASKED, follow=True)
        assert told(answer) == ["This case is open to you anyway. Nothing was broken."]
        assert not BreakGlass.objects.exists()

    def test_a_conflict_found_behind_the_glass_closes_it(self, other: Client, case: Case) -> None:
        other.post(at("break_glass"), ASKED)
        other.post(at("declare_conflict", case.pk), {"reason": "My cousin"})
        assert other.get(at("case", case.pk)).status_code == 404
        assert "You hold open" not in text_of(other.get(at("desk")))


class TestTheExcluded:
    def test_are_answered_as_if_there_were_no_case(self, cast: Cast, case: Case) -> None:
        ExclusionFactory.create(case=case, user=cast.excluded)
        client = browser(cast.excluded)
        barred = client.post(at("break_glass"), ASKED)
        nothing = client.post(at("break_glass"), ASKED | {"reference": "99/26"})
        assert errors(barred) == errors(nothing) == {"reference": [NO_SUCH_CASE]}
        words = [re.sub(r'value="[^"]*"', "", text_of(answer)) for answer in (barred, nothing)]
        assert words[0] == words[1]
        assert log() == [
            ("refused", "cases.breakglass", "danger", "excluded_case"),
            ("refused", "cases.breakglass", "danger", "break_glass"),
        ]
        assert not BreakGlass.objects.exists()

    def test_lose_what_they_hold_open(self, other: Client, cast: Cast, case: Case) -> None:
        other.post(at("break_glass"), ASKED)
        exclude(by=cast.force_supervisor, case=case, user=cast.officer_of_b, reason="A relative")
        assert other.get(at("case", case.pk)).status_code == 404
        assert "You hold open" not in text_of(other.get(at("desk")))


class TestTries:
    def test_who_signed_in_a_while_ago_proves_themselves_first(
        self, other: Client, case: Case
    ) -> None:
        long_ago(other, 600)
        answer = other.post(at("break_glass"), ASKED)
        assert answer["Location"].startswith("/confirm/")
        assert not BreakGlass.objects.exists()
        assert log() == []

    def test_what_is_missing_is_asked_for_and_not_logged(self, other: Client) -> None:
        answer = other.post(at("break_glass"), {"reference": "1234"})
        assert errors(answer) == {
            "reference_day": ["Enter the day of the CAD number"],
            "code": ["Select why it cannot wait"],
            "reason": ["Say what is the matter"],
        }
        assert log() == []

    def test_the_sixth_in_an_hour_is_not_looked_at(
        self, other: Client, cast: Cast, case: Case
    ) -> None:
        for number in range(5):
            other.post(at("break_glass"), ASKED | {"reference": f"{number}/25"})
        answer = other.post(at("break_glass"), ASKED)
        assert list(errors(answer)) == ["__all__"]
        assert "Too many tries" in text_of(answer)
        assert not BreakGlass.objects.exists()
        assert len(log()) == 6
        # Another person's tries are their own.
        ExclusionFactory.create(case=case, user=cast.excluded)
        assert list(errors(browser(cast.excluded).post(at("break_glass"), ASKED))) == ["reference"]


class TestReview:
    @pytest.fixture
    def opening(self, other: Client, case: Case) -> BreakGlass:
        other.post(at("break_glass"), ASKED)
        other.get(at("case", case.pk))
        return BreakGlass.objects.get()

    def test_waits_where_reviewers_begin_their_day(self, cast: Cast, opening: BreakGlass) -> None:
        words = "Cases opened by break-glass that wait for a review: 1"
        assert "To review" in text_of(browser(cast.auditor).get("/", follow=True))
        assert words in text_of(browser(cast.force_supervisor).get(at("desk")))
        assert words not in text_of(browser(cast.supervisor).get(at("desk")))

    def test_is_given_once_by_somebody_else(self, cast: Cast, opening: BreakGlass) -> None:
        client, address = browser(cast.auditor), at("review", opening.pk)
        page = text_of(client.get(address))
        assert "A threat was made at the station" in page
        assert "The case at" in page
        verdict = {"verdict": "justified", "review": "He was in custody"}
        empty = client.post(address, {"verdict": "justified", "review": ""})
        assert errors(empty) == {"review": ["Say what you found"]}
        assert told(client.post(address, verdict, follow=True)) == ["Review saved."]
        opening.refresh_from_db()
        assert (opening.verdict, opening.review) == ("justified", "He was in custody")
        assert opening.reviewed_by == cast.auditor
        again = browser(cast.force_supervisor).post(address, verdict)
        opening.refresh_from_db()
        assert (again.status_code, opening.reviewed_by) == (200, cast.auditor)
        assert "Somebody has reviewed this already." in errors(again)["__all__"]

    def test_is_not_for_whoever_opened_it(self, cast: Cast, case: Case) -> None:
        own = BreakGlassFactory.create(case=case, user=cast.force_supervisor)
        assert browser(cast.force_supervisor).get(at("review", own.pk)).status_code == 404
        assert browser(cast.officer_of_b).get(at("reviews")).status_code == 403
        assert browser(cast.supervisor).get(at("review", own.pk)).status_code == 404

    @pytest.mark.parametrize(
        ("opened", "last"),
        [
            ("2026-11-25T23:59", "2026-11-26"),
            ("2026-11-26T00:00", "2026-11-27"),
            ("2026-11-27T09:00", "2026-11-30"),
            ("2026-12-24T18:00", "2026-12-29"),
        ],
    )
    def test_is_due_within_a_working_day(self, opened: str, last: str) -> None:
        at_ = datetime.fromisoformat(opened).replace(tzinfo=LONDON)
        row = BreakGlassFactory.build(opened_at=at_)
        assert str(Opening(row, at_).last_day) == last
        due = Opening(row, at_).due
        assert due == datetime.fromisoformat(last).replace(tzinfo=LONDON) + timedelta(days=1)
        assert not Opening(row, due - timedelta(seconds=1)).late
        assert Opening(row, due).late


def test_a_page_without_an_open_case_asks_nothing_more(
    other: Client, case: Case, django_assert_num_queries: Any
) -> None:
    assert "opened" not in other.session
    other.get(at("conflict_declared"))
    with django_assert_num_queries(2):
        other.get(at("conflict_declared"))
