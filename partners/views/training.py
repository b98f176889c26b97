"""Training of officers: programmes, and the sessions that are logged of them."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import consulted, listed
from core.access import requires
from core.locks import hold
from core.sent import posted
from partners.actions import training as actions
from partners.forms.events import WhyForm
from partners.forms.training import SessionForm
from partners.models import TrainingProgramme, TrainingSession
from partners.presenters.training import ProgrammePage, SessionPage, standings
from partners.querysets import TrainingSessionQuerySet
from partners.views.changing import to_change


def _sessions(request: SignedInRequest) -> TrainingSessionQuerySet:
    rows = TrainingSession.objects.visible_to(request.user)
    return rows.select_related("programme", "partner", "borough", "team", "voided_by")


def _to_change(request: SignedInRequest, pk: int, *, void: bool = False) -> TrainingSession:
    return to_change(request, _sessions(request), pk, void=void)


@requires(Permission.SEE_ENGAGEMENT)
def training(request: SignedInRequest) -> HttpResponse:
    programmes = TrainingProgramme.objects.select_related("partner")
    context = {"standings": standings(request.user, programmes)}
    return render(request, "partners/training.html", context)


@requires(Permission.SEE_ENGAGEMENT)
def programme(request: SignedInRequest, slug: str) -> HttpResponse:
    """How far a programme has come, and its sessions; a page that is none leads to the first."""
    found = get_object_or_404(TrainingProgramme.objects.select_related("partner"), slug=slug)
    page = ProgrammePage(found, request.user, request.GET.get("page", ""))
    try:
        shown = len(page.page.rows)
    except ValueError:
        return redirect("partners:training_programme", slug)
    listed(request, TrainingSession, shown, {"programme": slug})
    return render(request, "partners/training_programme.html", {"page": page})


@requires(Permission.WRITE_RECORDS)
def log_session(request: SignedInRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(TrainingProgramme, slug=slug)
    form = SessionForm(posted(request), user=request.user, programme=found)
    if form.is_valid():
        made = actions.log_session(
            by=request.user, token=form.token, programme=found, **form.facts()
        )
        messages.success(request, "Session logged")
        return redirect("partners:session", made.pk)
    context = {"form": form, "programme": found, "heading": "Log a session"}
    return render(request, "partners/session_form.html", context)


@requires(Permission.SEE_ENGAGEMENT)
def session(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_sessions(request), pk=pk)
    consulted(request, found)
    return render(request, "partners/session.html", {"page": SessionPage(found, request.user)})


@requires(Permission.WRITE_RECORDS)
def amend_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form again; where somebody else saved first, field by field what to keep."""
    found = _to_change(request, pk)
    with transaction.atomic():
        hold(found)
        form = SessionForm(
            posted(request), user=request.user, programme=found.programme, session=found
        )
        if form.is_valid():
            actions.amend_session(by=request.user, session=found, **form.facts())
            messages.success(request, "Session corrected. History keeps what it said before.")
            return redirect("partners:session", pk)
    context = {"form": form, "programme": found.programme, "session": found}
    return render(request, "partners/session_form.html", context | {"heading": "Correct a session"})


@requires(Permission.WRITE_RECORDS)
def void_session(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = WhyForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        actions.void_session(by=request.user, session=found, reason=reason)
        messages.success(request, "Session made void. It counts nowhere from now on.")
        return redirect("partners:session", pk)
    return render(request, "partners/session_void.html", {"form": form, "session": found})


@require_POST
@requires(Permission.SUPERVISE)
def restore_session(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.restore_session(by=request.user, session=_to_change(request, pk, void=True))
    messages.success(request, "Session restored")
    return redirect("partners:session", pk)
