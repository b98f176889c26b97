"""How a session ends: idle for too long, or open for too long; the session's own row says when.

The end is the expiry of Django's session, so the server forgets it whatever the browser keeps.
Each request that a person makes moves the end on, up to the most a session may last.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

BEGAN = "began"
POLL = "X-Poll"
"""The header of what an open page asks by itself at an address that people open too."""
ENDS = "_session_expiry"
"""Where Django keeps what `set_expiry` was told."""
STEP = timedelta(minutes=1)
"""A session is written once in so long, not with each request; it ends that much early at most."""
WIPED = '"cache", "storage"'
"""What a browser drops at sign-out. Its cookies are of other services of the same name as well."""

V = TypeVar("V", bound=Callable[..., Any])


def background(view: V) -> V:
    """A view that a script asks by itself: it keeps nobody signed in."""
    view.background = True  # type: ignore[attr-defined]
    return view


def is_background(view: Callable[..., Any]) -> bool:
    return getattr(view, "background", False)


def is_poll(request: HttpRequest) -> bool:
    """Whether a page that is left open asks for itself anew. Whoever claims it stays no longer."""
    return POLL in request.headers


@receiver(user_logged_in)
def begin(request: HttpRequest | None, **_: Any) -> None:
    if request is not None:
        request.session[BEGAN] = timezone.now().isoformat()
        prolong(request.session)


def prolong(session: SessionBase) -> None:
    """Moves the end on, where somebody is signed in and it moves by a step or more."""
    if BEGAN not in session:
        return
    now, ends = timezone.now(), session.get(ENDS)
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    last = datetime.fromisoformat(session[BEGAN]) + settings.SESSION_LASTS
    later = min(now + idle, last)
    if not isinstance(ends, str) or later - datetime.fromisoformat(ends) >= STEP:
        session.set_expiry(later)


@receiver(user_logged_out)
def wipe(request: HttpRequest | None, **_: Any) -> None:
    if request is not None:
        request.signed_out = True  # type: ignore[attr-defined]


class SessionEnds:
    """Stands after the sessions: notes that somebody is there; wipes the browser at sign-out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if hasattr(request, "signed_out"):
            response["Clear-Site-Data"] = WIPED
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> None:
        # Whoever brings no session, like a health check, makes the database look for none.
        by_script = is_background(view) or is_poll(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not by_script:
            prolong(request.session)


@background
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """The seconds that are left; asked by a person, by POST, the session goes on."""
    if request.method == "POST":
        prolong(request.session)
    left = request.session.get_expiry_age() if BEGAN in request.session else 0
    return JsonResponse({"left": left})
