"""Who may and who must not know of a case: restricted, excluded, in conflict; lifted by two."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import LogRow
from cases.actions.barred import (
    add_access,
    ask_to_lift,
    decide_lifting,
    declare_conflict,
    exclude,
    remove_access,
    restrict_case,
)
from cases.models import BreakGlass, Case, CaseAccess, Exclusion, Lifting
from cases.presenters.desk import Desk
from tests.cases.pages import at, browser, form_at, text_of
from tests.cases.test_reassign import told, why
from tests.conftest import Cast
from tests.factories import (
    BreakGlassFactory,
    CaseAccessFactory,
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

WHY = {"code": "safety", "reason": "Bail ends tomorrow"}


@pytest.fixture
def case(cast: Cast) -> Case:
    made: Case = CaseFactory.create(
        borough=cast.a, officer=cast.officer, reference="12/26", system="other"
    )
    return made


def sent(client: Client, address: str, **fields: Any) -> Any:
    return client.post(address, form_at(client, address) | fields, follow=True)


def readers(case: Case, cast: Cast) -> set[str]:
    names = {name for name, kind in Cast.__annotations__.items() if kind is User}
    return {
        name
        for name in names
        if Case.objects.visible_to(getattr(cast, name)).filter(pk=case.pk).exists()
    }


def listed(case: Case) -> set[str]:
    return {place.user.name for place in CaseAccess.objects.filter(case=case)}


class TestRestricting:
    def test_leaves_the_case_to_its_officer_and_whoever_restricts_it(
        self, supervisor: Client, cast: Cast, case: Case
    ) -> None:
        answer = sent(supervisor, at("restrict_case", case.pk), reason="An officer is a suspect")
        assert told(answer) == ["The case is restricted. Add whoever else works on it."]
        assert readers(case, cast) == {"officer", "supervisor"}
        assert why(case) == {
            "user": cast.supervisor.pk,
            "action": "restrict",
            "reason": "An officer is a suspect",
        }

    def test_needs_a_reason(self, supervisor: Client, case: Case) -> None:
        answer = sent(supervisor, at("restrict_case", case.pk), reason=" ")
        assert answer.context["form"].errors == {"reason": ["Say why the case is restricted"]}
        case.refresh_from_db()
        assert not case.restricted

    def test_lets_nobody_onto_the_list_who_could_not_read_it(self, cast: Cast, case: Case) -> None:
        for officer in (cast.officer_of_b, cast.excluded):
            Case.objects.filter(pk=case.pk).update(officer=officer)
        ExclusionFactory.create(case=case, user=cast.excluded)
        restrict_case(by=cast.supervisor, case=case, reason="Why")
        assert listed(case) == {cast.supervisor.name}
        for person in (cast.officer_of_b, cast.excluded, cast.auditor):
            with pytest.raises(ValidationError, match="could not open the case"):
                add_access(by=cast.supervisor, case=case, user=person)
        assert listed(case) == {cast.supervisor.name}

    def test_its_list_is_kept_on_a_page_of_its_own(
        self, supervisor: Client, cast: Cast, case: Case
    ) -> None:
        sent(supervisor, at("restrict_case", case.pk), reason="Why")
        choices = supervisor.get(at("add_access", case.pk)).context["form"].fields["user"].queryset
        assert {*choices} == {cast.colleague, cast.excluded, cast.force_supervisor} | {
            cast.administrator
        }
        answer = sent(supervisor, at("add_access", case.pk), user=cast.colleague.pk)
        assert told(answer) == [f"{cast.colleague} may read this case."]
        place = CaseAccess.objects.get(user=cast.colleague)
        answer = supervisor.post(at("remove_access", case.pk, place.pk), follow=True)
        assert told(answer) == [f"{cast.colleague} is off the access list."]
        assert listed(case) == {cast.officer.name, cast.supervisor.name}
        mine = CaseAccess.objects.get(user=cast.supervisor)
        answer = supervisor.post(at("remove_access", case.pk, mine.pk), follow=True)
        assert told(answer) == [
            "A restricted case needs a supervisor on its list. Add another one first."
        ]
        assert readers(case, cast) == {"officer", "supervisor"}

    def test_a_supervisor_can_take_themselves_off_once_there_is_another(
        self, cast: Cast, case: Case
    ) -> None:
        restrict_case(by=cast.supervisor, case=case, reason="Why")
        add_access(by=cast.supervisor, case=case, user=cast.force_supervisor)
        remove_access(by=cast.supervisor, access=CaseAccess.objects.get(user=cast.supervisor))
        assert readers(case, cast) == {"officer", "force_supervisor"}


def work_on(officer: Client, time_machine: Any, since: datetime) -> None:
    """Lets an hour go by in which the session does not end."""
    for minutes in (14, 28, 42, 56, 61):
        time_machine.move_to(since + timedelta(minutes=minutes), tick=False)
        assert officer.get(at("desk")).status_code == 200


class TestReasonOfARead:
    @pytest.fixture(autouse=True)
    def _restricted(self, cast: Cast, case: Case) -> None:
        restrict_case(by=cast.supervisor, case=case, reason="Why")

    def reads(self) -> list[tuple[str, str, str]]:
        rows = LogRow.objects.filter(action="consultation").order_by("pk")
        return [(row.object_type, row.reason_code, row.reason) for row in rows]

    def test_is_asked_once_an_hour_and_kept_with_each_look(
        self, officer: Client, case: Case, time_machine: Any
    ) -> None:
        now = timezone.now()
        time_machine.move_to(now, tick=False)
        outcome = OutcomeFactory.create(case=case)
        page, ask = at("case", case.pk), at("give_reason", case.pk)
        answer = officer.get(page, {"show": "notes"})
        assert answer["Location"] == f"{ask}?next=%2Fcases%2F{case.pk}%2F%3Fshow%3Dnotes"
        shown = text_of(officer.get(answer["Location"]))
        assert "This case is restricted" in shown
        assert "Timeline" not in shown
        assert self.reads() == []
        wrong = officer.post(answer["Location"], {"code": "safety", "reason": ""})
        assert wrong.context["form"].errors == {
            "reason": ["Say in a few words why you need to read it"]
        }
        assert officer.post(answer["Location"], WHY)["Location"] == f"{page}?show=notes"
        for address in (page, at("outcome", outcome.pk), at("add_note", case.pk)):
            assert officer.get(address).status_code == 200
        said = ("safety", "Bail ends tomorrow")
        assert self.reads() == [
            *[("cases.case", *said), ("cases.outcome", *said), ("cases.case", *said)]
        ]
        work_on(officer, time_machine, now)
        for address in (page, at("outcome", outcome.pk), at("add_note", case.pk)):
            assert officer.get(address)["Location"].startswith(ask)

    def test_is_asked_again_in_another_session_and_leads_nowhere_else(
        self, officer: Client, cast: Cast, case: Case
    ) -> None:
        ask = at("give_reason", case.pk)
        assert officer.post(f"{ask}?next=https://evil.example/", WHY)["Location"] == at(
            "case", case.pk
        )
        assert browser(cast.officer).get(at("case", case.pk))["Location"].startswith(ask)

    @pytest.mark.parametrize(
        ("sent_from", "back"),
        [
            ("http://testserver/desk/?x=1", "/desk/"),
            ("https://evil.example/desk/", ""),
            (None, ""),
        ],
    )
    def test_leads_back_to_the_page_that_a_button_stood_on(
        self, cast: Cast, case: Case, sent_from: str | None, back: str
    ) -> None:
        add_access(by=cast.supervisor, case=case, user=cast.supervisor)
        bar = ExclusionFactory.create(case=case, user=cast.colleague, declared=True)
        client = browser(cast.supervisor)
        headers = {"referer": sent_from} if sent_from else {}
        answer = client.post(at("conflict_seen", case.pk, bar.pk), headers=headers)
        asked = f"{at('give_reason', case.pk)}?{urlencode({'next': back})}"
        assert answer["Location"] == asked
        assert client.post(asked, WHY)["Location"] == (back or at("case", case.pk))

    def test_is_asked_of_nobody_who_may_not_know(self, cast: Cast, case: Case) -> None:
        for person in (cast.colleague, cast.force_supervisor, cast.administrator):
            for page in ("case", "give_reason", "declare_conflict"):
                assert browser(person).get(at(page, case.pk)).status_code == 404

    def test_a_form_that_was_open_when_the_hour_ended_is_taken(
        self, officer: Client, case: Case, time_machine: Any
    ) -> None:
        now = timezone.now()
        time_machine.move_to(now, tick=False)
        officer.post(at("give_reason", case.pk), WHY)
        form = form_at(officer, at("add_note", case.pk)) | {"text": "Seen at the station"}
        work_on(officer, time_machine, now)
        officer.post(at("add_note", case.pk), form)
        assert case.notes.count() == 1


class TestExcluding:
    def test_shuts_a_person_out_whatever_they_are(self, cast: Cast, case: Case) -> None:
        BreakGlassFactory.create(case=case, user=cast.officer_of_b, lasting=True)
        CaseAccessFactory.create(case=case, user=cast.administrator)
        for person in (cast.officer, cast.administrator, cast.officer_of_b):
            exclude(by=cast.force_supervisor, case=case, user=person, reason="A relative")
        assert readers(case, cast) == {"colleague", "excluded", "supervisor", "force_supervisor"}
        case.refresh_from_db()
        assert case.officer is None
        assert not CaseAccess.objects.exists()
        assert not BreakGlass.objects.lasting().exists()
        bar = Exclusion.objects.get(user=cast.officer)
        assert (bar.reason, bar.made_by, bar.declared) == (
            "A relative",
            cast.force_supervisor,
            False,
        )

    def test_is_for_the_force_and_administrators(self, cast: Cast, case: Case) -> None:
        answers = {
            name: browser(getattr(cast, name)).get(at("exclude", case.pk)).status_code
            for name in ("officer", "supervisor", "force_supervisor", "administrator", "auditor")
        }
        assert answers == {
            "officer": 403,
            "supervisor": 403,
            "auditor": 403,
            "force_supervisor": 200,
            "administrator": 200,
        }

    def test_is_done_and_seen_on_pages(self, cast: Cast, case: Case) -> None:
        client, address = browser(cast.force_supervisor), at("exclude", case.pk)
        answer = sent(client, address, user=cast.excluded.pk, reason="The suspect's brother")
        assert told(answer) == [f"{cast.excluded} is excluded from this case."]
        assert "The suspect&#x27;s brother" in text_of(answer)
        answer = sent(client, address, user=cast.excluded.pk, reason="Twice")
        assert "user" in answer.context["form"].errors
        assert "The suspect&#x27;s brother" in text_of(
            browser(cast.supervisor).get(at("access", case.pk))
        )

    def test_one_does_not_exclude_oneself(self, cast: Cast, case: Case) -> None:
        with pytest.raises(ValidationError, match="on the page of the case"):
            exclude(by=cast.force_supervisor, case=case, user=cast.force_supervisor, reason="I")

    @pytest.mark.parametrize("supervisors", [True, False])
    def test_leaves_a_restricted_case_to_somebody(
        self, cast: Cast, case: Case, supervisors: bool
    ) -> None:
        restrict_case(by=cast.supervisor, case=case, reason="Why")
        others = {cast.force_supervisor}
        if not supervisors:
            User.objects.filter(pk=cast.force_supervisor.pk).update(is_active=False)
            others = {UserFactory.create(role="supervisor", boroughs=[cast.a])}
        declare_conflict(by=cast.supervisor, case=case, reason="I know the suspect")
        assert listed(case) == {cast.officer.name} | {person.name for person in others}

    def test_nobody_walks_off_who_is_the_last(self, cast: Cast, case: Case) -> None:
        restrict_case(by=cast.supervisor, case=case, reason="Why")
        User.objects.filter(pk=cast.force_supervisor.pk).update(is_active=False)
        with pytest.raises(ValidationError, match="Nobody else could read this case"):
            declare_conflict(by=cast.supervisor, case=case, reason="I know the suspect")
        assert readers(case, cast) == {"officer", "supervisor"}


class TestDeclaringAConflict:
    def test_takes_the_case_away_at_once_and_tells_its_supervisors(
        self, officer: Client, supervisor: Client, cast: Cast, case: Case
    ) -> None:
        answer = sent(officer, at("declare_conflict", case.pk), reason="A neighbour")
        assert answer.redirect_chain == [(reverse("cases:conflict_declared"), 302)]
        page = text_of(answer)
        assert "You are off the case" in page
        assert "12/26" not in page
        for address in ("case", "declare_conflict"):
            assert officer.get(at(address, case.pk)).status_code == 404
        case.refresh_from_db()
        assert case.officer is None
        others = text_of(browser(cast.colleague).get(at("case", case.pk)))
        assert "Take off the case" in others
        assert "neighbour" not in others
        desk = text_of(supervisor.get(at("desk")))
        assert f"{cast.officer} knows someone in the case" in desk
        assert "Find it another officer" in desk
        bar = Exclusion.objects.get()
        supervisor.post(at("conflict_seen", case.pk, bar.pk))
        assert "knows someone" not in text_of(supervisor.get(at("desk")))
        bar.refresh_from_db()
        assert bar.seen_by == cast.supervisor
        assert officer.get(at("case", case.pk)).status_code == 404

    def test_a_supervisor_who_is_excluded_too_is_told_nothing(self, cast: Cast, case: Case) -> None:
        ExclusionFactory.create(case=case, user=cast.supervisor)
        declare_conflict(by=cast.officer, case=case, reason="A neighbour")
        waits = {
            name: len(Desk(getattr(cast, name), timezone.now()).conflicts)
            for name in ("officer", "supervisor", "force_supervisor")
        }
        assert waits == {"officer": 0, "supervisor": 0, "force_supervisor": 1}


class TestLifting:
    def test_a_restriction_takes_two_supervisors_of_its_list(
        self, supervisor: Client, cast: Cast, case: Case
    ) -> None:
        restrict_case(by=cast.supervisor, case=case, reason="Why")
        add_access(by=cast.supervisor, case=case, user=cast.force_supervisor)
        supervisor.post(at("give_reason", case.pk), WHY)
        sent(supervisor, at("lift_restriction", case.pk), reason="The trial is over")
        asking = Lifting.objects.get()
        agree = at("agree_lifting", case.pk, asking.pk)
        assert told(supervisor.post(agree, follow=True)) == [
            "You asked for this yourself. Another person has to decide."
        ]
        again = sent(supervisor, at("lift_restriction", case.pk), reason="Again")
        assert again.context["form"].errors == {
            "__all__": ["Somebody has asked for this already. Another person has to decide."]
        }
        second = browser(cast.force_supervisor)
        assert "asks to lift" in text_of(second.get(at("desk")))
        second.post(at("give_reason", case.pk), WHY)
        assert told(second.post(agree, follow=True)) == ["Lifted."]
        case.refresh_from_db()
        assert not case.restricted
        assert not CaseAccess.objects.exists()
        assert "asks to lift" not in text_of(second.get(at("desk")))

    def test_a_refusal_leaves_all_as_it_is(self, cast: Cast, case: Case) -> None:
        exclude(by=cast.force_supervisor, case=case, user=cast.officer, reason="A relative")
        asking = ask_to_lift(
            by=cast.force_supervisor, case=case, excluded=cast.officer, reason="A mistake"
        )
        with pytest.raises(ValidationError, match="not yours to decide"):
            decide_lifting(by=cast.supervisor, lifting=asking, agreed=True)
        decide_lifting(by=cast.administrator, lifting=asking, agreed=False)
        # An answer that comes later changes nothing.
        decide_lifting(by=cast.administrator, lifting=asking, agreed=True)
        assert "officer" not in readers(case, cast)
        asking.refresh_from_db()
        assert (asking.agreed, asking.decided_by) == (False, cast.administrator)

    def test_an_exclusion_is_lifted_by_two_of_the_force(self, cast: Cast, case: Case) -> None:
        exclude(by=cast.force_supervisor, case=case, user=cast.officer, reason="A relative")
        first, second = browser(cast.force_supervisor), browser(cast.administrator)
        bar = Exclusion.objects.get()
        sent(first, at("lift_exclusion", case.pk, bar.pk), reason="Another of that name")
        [asking] = Lifting.objects.all()
        second.post(at("agree_lifting", case.pk, asking.pk))
        assert "officer" in readers(case, cast)
        assert not Exclusion.objects.exists()
