"""Cases written out one by one: each thing that can wait on a desk, and each way it can stand."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

from accounts.models import SavedFilter
from cases.choices import Kind, OrderKind, OrderStatus
from cases.clocks import hearing_due, left_out
from cases.models import (
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    Draft,
    EvidenceSubmission,
    MaracReferral,
    Outcome,
    ProtectiveOrder,
    RiskAssessment,
    SentBack,
)
from config.demo.demand import at
from config.demo.entries import Entries
from config.demo.people import People
from config.demo.tables import toml
from config.demo.work import Work
from core.days import ONE_DAY, london_day

SCENES: dict[str, list[dict[str, Any]]] = toml("scenes")
PARTS: dict[str, type[Model]] = {
    "devices": EvidenceSubmission,
    "risk": RiskAssessment,
    "marac": MaracReferral,
    "flags": CaseFlag,
    "notes": CaseNote,
}
"""What hangs on a case and on nothing else."""
COURT_SITS = 11


def lay_out(entries: Entries, people: People, work: Work) -> None:
    """Every case, draft and filter of the file."""
    for plan in SCENES["case"]:
        _Scene(entries, people, work, plan).lay_out()
    for plan in SCENES["draft"]:
        token = UUID(int=entries.rng.getrandbits(128), version=4)
        facts = _facts(plan, entries.now)
        fields = {name: [typed] for name, typed in facts.pop("fields").items()}
        owner = people.sign_ins[facts.pop("owner")]
        work.add(Draft, pk=token, owner=owner, fields=fields, **facts)
    for plan in SCENES["filter"]:
        work.add(SavedFilter, **plan | {"owner": people.sign_ins[plan["owner"]]})


def _facts(plan: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the file says, its times counted back from now."""
    return {name: _fact(name, value, now) for name, value in plan.items()}


def _fact(name: str, value: Any, now: datetime) -> Any:
    if name.endswith("_at"):
        return now - timedelta(hours=value)
    if name.endswith("_on") or name == "bail_until":
        return london_day(now) - value * ONE_DAY
    return value


class _Scene:
    """One case of the file, in the hands of one officer."""

    def __init__(
        self, entries: Entries, people: People, work: Work, plan: Mapping[str, Any]
    ) -> None:
        self.entries, self.people, self.work = entries, people, work
        self.plan = _facts(plan, entries.now)
        borough = entries.places.boroughs[plan["borough"]]
        signs_in = people.sign_ins.get(plan.get("officer", ""))
        self.officer = signs_in or people.colleagues[borough][0]
        opened = self.plan.get("opened_at") or self.plan["arrested_at"]
        self.case = entries.open_case(borough, opened, self.officer.team, self.officer)
        self.case.status = plan.get("status", "open")
        self.suspect = entries.new_suspect(self.case) if "arrested_at" in plan else None

    def lay_out(self) -> None:
        if "arrested_at" in self.plan:
            self._arrest(self.plan["arrested_at"])
        for plan in self.plan.get("follows", ()):
            self._follow(**_facts(plan, self.entries.now))
        for plan in self.plan.get("orders", ()):
            self._order(_facts(plan, self.entries.now))
        for plan in self.plan.get("applications", ()):
            self._apply(_facts(plan, self.entries.now))
        for part, model in PARTS.items():
            for plan in self.plan.get(part, ()):
                self.work.record(model, self.case, **_facts(plan, self.entries.now))

    def _enter(self, kind: Kind, happened_at: datetime, **codes: Any) -> Outcome:
        return self.entries.enter(
            kind, happened_at, case=self.case, suspect=self.suspect, by=self.officer, **codes
        )

    def _arrest(self, happened_at: datetime) -> None:
        number = self.entries.custody_record(self.case.borough, happened_at)
        arrest = self._enter(
            Kind.ARREST, happened_at, offence=self.plan["offence"], custody_record=number
        )
        if "sent_back" in self.plan:
            self._send_back(arrest, _facts(self.plan["sent_back"], self.entries.now))

    def _follow(self, kind: str, happened_at: datetime, **codes: Any) -> None:
        if kind == Kind.ARREST:
            codes["custody_record"] = self.entries.custody_record(self.case.borough, happened_at)
        self._enter(Kind(kind), happened_at, offence=self.plan["offence"], **codes)

    def _send_back(self, entry: Outcome, facts: dict[str, Any]) -> None:
        if "answered_at" in facts:
            facts["answered_by"] = self.officer
        supervisor = self.people.sign_ins["supervisor.lambeth"]
        self.work.add(SentBack, outcome=entry, sent_by=supervisor, **facts)

    def _order(self, facts: dict[str, Any]) -> None:
        """An order or notice, what led to it, and what broke it."""
        breaches, lasts = facts.pop("breaches", ()), facts.pop("lasts", None)
        happened_at = facts.get("given_at")
        if "notice_at" in facts:
            happened_at = self._notice(facts.pop("notice_at"))
        elif "granted_on" in facts:
            happened_at = _sitting(at(facts["granted_on"], COURT_SITS))
        if happened_at and "given_at" not in facts:
            facts["granted_on"] = london_day(happened_at)
        if lasts:
            facts["expires_on"] = facts["granted_on"] + lasts * ONE_DAY
        if happened_at:
            facts["outcome"] = self._enter(Kind.ORDER, happened_at, order_kind=facts["kind"])
        order = self.work.record(ProtectiveOrder, self.case, suspect=self.suspect, **facts)
        for breach in breaches:
            self.work.breach(order, **_facts(breach, self.entries.now))

    def _notice(self, given_at: datetime) -> datetime:
        """The notice that an order follows; says when the court heard it."""
        heard_at = _heard(given_at)
        self.work.record(
            ProtectiveOrder,
            self.case,
            suspect=self.suspect,
            kind=OrderKind.DVPN,
            status=OrderStatus.EXPIRED,
            given_at=given_at,
            hearing_at=heard_at,
            outcome=self._enter(Kind.ORDER, given_at, order_kind=OrderKind.DVPN),
        )
        return heard_at

    def _apply(self, facts: dict[str, Any]) -> None:
        received_at = self.work.on(facts["received_on"])
        facts["outcome"] = self._enter(
            Kind.DISCLOSURE_APPLICATION, received_at, route=facts["route"]
        )
        self.work.record(DisclosureApplication, self.case, **facts)


def _heard(given_at: datetime) -> datetime:
    """The last sitting within the 48 hours of a notice."""
    due = hearing_due(given_at)
    day = london_day(due)
    while left_out(day) or at(day, COURT_SITS) > due:
        day -= ONE_DAY
    return at(day, COURT_SITS)


def _sitting(moment: datetime) -> datetime:
    """Of a weekend, the Friday before."""
    return moment - max(0, london_day(moment).weekday() - 4) * ONE_DAY
