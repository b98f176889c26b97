"""What happened in a case and around it, the latest first, with who and when on each item."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.history import FieldChange, changes
from accounts.models import User
from accounts.permissions import Permission
from audit.models import LogRow
from cases.models import (
    Case,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    EvidenceSubmission,
    MaracReferral,
    Outcome,
    ProtectiveOrder,
    RiskAssessment,
)
from core.querysets import ScopedQuerySet
from core.templatetags.page import lower_first

SORTS = {
    "outcomes": "Outcomes",
    "orders": "Orders, applications and evidence",
    "notes": "Notes",
    "risk": "Risk and flags",
    "case": "The case itself",
}
"""What the timeline can be narrowed to, in words."""
TRACKED: dict[str, tuple[type[Model], ...]] = {
    "outcomes": (Outcome,),
    "orders": (ProtectiveOrder, DisclosureApplication, EvidenceSubmission),
    "risk": (MaracReferral, CaseFlag),
    "case": (Case,),
}
"""What of each sort has its every state kept by the database."""
READS = {"reads": "Who looked at it"}
"""Only asked for by itself: reads are many, and would bury what happened."""
MOST = 100
"""Items shown at once; the sorts narrow down what is older."""


@dataclass(frozen=True)
class Item:
    """One thing that happened, in words."""

    sort: str
    when: datetime
    who: str
    title: str
    details: list[str] = field(default_factory=list)
    fields: list[FieldChange] = field(default_factory=list)


def sorts_for(user: User) -> dict[str, str]:
    """What a person can narrow the timeline to; a supervisor also sees who looked."""
    return SORTS | READS if user.may(Permission.SUPERVISE) else SORTS


def timeline(case: Case, user: User, sort: str = "") -> list[Item]:
    """The latest items, of one sort or of all. What the reader may not see is left out."""
    wanted = [sort] if sort in sorts_for(user) else list(SORTS)
    items = [item for name in wanted for item in _of_sort(name, case, user)]
    return sorted(items, key=lambda item: item.when, reverse=True)[:MOST]


def _of_sort(sort: str, case: Case, user: User) -> Iterator[Item]:
    if sort == "notes":
        yield from _notes(case, user)
    elif sort == "risk":
        yield from _assessments(case, user)
    elif sort == "reads":
        yield from _reads(case)
    for model in TRACKED.get(sort, ()):
        every: Any = model._default_manager
        of_case = {"pk" if model is Case else "case": case.pk}
        yield from _tracked(sort, every.visible_to(user).filter(**of_case), user)


def _tracked(sort: str, rows: "ScopedQuerySet[Any]", user: User) -> Iterator[Item]:
    """The changes of rows whose every state the database keeps."""
    found = {row.pk: row for row in rows}
    for change in changes(rows.model, user, pgh_obj__in=list(found)) if found else []:
        row = found[change.of]
        name = row.get_kind_display() if isinstance(row, Outcome) else str(row)
        title = (
            f"{name}: {lower_first(change.action)}" if not isinstance(row, Case) else change.action
        )
        details = [f"Reason: {change.reason}"] if change.reason else []
        yield Item(sort, change.when, change.who, title, details, change.fields)


def _reads(case: Case) -> Iterator[Item]:
    """The latest looks at the case's page, from the log."""
    of_case = {"object_type": case._meta.label_lower, "object_id": str(case.pk)}
    looks = [LogRow.Action.CONSULTATION, LogRow.Action.BREAK_GLASS]
    rows = LogRow.objects.filter(action__in=looks, **of_case)[:MOST]
    people = User.objects.filter(username__in={row.actor for row in rows})
    names = dict(people.values_list("username", "name"))
    for row in rows:
        title = "Looked at the case"
        if row.action == LogRow.Action.BREAK_GLASS:
            title = "Opened the case by break-glass"
        reasons = [f"Reason: {row.reason}"] if row.reason else []
        yield Item("reads", row.at, names.get(row.actor, row.actor), title, reasons)


def _notes(case: Case, user: User) -> Iterator[Item]:
    notes = CaseNote.objects.visible_to(user).filter(case=case).select_related("recorded_by")
    for note in notes:
        title = f"Note: {note.get_kind_display().lower()}"
        yield Item("notes", note.recorded_at, note.recorded_by.name, title, [note.text])


def _assessments(case: Case, user: User) -> Iterator[Item]:
    rows = RiskAssessment.objects.visible_to(user).filter(case=case)
    for risk in rows.select_related("recorded_by"):
        yield Item("risk", risk.recorded_at, risk.recorded_by.name, f"Risk assessed, {risk}")
