"""Nothing opens before a sign-in is whole: a password of one's own, and a second factor."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from accounts import second_factor
from accounts.models import User

OPEN = {
    *("health", "favicon", "session", "accounts:sign_in", "accounts:sign_out", "account_inactive"),
    *("account_reauthenticate", "openid_connect_login", "openid_connect_callback"),
    # Whoever has the link may open these, signed in or not.
    *("partners:open_confirmation", "partners:confirm", "partners:feed"),
}
SETTING_UP = {"accounts:second_step", "mfa_activate_totp", "mfa_add_webauthn"}
LEADS_TO = "leads_to"
"""Where in the session the page waits that the person asked for."""


class SignInMiddleware:
    """Stands after allauth's, and asks the session alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        user = request.user if name not in OPEN else None
        if not isinstance(user, User):
            return None
        if user.initial_password_until is not None:
            missing, allowed = "account_change_password", {"account_change_password"}
        elif not second_factor.has_shown_one(request):
            missing, allowed = "accounts:second_step", SETTING_UP
        else:
            if request.session.get(LEADS_TO) == request.get_full_path():
                del request.session[LEADS_TO]
            return None
        request.unfinished = True  # type: ignore[attr-defined]
        if name in allowed:
            return None
        if request.method == "GET":
            request.session.setdefault(LEADS_TO, request.get_full_path())
        return redirect(missing)
