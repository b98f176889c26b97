"""One entry: what it says, what became of it, and putting it right."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.kept import kept_fields
from accounts.models import User
from accounts.permissions import Permission, SignedInRequest
from cases.actions.amend import amend_entry
from cases.actions.entries import answer_sent_back, send_back, undo_entry
from cases.actions.outcomes import restore_outcome, unmerge_outcome, void_outcome
from cases.choices import Kind
from cases.forms.amend import AmendForm, AnswerForm, SendBackForm, VoidForm
from cases.forms.log import credits_of, values_of
from cases.models import Outcome
from cases.presenters.outcome import OutcomePage
from cases.querysets import OutcomeQuerySet
from cases.reading import found, looked, reason_for, wrote_out_of_sight
from cases.views.work import live
from core.access import requires
from core.forms import PageForm
from core.locks import hold
from core.sent import posted


def _outcomes(user: User) -> OutcomeQuerySet:
    return Outcome.objects.visible_to(user).select_related(
        "case", "suspect", "borough", "team", "logged_by", "voided_by", "merged_into__case"
    )


def _outcome(request: SignedInRequest, pk: UUID, *, through_glass: bool = False) -> Outcome:
    entry = found(request, _outcomes, pk, tried="case__outcomes", through_glass=through_glass)
    if entry.case.pk not in request.user.opened:
        reason_for(request, entry.case)
    return entry


def _to_change(request: SignedInRequest, pk: UUID) -> Outcome:
    """An entry that can still be changed; 403 for one of a reduced case."""
    entry = _outcome(request, pk)
    live(entry.case)
    return entry


def _counts_no_longer(request: SignedInRequest, entry: Outcome) -> HttpResponse:
    """Where a form leads whose entry was made void or merged before it came in."""
    messages.warning(request, "This entry is void or merged already. Nothing was changed.")
    return redirect("cases:outcome", entry.pk)


@requires(Permission.READ_RECORDS)
def outcome(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = _outcome(request, pk, through_glass=True)
    looked(request, entry)
    page = OutcomePage(entry, request.user)
    return render(request, "cases/outcome.html", {"page": page})


@requires(Permission.WRITE_RECORDS)
def amend_outcome(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The form again; where somebody else saved first, field by field what to keep."""
    entry = _to_change(request, pk)
    with transaction.atomic():
        hold(entry)
        if not entry.counted:
            return _counts_no_longer(request, entry)
        now = values_of(entry) | credits_of(entry, request.user)
        form = AmendForm(posted(request), kind=Kind(entry.kind), user=request.user, now=now)
        if not form.is_bound and (kept := kept_fields(request)) is not None:
            form.initial.update(form.typed_before(kept))
        if not (form.is_valid() and _corrected(request, entry, form)):
            looked(request, entry)
            context = {"form": form, "outcome": entry, "kind": form.kind}
            return render(request, "cases/outcome_amend.html", context)
    messages.success(request, "Entry corrected. History keeps what it said before.")
    if not Outcome.objects.visible_to(request.user).filter(pk=pk).exists():
        wrote_out_of_sight(request, pk, form.entry().reference)
        return redirect("cases:desk")
    return redirect("cases:outcome", pk)


def _corrected(request: SignedInRequest, entry: Outcome, form: AmendForm) -> bool:
    """Saves what was typed; where the database refuses it, the form says why."""
    try:
        amend_entry(by=request.user, outcome=entry, entry=form.entry())
    except ValidationError as error:
        form.refuse(error)
        return False
    answer_sent_back(by=request.user, outcome=entry, answer="Corrected")
    return True


@requires(Permission.WRITE_RECORDS)
def void(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = _to_change(request, pk)
    if not entry.counted:
        return _counts_no_longer(request, entry)
    form = VoidForm(posted(request))
    if form.is_valid():
        void_outcome(outcome=entry, by=request.user, reason=form.reason)
        answer_sent_back(by=request.user, outcome=entry, answer="Made void")
        messages.success(request, "Entry made void. It counts nowhere from now on.")
        return redirect("cases:outcome", pk)
    return _small_form(request, entry, form, "Make this entry void", "Make void")


@require_POST
@requires(Permission.WRITE_RECORDS)
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = _to_change(request, pk)
    if not entry.counted:
        return _counts_no_longer(request, entry)
    if undo_entry(by=request.user, outcome=entry):
        messages.success(request, "Entry undone. It counts nowhere from now on.")
    else:
        messages.warning(
            request, "Only your own entry of this shift can be undone. Make it void instead."
        )
    return redirect("cases:outcome", pk)


@require_POST
@requires(Permission.SUPERVISE)
def restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = _to_change(request, pk)
    if entry.voided_at is not None:
        restore_outcome(outcome=entry, by=request.user)
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
    entry = _to_change(request, pk)
    if not entry.counted:
        return _counts_no_longer(request, entry)
    form = SendBackForm(posted(request))
    if form.is_valid():
        try:
            send_back(by=request.user, outcome=entry, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error("reason", error.messages[0])
        else:
            messages.success(request, "Sent back to whoever logged it.")
            return redirect("cases:outcome", pk)
    return _small_form(request, entry, form, "Send this entry back", "Send back")


@requires(Permission.WRITE_RECORDS)
def answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = _to_change(request, pk)
    form = AnswerForm(posted(request))
    if form.is_valid():
        answer_sent_back(by=request.user, outcome=entry, answer=form.cleaned_data["answer"])
        messages.success(request, "Answered.")
        return redirect("cases:outcome", pk)
    return _small_form(request, entry, form, "Answer the supervisor", "Answer")


def _small_form(
    request: SignedInRequest, entry: Outcome, form: PageForm, heading: str, button: str
) -> HttpResponse:
    looked(request, entry)
    context = {"form": form, "outcome": entry, "heading": heading, "button": button}
    return render(request, "cases/outcome_form.html", context)
