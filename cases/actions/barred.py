"""Who may and who must not read a case: restricting, excluding, conflicts, and lifting by two."""

from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.permissions import Permission
from cases.models import BreakGlass, Case, CaseAccess, Exclusion, Lifting
from cases.querysets import may_exclude
from core.days import DatabaseNow
from core.locks import locked


@transaction.atomic
def restrict_case(*, by: User, case: Case, reason: str) -> Case:
    """Hides a case from everybody but its list: whoever restricts it, and its officer."""
    current = locked(case)
    if current.restricted:
        return current
    listed = {by} | ({current.officer} if current.officer else set())
    with pghistory.context(user=by.pk, action="restrict", reason=reason.strip()):
        for user in listed:
            if Case.objects.visible_to(user).filter(pk=case.pk).exists():
                CaseAccess.objects.get_or_create(case=current, user=user)
        _save(current, restricted=True)
    return current


@transaction.atomic
def add_access(*, by: User, case: Case, user: User) -> CaseAccess:
    """Puts somebody on the list; ValidationError where that would not let them in."""
    with pghistory.context(user=by.pk, action="add to the access list"):
        made, _ = CaseAccess.objects.get_or_create(case=locked(case), user=user)
    if not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        raise ValidationError(
            {"user": f"{user} could not open the case: it is outside their boroughs or work"}
        )
    return made


@transaction.atomic
def remove_access(*, by: User, access: CaseAccess) -> None:
    """Takes somebody off the list; a supervisor stays on it, to keep it."""
    case = locked(access.case)
    with pghistory.context(user=by.pk, action="take off the access list"):
        CaseAccess.objects.filter(pk=access.pk).delete()
    if case.restricted and not _keepers(case).exists():
        raise ValidationError(
            "A restricted case needs a supervisor on its list. Add another one first."
        )


@transaction.atomic
def exclude(*, by: User, case: Case, user: User, reason: str) -> Exclusion:
    """Bars somebody from a case at once, whatever their role. They are not told."""
    if user == by:
        raise ValidationError({"user": "Say on the page of the case that you know somebody in it"})
    return _bar(user, case, by=by, reason=reason)


@transaction.atomic
def declare_conflict(*, by: User, case: Case, reason: str) -> Exclusion:
    """Bars whoever says that they know somebody in the case; its supervisors have to see to it."""
    return _bar(by, case, by=by, reason=reason, declared=True)


def _bar(user: User, case: Case, *, by: User, reason: str, declared: bool = False) -> Exclusion:
    """The case's own history, which all its readers see, says neither that it is a bar nor why."""
    current = locked(case)
    if Exclusion.objects.filter(case=current, user=user).exists():
        raise ValidationError("They are excluded from this case already.")
    with pghistory.context(user=by.pk, action="take off the case"):
        made = Exclusion.objects.create(
            case=current, user=user, made_by=by, reason=reason.strip(), declared=declared
        )
        CaseAccess.objects.filter(case=current, user=user).delete()
        BreakGlass.objects.lasting().filter(case=current, user=user).update(ended_at=DatabaseNow())
        if current.officer == user:
            _save(current, officer=None)
        if current.restricted and not _keepers(current).exists():
            _find_keepers(current)
    return made


def _keepers(case: Case) -> Any:
    """The supervisors on the list of a case."""
    supervisors = {"user__role": User.Role.SUPERVISOR, "user__is_active": True}
    return CaseAccess.objects.filter(case=case, **supervisors)


def _find_keepers(case: Case) -> None:
    """The supervisors of the force take over a list without one; where none may, the borough's."""
    may = User.objects.filter(role=User.Role.SUPERVISOR, is_active=True).exclude(
        exclusions__case=case
    )
    of_force, of_borough = Q(whole_force=True), Q(boroughs=case.borough)
    found = may.filter(of_force) or may.filter(of_borough)
    if not found:
        raise ValidationError("Nobody else could read this case. Speak to an administrator first.")
    CaseAccess.objects.bulk_create(CaseAccess(case=case, user=user) for user in found)


@transaction.atomic
def see_to_conflict(*, by: User, exclusion: Exclusion) -> None:
    """Takes a declared conflict off the supervisors' desks."""
    with pghistory.context(user=by.pk, action="see to a conflict"):
        Exclusion.objects.filter(pk=exclusion.pk, seen_at=None).update(
            seen_at=DatabaseNow(), seen_by=by
        )


@transaction.atomic
def ask_to_lift(*, by: User, case: Case, excluded: User | None, reason: str) -> Lifting:
    """Asks that the restriction, or somebody's exclusion, be lifted; nothing changes yet."""
    current = locked(case)
    if current.liftings.filter(excluded=excluded, decided_at=None).exists():
        raise ValidationError("Somebody has asked for this already. Another person has to decide.")
    with pghistory.context(user=by.pk, action="ask to lift"):
        return Lifting.objects.create(
            case=current, excluded=excluded, reason=reason.strip(), asked_by=by
        )


@transaction.atomic
def decide_lifting(*, by: User, lifting: Lifting, agreed: bool) -> Lifting:
    """The second person's answer; ValidationError from the first, or from whoever may not."""
    case = locked(lifting.case)
    current = locked(lifting)
    if current.decided_at is not None:
        return current
    if current.asked_by == by:
        raise ValidationError("You asked for this yourself. Another person has to decide.")
    if not (may_exclude(by) if current.excluded else by.may(Permission.SUPERVISE)):
        raise ValidationError("This is not yours to decide.")
    with pghistory.context(user=by.pk, action="lift" if agreed else "do not lift"):
        current.agreed, current.decided_at, current.decided_by = agreed, DatabaseNow(), by
        current.save(update_fields=["agreed", "decided_at", "decided_by"])
        if agreed and current.excluded:
            Exclusion.objects.filter(case=case, user=current.excluded).delete()
        elif agreed:
            _save(case, restricted=False)
            CaseAccess.objects.filter(case=case).delete()
    return current


def _save(case: Case, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=changes)
