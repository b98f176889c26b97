"""Who asks, behind a proxy."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts the client's own address where the log and the limits on guessing look for it.

    Each of TRUSTED_PROXIES adds to X-Forwarded-For the address that it was asked from, at the end;
    whatever stands before those may be made up, and with no trusted proxy all of it may.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Forwarded-For", "").split(",")
        if 0 < settings.TRUSTED_PROXIES <= len(told):
            told_by_proxy = told[-settings.TRUSTED_PROXIES].strip()
            if _is_address(told_by_proxy):
                request.META["REMOTE_ADDR"] = told_by_proxy
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
