"""A list taken out of the product as a file: by whom, for whom and why is logged."""

from collections.abc import Iterator
from io import TextIOWrapper
from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from audit.record import disclosed
from cases.exports import cells
from cases.forms.lists import ExportForm
from cases.presenters.lists import LISTS, ListPage
from core.access import requires
from core.days import london_day
from core.marking import MARKED
from core.spreadsheets import Cell, Cover, Table, write_csv, write_xlsx
from core.templatetags.page import moment


@requires(Permission.READ_RECORDS)
def export(request: SignedInRequest, of: str) -> HttpResponseBase:
    """Asks for whom and why, then gives the file of every row that is chosen."""
    chosen = ListPage(LISTS[of], request)
    back = f"{reverse(chosen.of.address)}?{chosen.query}"
    if not chosen.exportable:
        messages.warning(request, f"There are no {of} to export. Change the filter first.")
        return redirect(back)
    form = ExportForm(request.POST or None, spreadsheet=chosen.fits_a_spreadsheet)
    if request.method == "POST" and not chosen.too_many_to_export and form.is_valid():
        return _file(request, chosen, form)
    context = {"form": form, "list": chosen, "back": back, "heading": f"Export {of}"}
    return render(request, "cases/export.html", context)


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
