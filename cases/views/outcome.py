"""One entry: what it says, what became of it, and putting it right."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.kept import kept_fields
from accounts.models import User
from accounts.permissions import Permission, SignedInRequest
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
from cases.querysets import OutcomeQuerySet
from cases.reading import found, looked, reason_for, wrote_out_of_sight
from cases.views.work import live
from core.access import requires
from core.forms import PageForm
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
    if not entry.counted:
        return _counts_no_longer(request, entry)
    now = values_of(entry) | credits_of(entry, request.user)
    kind, version = Kind(entry.kind), version_of(entry)
    if request.method != "POST":
        form = AmendForm(initial=now | {"version": version}, kind=kind, user=request.user)
        kept = kept_fields(request)
        if kept is not None:
            form.initial = form.typed_before(kept)
        return _amend_page(request, entry, form)
    form = AmendForm(data=request.POST, kind=kind, user=request.user)
    if not form.is_valid():
        return _amend_page(request, entry, form)
    form.choose(now)
    amended = form.entry()
    try:
        amend_entry(
            by=request.user,
            outcome=entry,
            version=form.cleaned_data["version"],
            entry=amended,
        )
    except ChangedMeanwhile:
        return _conflict(request, entry, form)
    except ValidationError as error:
        form.refuse(error)
        return _amend_page(request, entry, form)
    answer_sent_back(by=request.user, outcome=entry, answer="Corrected")
    messages.success(request, "Entry corrected. History keeps what it said before.")
    if not Outcome.objects.visible_to(request.user).filter(pk=pk).exists():
        wrote_out_of_sight(request, pk, amended.reference)
        return redirect("cases:desk")
    return redirect("cases:outcome", pk)


def _conflict(request: SignedInRequest, entry: Outcome, form: AmendForm) -> HttpResponse:
    opened = state_at(entry, form.cleaned_data["version"])
    now = values_of(entry) | credits_of(entry, request.user)
    past = now
    if opened is not None:
        past = now | values_of(opened)
        past["supporting_teams"] = teams_at(entry, form.cleaned_data["version"])
    conflicts = form.conflicts(past, now)
    data = request.POST.copy()
    data["version"] = version_of(entry)
    form.data = data
    typed = [
        (name, value)
        for name, values in data.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith("keep_")
        for value in values
    ]
    return _amend_page(request, entry, form, conflicts=conflicts, typed=typed)


def _amend_page(
    request: SignedInRequest, entry: Outcome, form: AmendForm, **context: object
) -> HttpResponse:
    looked(request, entry)
    context |= {"form": form, "outcome": entry, "kind": form.kind}
    return render(request, "cases/outcome_amend.html", context)


@requires(Permission.WRITE_RECORDS)
def void(request: SignedInRequest, pk: UUID) -> HttpResponse:
    entry = _to_change(request, pk)
    if not entry.counted:
        return _counts_no_longer(request, entry)
    form = VoidForm(posted(request))
    if request.method == "POST" and form.is_valid():
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
    if request.method == "POST" and form.is_valid():
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
    if request.method == "POST" and form.is_valid():
        answer_sent_back(by=request.user, outcome=entry, answer=form.cleaned_data["answer"])
        messages.success(request, "Answered.")
        return redirect("cases:outcome", pk)
    return _small_form(request, entry, form, "Answer the supervisor", "Answer")


def _small_form(
    request: SignedInRequest, entry: Outcome, form: PageForm, title: str, button: str
) -> HttpResponse:
    looked(request, entry)
    context = {"form": form, "outcome": entry, "title": title, "button": button}
    return render(request, "cases/outcome_form.html", context)
