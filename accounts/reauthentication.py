"""A second door, for the steps that do most harm from a screen left open."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpResponseBase

from accounts import second_factor
from accounts.permissions import SignedInRequest

P = ParamSpec("P")


def recently(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponseBase]:
    """Lets through who signed in, or proved themselves again, in the last five minutes.

    Others give their password, a code or a passkey first, and are then back where they were: a
    form that was sent is sent on. Stands inside `core.access.requires`.

    Who has only an account at the force's identity provider proves it there, and comes back to the
    page by GET with an empty form, so the view must answer GET.
    """

    @wraps(view)
    def checked(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not second_factor.proved_recently(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return checked
