"""What every answer carries, and what no request gets past: the outermost middleware."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)
V = TypeVar("V", bound=Callable[..., Any])

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The number of the request at work, for each line of the log."""

HEADERS = {
    # Nobody else's page may show or read ours.
    "Cross-Origin-Resource-Policy": "same-origin",
    # Nothing here needs the machine's devices.
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "browsing-topics", "camera", "display-capture"),
            *("geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer"),
            *("microphone", "midi", "payment", "screen-wake-lock", "serial", "usb"),
        )
    ),
    # What a page says is not kept: signing out leaves nothing to go back to. Static files say
    # otherwise for themselves.
    "Cache-Control": "no-store, private",
}


def large_bodies(view: V) -> V:
    """A view that takes files, and judges by itself how large they may be."""
    view.large_bodies = True  # type: ignore[attr-defined]
    return view


class Edge:
    """Numbers a request, answers with the headers above, and writes one line of the log.

    The number goes out in a header and onto error pages, so that a person can quote it and an
    auditor find the row.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        request.id = str(uuid4())  # type: ignore[attr-defined]
        number = REQUEST_ID.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            match = request.resolver_match
            facts = {
                "method": request.method,
                # The pattern, not the address: whose record it was is in the audit log.
                "route": match.route if match else "",
                "status": response.status_code,
                "milliseconds": round((perf_counter() - began) * 1000, 1),
            }
            logger.info("Request", extra={"facts": facts})
            return response
        finally:
            REQUEST_ID.reset(number)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponse | None:
        """Refuses what is too large by the length it says, before any of it is read."""
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE or hasattr(view, "large_bodies"):
            return None
        return render(request, "413.html", status=413)
