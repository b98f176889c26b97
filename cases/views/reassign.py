"""What a supervisor chose on a list goes to another officer or team."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.kept import kept_fields
from accounts.lists import ListPage
from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from cases.actions.cases import assign_cases, change_lead_team
from cases.forms.lists import AssignForm, ReassignForm
from cases.models import Case, Outcome
from cases.presenters.lists import CASE_LIST, OUTCOME_LIST
from core.access import requires

CHOSEN_AT_MOST = 100


@requires(Permission.SUPERVISE)
def outcomes(request: SignedInRequest) -> HttpResponse:
    """Another lead team for the chosen outcomes."""
    rows = Outcome.objects.visible_to(request.user).counted().filter(case__reduced_at=None)
    rows = rows.select_related("case", "team")
    chosen = ListPage(OUTCOME_LIST, request)
    return _reassign(request, chosen, rows, ReassignForm, change_lead_team)


@requires(Permission.SUPERVISE)
def cases(request: SignedInRequest) -> HttpResponse:
    """Another officer or team for the chosen cases."""
    rows = Case.objects.visible_to(request.user).filter(reduced_at=None)
    rows = rows.select_related("officer", "team", "borough")
    chosen = ListPage(CASE_LIST, request)
    return _reassign(request, chosen, rows, AssignForm, assign_cases)


def _reassign(
    request: SignedInRequest, chosen: ListPage, rows: Any, kind: type[ReassignForm], act: Any
) -> HttpResponse:
    """Asks where to and why, then reassigns all that is chosen, or nothing."""
    back = f"{reverse(chosen.of.address)}?{chosen.query}"
    # Opened, it has nothing chosen, unless it brings back what was typed when a session ended.
    sent = request.POST if request.method == "POST" else kept_fields(request) or request.POST
    try:
        found = list(rows.filter(pk__in=sent.getlist("chosen")[:CHOSEN_AT_MOST]))
    except (ValidationError, ValueError):
        found = []
    if not found:
        messages.warning(request, f"Tick the {chosen.of.name} first. Void ones stay as they are.")
        return redirect(back)
    form = kind(request.POST if "reassign" in request.POST else None)
    if form.is_valid():
        try:
            number = act(by=request.user, **{chosen.of.name: found}, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, _told(chosen.of.name, number, len(found)))
            return redirect(back)
    listed(request, chosen.of.model, len(found), {"page": "reassign"})
    context = {"form": form, "found": found, "list": chosen, "back": back}
    context["heading"] = chosen.of.reassigning
    return render(request, "cases/reassign.html", context)


def _told(things: str, changed: int, of: int) -> str:
    if changed == of:
        return f"Changed {of} {things if of > 1 else things.removesuffix('s')}."
    return f"Changed {changed} of {of} {things}. The others were so already."
