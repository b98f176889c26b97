"""The log searched, gathered, and read row by row or record by record."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.filters import SOUGHT
from audit.forms import FindForm
from audit.models import LogRow
from audit.permissions import AuditorRequest, LogPermission
from audit.presenters.groups import GroupPage
from audit.presenters.record import Record
from audit.presenters.rows import WAYS, LogList, lines
from audit.record import consulted, listed
from core.access import requires
from core.pages import page_asked_for


@requires(LogPermission.READ_LOG)
def rows(request: AuditorRequest) -> HttpResponse:
    """A page of the log; a filter with a mistake shows no row and says so."""
    chosen = LogList(request)
    page = page_asked_for(request, chosen.turn_to)
    listed(request, LogRow, len(page.rows), chosen.terms)
    context = {"list": chosen, "page": page, "lines": lines(page.rows), "find": FindForm()}
    return render(request, "audit/log.html", context)


@require_POST
@requires(LogPermission.READ_LOG)
def find(request: AuditorRequest) -> HttpResponse:
    """Words to find are kept in the session: an address that names a case would be logged."""
    form = FindForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Enter words to find in the log.")
        return redirect("audit:log")
    request.session[SOUGHT] = (form.cleaned_data["place"], form.cleaned_data["words"])
    return redirect(f"{reverse('audit:log')}?sought=true")


@requires(LogPermission.READ_LOG)
def groups(request: AuditorRequest, by: str) -> HttpResponse:
    """Who looked, when and why, by person, record, day or reason."""
    if by not in WAYS:
        raise Http404
    page = GroupPage(request, by)
    listed(request, LogRow, len(page.groups), page.terms | {"by": by})
    return render(request, "audit/groups.html", {"list": page})


@requires(LogPermission.READ_LOG)
def row(request: AuditorRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LogRow, pk=pk)
    consulted(request, found)
    [line] = lines([found])
    return render(request, "audit/row.html", {"line": line})


@requires(LogPermission.READ_LOG)
def record(request: AuditorRequest, object_type: str, object_id: str) -> HttpResponse:
    """Who looked at a record and at what hangs on it, and who changed which fields."""
    about = Record(object_type, object_id)
    page, found = page_asked_for(request, about.turn_to)
    terms = {"object_type": object_type, "object_id": object_id}
    listed(request, LogRow, len(found), terms)
    return render(request, "audit/record.html", {"record": about, "page": page, "lines": found})
