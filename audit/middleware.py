"""A number for each request, and a row for each refusal."""

import uuid
from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse

from audit.record import refused

REFUSALS = frozenset({403, 404})


class AuditMiddleware:
    """Stands after sign-in and history, before the views.

    The number goes out in a header and onto error pages, so that a person can quote it and an
    auditor find the row. The history of what the request changes keeps it too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = str(uuid.uuid4())  # type: ignore[attr-defined]
        pghistory.context(request=request.id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        if response.status_code in REFUSALS and request.user.is_authenticated:
            refused(request, response.status_code)
        return response
