"""Changes of a case itself: where it stands, who has it, what is known of it."""

from collections.abc import Iterable
from datetime import date, datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import Borough, Team
from cases.actions.counted import recorded
from cases.actions.outcomes import amend_outcome, move_borough
from cases.choices import CaseStatus, FlagKind, Kind, MaracReason, NoteKind, RiskLevel, RiskTool
from cases.models import (
    Case,
    CaseFlag,
    CaseNote,
    MaracReferral,
    Outcome,
    OutcomeSupport,
    RiskAssessment,
    Suspect,
)
from core.days import DatabaseNow
from core.locks import locked

MOVES: dict[CaseStatus, tuple[CaseStatus, ...]] = {
    CaseStatus.OPEN: (CaseStatus.WITH_CPS, CaseStatus.AT_COURT, CaseStatus.CLOSED),
    CaseStatus.WITH_CPS: (CaseStatus.OPEN, CaseStatus.AT_COURT, CaseStatus.CLOSED),
    CaseStatus.AT_COURT: (CaseStatus.OPEN, CaseStatus.CLOSED),
    CaseStatus.CLOSED: (CaseStatus.OPEN,),
}


def next_statuses(case: Case) -> list[CaseStatus]:
    """Where a case can go from here; to court only with a charge that counts."""
    charged = case.outcomes.counted().filter(kind=Kind.CHARGE).exists()
    return [
        status
        for status in MOVES[CaseStatus(case.status)]
        if charged or status != CaseStatus.AT_COURT
    ]


@transaction.atomic
def move_case(*, by: User, case: Case, to: CaseStatus) -> Case:
    """Moves a case on; ValidationError where that makes no sense from where it is."""
    current = locked(case)
    if to == current.status:
        return current
    if to not in next_statuses(current):
        raise ValidationError("The case cannot go there from where it is now.")
    current.status = to
    with pghistory.context(user=by.pk, action="move case"):
        current.save(update_fields=["status"])
    return current


@transaction.atomic
def transfer_case(
    *, by: User, case: Case, borough: Borough, officer: User | None, reason: str
) -> Case:
    """Hands a case to another officer or borough; what it counted goes along with the borough."""
    current = locked(case)
    if not (by.may(Permission.SUPERVISE) or current.officer_id == by.pk):
        raise ValidationError("Only its own officer or a supervisor can hand a case over.")
    with pghistory.context(user=by.pk, action="transfer case", reason=reason.strip()):
        if borough != current.borough:
            move_borough(current, borough)
            current.refresh_from_db()
        if officer != current.officer:
            current.officer = officer
            current.team = officer.team if officer else current.team
            current.save(update_fields=["officer", "team"])
    _check_sight(current)
    return current


@transaction.atomic
def assign_cases(
    *, by: User, cases: Iterable[Case], officer: User | None, team: Team | None, reason: str
) -> int:
    """Gives cases to an officer, a team, or both: all or none. Says how many it changed."""
    given = {"officer": officer, "team": team or (officer and officer.team)}
    wanted = {name: value for name, value in given.items() if value}
    changed = 0
    with pghistory.context(user=by.pk, action="assign", reason=reason.strip()):
        for case in cases:
            current = locked(case)
            if any(getattr(current, name) != value for name, value in wanted.items()):
                changed += 1
                for name, value in wanted.items():
                    setattr(current, name, value)
                current.save(update_fields=wanted)
                _check_sight(current)
    return changed


@transaction.atomic
def change_lead_team(*, by: User, outcomes: Iterable[Outcome], team: Team, reason: str) -> int:
    """Gives outcomes to another lead team: all or none. Says how many it changed."""
    others = [outcome for outcome in outcomes if outcome.team_id != team.pk]
    with pghistory.context(reason=reason.strip()):
        for outcome in others:
            amend_outcome(outcome=outcome, by=by, team=team)
            OutcomeSupport.objects.filter(outcome=outcome, team=team).delete()
    return len(others)


def _check_sight(case: Case) -> None:
    """Nobody is made the officer of a case that they could not open."""
    officer = case.officer
    if officer and not Case.objects.visible_to(officer).filter(pk=case.pk).exists():
        raise ValidationError(
            {
                "officer": f"{officer} could not open the case {case}: it is outside their "
                "boroughs, or closed to them"
            }
        )


@transaction.atomic
def add_suspect(*, by: User, case: Case) -> Suspect:
    """The next suspect, by number."""
    current = locked(case)
    last = Suspect.objects.filter(case=current).aggregate(last=Max("number"))["last"] or 0
    with pghistory.context(user=by.pk, action="add suspect"):
        return Suspect.objects.create(case=current, number=last + 1)


@transaction.atomic
def add_note(*, by: User, case: Case, kind: NoteKind, text: str) -> CaseNote:
    return recorded(CaseNote, by=by, case=case, kind=kind, text=text)


@transaction.atomic
def assess_risk(
    *, by: User, case: Case, tool: RiskTool, level: RiskLevel, assessed_at: datetime
) -> RiskAssessment:
    facts = {"tool": tool, "level": level, "assessed_at": assessed_at}
    return recorded(RiskAssessment, by=by, case=case, **facts)


@transaction.atomic
def refer_to_marac(
    *, by: User, case: Case, reason: MaracReason, referred_on: date, heard_on: date | None
) -> MaracReferral:
    facts = {"reason": reason, "referred_on": referred_on, "heard_on": heard_on}
    with pghistory.context(user=by.pk, action="refer to MARAC"):
        return recorded(MaracReferral, by=by, case=case, **facts)


@transaction.atomic
def hear_marac(*, by: User, case: Case, referral: MaracReferral, heard_on: date) -> MaracReferral:
    """Says when a referral of the case was heard."""
    current = MaracReferral.objects.select_for_update().get(pk=referral.pk, case=case)
    current.heard_on = heard_on
    current.full_clean()
    with pghistory.context(user=by.pk, action="hear at MARAC"):
        current.save(update_fields=["heard_on"])
    return current


@transaction.atomic
def add_flag(
    *, by: User, case: Case, kind: FlagKind, source: str, review_on: date | None
) -> CaseFlag:
    """ValidationError where the case has it already."""
    facts = {"kind": kind, "source": source, "review_on": review_on, "removed_at": None}
    with pghistory.context(user=by.pk, action="add flag"):
        return recorded(CaseFlag, by=by, case=case, **facts)


@transaction.atomic
def remove_flag(*, by: User, flag: CaseFlag) -> None:
    with pghistory.context(user=by.pk, action="remove flag"):
        CaseFlag.objects.filter(pk=flag.pk, removed_at=None).update(
            removed_at=DatabaseNow(), removed_by=by
        )
