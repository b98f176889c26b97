"""A row for each refusal."""

from collections.abc import Callable

import pghistory
from django.http import HttpRequest, HttpResponse

from audit.record import refused

REFUSALS = frozenset({403, 404})


class AuditMiddleware:
    """Stands after sign-in and history, before the views.

    The history of what a request changes keeps its number too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        pghistory.context(request=request.id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.status_code in REFUSALS and request.user.is_authenticated:
            refused(request, response.status_code)
        return response
