"""The work on the cases of the campaign that runs, drawn as its outcomes are: orders with their
clocks, Clare's Law applications, devices, risk, referrals, flags and notes.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Model

from accounts.models import SavedFilter
from cases.choices import (
    NOTICES,
    Applicant,
    CaseStatus,
    DisclosureRoute,
    DisclosureStage,
    Kind,
    OrderKind,
    OrderStatus,
    RiskLevel,
)
from cases.models import (
    Case,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    Draft,
    EvidenceSubmission,
    MaracReferral,
    OrderBreach,
    Outcome,
    ProtectiveOrder,
    RiskAssessment,
    SentBack,
)
from config.demo.demand import MIX, at, pick, soon
from config.demo.entries import Entries
from core.days import ONE_DAY, london_day

MODELS: tuple[type[Model], ...] = (
    *(ProtectiveOrder, OrderBreach, DisclosureApplication, EvidenceSubmission),
    *(RiskAssessment, MaracReferral, CaseFlag, CaseNote, SentBack, Draft, SavedFilter),
)
"""In the order in which their rows need each other."""
OFFICE_OPENS = 10
LASTS: dict[str, int] = {
    OrderKind.DVPO: 28,
    OrderKind.NON_MOLESTATION: 365,
    OrderKind.OCCUPATION: 182,
    OrderKind.STALKING: 1096,
    OrderKind.SEXUAL_HARM: 1827,
}
"""Days; any other stands until further order."""
FOLLOWS = {OrderKind.DVPO, OrderKind.DAPO}
STAGES = (
    *(DisclosureStage.RECEIVED, DisclosureStage.INITIAL_CHECKS),
    *(DisclosureStage.FACE_TO_FACE, DisclosureStage.FACE_TO_FACE, DisclosureStage.RESEARCH),
)
"""How far an application has come by the days since it was received; the last from there on."""
ASKS = (Applicant.PERSON_AT_RISK, Applicant.THIRD_PARTY)
BAIL_DAYS = (28, 42, 56, 84)


class Work:
    """The rows so far, by model; saved once the entries that they speak of are."""

    def __init__(self, entries: Entries) -> None:
        self.rng, self.now = entries.rng, entries.now
        self.rows: dict[type[Model], list[Model]] = defaultdict(list)

    def add(self, model: type[Model], **facts: Any) -> Any:
        row = model(**facts)
        self.rows[model].append(row)
        return row

    def record(self, model: type[Model], case: Case, **facts: Any) -> Any:
        """A row of a case, recorded by its officer soon after the last thing that it tells of."""
        facts.setdefault("recorded_at", self._soon_after(case.opened_at, *facts.values()))
        return self.add(model, case=case, recorded_by=case.officer, **facts)

    def breach(self, order: ProtectiveOrder, happened_at: datetime, *, arrested: bool) -> None:
        self.add(
            OrderBreach,
            order=order,
            happened_at=happened_at,
            arrested=arrested,
            recorded_by=order.recorded_by,
            recorded_at=self._soon_after(happened_at),
        )

    def save(self) -> None:
        for model in MODELS:
            model._default_manager.bulk_create(self.rows[model])

    def on(self, day: date) -> datetime:
        """When an office did something on a day, never ahead of now."""
        return min(at(day, OFFICE_OPENS), self.now)

    def _soon_after(self, *facts: object) -> datetime:
        days = [self.on(fact) for fact in facts if type(fact) is date]
        moments = [fact for fact in facts if isinstance(fact, datetime)]
        past = max(moment for moment in (*days, *moments) if moment <= self.now)
        return min(past + soon(self.rng, timedelta(minutes=20), timedelta(hours=2)), self.now)


def follow_up(work: Work, known: Iterable[Outcome]) -> None:
    """Draws what was done in the cases of these outcomes since each was opened."""
    by_case: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in known:
        by_case[id(outcome.case)].append(outcome)
    for outcomes in by_case.values():
        kinds = {outcome.kind for outcome in outcomes}
        _move_on(work, outcomes[0].case, kinds)
        if kinds & {Kind.ARREST, Kind.VOLUNTARY_ATTENDANCE}:
            _investigate(work, outcomes[0].case)
        for outcome in outcomes:
            match outcome.kind:
                case Kind.ORDER:
                    _protect(work, outcome, outcomes)
                case Kind.DISCLOSURE_APPLICATION:
                    _apply(work, outcome)
                case Kind.BAIL:
                    bailed_on = london_day(outcome.happened_at)
                    outcome.bail_until = bailed_on + work.rng.choice(BAIL_DAYS) * ONE_DAY


def _move_on(work: Work, case: Case, kinds: set[str]) -> None:
    if Kind.CHARGE in kinds:
        case.status = CaseStatus.AT_COURT
    elif case.status == CaseStatus.OPEN and Kind.BAIL in kinds and work.rng.random() < 0.3:
        case.status = CaseStatus.WITH_CPS


def _investigate(work: Work, case: Case) -> None:
    rng = work.rng
    _assess(work, case)
    if rng.random() < 0.25:
        facts = {"kind": pick(rng, MIX["flags"]), "source": pick(rng, MIX["flag_source"])}
        work.record(CaseFlag, case, **facts)
    if rng.random() < 0.45:
        work.record(CaseNote, case, text=pick(rng, MIX["notes"]))
    if rng.random() < 0.3:
        _send_device(work, case)


def _assess(work: Work, case: Case) -> None:
    """At the first response, and now and then once more; a high risk goes to the conference."""
    rng, tool = work.rng, pick(work.rng, MIX["risk_tool"])
    when = case.opened_at
    level = pick(rng, MIX["risk_level"])
    work.record(RiskAssessment, case, tool=tool, level=level, assessed_at=when)
    again = when + soon(rng, timedelta(hours=30), timedelta(days=4))
    if level in {RiskLevel.STANDARD, RiskLevel.MEDIUM} and rng.random() < 0.15 and again < work.now:
        when, level = again, RiskLevel.HIGH
        work.record(RiskAssessment, case, tool="dash", level=level, assessed_at=when)
    if level == RiskLevel.HIGH and rng.random() < 0.7:
        reason = pick(rng, MIX["marac_reason"])
        work.record(MaracReferral, case, reason=reason, referred_on=london_day(when))


def _send_device(work: Work, case: Case) -> None:
    rng, sent = work.rng, london_day(case.opened_at) + ONE_DAY
    if sent > london_day(work.now):
        return
    facts: dict[str, Any] = {"device": pick(rng, MIX["devices"]), "hub": pick(rng, MIX["hub"])}
    back = sent + rng.randint(2, 12) * ONE_DAY
    if back < london_day(work.now):
        facts |= {"returned_on": back, "result": pick(rng, MIX["evidence_result"])}
    work.record(EvidenceSubmission, case, sent_on=sent, **facts)


def _protect(work: Work, outcome: Outcome, others: Iterable[Outcome]) -> None:
    """The life of a notice until the court decides, or of an order from its grant."""
    facts: dict[str, Any]
    if outcome.order_kind in NOTICES:
        decided = any(
            other.order_kind in FOLLOWS and other.suspect is outcome.suspect for other in others
        )
        facts = {
            "status": OrderStatus.EXPIRED if decided else OrderStatus.NOTICE_ISSUED,
            "given_at": outcome.happened_at,
        }
    else:
        granted = london_day(outcome.happened_at)
        lasts = LASTS.get(outcome.order_kind)
        served = outcome.happened_at + soon(work.rng, timedelta(hours=5), timedelta(hours=60))
        facts = {
            "status": OrderStatus.SERVED if served < work.now else OrderStatus.GRANTED,
            "granted_on": granted,
            "served_at": served if served < work.now else None,
            "expires_on": granted + lasts * ONE_DAY if lasts else None,
        }
    work.record(
        ProtectiveOrder,
        outcome.case,
        suspect=outcome.suspect,
        kind=outcome.order_kind,
        outcome=outcome,
        **facts,
    )


def _apply(work: Work, outcome: Outcome) -> None:
    received = london_day(outcome.happened_at)
    stage = STAGES[min((london_day(work.now) - received).days, len(STAGES) - 1)]
    police = outcome.route == DisclosureRoute.RIGHT_TO_KNOW
    if police and stage == DisclosureStage.FACE_TO_FACE:
        stage = DisclosureStage.RESEARCH
    asks = (Applicant.POLICE, Applicant.AGENCY) if police else ASKS
    work.record(
        DisclosureApplication,
        outcome.case,
        route=outcome.route,
        applicant=work.rng.choice(asks),
        received_on=received,
        stage=stage,
        outcome=outcome,
    )
