"""The health check, and the icon of pages that name none."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
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
