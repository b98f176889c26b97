"""The lists of outcomes and of cases, the filters kept of them, and a case by its reference."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import listed, wrote
from cases.forms.lists import SaveFilterForm
from cases.models import Case, SavedFilter
from cases.presenters.lists import LISTS, ListPage
from cases.reading import mark_if_barred_from
from cases.references import Reference
from core.access import requires
from core.models import told


@requires(Permission.READ_RECORDS)
def rows(request: SignedInRequest, of: str) -> HttpResponse:
    """A page of a filtered list; a filter with a mistake shows no row and says so."""
    kind = LISTS[of]
    chosen = ListPage(kind, request)
    try:
        page = chosen.turn_to(request.GET.get("page", ""))
    except ValueError:
        messages.warning(request, "That page is not there any more. This is the first one.")
        page = chosen.turn_to("")
    listed(request, kind.model, len(page.rows), request.GET.dict())
    return render(request, kind.template, {"list": chosen, "page": page})


@requires(Permission.READ_RECORDS)
def save_filter(request: SignedInRequest, of: str) -> HttpResponse:
    """Keeps what the list is narrowed to under a name."""
    chosen = ListPage(LISTS[of], request)
    back = f"{reverse(chosen.of.address)}?{chosen.query}"
    if not chosen.tags:
        messages.warning(request, "Choose a filter first, then save it.")
        return redirect(back)
    kept = SavedFilter(owner=request.user, page=chosen.of.name, query=chosen.query)
    form = SaveFilterForm(request.POST or None, instance=kept)
    if form.is_valid():
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError as refused:
            form.add_error("name", told(kept, refused).messages)
        else:
            wrote(request, kept, kept.name)
            messages.success(request, f"Filter “{kept.name}” saved.")
            return redirect(back)
    context = {"form": form, "list": chosen, "back": back, "heading": "Save this filter"}
    return render(request, "cases/save_filter.html", context)


@require_POST
@requires(Permission.READ_RECORDS)
def remove_filter(request: SignedInRequest, pk: int) -> HttpResponse:
    """Drops a filter of one's own; the rows stay."""
    mine = SavedFilter.objects.visible_to(request.user).filter(owner=request.user)
    kept = get_object_or_404(mine, pk=pk)
    kept.delete()
    messages.success(request, f"Filter “{kept.name}” removed.")
    return redirect(LISTS[kept.page].address)


@require_POST
@requires(Permission.READ_RECORDS)
def find(request: SignedInRequest) -> HttpResponse:
    """A reference leads to its case. In a body, since addresses are logged."""
    reference = Reference.of(request.POST.get("reference", "")[:60])
    if not reference.key:
        messages.warning(request, "Enter the reference of a case to find it.")
        return redirect("cases:cases")
    found = Case.objects.visible_to(request.user).filter(reference_key=reference.key)[:2]
    if not found:
        mark_if_barred_from(request, reference)
    listed(request, Case, len(found), {"reference": reference.key})
    if len(found) == 1:
        return redirect("cases:case", found[0].pk)
    words = "more than one case" if found else "no case"
    messages.warning(request, f"There is {words} of that reference among those you may see.")
    return redirect("cases:cases")
