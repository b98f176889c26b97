"""From a filled-in form to an entry: its case, its suspect, and what belongs to its kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pghistory
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts.models import User
from cases.actions.outcomes import log_outcome, void_outcome
from cases.choices import (
    NOTICES,
    Applicant,
    DisclosureRoute,
    Kind,
    OrderKind,
    OrderStatus,
)
from cases.entry import Entry
from cases.models import (
    Case,
    DisclosureApplication,
    Draft,
    Outcome,
    ProtectiveOrder,
    SentBack,
    Suspect,
)
from core.days import DatabaseNow, london_day

M = TypeVar("M", bound=Model)

UNDO_WITHIN = timedelta(hours=12)
"""A shift."""


@dataclass(frozen=True)
class Likeness:
    """Entries that may be the same event: those in sight, and whether there are others."""

    seen: list[Outcome]
    elsewhere: bool


@transaction.atomic
def log_entry(*, by: User, token: UUID, entry: Entry) -> tuple[Outcome, bool]:
    """Saves an entry once, finding or making its case and suspect, and drops the draft of it.

    An order or notice, and a Clare's Law application, begin their life on the case with it.
    ValidationError names the fields that are wrong.
    """
    known = Outcome.objects.filter(pk=token).first()
    if known is not None:
        return known, False
    case = case_for(entry, by)
    outcome, made = log_outcome(
        by=by,
        token=token,
        case=case,
        kind=entry.kind,
        happened_at=entry.happened_at,
        borough=entry.borough,
        team=entry.team,
        suspect=suspect_for(case, entry.suspect_number),
        supporting_teams=entry.supporting_teams,
        **entry.codes,
    )
    row = begun(outcome, entry.other_order, by) if made else None
    if row is not None:
        row.save(force_insert=True)
    Draft.objects.filter(pk=token).delete()
    return outcome, made


def likely_duplicates(*, by: User, entry: Entry) -> Likeness:
    """Entries that an entry looks like, as far as the person may be told.

    One that is out of their scope is only hinted at; one on a restricted case, or on a case that
    bars them, is not even that.
    """
    case = Case.objects.called(entry.reference, entry.reference_day).first()
    if case is None and not entry.codes.get("custody_record"):
        return Likeness([], elsewhere=False)
    suspect = Suspect.objects.filter(case=case, number=entry.suspect_number or 0).first()
    unsaved = Outcome(
        case=case, suspect=suspect, kind=entry.kind, happened_at=entry.happened_at, **entry.codes
    )
    like = Outcome.objects.likely_duplicates_of(unsaved)
    if not like.exists():
        # Nearly always; who may know of which is the dearer question.
        return Likeness([], elsewhere=False)
    seen = like.visible_to(by).select_related("case", "team", "borough", "suspect")
    return Likeness(list(seen[:5]), like.known_elsewhere_to(by).exists())


def case_for(entry: Entry, by: User) -> Case:
    """The case of the reference, made where there is none, whoever may see it."""
    made = Case(
        reference=entry.reference.text,
        system=entry.reference.system,
        reference_date=entry.reference_day if entry.reference.needs_its_day else None,
        borough=entry.borough,
        team=entry.team,
        officer=by,
    )
    return _found_or_made(Case.objects.called(entry.reference, entry.reference_day), made)


def suspect_for(case: Case, number: int | None) -> Suspect | None:
    if number is None:
        return None
    made = Suspect(case=case, number=number)
    return _found_or_made(Suspect.objects.filter(case=case, number=number), made)


def _found_or_made(rows: "QuerySet[M]", made: M) -> M:
    """The row that there is, or else the one given; of two made at the same moment, the first."""
    found = next(iter(rows[:1]), None)
    if found is None:
        rows.model._default_manager.bulk_create([made], ignore_conflicts=True)
        found = rows.get()
    return found


def begun(
    outcome: Outcome, other_order: str, by: User
) -> ProtectiveOrder | DisclosureApplication | None:
    """What an order or an application begins on its case, not saved yet; nothing for other kinds.

    What follows from it is told of there from here on.
    """
    day = london_day(outcome.happened_at)
    if outcome.kind == Kind.ORDER:
        notice = OrderKind(outcome.order_kind) in NOTICES
        return ProtectiveOrder(
            case_id=outcome.case_id,
            suspect_id=outcome.suspect_id,
            kind=outcome.order_kind,
            other_kind=other_order,
            status=OrderStatus.NOTICE_ISSUED if notice else OrderStatus.GRANTED,
            given_at=outcome.happened_at if notice else None,
            granted_on=None if notice else day,
            outcome=outcome,
            recorded_by=by,
        )
    if outcome.kind == Kind.DISCLOSURE_APPLICATION:
        police = outcome.route == DisclosureRoute.RIGHT_TO_KNOW
        return DisclosureApplication(
            case_id=outcome.case_id,
            route=outcome.route,
            applicant=Applicant.POLICE if police else Applicant.PERSON_AT_RISK,
            received_on=day,
            outcome=outcome,
            recorded_by=by,
        )
    return None


@transaction.atomic
def undo_entry(*, by: User, outcome: Outcome) -> bool:
    """Takes back one's own entry within the shift; says whether it could."""
    if not may_undo(outcome, by):
        return False
    void_outcome(outcome=outcome, by=by, reason="Undone by the officer who logged it")
    return True


def may_undo(outcome: Outcome, by: User) -> bool:
    """Whether an entry is the person's own and of this shift."""
    young = timezone.now() - outcome.recorded_at < UNDO_WITHIN
    return young and outcome.logged_by_id == by.pk and bool(outcome.counted)


@transaction.atomic
def send_back(*, by: User, outcome: Outcome, reason: str) -> SentBack:
    """Asks whoever logged an entry to look at it again; one question at a time."""
    asked = SentBack(outcome=outcome, reason=reason.strip(), sent_by=by)
    asked.full_clean()
    with pghistory.context(user=by.pk, action="send back"):
        asked.save()
    return asked


@transaction.atomic
def answer_sent_back(*, by: User, outcome: Outcome, answer: str = "") -> None:
    """Settles what a supervisor asked; an answer given already stays."""
    # Correcting or voiding answers too, and gives what was done its name in history.
    with pghistory.context(user=by.pk):
        SentBack.objects.filter(outcome=outcome, answered_at=None).update(
            answered_at=DatabaseNow(), answered_by=by, answer=answer.strip()
        )
