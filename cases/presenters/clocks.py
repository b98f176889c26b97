"""The work on a case in words: orders, Clare's Law applications, evidence, and their clocks."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Permission
from cases.actions.orders import may_be_breached
from cases.choices import ORDER_LED_BY, LedBy, OrderKind
from cases.clocks import (
    Clock,
    State,
    bail_clocks,
    disclosure_clock,
    evidence_clock,
    in_order,
    order_clocks,
)
from cases.disclosures import COLOURS as STAGE_COLOURS
from cases.disclosures import next_stages
from cases.disclosures import step_words as stage_step_words
from cases.models import (
    Case,
    DisclosureApplication,
    EvidenceSubmission,
    OrderAvailability,
    OrderBreach,
    Outcome,
    ProtectiveOrder,
)
from cases.orders import (
    COLOURS,
    breach_words,
    length_warning,
    next_statuses,
    status_words,
    step_words,
    unavailable,
)
from cases.reading import works_on
from core.days import london_day
from core.templatetags.page import long_day, moment

Fact = tuple[str, str]
"""A label, and what stands beside it."""
Step = tuple[str, str]
"""Something to record next, and the address to do it at."""


@dataclass(frozen=True)
class Card:
    """One order, application or device: where it stands, since when, and what comes next."""

    title: str
    status: str
    colour: str
    facts: list[Fact]
    clocks: list[Clock]
    steps: list[Step]
    more: list[Step] = field(default_factory=list)
    """What can be recorded at any time."""
    warnings: list[str] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class CaseWork:
    """What goes on in a case beside its outcomes, as one reader sees it."""

    case: Case
    may_write: bool
    orders: list[Card]
    disclosures: list[Card]
    evidence: list[Card]
    clocks: list[Clock]
    """Every clock that still runs, the most urgent first."""

    @classmethod
    def of(cls, case: Case, user: User, now: datetime) -> "CaseWork":
        breaches = OrderBreach.objects.visible_to(user)
        standing = ProtectiveOrder.objects.visible_to(user).standing().filter(case=case)
        orders = standing.select_related("case__borough", "suspect").prefetch_related(
            Prefetch("breaches", breaches, to_attr="known_breaches")
        )
        applications = DisclosureApplication.objects.visible_to(user).standing().filter(case=case)
        submissions = EvidenceSubmission.objects.visible_to(user).filter(case=case)
        outcomes = Outcome.objects.visible_to(user).filter(case=case).select_related("case")
        known = [*OrderAvailability.objects.all()]
        cards = (
            _live_first([_order(one, known, now) for one in orders]),
            _live_first([_disclosure(one, now) for one in applications.select_related("case")]),
            _live_first([_evidence(one, now) for one in submissions.select_related("case")]),
        )
        clocks = [clock for part in cards for card in part for clock in card.clocks]
        running = [clock for clock in clocks if clock.state != State.MET]
        may_write = works_on(user, case) and user.may(Permission.WRITE_RECORDS)
        return cls(case, may_write, *cards, in_order([*running, *bail_clocks(outcomes, now)]))


def _live_first(cards: list[Card]) -> list[Card]:
    """What something can come of before what has ended."""
    return sorted(cards, key=lambda card: not card.steps)


def _order(order: ProtectiveOrder, known: Iterable[OrderAvailability], now: datetime) -> Card:
    at = [order.case_id, order.pk]
    ahead = next_statuses(order.kind, order.status)
    more = [("Correct", reverse("cases:correct_order", args=at))]
    if may_be_breached(order):
        more.insert(0, ("Record a breach", reverse("cases:record_breach", args=at)))
    return Card(
        title=str(order),
        status=status_words(order.kind, order.status),
        colour=COLOURS.get(order.status, "grey"),
        facts=_order_facts(order),
        clocks=order_clocks(order, now),
        steps=[
            (step_words(order.kind, to), reverse("cases:change_order", args=[*at, to]))
            for to in ahead
        ],
        more=more,
        warnings=_order_warnings(order, known, now) if ahead else [],
        note=breach_words(order.kind, power_of_arrest=order.power_of_arrest) if ahead else "",
    )


def _order_facts(order: ProtectiveOrder) -> list[Fact]:
    breaches: list[OrderBreach] = order.known_breaches  # type: ignore[attr-defined]
    return said(
        ("Respondent", order.suspect),
        ("Led by", order.led_by.label if order.led_by != LedBy.NOT_STATED else None),
        ("Given", order.given_at),
        ("Applied for", order.applied_on),
        ("Hearing", order.hearing_at),
        ("Granted", order.granted_on),
        ("Served", order.served_at),
        ("Ends", order.expires_on or (order.granted_on and "Until further order")),
        ("Court reference", order.court_reference),
        *(
            (
                "Breached",
                f"{moment(breach.happened_at)}{', arrested' if breach.arrested else ', no arrest'}",
            )
            for breach in breaches
        ),
    )


def said(*facts: tuple[str, object]) -> list[Fact]:
    """The facts that are known, days and moments in words."""
    return [(label, _words(fact)) for label, fact in facts if fact]


def _words(fact: object) -> str:
    if isinstance(fact, datetime):
        return moment(fact)
    return long_day(fact) if isinstance(fact, date) else str(fact)


def _order_warnings(
    order: ProtectiveOrder, known: Iterable[OrderAvailability], now: datetime
) -> list[str]:
    since = order.given_at and london_day(order.given_at)
    day = order.granted_on or since or order.applied_on or london_day(now)
    found = (
        unavailable(order.kind, order.case.borough, day, known),
        length_warning(order.kind, order.granted_on, order.expires_on),
    )
    return [warning for warning in found if warning]


def _disclosure(application: DisclosureApplication, now: datetime) -> Card:
    at = [application.case_id, application.pk]
    stages = next_stages(application.route, application.stage, application.decision)
    return Card(
        title=application.get_route_display(),
        status=application.get_stage_display(),
        colour=STAGE_COLOURS.get(application.stage, "blue"),
        facts=said(
            ("Who asked", application.get_applicant_display()),
            ("Application reference", application.reference),
            ("Received", application.received_on),
            ("Decision", application.get_decision_display()),
            ("Decided", application.decided_on),
            ("Who was told", application.get_recipient_display()),
            ("Told", application.disclosed_on),
            ("Ended", application.closed_on),
        ),
        clocks=[disclosure_clock(application, now)],
        steps=[
            (stage_step_words(to), reverse("cases:change_disclosure", args=[*at, to]))
            for to in stages
        ],
    )


def _evidence(submission: EvidenceSubmission, now: datetime) -> Card:
    at = [submission.case_id, submission.pk]
    back = submission.returned_on is not None
    return Card(
        title=submission.get_device_display(),
        status=submission.get_result_display() if back else "With the hub",
        colour="grey" if back else "blue",
        facts=said(
            ("Exhibit reference", submission.exhibit),
            ("Hub", submission.hub),
            ("Sent", submission.sent_on),
            ("Returned", submission.returned_on),
        ),
        clocks=[evidence_clock(submission, now)],
        steps=[] if back else [("Back from the hub", reverse("cases:return_evidence", args=at))],
    )


BY_WHOM = (
    (LedBy.POLICE, "Given or sought by the police"),
    (LedBy.VICTIM, "Sought by the victim"),
    (LedBy.COURT, "Made by a criminal court"),
    (LedBy.NOT_STATED, "Any other"),
)


def kinds_to_add(case: Case) -> list[tuple[str, list[Step]]]:
    """The kinds of order and notice, by who seeks them."""
    return [
        (
            heading,
            [
                (kind.label, reverse("cases:add_order_kind", args=[case.pk, kind]))
                for kind in OrderKind
                if ORDER_LED_BY[kind] == led_by
            ],
        )
        for led_by, heading in BY_WHOM
    ]
