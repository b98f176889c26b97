"""Digital evidence: a device sent, out for so many days, and back with a result."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cases.actions.evidence import return_evidence, send_evidence
from cases.models import Case, EvidenceSubmission
from core.days import LONDON, ONE_DAY
from tests.cases.test_orders import day, told
from tests.conftest import Cast
from tests.factories import DAY, CaseFactory, EvidenceSubmissionFactory, ExclusionFactory

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


def test_a_device_sent_twice_by_a_double_click_is_one(cast: Cast, case: Case) -> None:
    facts = {"device": "phone", "hub": "South hub", "sent_on": DAY}
    first = send_evidence(by=cast.officer, case=case, exhibit="A/1", **facts)
    assert send_evidence(by=cast.officer, case=case, exhibit="A/1", **facts) == first
    assert send_evidence(by=cast.officer, case=case, exhibit="A/2", **facts) != first


def test_a_device_comes_back_once(cast: Cast) -> None:
    submission = EvidenceSubmissionFactory.create()
    back = DAY + timedelta(days=45)
    returned = return_evidence(
        by=cast.officer, submission=submission, returned_on=back, result="helped_charge"
    )
    assert returned.returned_on == back
    with pytest.raises(ValidationError) as refused:
        return_evidence(
            by=cast.officer, submission=submission, returned_on=back, result="nothing_found"
        )
    assert refused.value.messages == ["This device is back already."]
    submission.refresh_from_db()
    assert submission.result == "helped_charge"


def test_who_may_open_the_pages(client: Client, cast: Cast, case: Case) -> None:
    submission = EvidenceSubmissionFactory.create(case=case)
    ExclusionFactory.create(case=case, user=cast.excluded)
    pages = [
        reverse("cases:send_evidence", args=[case.pk]),
        reverse("cases:return_evidence", args=[case.pk, submission.pk]),
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
    path = reverse("cases:return_evidence", args=[elsewhere.pk, submission.pk])
    assert client.get(path).status_code == 404


class TestPages:
    @pytest.fixture
    def officer(self, client: Client, cast: Cast) -> Client:
        client.force_login(cast.officer)
        return client

    def test_a_device_is_sent(self, officer: Client, case: Case) -> None:
        path = reverse("cases:send_evidence", args=[case.pk])
        future = day("sent_on", NOW.date() + ONE_DAY)
        assert told(officer.post(path, {"hub": " ", **future})) == {
            "device": ["Select the kind of device"],
            "hub": ["Enter the hub"],
            "sent_on": ["Day it was sent must be today or in the past"],
        }
        form = {"device": "tracker", "hub": "South hub", **day("sent_on", DAY), "exhibit": "A/1"}
        assert officer.post(path, form).status_code == 302
        sent = EvidenceSubmission.objects.get()
        assert (sent.device, sent.hub, sent.sent_on, sent.exhibit) == (
            *("tracker", "South hub"),
            *(DAY, "A/1"),
        )

    def test_a_device_comes_back(self, officer: Client, case: Case) -> None:
        submission = EvidenceSubmissionFactory.create(case=case)
        path = reverse("cases:return_evidence", args=[case.pk, submission.pk])
        early = {"result": "nothing_found", **day("returned_on", DAY - ONE_DAY)}
        assert told(officer.post(path, early)) == {
            "returned_on": [
                "Day it came back must be the same as or after the day it was sent, "
                "25 November 2021"
            ]
        }
        form = {"result": "nothing_found", **day("returned_on", DAY + ONE_DAY)}
        answers = [officer.post(path, form, follow=True) for _ in range(2)]
        assert [str(m) for answer in answers for m in answer.context["messages"]] == [
            "Back after 1 day",
            "That device is back already",
        ]
