"""The work on a case as its page shows it: cards, clocks, warnings, and at what cost."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from cases.choices import BailKind, Kind
from cases.models import Case
from cases.presenters.clocks import Card, CaseWork
from core.days import LONDON
from tests.conftest import Cast
from tests.factories import (
    DAY,
    CaseFactory,
    DisclosureApplicationFactory,
    EvidenceSubmissionFactory,
    OrderAvailabilityFactory,
    OrderBreachFactory,
    OutcomeFactory,
    ProtectiveOrderFactory,
    SuspectFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2021, 12, 1, 12, 0, tzinfo=LONDON)


def drawn(work: CaseWork) -> str:
    return render_to_string("cases/_case_work.html", {"work": work})


@pytest.fixture
def case(cast: Cast) -> Case:
    return CaseFactory.create(borough=cast.a)


def one_of_each(case: Case) -> None:
    suspect = SuspectFactory.create(case=case)
    order = ProtectiveOrderFactory.create(served=True, case=case, suspect=suspect)
    OrderBreachFactory.create(order=order)
    OrderAvailabilityFactory.create()
    DisclosureApplicationFactory.create(case=case)
    EvidenceSubmissionFactory.create(case=case)
    OutcomeFactory.create(
        kind=Kind.BAIL,
        bail_kind=BailKind.CONDITIONAL,
        bail_until=date(2021, 12, 24),
        case=case,
        suspect=suspect,
    )


def steps(card: Card) -> list[str]:
    return [words for words, _ in [*card.steps, *card.more]]


def test_an_order_from_its_grant_to_its_breach(cast: Cast, case: Case) -> None:
    suspect = SuspectFactory.create(case=case, number=1)
    order = ProtectiveOrderFactory.create(case=case, granted=True, kind="spo", suspect=suspect)
    [card] = CaseWork.of(case, cast.officer, NOW).orders
    assert (card.title, card.status, card.colour) == (
        *("Stalking Protection Order", "Granted, not served"),
        "orange",
    )
    assert [clock.words for clock in card.clocks] == [
        "Granted, not yet served: duties have not started"
    ]
    assert card.facts == [
        ("Respondent", "Suspect 1"),
        ("Led by", "Police-led"),
        ("Applied for", "25 November 2021"),
        ("Granted", "25 November 2021"),
        ("Ends", "Until further order"),
    ]
    assert card.note == "A breach is a criminal offence: up to 5 years in prison."
    assert steps(card) == ["Served", "Discharged", "Expired", "Correct"]
    OrderBreachFactory.create(order=order, arrested=True)
    type(order).objects.update(status="breached", served_at=NOW - timedelta(days=5))
    [card] = CaseWork.of(case, cast.officer, NOW).orders
    assert (card.status, card.colour) == ("Breached", "red")
    assert card.facts[-1] == ("Breached", "midday on Friday 26 November 2021, arrested")
    assert steps(card) == [
        *("Varied", "Renewed", "Discharged", "Expired"),
        *("Record a breach", "Correct"),
    ]


def test_a_notice_and_its_hearing(cast: Cast, case: Case) -> None:
    ProtectiveOrderFactory.create(case=case, notice=True, suspect=None)
    [card] = CaseWork.of(case, cast.officer, NOW).orders
    assert (card.title, card.status) == ("Domestic Violence Protection Notice", "Given")
    assert [(clock.state.label, clock.words) for clock in card.clocks] == [
        ("Overdue", "Hearing was due by midday on Saturday 27 November 2021")
    ]
    assert card.facts == [
        ("Led by", "Police-led"),
        ("Given", "midday on Thursday 25 November 2021"),
    ]
    assert card.note.startswith("A breach is not an offence")


def test_what_is_odd_is_said(cast: Cast, case: Case) -> None:
    OrderAvailabilityFactory.create(kind="dvpo")
    ProtectiveOrderFactory.create(case=case, granted=True, kind="dvpo", suspect=None)
    [card] = CaseWork.of(case, cast.officer, NOW).orders
    assert card.warnings == [
        "There is no record that this kind can be had in Lambeth on 25 November 2021. "
        "Check before you go on.",
        "This kind of order lasts 14 to 28 days. Add the day it ends.",
    ]


def test_application_decision_and_disclosure_are_three_facts(cast: Cast, case: Case) -> None:
    DisclosureApplicationFactory.create(
        case=case, disclosed=True, applicant="third_party", reference="DV 12"
    )
    [card] = CaseWork.of(case, cast.officer, NOW).disclosures
    assert (card.title, card.status, card.colour) == ("Right to Ask", "Disclosed", "green")
    assert card.facts == [
        ("Who asked", "Someone else, for the person at risk"),
        ("Application reference", "DV 12"),
        ("Received", "25 November 2021"),
        ("Decision", "Disclose"),
        ("Decided", "2 December 2021"),
        ("Who was told", "The person at risk"),
        ("Told", "4 December 2021"),
        ("Ended", "4 December 2021"),
    ]
    assert [clock.words for clock in card.clocks] == ["Ended after 9 days, in time"]
    assert steps(card) == []


def test_a_device_out_and_back(cast: Cast, case: Case) -> None:
    EvidenceSubmissionFactory.create(case=case)
    EvidenceSubmissionFactory.create(case=case, returned=True, sent_on=DAY - timedelta(days=9))
    out, back = CaseWork.of(case, cast.officer, NOW).evidence
    assert [(card.status, card.clocks[0].words, steps(card)) for card in (out, back)] == [
        ("With the hub", "Out for 6 days", ["Back from the hub"]),
        ("Evidence found, no charge yet", "Back after 14 days", []),
    ]


def test_every_running_clock_of_the_case_the_most_urgent_first(cast: Cast, case: Case) -> None:
    one_of_each(case)
    ProtectiveOrderFactory.create(case=case, notice=True, suspect=None)
    EvidenceSubmissionFactory.create(case=case, returned=True)
    one_of_each(CaseFactory.create(borough=cast.a))
    clocks = CaseWork.of(case, cast.officer, NOW).clocks
    assert [(clock.what, clock.state.value) for clock in clocks] == [
        ("Hearing: Domestic Violence Protection Notice", "overdue"),
        ("Clare's Law application", "running"),
        ("Bail", "running"),
        ("Mobile phone at South hub", "running"),
    ]


def test_it_asks_as_little_for_twenty_of_each_as_for_one(cast: Cast, case: Case) -> None:
    asked = []
    for more in (1, 19):
        for _ in range(more):
            one_of_each(case)
        officer = User.objects.get(pk=cast.officer.pk)
        with CaptureQueriesContext(connection) as captured:
            work = CaseWork.of(case, officer, NOW)
            drawn(work)
        asked.append(len(captured))
    assert len(work.orders) == 20
    assert asked == [7, 7], "Boroughs, pilots, orders, breaches, applications, devices, bail."


def test_who_may_only_read_is_offered_nothing_to_do(cast: Cast, case: Case) -> None:
    one_of_each(case)
    shown = {}
    for person in (cast.officer, cast.administrator):
        work = CaseWork.of(case, person, NOW)
        shown[person] = drawn(work).count("<a ")
    assert shown == {cast.officer: 14, cast.administrator: 0}


def test_an_empty_case_says_what_to_do(cast: Cast, case: Case) -> None:
    work = CaseWork.of(case, cast.officer, NOW)
    html = drawn(work)
    for words, name in [
        ("No order or notice yet.", "add_order"),
        ("No application yet.", "add_disclosure"),
        ("No device has been sent yet.", "send_evidence"),
    ]:
        assert words in html
        assert reverse(f"cases:{name}", args=[case.pk]) in html


def test_what_has_ended_stands_last_and_warns_of_nothing(cast: Cast, case: Case) -> None:
    live = {"kind": "dvpo", "granted": True, "suspect": None}
    ProtectiveOrderFactory.create(case=case, **live)
    ProtectiveOrderFactory.create(case=case, **live | {"status": "expired"})
    cards = CaseWork.of(case, cast.officer, NOW).orders
    assert [(card.status, bool(card.warnings), bool(card.note)) for card in cards] == [
        ("Granted, not served", True, True),
        ("Expired", False, False),
    ]
