"""Bringing in a spreadsheet: one page for each, which shows what comes next."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError as BrokerDown

from accounts.imports.actions import (
    ask_to_save,
    changed_since,
    discard_import,
    is_small,
    marked_rows,
    match_columns,
    mend,
    start_import,
    undo_import,
    work_on,
)
from accounts.imports.files import LARGEST_FILE, Refused
from accounts.imports.forms import TOO_LARGE, MatchForm, StartForm
from accounts.imports.presenters import ImportPage, latest
from accounts.imports.sheets import write_marked, write_template
from accounts.imports.subject import Subject, subject_of
from accounts.models import Import
from accounts.permissions import Permission, SignedInRequest
from accounts.tasks import work_on_import
from audit.record import consulted, listed
from core.access import requires
from core.edge import large_bodies
from core.sessions import background

State = Import.State
OF_THE_FORM = 64 * 1024
"""What a posted form has besides its file."""
CHANGED_SHOWN = 50


def _import(request: SignedInRequest, pk: UUID) -> Import:
    rows = Import.objects.visible_to(request.user).select_related("owner", "undone_by")
    return get_object_or_404(rows, pk=pk)


def _own(request: SignedInRequest, pk: UUID) -> Import:
    """What only its owner may go on with."""
    rows = Import.objects.visible_to(request.user).filter(owner=request.user)
    return get_object_or_404(rows, pk=pk)


@large_bodies
@csrf_exempt
@requires(Permission.WRITE_RECORDS)
def imports(request: SignedInRequest, of: Subject) -> HttpResponse:
    """The start, and what was brought in before.

    What is too large is refused by the length it says, before any of it is read; the check against
    forgery, which reads the form, comes after that.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_FILE + OF_THE_FORM:
        return _start_page(request, of, _refused(of, TOO_LARGE), status=413)
    try:
        return _start(request, of)
    except RequestDataTooBig:
        refused = _refused(of, "Send more cells than that as a file", "cells")
        return _start_page(request, of, refused, status=413)


@csrf_protect
def _start(request: SignedInRequest, of: Subject) -> HttpResponse:
    if request.method != "POST":
        return _start_page(request, of, StartForm(of=of.columns))
    form = StartForm(request.POST, request.FILES, of=of.columns)
    if form.is_valid():
        try:
            batch = start_import(by=request.user, of=of, name=form.name, content=form.content)
        except Refused as refused:
            form.add_error("file" if form.cleaned_data["file"] else "cells", str(refused))
        else:
            return redirect("accounts:import", batch.pk)
    return _start_page(request, of, form)


def _refused(of: Subject, words: str, field: str = "file") -> StartForm:
    form = StartForm({}, of=of.columns)
    form.errors.clear()
    form.add_error(field, words)
    return form


def _start_page(
    request: SignedInRequest, of: Subject, form: StartForm, status: int = 200
) -> HttpResponse:
    context = {"form": form, "of": of, "imports": list(latest(request.user, of))}
    return render(request, "imports/start.html", context, status=status)


@requires(Permission.READ_RECORDS)
def show(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """An import as it stands: its columns, what is wrong, what would be saved, what was."""
    batch = _import(request, pk)
    if batch.state == State.TO_MATCH:
        return _match_page(request, batch, MatchForm(batch=batch, user=request.user))
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else 0
    page = ImportPage(batch, request.user, start)
    consulted(request, batch)
    return render(request, "imports/import.html", {"page": page, "import": batch})


@requires(Permission.WRITE_RECORDS)
def match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What each column holds; sent, every row is checked."""
    batch = _own(request, pk)
    if batch.state not in {State.TO_MATCH, State.TO_MEND, State.READY}:
        return redirect("accounts:import", pk)
    form = MatchForm(request.POST or None, batch=batch, user=request.user)
    if request.method == "POST" and form.is_valid():
        match_columns(
            batch=batch,
            header_row=form.header_row,
            columns=form.matched,
            defaults=form.defaults,
        )
        return _go_on(request, batch)
    return _match_page(request, batch, form)


def _match_page(request: SignedInRequest, batch: Import, form: MatchForm) -> HttpResponse:
    consulted(request, batch)
    context = {"form": form, "import": batch, "of": subject_of(batch)}
    return render(request, "imports/match.html", context)


@require_POST
@requires(Permission.WRITE_RECORDS)
def mend_rows(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Takes what was put right in place, and checks every row again."""
    batch = _own(request, pk)
    page = ImportPage(batch, request.user)
    if batch.state != State.TO_MEND or request.POST.get("checked") != page.checked:
        messages.warning(request, "The rows were checked again meanwhile. This is what was found.")
        return redirect("accounts:import", pk)
    answers: dict[int, str | None] = {}
    checked = {cell.place for cell in page.wrong if cell.checked in request.POST}
    for cell in page.wrong:
        said = _typed(request.POST.get(cell.answer, cell.wrong.value))
        if cell.leave_out in request.POST:
            answers[cell.place] = None
        elif said != _typed(cell.wrong.value) or cell.place in checked:
            answers[cell.place] = said[:1000]
    mend(batch=batch, answers=answers, checked=checked)
    return _go_on(request, batch)


def _typed(text: str) -> str:
    """A text in the same signs, be it of a cell or sent by a browser, whose lines end otherwise."""
    return "\n".join(text.replace("\x00", "").splitlines()).strip()


@require_POST
@requires(Permission.WRITE_RECORDS)
def save(request: SignedInRequest, pk: UUID) -> HttpResponse:
    batch = _own(request, pk)
    ask_to_save(batch=batch)
    return _go_on(request, batch)


@require_POST
@requires(Permission.WRITE_RECORDS)
def again(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Asks the worker anew, where it seems to have lost an import."""
    return _go_on(request, _own(request, pk))


def _go_on(request: SignedInRequest, batch: Import) -> HttpResponse:
    """Has the work done: at once where it is small, else by the worker."""
    if is_small(batch):
        work_on(batch.pk)
    else:
        try:
            work_on_import.delay(str(batch.pk))
        except BrokerDown:
            messages.warning(request, "The work could not be handed on. Try again in a minute.")
    return redirect("accounts:import", batch.pk)


@background
@requires(Permission.WRITE_RECORDS)
def progress(request: SignedInRequest, pk: UUID) -> JsonResponse:
    """How far the work has come, for the page that waits."""
    page = ImportPage(_own(request, pk), request.user)
    said: dict[str, Any] = {"state": page.batch.state, "words": page.progress}
    return JsonResponse(said | {"done": page.batch.done, "total": page.total})


@requires(Permission.WRITE_RECORDS)
def marked(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
    """The person's own rows again, with what is wrong in each."""
    batch = _own(request, pk)
    if batch.state != State.TO_MEND:
        return redirect("accounts:import", pk)
    consulted(request, batch)
    file = BytesIO()
    rows = marked_rows(batch, request.user)
    write_marked(file, subject_of(batch), rows, batch.columns, batch.header_row)
    return _workbook(file, "rows-to-mend-official-sensitive.xlsx")


@requires(Permission.WRITE_RECORDS)
def template(request: SignedInRequest, of: Subject) -> HttpResponseBase:
    file = BytesIO()
    write_template(file, of, of.words(request.user))
    return _workbook(file, f"{of}-to-bring-in.xlsx")


def _workbook(file: BytesIO, name: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


@requires(Permission.WRITE_RECORDS)
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Makes all rows of an import void; where some were changed since, asks what to do."""
    batch = _import(request, pk)
    if request.method != "POST":
        return redirect("accounts:import", pk)
    of = subject_of(batch)
    done = undo_import(by=request.user, batch=batch, though_changed="others" in request.POST)
    if done:
        messages.success(request, f"Import undone. Its {of.things} count nowhere from now on.")
        return redirect("accounts:import", pk)
    changed = changed_since(batch)
    every: Any = of.model._default_manager
    seen = every.visible_to(request.user).filter(pk__in=changed.values("pk"))
    shown = [(record.pk, of.named(record)) for record in seen[:CHANGED_SHOWN]]
    listed(request, of.model, len(shown), {"page": "undo import"})
    context = {"import": batch, "of": of, "number": changed.count(), "changed": shown}
    return render(request, "imports/undo.html", context)


@require_POST
@requires(Permission.WRITE_RECORDS)
def discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    batch = _own(request, pk)
    discard_import(batch=batch)
    messages.success(request, "Import removed. Nothing of it was saved.")
    return redirect(subject_of(batch).start)
