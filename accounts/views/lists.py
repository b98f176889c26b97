"""Lists of records: a page of rows, a filter kept, a file taken out with a reason.

Each address names its listing, which says what somebody needs to see it.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.forms import SaveFilterForm
from accounts.lists import Listing, ListPage
from accounts.models import SavedFilter
from accounts.permissions import SignedInRequest
from audit.forms import ExportForm
from audit.record import disclosed, listed, wrote
from core.days import london_day
from core.exports import cells
from core.marking import MARKED
from core.models import told
from core.spreadsheets import Cell, Cover, Table, write_csv, write_xlsx
from core.templatetags.page import moment


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
    try:
        page = chosen.turn_to(request.GET.get("page", ""))
    except ValueError:
        messages.warning(request, "That page is not there any more. This is the first one.")
        page = chosen.turn_to("")
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
    """The file, and a row of the log that says how many rows it has."""
    suffix, recipient = form.cleaned_data["form"], form.seen_by(request.user.get_username())
    # Closed by the answer that sends it.
    file = TemporaryFile("w+b")  # noqa: SIM115
    if suffix == ExportForm.XLSX:
        cover = Cover(_title(chosen), _facts(request, chosen, recipient), MARKED)
        number = write_xlsx(file, cover, Table(_title(chosen), *_table(chosen)))
    else:
        text = TextIOWrapper(file, "utf-8-sig", newline="")
        number = write_csv(text, MARKED, *_table(chosen))
        text.detach()
    disclosed(
        request,
        chosen.of.model,
        number,
        recipient=recipient,
        reason=form.cleaned_data["reason"],
        terms=request.GET.dict() | {"file": suffix},
    )
    file.seek(0)
    name = f"{chosen.of.name}-official-sensitive-{london_day(timezone.now())}.{suffix}"
    return FileResponse(file, as_attachment=True, filename=name)


def _table(chosen: ListPage) -> tuple[list[str], Iterator[list[Cell]]]:
    columns = chosen.of.columns
    return [heading for heading, _ in columns], cells(chosen.rows, columns)


def _title(chosen: ListPage) -> str:
    return chosen.of.name.capitalize()


def _facts(request: SignedInRequest, chosen: ListPage, recipient: str) -> list[tuple[str, str]]:
    return [
        ("Made", moment(timezone.now())),
        ("Made by", str(request.user)),
        ("For", recipient),
        ("Which", "; ".join(tag.words for tag in chosen.tags) or f"All {chosen.of.name}"),
        ("Within", "What the person who made it may see"),
        ("Status", "Provisional management information, not official statistics"),
    ]
