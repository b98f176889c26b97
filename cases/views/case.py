"""One case: where it stands, who is in it, what became of it, and what to record next."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import wrote
from cases.actions.cases import (
    add_flag,
    add_note,
    add_suspect,
    assess_risk,
    hear_marac,
    move_case,
    next_statuses,
    refer_to_marac,
    remove_flag,
    transfer_case,
)
from cases.choices import CaseStatus
from cases.forms.case import (
    FlagForm,
    HeardForm,
    MaracForm,
    MoveForm,
    NoteForm,
    RiskForm,
    TransferForm,
)
from cases.forms.work import WorkForm
from cases.models import Case, CaseFlag, MaracReferral
from cases.presenters.case import CasePage
from cases.presenters.timeline import sorts_for
from cases.reading import found, looked
from cases.views.work import case_of, cases, done, form_page
from core.access import requires
from core.sent import posted
from core.templatetags.page import lower_first


@requires(Permission.READ_RECORDS)
def case(request: SignedInRequest, pk: int) -> HttpResponse:
    case = found(request, cases, pk, tried="case", through_glass=True)
    looked(request, case)
    page = CasePage(case, request.user, timezone.now())
    if request.GET.get("show") in sorts_for(request.user):
        page.sort = request.GET["show"]
    return render(request, "cases/case.html", {"page": page, "work": page.work})


def _recorded(
    request: SignedInRequest,
    case: Case,
    form: WorkForm,
    act: Callable[..., Any],
    **words: Any,
) -> HttpResponse:
    """A small form and the action that it feeds."""
    told = words.pop("told")
    if request.method == "POST" and form.taken(
        lambda: act(by=request.user, case=case, **form.facts())
    ):
        return done(request, case, words["part"], told)
    return form_page(request, case, form, **words)


@requires(Permission.WRITE_RECORDS)
def note(request: SignedInRequest, pk: int) -> HttpResponse:
    case, form = case_of(request, pk), NoteForm(posted(request))
    if form.is_valid():
        wrote(request, case, form.cleaned_data["text"])
    return _recorded(
        request,
        case,
        form,
        add_note,
        heading="Write a note",
        button="Save the note",
        words=["A note stays as it is written. Put a mistake right with another note."],
        part="notes",
        told="Note saved.",
    )


@requires(Permission.WRITE_RECORDS)
def risk(request: SignedInRequest, pk: int) -> HttpResponse:
    return _recorded(
        request,
        case_of(request, pk),
        RiskForm(posted(request)),
        assess_risk,
        heading="Record a risk assessment",
        button="Save the assessment",
        part="risk",
        told="Risk assessment saved.",
    )


@requires(Permission.WRITE_RECORDS)
def marac(request: SignedInRequest, pk: int) -> HttpResponse:
    return _recorded(
        request,
        case_of(request, pk),
        MaracForm(posted(request)),
        refer_to_marac,
        heading="Refer to the MARAC",
        button="Save the referral",
        words=["The MARAC is the multi-agency conference on cases of high risk."],
        part="risk",
        told="Referral saved.",
    )


@requires(Permission.WRITE_RECORDS)
def marac_heard(request: SignedInRequest, pk: int, referral_pk: int) -> HttpResponse:
    case = case_of(request, pk)
    referrals = MaracReferral.objects.visible_to(request.user)
    referral = get_object_or_404(referrals, pk=referral_pk, case=case)
    return _recorded(
        request,
        case,
        HeardForm(posted(request)),
        partial(hear_marac, referral=referral),
        heading="Heard at the MARAC",
        button="Save",
        words=[f"{referral}."],
        part="risk",
        told="Saved.",
    )


@requires(Permission.WRITE_RECORDS)
def flag(request: SignedInRequest, pk: int) -> HttpResponse:
    return _recorded(
        request,
        case_of(request, pk),
        FlagForm(posted(request)),
        add_flag,
        heading="Add a flag",
        button="Add the flag",
        part="flags",
        told="Flag added.",
    )


@require_POST
@requires(Permission.WRITE_RECORDS)
def unflag(request: SignedInRequest, pk: int, flag_pk: int) -> HttpResponse:
    case = case_of(request, pk)
    flag = get_object_or_404(CaseFlag.objects.visible_to(request.user), pk=flag_pk, case=case)
    remove_flag(by=request.user, flag=flag)
    return done(request, case, "flags", "Flag removed.")


@require_POST
@requires(Permission.WRITE_RECORDS)
def suspect(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    added = add_suspect(by=request.user, case=case)
    return done(request, case, "suspects", f"{added} added.")


@requires(Permission.WRITE_RECORDS)
def move(request: SignedInRequest, pk: int, to: str) -> HttpResponse:
    case = case_of(request, pk)
    if to not in CaseStatus or (CaseStatus(to) not in next_statuses(case) and to != case.status):
        raise Http404
    page = CasePage(case, request.user, timezone.now())
    running = page.work.clocks if to == CaseStatus.CLOSED else []
    return _recorded(
        request,
        case,
        MoveForm(posted(request)),
        lambda **facts: move_case(to=CaseStatus(to), **facts),
        heading=f"Move this case to: {lower_first(CaseStatus(to).label)}",
        button="Move the case",
        warning="Something still runs in this case. Close it only if that is settled."
        if running
        else "",
        words=[f"{clock.what}: {lower_first(clock.words)}" for clock in running],
        part="summary",
        told="Case moved.",
    )


@requires(Permission.WRITE_RECORDS)
def transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    if not CasePage(case, request.user, timezone.now()).may_transfer:
        raise PermissionDenied
    form = TransferForm(posted(request), case=case, user=request.user)
    answer = _recorded(
        request,
        case,
        form,
        transfer_case,
        heading="Hand the case over",
        button="Hand over",
        part="summary",
        told="Case handed over.",
    )
    if form.made is not None and not _still_mine(request, case):
        return redirect("cases:desk")
    return answer


def _still_mine(request: SignedInRequest, case: Case) -> bool:
    return Case.objects.visible_to(request.user).filter(pk=case.pk).exists()
