"""Asking for the reason of a read, wherever it is missed."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from cases.reading import ReasonNeeded


class ReasonMiddleware:
    """Leads whoever opens a restricted case without a reason to the form, and back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ReasonNeeded):
            return None
        back = urlencode({"next": _page_of(request)})
        return redirect(f"{reverse('cases:give_reason', args=[error.case_pk])}?{back}")


def _page_of(request: HttpRequest) -> str:
    """The page that somebody is on: where they sent a form from, since no address is sent twice."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("Referer", ""))
    return sent_from.path if sent_from.netloc == request.get_host() else ""
