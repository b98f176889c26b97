"""Lists of records: a page of rows, a filter kept, a file taken out with a reason.

Each address names its listing, which says what somebody needs to see it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.forms import SaveFilterForm
from accounts.lists import Listing, ListPage
from accounts.models import SavedFilter
from accounts.permissions import SignedInRequest
from audit.export import exported
from audit.forms import ExportForm
from audit.record import listed, wrote
from core.exports import cells
from core.models import told
from core.pages import page_asked_for
from core.spreadsheets import Table


def of_list(
    view: Callable[[SignedInRequest, ListPage], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A view of the listing that its address names, for whoever may see that."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, of: Listing) -> HttpResponseBase:
        asked: Any = request
        if not asked.user.may(of.page.permission):
            raise PermissionDenied
        return view(asked, ListPage(of, asked))

    return checked


@of_list
def rows(request: SignedInRequest, chosen: ListPage) -> HttpResponseBase:
    """A page of a filtered list; a filter with a mistake shows no row and says so."""
    page = page_asked_for(request, chosen.turn_to)
    listed(request, chosen.of.model, len(page.rows), request.GET.dict())
    return render(request, chosen.of.template, {"list": chosen, "page": page})


@of_list
def save_filter(request: SignedInRequest, chosen: ListPage) -> HttpResponseBase:
    """Keeps what the list is narrowed to under a name."""
    back = f"{reverse(chosen.of.address)}?{chosen.query}"
    if not chosen.tags:
        messages.warning(request, "Choose a filter first, then save it.")
        return redirect(back)
    kept = SavedFilter(owner=request.user, page=chosen.of.page, query=chosen.query)
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
    return render(request, "lists/save_filter.html", context)


@require_POST
@login_required
def remove_filter(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Drops a filter of one's own; the rows stay."""
    mine = SavedFilter.objects.visible_to(request.user).filter(owner=request.user)
    kept = get_object_or_404(mine, pk=pk)
    kept.delete()
    messages.success(request, f"Filter “{kept.name}” removed.")
    return redirect(SavedFilter.Page(kept.page).address)


@of_list
def export(request: SignedInRequest, chosen: ListPage) -> HttpResponseBase:
    """Asks for whom and why, then gives the file of every row that is chosen."""
    of = chosen.of.name
    back = f"{reverse(chosen.of.address)}?{chosen.query}"
    if not chosen.exportable:
        messages.warning(request, f"There are no {of} to export. Change the filter first.")
        return redirect(back)
    form = ExportForm(request.POST or None, spreadsheet=chosen.fits_a_spreadsheet)
    if request.method == "POST" and not chosen.too_many_to_export and form.is_valid():
        return _file(request, chosen, form)
    context = {"form": form, "list": chosen, "back": back, "heading": f"Export {of}"}
    return render(request, "lists/export.html", context)


def _file(request: SignedInRequest, chosen: ListPage, form: ExportForm) -> HttpResponseBase:
    of, columns = chosen.of, chosen.of.columns
    headings = [heading for heading, _ in columns]
    return exported(
        request,
        form,
        of.model,
        Table(of.name.capitalize(), headings, cells(chosen.rows, columns)),
        name=of.name,
        facts=[("Which", "; ".join(tag.words for tag in chosen.tags) or f"All {of.name}")],
        terms=request.GET.dict(),
    )
