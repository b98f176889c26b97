"""Clare's Law applications: their stages, their three facts, and what the pages ask."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cases.actions.disclosures import add_disclosure, change_disclosure
from cases.actions.outcomes import log_outcome
from cases.choices import DisclosureDecision, DisclosureRoute, DisclosureStage, Kind
from cases.disclosures import ENDS, next_stages
from cases.models import Case, DisclosureApplication, Outcome
from core.days import LONDON, ONE_DAY, start_of
from tests.cases.test_orders import day, told
from tests.conftest import Cast
from tests.factories import DAY, CaseFactory, DisclosureApplicationFactory, ExclusionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2021, 12, 20, 12, 0, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def december() -> Any:
    """The web server's clock; the database's own runs on."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def case(cast: Cast) -> Case:
    return CaseFactory.create(borough=cast.a)


@pytest.mark.parametrize(
    ("route", "stage", "decision", "steps"),
    [
        (
            "right_to_ask",
            "received",
            "",
            ["initial_checks", "decided", "withdrawn", "not_eligible", "referred_elsewhere"],
        ),
        (
            "right_to_ask",
            "initial_checks",
            "",
            [
                *("face_to_face", "research"),
                *("decided", "withdrawn", "not_eligible", "referred_elsewhere"),
            ],
        ),
        (
            "right_to_know",
            "initial_checks",
            "",
            ["research", "decided", "withdrawn", "not_eligible", "referred_elsewhere"],
        ),
        ("right_to_ask", "decided", "disclose", ["disclosed", "not_disclosed"]),
        ("right_to_ask", "decided", "do_not_disclose", ["not_disclosed"]),
        ("right_to_ask", "decided", "nothing_held", ["no_information"]),
        ("right_to_ask", "decided", "", []),
        ("right_to_ask", "disclosed", "disclose", []),
    ],
)
def test_only_what_makes_sense_comes_next(
    route: str, stage: str, decision: str, steps: list[str]
) -> None:
    assert list(next_stages(route, stage, decision)) == steps


@pytest.mark.parametrize("route", DisclosureRoute)
@pytest.mark.parametrize("decision", DisclosureDecision)
def test_every_application_comes_to_an_end(route: str, decision: str) -> None:
    reached: set[str] = set()
    ahead: list[str] = [DisclosureStage.RECEIVED]
    while ahead:
        stage = ahead.pop()
        if stage not in reached:
            reached.add(stage)
            ahead += next_stages(route, stage, decision)
    assert {stage for stage in reached if not next_stages(route, stage, decision)} <= ENDS
    assert DisclosureStage.DECIDED in reached


class TestActions:
    def added(self, cast: Cast, case: Case, **facts: Any) -> DisclosureApplication:
        return add_disclosure(
            by=cast.officer,
            case=case,
            token=uuid4(),
            **{"route": "right_to_ask", "applicant": "third_party", "received_on": DAY} | facts,
        )

    def test_it_counts_once_from_its_receipt(self, cast: Cast, case: Case) -> None:
        application = self.added(cast, case)
        outcome = Outcome.objects.get()
        assert (application.outcome, outcome.route, outcome.day) == (outcome, "right_to_ask", DAY)
        for to, facts in [
            ("decided", {"decision": "disclose", "decided_on": DAY}),
            ("disclosed", {"disclosed_on": DAY + ONE_DAY, "recipient": "protector"}),
        ]:
            change_disclosure(by=cast.officer, application=application, to=to, **facts)
        application.refresh_from_db()
        assert application.closed_on == DAY + ONE_DAY
        assert Outcome.objects.count() == 1

    def test_the_same_form_sent_twice_makes_one(self, cast: Cast, case: Case) -> None:
        assert self.added(cast, case) == self.added(cast, case)
        assert (DisclosureApplication.objects.count(), Outcome.objects.count()) == (1, 1)

    def test_an_entry_logged_before_is_taken_if_its_route_is_the_same(
        self, cast: Cast, case: Case
    ) -> None:
        logged, _ = log_outcome(
            by=cast.officer,
            token=uuid4(),
            case=case,
            kind=Kind.DISCLOSURE_APPLICATION,
            happened_at=start_of(DAY),
            route="right_to_know",
        )
        assert self.added(cast, case).outcome != logged
        assert self.added(cast, case, route="right_to_know").outcome == logged

    @pytest.mark.parametrize("to", ["received", "face_to_face", "research", "disclosed"])
    def test_a_stage_that_makes_no_sense_is_refused(self, cast: Cast, case: Case, to: str) -> None:
        application = DisclosureApplicationFactory.create(case=case)
        with pytest.raises(ValidationError) as refused:
            change_disclosure(by=cast.officer, application=application, to=to)
        assert refused.value.messages == ["This cannot be recorded now: the entry says received."]

    def test_a_disclosure_without_a_recipient_is_refused(self, cast: Cast, case: Case) -> None:
        application = DisclosureApplicationFactory.create(case=case, decided=True)
        with pytest.raises(ValidationError):
            change_disclosure(
                by=cast.officer,
                application=application,
                to="disclosed",
                disclosed_on=DAY + timedelta(days=9),
            )
        application.refresh_from_db()
        assert application.stage == "decided"


def test_who_may_open_the_pages(client: Client, cast: Cast, case: Case) -> None:
    application = DisclosureApplicationFactory.create(case=case)
    ExclusionFactory.create(case=case, user=cast.excluded)
    pages = [
        reverse("cases:add_disclosure", args=[case.pk]),
        reverse("cases:change_disclosure", args=[case.pk, application.pk, "withdrawn"]),
    ]
    found = {}
    for person in ("officer", "officer_of_b", "excluded", "administrator", "auditor"):
        client.force_login(getattr(cast, person))
        found[person] = {client.get(page).status_code for page in pages}
    assert found == {
        "officer": {200},
        "officer_of_b": {404},
        "excluded": {404},
        "administrator": {403},
        "auditor": {403},
    }
    client.force_login(cast.officer)
    elsewhere = CaseFactory.create(borough=cast.a)
    for of, to in [(elsewhere, "withdrawn"), (case, "nowhere")]:
        path = reverse("cases:change_disclosure", args=[of.pk, application.pk, to])
        assert client.get(path).status_code == 404


class TestPages:
    def test_an_application_is_added_with_its_clock_told(self, officer: Client, case: Case) -> None:
        path = reverse("cases:add_disclosure", args=[case.pk])
        assert told(officer.post(path, {})) == {
            "route": ["Select a route"],
            "applicant": ["Select who asked"],
            "received_on": ["Enter the day it was received"],
        }
        form = {
            "route": "right_to_ask",
            "applicant": "third_party",
            **day("received_on", DAY),
            "reference": "DV 12",
        }
        answer = officer.post(path, form, follow=True)
        assert answer.redirect_chain == [(f"/cases/{case.pk}/#disclosures", 302)]
        assert [str(message) for message in answer.context["messages"]] == [
            "Clare's Law application added: 3 days left"
        ]
        application = DisclosureApplication.objects.get()
        assert (application.applicant, application.recipient) == ("third_party", "")

    @pytest.mark.parametrize(
        ("traits", "to", "form", "facts"),
        [
            ({}, "initial_checks", {}, {"closed_on": None}),
            (
                {"stage": "research"},
                "decided",
                {"decision": "disclose", **day("decided_on", DAY)},
                {"decision": "disclose", "decided_on": DAY, "closed_on": None},
            ),
            (
                {"decided": True},
                "disclosed",
                {"recipient": "protector", **day("disclosed_on", date(2021, 12, 3))},
                {"recipient": "protector", "closed_on": date(2021, 12, 3)},
            ),
            (
                {"decided": True},
                "not_disclosed",
                day("closed_on", date(2021, 12, 3)),
                {"closed_on": date(2021, 12, 3), "disclosed_on": None},
            ),
            ({}, "withdrawn", day("closed_on", DAY), {"closed_on": DAY, "decision": ""}),
        ],
    )
    def test_each_stage_keeps_its_facts(
        self,
        officer: Client,
        case: Case,
        traits: dict[str, Any],
        to: str,
        form: dict[str, Any],
        facts: dict[str, Any],
    ) -> None:
        application = DisclosureApplicationFactory.create(case=case, **traits)
        path = reverse("cases:change_disclosure", args=[case.pk, application.pk, to])
        assert officer.post(path, form).status_code == 302
        application.refresh_from_db()
        assert {name: getattr(application, name) for name in facts} == facts
        assert application.stage == to

    @pytest.mark.parametrize(
        ("traits", "to", "form", "said"),
        [
            (
                {},
                "decided",
                {},
                {
                    "decision": ["Select a decision"],
                    "decided_on": ["Enter the day of the decision"],
                },
            ),
            (
                {},
                "decided",
                {"decision": "disclose", **day("decided_on", DAY - ONE_DAY)},
                {
                    "decided_on": [
                        "Day of the decision must be the same as or after the day it was "
                        "received, 25 November 2021"
                    ]
                },
            ),
            (
                {"decided": True},
                "disclosed",
                {"recipient": "protector", **day("disclosed_on", date(2021, 12, 1))},
                {
                    "disclosed_on": [
                        "Day they were told must be the same as or after the day it was "
                        "decided, 2 December 2021"
                    ]
                },
            ),
            (
                {},
                "withdrawn",
                day("closed_on", NOW.date() + ONE_DAY),
                {"closed_on": ["Day it ended must be today or in the past"]},
            ),
        ],
    )
    def test_a_stage_without_its_facts_is_refused(
        self,
        officer: Client,
        case: Case,
        traits: dict[str, Any],
        to: str,
        form: dict[str, Any],
        said: dict[str, list[str]],
    ) -> None:
        application = DisclosureApplicationFactory.create(case=case, **traits)
        path = reverse("cases:change_disclosure", args=[case.pk, application.pk, to])
        assert told(officer.post(path, form)) == said
        application.refresh_from_db()
        assert application.stage != to

    def test_a_stage_sent_twice_is_taken_once(self, officer: Client, case: Case) -> None:
        application = DisclosureApplicationFactory.create(case=case)
        path = reverse("cases:change_disclosure", args=[case.pk, application.pk, "initial_checks"])
        answers = [officer.post(path, {}, follow=True) for _ in range(2)]
        assert [str(m) for answer in answers for m in answer.context["messages"]] == [
            "Clare's Law application: initial checks",
            "That stage is recorded already, or no longer fits",
        ]

    def test_a_third_party_is_not_always_told(self, officer: Client, case: Case) -> None:
        said = {}
        for applicant in ("third_party", "person_at_risk"):
            application = DisclosureApplicationFactory.create(
                case=case, decided=True, applicant=applicant
            )
            path = reverse("cases:change_disclosure", args=[case.pk, application.pk, "disclosed"])
            said[applicant] = "is not always the one to tell" in officer.get(path).content.decode()
        assert said == {"third_party": True, "person_at_risk": False}
