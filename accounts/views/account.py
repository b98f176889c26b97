"""Signing in, and what people see and change of how they do."""

from collections.abc import Callable
from typing import Any

from allauth.account.views import LoginView, password_change
from allauth.core.internal.httpkit import add_query_params
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from allauth.socialaccount.providers.openid_connect.views import login as provider_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from requests import RequestException

from accounts import second_factor
from accounts.actions import end_sessions, sessions_of
from accounts.forms import MorningEmailForm
from accounts.permissions import Permission, SignedInRequest
from accounts.presenters import AccountPresenter, SessionPresenter
from accounts.reauthentication import recently
from audit.record import sign_in_changed, sign_in_refused
from core.access import requires

View = Callable[..., HttpResponseBase]


class SignInView(LoginView):
    template_name = "accounts/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_SERVER_URL else ""
        return {**super().get_context_data(**kwargs), "provider": provider}


sign_in: View = SignInView.as_view()


def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Where Django's admin sends whoever it does not know: one sign-in serves both."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    return redirect("admin:index")


@require_safe
@never_cache
@login_required
def second_step(request: SignedInRequest) -> HttpResponse:
    """The choice of a second step for whoever has none; nothing else opens before it."""
    if second_factor.has_shown_one(request):
        return redirect("mfa_index")
    return render(request, "accounts/second_step.html")


@require_safe
@never_cache
@login_required
def account(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/account.html", {"account": AccountPresenter(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@recently
def sessions(request: SignedInRequest) -> HttpResponse:
    """Where the person is signed in, to be ended one by one or all but this one."""
    current = request.session.session_key
    if request.method == "POST":
        if "others" in request.POST:
            ended = end_sessions(request.user, but=current)
        else:
            ended = end_sessions(request.user, only=request.POST.get("end", ""))
        sign_in_changed(request, request.user, "sessions ended", number=ended)
        messages.success(request, "Session ended" if ended == 1 else f"{ended} sessions ended")
        return redirect("accounts:sessions")
    listed = [
        SessionPresenter(session, is_this=session.session_key == current)
        for session in sessions_of(request.user)
    ]
    return render(request, "accounts/sessions.html", {"sessions": listed})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SUPERVISE)
def morning_email(request: SignedInRequest) -> HttpResponse:
    """Whether a supervisor is sent their figures each morning of a campaign."""
    form = MorningEmailForm(request.POST or None, instance=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, "Your choice was saved")
        return redirect("mfa_index")
    return render(request, "accounts/morning_email.html", {"form": form})


def change_password(request: SignedInRequest) -> HttpResponseBase:
    """Whoever signs in at the identity provider alone has none to change."""
    if not request.user.has_usable_password():
        raise Http404
    response: HttpResponseBase = password_change(request)
    return response


def remove_passkey(request: SignedInRequest, pk: int) -> HttpResponseBase:
    passkey = get_object_or_404(Authenticator, pk=pk, user=request.user, type="webauthn")
    if second_factor.is_last(passkey):
        messages.info(request, "This is your only second step. Set up another one first.")
        return redirect("mfa_index")
    response: HttpResponseBase = remove_webauthn(request, pk=pk)
    return response


def at_provider(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Sends on to the identity provider, or says that it cannot be reached."""
    try:
        response: HttpResponseBase = provider_login(request, provider_id)
    except RequestException:
        sign_in_refused(request, "the identity provider does not answer")
        return render(request, "accounts/provider_away.html", status=503)
    return response


@require_safe
@login_required
def prove_at_provider(request: SignedInRequest) -> HttpResponse:
    """Sends on to the identity provider, which is to ask again and not to trust its own session."""
    address = reverse("openid_connect_login", args=["force"])
    query = {"next": request.GET.get("next", ""), "auth_params": "prompt=login&max_age=0"}
    return redirect(add_query_params(address, query))
