"""The door of a record: who gets in, for which reason, and the row of the log that it leaves.

A session holds the reasons that were given for restricted cases, for an hour each, and the cases
that were opened by break-glass in it. A case stays closed to the same person's other sessions, so
the banner stands on every page from which it can be read.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission, SignedInRequest
from audit import flags
from audit.record import broke_glass, consulted, listed
from cases.models import BreakGlass, Case, Exclusion, Outcome
from cases.references import Reference
from core.querysets import M

REASON_LASTS = timedelta(hours=1)
REASONS, OPENED = "reasons", "opened"


class ReasonNeeded(Exception):
    """Somebody is about to read a restricted case and has not said why."""

    def __init__(self, case_pk: int) -> None:
        self.case_pk = case_pk


def found(
    request: SignedInRequest,
    rows: "Callable[[User], QuerySet[M]]",
    pk: Any,
    *,
    tried: str,
    through_glass: bool = False,
) -> M:
    """The row of a person's own rows, or of a case held open; 404 where there is none.

    `tried` is the path from an exclusion to the row.
    """
    row = rows(request.user).filter(pk=pk).first()
    if row is None and through_glass and (openings := held_open(request)):
        request.user.opened = frozenset(opening.case_id for opening in openings)
        row = rows(request.user).filter(pk=pk).first()
    if row is None:
        _mark_if_barred(request, **{tried: pk})
        raise Http404
    return row


def mark_if_barred_from(
    request: SignedInRequest, reference: Reference, day: date | None = None
) -> None:
    """Flags this request to the auditor where it asks for a case that bars its person."""
    called = Case.objects.filter(reference_key=reference.key)
    _mark_if_barred(request, case__in=called.filter(reference_date=day) if day else called)


def wrote_out_of_sight(request: SignedInRequest, pk: UUID, reference: Reference) -> None:
    """The row of an entry that went onto a case which its person may not open.

    What then is missing from their lists tells them of that case, so who tries is seen.
    """
    _mark_if_barred(request, case__outcomes=pk)
    listed(request, Case, 0, {"reference": reference.key, "page": "entry"})


def _mark_if_barred(request: SignedInRequest, **case: Any) -> None:
    if Exclusion.objects.filter(user=request.user, **case).exists():
        flags.mark(request, flags.Flag.EXCLUDED_CASE)


def looked(request: SignedInRequest, record: Case | Outcome) -> None:
    """The row of one look at a record, with its reason."""
    case = record if isinstance(record, Case) else record.case
    if case.pk in request.user.opened:
        opening = next(one for one in held_open(request) if one.case_id == case.pk)
        broke_glass(request, record, code=opening.reason_code, reason=opening.reason)
        return
    code, reason = reason_for(request, case)
    often = not _is_theirs(request.user, case) and flags.repeated(request, record)
    if often and not Outcome.objects.filter(case=case, logged_by=request.user).exists():
        flags.mark(request, flags.Flag.REPEATED)
    consulted(request, record, code=code, reason=reason)


def _is_theirs(user: User, case: Case) -> bool:
    """Whether the person has a task there by the case alone: it is theirs, or their team's."""
    return case.officer_id == user.pk or (case.team_id is not None and case.team_id == user.team_id)


def reason_for(request: SignedInRequest, case: Case) -> tuple[str, str]:
    """Why they read a restricted case: a code and words. A form on its way is let through."""
    if not case.restricted:
        return "", ""
    code, words, until = request.session.get(REASONS, {}).get(str(case.pk), ("", "", 0))
    stale = request.method == "GET" and until < timezone.now().timestamp()
    if not code or stale:
        raise ReasonNeeded(case.pk)
    return code, words


def give_reason(request: SignedInRequest, case: Case, *, code: str, reason: str) -> None:
    until = (timezone.now() + REASON_LASTS).timestamp()
    given = request.session.get(REASONS, {})
    request.session[REASONS] = given | {str(case.pk): (code, reason, until)}


def hold_open(request: SignedInRequest, opening: BreakGlass) -> None:
    """Lets this session in, and no other."""
    request.session[OPENED] = [*request.session.get(OPENED, []), opening.pk]


def held_open(request: HttpRequest) -> list[BreakGlass]:
    """What this session opened by break-glass and has not ended; asks nothing where it has none."""
    keys = request.session.get(OPENED) if hasattr(request, "session") else None
    if not keys:
        return []
    if not hasattr(request, "held_open"):
        mine = BreakGlass.objects.visible_to(request.user).lasting()
        rows = mine.filter(pk__in=keys, user=request.user.pk).select_related("case")
        # One answer for the whole request, also where the hour ends in the middle of it.
        request.held_open = list(rows)  # type: ignore[attr-defined]
    return request.held_open  # type: ignore[attr-defined, no-any-return]


def works_on(user: User, case: Case) -> bool:
    """Whether a person may change a case: break-glass is to read, and a reduced one stays."""
    return case.pk not in user.opened and case.reduced_at is None


def reviews_waiting(user: User) -> int:
    """How many openings by break-glass wait for a review that this person may give."""
    if not user.may(Permission.REVIEW_BREAK_GLASS):
        return 0
    return BreakGlass.objects.visible_to(user).waiting_for(user).count()


def banner(request: HttpRequest) -> dict[str, Any]:
    """For every template: what stands on each page while a case is held open, or waits."""
    return {
        "held_open": lambda: held_open(request),
        "reviews_waiting": lambda: reviews_waiting(request.user),  # type: ignore[arg-type]
    }
