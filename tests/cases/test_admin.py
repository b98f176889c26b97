"""Cases in the admin: found, hidden from the excluded, and refused in plain words when wrong."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client

from accounts.models import User
from cases.actions.outcomes import void_outcome
from cases.models import Case, Exclusion, Outcome, Suspect
from core.days import LONDON
from tests.cases.pages import lift
from tests.cases.test_rules import merged_outcome, voided_outcome
from tests.conftest import Cast
from tests.factories import (
    CaseAccessFactory,
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    PossibleDuplicateFactory,
    SuspectFactory,
    TeamFactory,
)
from tests.test_admin import errors, page

pytestmark = pytest.mark.django_db

UNKNOWN_CHOICE = "Select a valid choice. That choice is not one of the available choices."
LIST, ADD = "/admin/cases/outcome/", "/admin/cases/outcome/add/"


def found(client: Client, model: type[Model], **query: str) -> list[Model]:
    return list(client.get(page(model, "changelist"), query).context["cl"].queryset)


class TestFinding:
    @pytest.mark.parametrize("written", ["AB 12/21", "AB12/21", " ab 12/21 "])
    def test_a_reference_is_found_however_it_is_written(
        self, signed_in: Client, written: str
    ) -> None:
        outcome = OutcomeFactory.create(case__reference="AB 12/21")
        assert outcome.suspect is not None
        rows: list[Model] = [
            *(outcome.case, outcome.suspect, outcome),
            CaseAccessFactory.create(case=outcome.case),
            ExclusionFactory.create(case=outcome.case),
            OutcomeSupportFactory.create(outcome=outcome),
            PossibleDuplicateFactory.create(outcome=outcome),
        ]
        for other in (CaseAccessFactory, ExclusionFactory, OutcomeSupportFactory):
            other.create()
        for row in rows:
            assert found(signed_in, type(row), q=written) == [row]

    def test_a_custody_record_is_found_whole(self, signed_in: Client) -> None:
        outcome = OutcomeFactory.create(custody_record="01tw/12/21")
        OutcomeFactory.create(custody_record="01tw/13/21")
        OutcomeFactory.create()
        assert found(signed_in, Outcome, q="01tw/12/21") == [outcome]
        assert found(signed_in, Outcome, q="01tw/12") == []
        assert len(found(signed_in, Outcome, q=" ")) == 3

    def test_an_exclusion_is_found_by_part_of_the_name(self, signed_in: Client) -> None:
        exclusion = ExclusionFactory.create(user__name="Sam Lee")
        ExclusionFactory.create()
        assert found(signed_in, Exclusion, q="lee") == [exclusion]

    def test_the_list_is_narrowed_to_what_counts(self, signed_in: Client, cast: Cast) -> None:
        counts, void = OutcomeFactory.create_batch(2)
        void_outcome(outcome=void, by=cast.officer, reason="Entered twice")
        assert found(signed_in, Outcome, counted__exact="1") == [counts]
        assert found(signed_in, Outcome, counted__exact="0") == [void]


class TestExclusion:
    """An exclusion beats the administrator's own role, and does not tell them of itself."""

    @pytest.fixture
    def hidden(self, cast: Cast) -> Outcome:
        outcome = OutcomeFactory.create(case__reference="HIDDEN/21", custody_record="01TW/1/21")
        ExclusionFactory.create(case=outcome.case, user=cast.administrator)
        CaseAccessFactory.create(case=outcome.case)
        OutcomeSupportFactory.create(outcome=outcome)
        PossibleDuplicateFactory.create(outcome=outcome)
        PossibleDuplicateFactory.create(earlier=outcome)
        return outcome

    def rows(self, hidden: Outcome) -> list[Model]:
        assert hidden.suspect is not None
        return [
            *(hidden, hidden.case, hidden.suspect),
            *(hidden.support.get(), hidden.flags.get(), hidden.later_flags.get()),
            *(hidden.case.access_list.get(), hidden.case.exclusions.get()),
        ]

    def test_no_list_shows_the_case(self, signed_in: Client, hidden: Outcome) -> None:
        for row in self.rows(hidden):
            assert row not in found(signed_in, type(row))
            assert found(signed_in, type(row), q="HIDDEN/21") == []
            assert "HIDDEN/21" not in signed_in.get(page(type(row), "changelist")).content.decode()
        assert found(signed_in, Outcome, q="01TW/1/21") == []

    @pytest.mark.parametrize("name", ["change", "history"])
    def test_its_pages_are_like_those_of_what_is_not_there(
        self, signed_in: Client, hidden: Outcome, name: str
    ) -> None:
        for row in self.rows(hidden):
            nothing = uuid4() if isinstance(row, Outcome) else 0
            answers = [signed_in.get(page(type(row), name, key)) for key in (row.pk, nothing)]
            assert [answer.status_code for answer in answers] == [404, 404]
            parted = re.compile(r'value="[^"]*"|' + "|".join(str(key) for key in (row.pk, nothing)))
            told = [
                parted.sub("", answer.content.decode().replace(answer["X-Request-ID"], ""))
                for answer in answers
            ]
            assert told[0] == told[1]

    @pytest.mark.parametrize(
        ("model", "field", "term"),
        [
            ("outcome", "case", "HIDDEN/21"),
            ("outcome", "suspect", "HIDDEN/21"),
            ("outcome", "merged_into", "01TW/1/21"),
            ("suspect", "case", "HIDDEN/21"),
        ],
    )
    def test_it_is_suggested_only_once_the_exclusion_is_lifted(
        self, signed_in: Client, cast: Cast, hidden: Outcome, model: str, field: str, term: str
    ) -> None:
        query = {"app_label": "cases", "model_name": model, "field_name": field, "term": term}
        assert signed_in.get("/admin/autocomplete/", query).json()["results"] == []
        lift(hidden.case, cast.administrator)
        assert len(signed_in.get("/admin/autocomplete/", query).json()["results"]) == 1

    @pytest.mark.parametrize("field", ["case", "suspect", "merged_into"])
    def test_its_number_is_not_taken_from_a_form(
        self, signed_in: Client, hidden: Outcome, field: str
    ) -> None:
        posted = {"case": hidden.case_id, "suspect": hidden.suspect_id, "merged_into": hidden.pk}
        form = outcome_form(SuspectFactory.create()) | {field: posted[field]}
        before = set(Outcome.objects.all())
        assert errors(signed_in.post(ADD, form))[field] == [UNKNOWN_CHOICE]
        assert set(Outcome.objects.all()) == before

    def test_what_the_person_changed_before_is_named_on_no_page(
        self, signed_in: Client, cast: Cast, hidden: Outcome
    ) -> None:
        LogEntry.objects.create(
            user=cast.administrator,
            content_type=ContentType.objects.get_for_model(Outcome),
            object_id=hidden.pk,
            object_repr=str(hidden),
            action_flag=CHANGE,
        )
        assert "HIDDEN/21" in str(hidden)
        assert "HIDDEN/21" not in signed_in.get("/admin/").content.decode()

    def test_it_is_not_changed_by_its_address(self, signed_in: Client, hidden: Outcome) -> None:
        assert hidden.suspect is not None
        form = outcome_form(hidden.suspect, offence="rape")
        signed_in.post(page(Outcome, "change", hidden.pk), form)
        assert Outcome.objects.get(pk=hidden.pk).offence == "assault_no_injury"


def outcome_form(of: Suspect, **fields: Any) -> dict[str, Any]:
    """What a browser sends of an arrest."""
    form = {
        "id": uuid4(),
        "kind": "arrest",
        "strand": "domestic_abuse",
        "case": of.case.pk,
        "suspect": of.pk,
        "borough": of.case.borough.pk,
        "offence": "stalking",
        "happened_at_0": "25/11/2021",
        "happened_at_1": "23:30:00",
        "support-TOTAL_FORMS": 0,
        "support-INITIAL_FORMS": 0,
    }
    return form | fields


@pytest.fixture
def suspect(cast: Cast) -> Suspect:
    return SuspectFactory.create(case__borough=cast.a)


class TestAddingAnOutcome:
    def test_a_right_one_is_saved_with_whoever_logged_it(
        self, signed_in: Client, cast: Cast, suspect: Suspect
    ) -> None:
        team = TeamFactory.create()
        support = {"support-TOTAL_FORMS": 1, "support-0-team": team.pk}
        form = outcome_form(suspect, **support)
        answer = signed_in.post(ADD, form)
        assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
        outcome = Outcome.objects.get()
        assert (outcome.pk, outcome.kind, outcome.suspect) == (form["id"], "arrest", suspect)
        assert outcome.logged_by == cast.administrator
        assert outcome.happened_at == datetime(2021, 11, 25, 23, 30, tzinfo=LONDON)
        assert list(outcome.supporting_teams.all()) == [team]
        assert who() == [
            ("insert", {"user": cast.administrator.pk, "action": "administrator", "url": ADD})
        ]

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            (
                {"happened_at_0": "25/11/2099"},
                {"__all__": ["When it happened must be today or in the past."]},
            ),
            (
                {"kind": "caution"},
                {"__all__": ["A caution needs its kind; nothing else has one."]},
            ),
            ({"suspect": ""}, {"__all__": ["Choose the suspect arrested, charged or cautioned."]}),
            ({"borough": 0}, {"borough": [UNKNOWN_CHOICE]}),
            ({"id": "x"}, {"id": ["Enter a valid UUID."]}),
        ],
    )
    def test_a_wrong_one_is_refused_in_plain_words_and_not_saved(
        self, signed_in: Client, suspect: Suspect, wrong: dict[str, Any], told: dict[str, Any]
    ) -> None:
        assert errors(signed_in.post(ADD, outcome_form(suspect, **wrong))) == told
        assert list(Outcome.objects.all()) == []

    def test_a_suspect_of_another_case_is_refused(
        self, signed_in: Client, suspect: Suspect
    ) -> None:
        form = outcome_form(suspect, suspect=SuspectFactory.create().pk)
        assert errors(signed_in.post(ADD, form)) == {"suspect": ["Choose a suspect of this case."]}
        assert list(Outcome.objects.all()) == []

    def test_the_same_token_twice_makes_one_row_and_says_so(
        self, signed_in: Client, suspect: Suspect
    ) -> None:
        form = outcome_form(suspect)
        signed_in.post(ADD, form)
        answer = signed_in.post(ADD, form | {"offence": "rape"})
        assert errors(answer) == {"id": ["Outcome with this Token already exists."]}
        assert list(Outcome.objects.values_list("pk", "offence")) == [(form["id"], "stalking")]

    def test_each_form_has_a_token_of_its_own(self, signed_in: Client) -> None:
        tokens = {str(signed_in.get(ADD).context["adminform"].form["id"].value()) for _ in range(2)}
        assert len(tokens) == 2


def who() -> list[tuple[str, dict[str, Any]]]:
    """What was done to outcomes, and by whom."""
    events = apps.get_model("cases.OutcomeEvent")._base_manager.order_by("pgh_id")
    said = [(e.pgh_label, e.pgh_context.metadata if e.pgh_context else {}) for e in events]
    return [(label, {k: v for k, v in of.items() if k != "request"}) for label, of in said]


def changed(client: Client, outcome: Outcome, **fields: Any) -> Any:
    """The answer to a change of an outcome's form."""
    assert outcome.suspect is not None
    path = page(Outcome, "change", outcome.pk)
    return client.post(path, outcome_form(outcome.suspect, **fields))


def merge_fields(into: Outcome, by: User) -> dict[str, Any]:
    return {
        "merged_into": into.pk,
        "merged_at_0": "01/12/2021",
        "merged_at_1": "12:00:00",
        "merged_by": by.pk,
    }


class TestChangingAnOutcome:
    def test_it_keeps_who_logged_it_and_history_says_who_changed_it(
        self, signed_in: Client, cast: Cast
    ) -> None:
        outcome = OutcomeFactory.create(logged_by=cast.officer)
        assert changed(signed_in, outcome, offence="rape").status_code == 302
        outcome.refresh_from_db()
        assert (outcome.offence, outcome.logged_by) == ("rape", cast.officer)
        url = page(Outcome, "change", outcome.pk)
        assert who() == [
            ("insert", {}),
            ("update", {"user": cast.administrator.pk, "action": "administrator", "url": url}),
        ]

    def test_a_void_without_a_reason_is_refused(self, signed_in: Client, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        void = {
            "voided_at_0": "01/01/2099",
            "voided_at_1": "12:00:00",
            "voided_by": cast.administrator.pk,
        }
        assert errors(changed(signed_in, outcome, **void, void_reason=" ")) == {
            "__all__": ["To void, say who, when and why: all three, or none."]
        }
        outcome.refresh_from_db()
        assert (outcome.voided_at, outcome.offence) == (None, "assault_no_injury")
        assert changed(signed_in, outcome, **void, void_reason="Twice").status_code == 302
        outcome.refresh_from_db()
        assert (outcome.voided_by, outcome.counted) == (cast.administrator, False)

    @pytest.mark.parametrize("into", [voided_outcome, merged_outcome])
    def test_a_merge_into_what_does_not_count_is_refused(
        self, signed_in: Client, cast: Cast, into: Callable[[], Outcome]
    ) -> None:
        outcome = OutcomeFactory.create()
        answer = changed(signed_in, outcome, **merge_fields(into(), cast.administrator))
        assert errors(answer) == {"__all__": ["Merge it into another entry that still counts."]}
        outcome.refresh_from_db()
        assert outcome.merged_into is None

    def test_a_merge_into_itself_is_refused(self, signed_in: Client, cast: Cast) -> None:
        outcome = OutcomeFactory.create()
        answer = changed(signed_in, outcome, **merge_fields(outcome, cast.administrator))
        assert "Merge it into another entry that still counts." in errors(answer)["__all__"]

    def test_a_chain_of_merges_is_refused(self, signed_in: Client, cast: Cast) -> None:
        survivor = merged_outcome().merged_into
        assert survivor is not None
        into = merge_fields(OutcomeFactory.create(), cast.administrator)
        assert errors(changed(signed_in, survivor, **into)) == {
            "__all__": ["Other entries are merged into this one: merge it the other way."]
        }

    def test_a_merge_into_what_counts_is_made(self, signed_in: Client, cast: Cast) -> None:
        outcome, survivor = OutcomeFactory.create_batch(2)
        into = merge_fields(survivor, cast.administrator)
        assert changed(signed_in, outcome, **into).status_code == 302
        outcome.refresh_from_db()
        assert (outcome.merged_into, outcome.counted) == (survivor, False)
        assert changed(signed_in, outcome, **into, offence_note="Bigamy").status_code == 302


def test_a_suspect_with_outcomes_stays_in_its_case(signed_in: Client) -> None:
    suspect = OutcomeFactory.create().suspect
    assert suspect is not None
    form = {"case": CaseFactory.create().pk, "number": 7}
    assert signed_in.post(page(Suspect, "change", suspect.pk), form).status_code == 302
    kept = Suspect.objects.get(pk=suspect.pk)
    assert (kept.case, kept.number) == (suspect.case, 7)


def test_a_number_that_another_suspect_has_is_refused(signed_in: Client, suspect: Suspect) -> None:
    other = SuspectFactory.create(case=suspect.case)
    form = {"number": other.number}
    assert errors(signed_in.post(page(Suspect, "change", suspect.pk), form)) == {
        "__all__": ["The case has a suspect with this number already."]
    }


def test_a_reference_is_neither_given_nor_changed_here_since_a_taken_one_would_tell(
    signed_in: Client, cast: Cast
) -> None:
    case = CaseFactory.create(borough=cast.a, reference="AB 12/21", restricted=True)
    CaseAccessFactory.create(case=case, user=cast.administrator)
    assert signed_in.get("/admin/cases/case/add/").status_code == 403
    form = {
        "reference": "AB 13/21",
        "status": "closed",
        "review_group": case.review_group,
        "borough": cast.a.pk,
        "suspects-TOTAL_FORMS": 0,
        "suspects-INITIAL_FORMS": 0,
    }
    assert signed_in.post(page(Case, "change", case.pk), form).status_code == 302
    case.refresh_from_db()
    assert (case.reference, case.restricted, case.status) == ("AB 12/21", True, "closed")
