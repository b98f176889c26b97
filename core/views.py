"""The health check, the icon of pages that name none, and the pages of what went wrong."""

from django.core.exceptions import RequestDataTooBig
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Says whether the process answers and its database does; open to all, so it says no more."""
    if not _database_answers():
        return HttpResponse("database unavailable", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


def _database_answers() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return connection.is_usable()


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Where a browser looks on pages that name no icon, as the admin's do."""
    return redirect(static("images/favicon.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was not understood, and what was too much."""
    too_large = isinstance(exception, RequestDataTooBig)
    return _apart(request, 413 if too_large else 400)


def server_error(request: HttpRequest) -> HttpResponse:
    return _apart(request, 500)


def _apart(request: HttpRequest, status: int) -> HttpResponse:
    """A page that asks nothing of the session or the database, which may be what failed."""
    page = render_to_string(f"{status}.html", {"reference": getattr(request, "id", "")})
    return HttpResponse(page, status=status)
