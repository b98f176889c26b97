"""Signing in."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.permissions import Permission


def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Where Django's admin sends whoever it does not know: one sign-in serves both.

    Someone signed in who may not administer is refused here; sent on to sign in, they would go
    round for ever.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if not request.user.may(Permission.ADMINISTER):
        raise PermissionDenied
    return redirect("admin:index")
