"""Review, retention and disposal: what is due, who keeps it, and what two people let go."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError as BrokerDown

from accounts.permissions import Permission, SignedInRequest
from accounts.reauthentication import recently
from audit.record import listed
from cases.actions.retention import decide, hold, propose, release, retain
from cases.forms.retention import HoldForm, ReleaseForm, RetainForm
from cases.forms.work import WorkForm
from cases.models import Case, Reduction
from cases.presenters.retention import QueuePage, ReductionPage
from cases.tasks import work_on_reduction
from cases.views.work import case_of, done, form_page
from core.access import requires
from core.days import london_day
from core.sent import posted

CHOSEN_AT_MOST = 100


@requires(Permission.REVIEW_RETENTION)
def queue(request: SignedInRequest) -> HttpResponse:
    """The cases that are due, the longest first, or those on hold; and the lists."""
    page = QueuePage(request.user, held=request.GET.get("show") == "held")
    try:
        rows = page.turn_to(request.GET.get("page", ""))
    except ValueError:
        return redirect("cases:retention")
    listed(request, Case, len(rows.rows), request.GET.dict())
    return render(request, "cases/retention.html", {"queue": page, "page": rows})


@requires(Permission.REVIEW_RETENTION)
@recently
def propose_reduction(request: SignedInRequest) -> HttpResponse:
    """The chosen cases, or every one that is due, as one list for a second person."""
    if request.method != "POST":
        return redirect("cases:retention")
    cases = QueuePage(request.user).found
    if "all" not in request.POST:
        chosen = [pk for pk in request.POST.getlist("chosen")[:CHOSEN_AT_MOST] if pk.isdecimal()]
        cases = cases.filter(pk__in=[pk for pk in chosen if len(pk) < 19])
    try:
        made = propose(by=request.user, cases=cases)
    except ValidationError:
        messages.warning(request, "Tick the cases to reduce first. They must still be due.")
        return redirect("cases:retention")
    messages.success(request, "Proposed. Somebody else of the whole force decides on it.")
    return redirect("cases:reduction", made.pk)


def _reduction(request: SignedInRequest, pk: UUID) -> Reduction:
    rows = Reduction.objects.visible_to(request.user).select_related("proposed_by", "decided_by")
    return get_object_or_404(rows, pk=pk)


@requires(Permission.REVIEW_RETENTION)
def reduction(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _reduction(request, pk)
    page = ReductionPage(found, request.user)
    try:
        rows = page.turn_to(request.GET.get("page", ""))
    except ValueError:
        return redirect("cases:reduction", pk)
    listed(request, Case, len(rows.rows), {"list": str(pk)})
    context = {"reduction": found, "list": page, "page": rows}
    return render(request, "cases/reduction.html", context)


@requires(Permission.APPROVE_REDUCTION)
@recently
def decide_reduction(request: SignedInRequest, pk: UUID, verdict: str) -> HttpResponse:
    """The second person's word on a list."""
    found = _reduction(request, pk)
    if request.method != "POST":
        return redirect("cases:reduction", pk)
    try:
        decided = decide(by=request.user, reduction=found, approved=verdict == "approve")
    except ValidationError as refused:
        raise PermissionDenied from refused
    if decided.state == Reduction.State.REFUSED:
        messages.success(request, "Refused. Its cases are due again, to be retained or held.")
        return redirect("cases:reduction", pk)
    return _go_on(request, decided)


@require_POST
@requires(Permission.APPROVE_REDUCTION)
def reduce_again(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Asks the worker anew, where it seems to have lost a list."""
    return _go_on(request, _reduction(request, pk))


def _go_on(request: SignedInRequest, found: Reduction) -> HttpResponse:
    try:
        work_on_reduction.delay(str(found.pk))
    except BrokerDown:
        messages.warning(request, "The work could not be handed on. Try again in a minute.")
    return redirect("cases:reduction", found.pk)


@requires(Permission.REVIEW_RETENTION)
def reduction_progress(request: SignedInRequest, pk: UUID) -> JsonResponse:
    """How far the work has come, for the page that waits."""
    page = ReductionPage(_reduction(request, pk), request.user)
    said: dict[str, Any] = {"state": page.reduction.state, "words": page.progress}
    return JsonResponse(said | {"done": page.done, "total": page.total})


def _decided(
    request: SignedInRequest,
    case: Case,
    form: WorkForm,
    act: Callable[..., Any],
    *,
    told: str,
    **words: Any,
) -> HttpResponse:
    if request.method == "POST" and form.taken(
        lambda: act(by=request.user, case=case, **form.facts())
    ):
        return done(request, case, "summary", told)
    return form_page(request, case, form, part="summary", **words)


@requires(Permission.REVIEW_RETENTION)
def retain_case(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    today = london_day(timezone.now())
    ahead = today.replace(year=today.year + 1, day=min(today.day, 28))
    start = {"group": case.review_group, "until": case.retained_until or ahead}
    return _decided(
        request,
        case,
        RetainForm(posted(request), initial=start),
        retain,
        heading="Retain the case",
        button="Retain",
        words=["The reason is kept with the case: the law wants each decision to retain recorded."],
        told="Retained.",
    )


@requires(Permission.REVIEW_RETENTION)
def hold_case(request: SignedInRequest, pk: int) -> HttpResponse:
    return _decided(
        request,
        case_of(request, pk),
        HoldForm(posted(request)),
        hold,
        heading="Hold the case",
        button="Hold",
        words=["Nothing reduces a case on hold, whatever was proposed or approved before."],
        told="On hold.",
    )


@requires(Permission.REVIEW_RETENTION)
def release_case(request: SignedInRequest, pk: int) -> HttpResponse:
    return _decided(
        request,
        case_of(request, pk),
        ReleaseForm(posted(request)),
        release,
        heading="Take the hold off",
        button="Take it off",
        words=["The case is due again once its clear period is over."],
        told="The hold is off.",
    )
