"""The lists of outcomes and of cases."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest, requires
from cases.filters import CaseFilter, ListFilter, OutcomeFilter
from cases.models import Case, Outcome
from cases.references import Reference
from core.pages import Page, cheap_count, keyset_page

OUTCOME_ORDER = ("happened_at", "pk")
CASE_ORDER = ("pk",)


@requires(Permission.READ_RECORDS)
def outcomes(request: SignedInRequest) -> HttpResponse:
    rows = Outcome.objects.visible_to(request.user)
    chosen = OutcomeFilter(request.GET, queryset=rows, request=request)
    shown = chosen.qs.select_related("case", "suspect", "borough", "team")
    return _list(request, "cases/outcomes.html", chosen, shown, OUTCOME_ORDER)


@requires(Permission.READ_RECORDS)
def cases(request: SignedInRequest) -> HttpResponse:
    rows = Case.objects.visible_to(request.user)
    chosen = CaseFilter(request.GET, queryset=rows, request=request)
    shown = chosen.qs.select_related("borough", "team", "officer")
    return _list(request, "cases/cases.html", chosen, shown, CASE_ORDER)


def _list(
    request: SignedInRequest,
    template: str,
    chosen: ListFilter,
    rows: Any,
    order: tuple[str, ...],
) -> HttpResponse:
    """A page of a filtered list; a filter with a mistake shows no row and says so."""
    if not chosen.form.is_valid():
        rows = rows.none()
    try:
        page: Page[Any] = keyset_page(rows, order, request.GET.get("page", ""))
    except ValueError:
        messages.warning(request, "That page is not there any more. This is the first one.")
        page = keyset_page(rows, order)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "filter": chosen,
        "form": chosen.form,
        "tags": list(chosen.tags()),
        "page": page,
        "count": cheap_count(chosen.qs) if chosen.form.is_valid() else None,
        "query": query.urlencode(),
    }
    return render(request, template, context)


@require_POST
@requires(Permission.READ_RECORDS)
def find(request: SignedInRequest) -> HttpResponse:
    """A reference leads to its case. In a body, since addresses are logged."""
    reference = Reference.of(request.POST.get("reference", "")[:60])
    if not reference.key:
        messages.warning(request, "Enter the reference of a case to find it.")
        return redirect("cases:cases")
    found = Case.objects.visible_to(request.user).filter(reference_key=reference.key)[:2]
    if len(found) == 1:
        return redirect("cases:case", found[0].pk)
    words = "more than one case" if found else "no case"
    messages.warning(request, f"There is {words} of that reference among those you may see.")
    return redirect("cases:cases")
