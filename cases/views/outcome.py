"""One entry: what it says, what became of it, and putting it right."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import consulted
from cases.actions import (
    ChangedMeanwhile,
    amend_entry,
    answer_sent_back,
    restore_outcome,
    send_back,
    state_at,
    teams_at,
    undo_entry,
    unmerge_outcome,
    version_of,
    void_outcome,
)
from cases.choices import Kind
from cases.forms.amend import AmendForm, AnswerForm, SendBackForm, VoidForm
from cases.forms.log import credits_of, values_of
from cases.models import Outcome
from cases.presenters.outcome import OutcomePage
from cases.views.work import live, posted
from core.access import requires
from core.forms import PageForm


def _outcome(request: SignedInRequest, pk: UUID) -> Outcome:
    rows = Outcome.objects.visible_to(request.user).select_related(
        "case", "suspect", "borough", "team", "logged_by", "voided_by", "merged_into__case"
    )
    return get_object_or_404(rows, pk=pk)


def _to_change(request: SignedInRequest, pk: UUID) -> Outcome:
    """An entry that can still be changed; 403 for one of a reduced case."""
    found = _outcome(request, pk)
    live(found.case)
    return found


def _counts_no_longer(request: SignedInRequest, found: Outcome) -> HttpResponse:
    """Where a form leads whose entry was made void or merged before it came in."""
    messages.warning(request, "This entry is void or merged already. Nothing was changed.")
    return redirect("cases:outcome", found.pk)


@requires(Permission.READ_RECORDS)
def outcome(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _outcome(request, pk)
    consulted(request, found)
    page = OutcomePage(found, request.user)
    return render(request, "cases/outcome.html", {"page": page})


@requires(Permission.WRITE_RECORDS)
def amend_outcome(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form again; where somebody else saved first, field by field what to keep."""
    found = _to_change(request, pk)
    if not found.counted:
        return _counts_no_longer(request, found)
    now = values_of(found) | credits_of(found, request.user)
    kind, version = Kind(found.kind), version_of(found)
    if request.method != "POST":
        form = AmendForm(initial=now | {"version": version}, kind=kind, user=request.user)
        return _amend_page(request, found, form)
    form = AmendForm(data=request.POST, kind=kind, user=request.user)
    if not form.is_valid():
        return _amend_page(request, found, form)
    form.choose(now)
    try:
        amend_entry(
            by=request.user,
            outcome=found,
            version=form.cleaned_data["version"],
            entry=form.entry(),
        )
    except ChangedMeanwhile:
        return _conflict(request, found, form)
    except ValidationError as error:
        form.refuse(error)
        return _amend_page(request, found, form)
    answer_sent_back(by=request.user, outcome=found, answer="Corrected")
    messages.success(request, "Entry corrected. History keeps what it said before.")
    if not Outcome.objects.visible_to(request.user).filter(pk=pk).exists():
        # It is on a case now that the person may not open.
        return redirect("cases:desk")
    return redirect("cases:outcome", pk)


def _conflict(request: SignedInRequest, found: Outcome, form: AmendForm) -> HttpResponse:
    opened = state_at(found, form.cleaned_data["version"])
    now = values_of(found) | credits_of(found, request.user)
    past = now
    if opened is not None:
        past = now | values_of(opened)
        past["supporting_teams"] = teams_at(found, form.cleaned_data["version"])
    conflicts = form.conflicts(past, now)
    data = request.POST.copy()
    data["version"] = version_of(found)
    form.data = data
    typed = [
        (name, value)
        for name, values in data.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith("keep_")
        for value in values
    ]
    return _amend_page(request, found, form, conflicts=conflicts, typed=typed)


def _amend_page(
    request: SignedInRequest, found: Outcome, form: AmendForm, **context: object
) -> HttpResponse:
    consulted(request, found)
    context |= {"form": form, "outcome": found, "kind": form.kind}
    return render(request, "cases/outcome_amend.html", context)


@requires(Permission.WRITE_RECORDS)
def void(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _to_change(request, pk)
    if not found.counted:
        return _counts_no_longer(request, found)
    form = VoidForm(posted(request))
    if request.method == "POST" and form.is_valid():
        void_outcome(outcome=found, by=request.user, reason=form.reason)
        answer_sent_back(by=request.user, outcome=found, answer="Made void")
        messages.success(request, "Entry made void. It counts nowhere from now on.")
        return redirect("cases:outcome", pk)
    return _small_form(request, found, form, "Make this entry void", "Make void")


@require_POST
@requires(Permission.WRITE_RECORDS)
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _to_change(request, pk)
    if not found.counted:
        return _counts_no_longer(request, found)
    if undo_entry(by=request.user, outcome=found):
        messages.success(request, "Entry undone. It counts nowhere from now on.")
    else:
        messages.warning(
            request, "Only your own entry of this shift can be undone. Make it void instead."
        )
    return redirect("cases:outcome", pk)


@require_POST
@requires(Permission.SUPERVISE)
def restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _to_change(request, pk)
    if found.voided_at is not None:
        restore_outcome(outcome=found, by=request.user)
        messages.success(request, "Entry restored. It counts again.")
    return redirect("cases:outcome", pk)


@require_POST
@requires(Permission.SUPERVISE)
def take_apart(request: SignedInRequest, pk: UUID) -> HttpResponse:
    unmerge_outcome(duplicate=_to_change(request, pk), by=request.user)
    messages.success(request, "Taken apart: two events. This entry counts again.")
    return redirect("cases:outcome", pk)


@requires(Permission.SUPERVISE)
def send_back_outcome(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _to_change(request, pk)
    if not found.counted:
        return _counts_no_longer(request, found)
    form = SendBackForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            send_back(by=request.user, outcome=found, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error("reason", error.messages[0])
        else:
            messages.success(request, "Sent back to whoever logged it.")
            return redirect("cases:outcome", pk)
    return _small_form(request, found, form, "Send this entry back", "Send back")


@requires(Permission.WRITE_RECORDS)
def answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = _to_change(request, pk)
    form = AnswerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        answer_sent_back(by=request.user, outcome=found, answer=form.cleaned_data["answer"])
        messages.success(request, "Answered.")
        return redirect("cases:outcome", pk)
    return _small_form(request, found, form, "Answer the supervisor", "Answer")


def _small_form(
    request: SignedInRequest, found: Outcome, form: PageForm, title: str, button: str
) -> HttpResponse:
    context = {"form": form, "outcome": found, "title": title, "button": button}
    return render(request, "cases/outcome_form.html", context)
