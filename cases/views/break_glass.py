"""Opening a case that is not one's own, closing it, and the review by somebody else."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from accounts.reauthentication import recently
from audit.record import broke_glass, broke_no_glass, consulted, listed
from cases.actions.break_glass import (
    behind_glass,
    break_glass,
    end_break_glass,
    review_break_glass,
    too_many_tries,
)
from cases.choices import BreakGlassReason
from cases.forms.barred import BreakGlassForm, ReviewForm
from cases.models import BreakGlass, Case
from cases.presenters.barred import Opening
from cases.reading import hold_open, mark_if_barred_from
from core.access import requires
from core.sent import posted

NO_SUCH_CASE = "There is no case of that reference. Check it. The try has been logged"
TOO_MANY = "Too many tries. Wait an hour, or ask a supervisor of the borough for what you need"


@requires(Permission.READ_RECORDS)
@recently
def open_case(request: SignedInRequest) -> HttpResponse:
    """Asks for the reference and the reason, and opens the case or says no."""
    form = BreakGlassForm(posted(request))
    if form.is_valid():
        with transaction.atomic():
            case = _case(request, form)
            if case is not None:
                return _open(request, form, case)
    context = {"form": form, "minutes": settings.BREAK_GLASS_MINUTES}
    return render(request, "cases/break_glass.html", context)


def _case(request: SignedInRequest, form: BreakGlassForm) -> Case | None:
    """The case behind the glass; or nothing, when the form says why and the log that they tried.

    One that bars the person has the answer of one that does not exist.
    """
    reference, day = form.asked, form.day
    if too_many_tries(request.user):
        form.add_error(None, TOO_MANY)
    else:
        case = behind_glass(by=request.user, reference=reference, day=day)
        if case is not None:
            return case
        mark_if_barred_from(request, reference, day)
        form.add_error("reference", NO_SUCH_CASE)
    broke_no_glass(request, BreakGlass, {"reference": reference.key}, **form.why)
    return None


def _open(request: SignedInRequest, form: BreakGlassForm, case: Case) -> HttpResponse:
    if Case.objects.visible_to(request.user).filter(pk=case.pk).exists():
        messages.info(request, "This case is open to you anyway. Nothing was broken.")
        return redirect("cases:case", case.pk)
    code, reason = BreakGlassReason(form.why["code"]), form.why["reason"]
    opening = break_glass(by=request.user, case=case, code=code, reason=reason)
    broke_glass(request, opening, code=code, reason=reason)
    hold_open(request, opening)
    return redirect("cases:case", case.pk)


@require_POST
@requires(Permission.READ_RECORDS)
def close(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ends it before its time."""
    mine = BreakGlass.objects.visible_to(request.user).filter(user=request.user)
    end_break_glass(by=request.user, opening=get_object_or_404(mine, pk=pk))
    messages.success(request, "The case is closed to you again. Somebody will review why it was.")
    return redirect("cases:desk")


@requires(Permission.REVIEW_BREAK_GLASS)
def reviews(request: SignedInRequest) -> HttpResponse:
    """What waits for a review, the oldest first, and what was reviewed last."""
    rows = BreakGlass.objects.visible_to(request.user).select_related("case__borough", "user")
    waiting = [
        Opening(row, timezone.now()) for row in rows.waiting_for(request.user).order_by("pk")
    ]
    done = rows.exclude(verdict="").exclude(user=request.user).select_related("reviewed_by")[:50]
    listed(request, BreakGlass, len(waiting) + len(done))
    return render(request, "cases/reviews.html", {"waiting": waiting, "done": done})


@requires(Permission.REVIEW_BREAK_GLASS)
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = BreakGlass.objects.visible_to(request.user).exclude(user=request.user)
    people = rows.select_related("case__borough", "user__team", "reviewed_by")
    row = get_object_or_404(people, pk=pk)
    form = ReviewForm(posted(request))
    if form.taken(lambda: review_break_glass(by=request.user, opening=row, **form.facts())):
        messages.success(request, "Review saved.")
        return redirect("cases:reviews")
    consulted(request, row)
    context = {"opening": Opening(row, timezone.now()), "form": form}
    return render(request, "cases/review.html", context)
