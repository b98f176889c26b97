"""What was typed outlives the session: a form that comes in too late is kept for its owner.

Every form carries a seal that says whose it is, beside Django's token against forgery. A form that
comes when the session has ended is kept on the server instead of being acted upon; after signing in
the same person, and nobody else, is back on its page, and it is filled in as they left it. A form
with `data-draft` is kept in the same way while somebody types in it, should their browser crash.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.csrf import csrf_failure as plain_csrf_failure
from django.views.decorators.csrf import csrf_exempt

from accounts.models import KEPT_FOR, KeptForm, User
from accounts.permissions import SignedInRequest
from core.days import DatabaseNow
from core.fill import filled
from core.sent import token_of
from core.sessions import is_background, is_poll

SEAL, UNSENT, KEPT = "owner", "unsent", "kept"
OURS = {"csrfmiddlewaretoken", SEAL, UNSENT, KEPT}
"""What a form carries besides what was typed."""
SECRET = {"code", "credential"}
"""What proves who somebody is: never written down, nor is any field named after a password."""
CHANGED = {200, 302, 405}
"""What a page answers that has no such form: closed to the person, it answers otherwise."""
_signer = signing.TimestampSigner(salt="accounts.kept")


def seal_of(user: User) -> str:
    """What a form carries to say whose it is, for when its session has ended meanwhile."""
    return _signer.sign(str(user.pk))


def owner_of_seal(seal: str) -> User | None:
    """Whose form it is; nobody's where the seal is forged or old, or they may not sign in."""
    try:
        pk = _signer.unsign(seal, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


class KeptForms:
    """Stands before the check against forgery, which a form of an ended session can fail.

    A form marked as unsent is one that the page's script sends by itself, as the session ends or
    while somebody types: it is kept even where the session goes on, and never acted upon.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = _without_kept(request)
        response = self.get_response(request)
        if wanted is not None and request.method == "GET" and request.user.is_authenticated:
            return _filled(request, response, wanted)
        sent = getattr(request, "sent_again", None)
        if sent is not None and response.status_code < 400:
            KeptForm.objects.visible_to(request.user).filter(pk=sent).delete()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: Any
    ) -> HttpResponse | None:
        if request.method != "POST" or is_background(view) or _too_long(request):
            return None
        try:
            request.sent_again = token_of(request.POST.get(KEPT, ""))  # type: ignore[attr-defined]
        except UnreadablePostError:
            # It stopped half-way, or came so slowly that the web server let go of it.
            return HttpResponse(status=408)
        if request.user.is_authenticated and UNSENT not in request.POST:
            return None
        if is_poll(request):
            return HttpResponse(status=204 if _kept(request) else 409)
        return _keep(request)


@csrf_exempt
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is stale, after signing in anew in another tab, is kept as well.

    Only its own seal, which no other site can make, lets it be kept; it is never saved unseen.
    """
    kept = None if _too_long(request) else _keep(request)
    return kept or plain_csrf_failure(request, reason)


@login_required
def kept_form(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was typed, in plain words, where its page has no form any more; by POST, it goes."""
    kept = get_object_or_404(KeptForm.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        kept.delete()
        messages.success(request, "What you typed is removed.")
        return redirect(_page_of(request))
    # One word is a choice or a date, which is quicker chosen anew than copied.
    texts = [text for values in kept.fields.values() for text in values if " " in text.strip()]
    return render(request, "accounts/kept_form.html", {"kept": kept, "texts": texts})


def kept_fields(request: HttpRequest) -> MultiValueDict[str, str] | None:
    """What was typed in the form that this page brings back, as if it were posted."""
    pk = getattr(request, "brings_back", None)
    kept = KeptForm.objects.visible_to(request.user).filter(pk=pk).first() if pk else None
    return MultiValueDict(kept.fields) if kept else None


def kept_pk(owner: User, address: str, token: str) -> UUID:
    """By what a form is kept: one for each person and address, and for each new thing there."""
    return uuid5(NAMESPACE_URL, f"{owner.pk} {address} {token}")


def _keep(request: HttpRequest) -> HttpResponse | None:
    """Keeps what was typed and leads back to its page, by signing in where needed.

    Nothing of the kind for a form without a seal, or with that of somebody else.
    """
    if _owner(request) is None:
        return None
    kept = _kept(request)
    page = kept.back if kept else _page_of(request)
    if request.user.is_authenticated:
        messages.info(request, "Your sign-in was renewed. Check what you typed, and go on.")
        return redirect(page)
    messages.info(request, "Your session ended. Sign in to go on: what you typed is kept.")
    return redirect_to_login(page)


def _owner(request: HttpRequest) -> User | None:
    """Whose form it is by its seal; nobody's where somebody else sends it."""
    owner = owner_of_seal(request.POST.get(SEAL, ""))
    return None if request.user.is_authenticated and request.user != owner else owner


def _kept(request: HttpRequest) -> KeptForm | None:
    """What was typed, kept for its owner; nothing where it is nobody's, or nothing was typed."""
    owner = _owner(request)
    fields = {
        name: [str(value).replace("\0", "") for value in values]
        for name, values in request.POST.lists()
        if not (name in OURS | SECRET or "password" in name.lower())
    }
    if owner is None or not fields:
        return None
    kept, _ = KeptForm.objects.update_or_create(
        pk=kept_pk(owner, request.path, request.POST.get("token", "")),
        defaults={
            "owner": owner,
            "address": request.path,
            "page": _page_of(request),
            "fields": fields,
            "kept_at": DatabaseNow(),
        },
    )
    # It may say by what it was kept before; it is not sent yet all the same.
    request.sent_again = None  # type: ignore[attr-defined]
    return kept


def _filled(request: HttpRequest, response: HttpResponse, pk: UUID) -> HttpResponse:
    kept = KeptForm.objects.visible_to(request.user).filter(pk=pk).first()
    if kept is None:
        return response
    html = None
    if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
        html = filled(
            response.content.decode(),
            at=request.path,
            address=kept.address,
            fields=kept.fields,
            more=f'<input type="hidden" name="{KEPT}" value="{pk}">',
        )
    if html is not None:
        response.content = html.encode()
    elif response.status_code in CHANGED:
        return redirect("kept_form", pk)
    return response


def _without_kept(request: HttpRequest) -> UUID | None:
    """The form that a page is asked to bring back. The page itself hears nothing of it."""
    if KEPT not in request.GET:
        return None
    query = request.GET.copy()
    pk = token_of(str(query.pop(KEPT)[-1]))
    request.META["QUERY_STRING"] = query.urlencode()
    request.GET = QueryDict(request.META["QUERY_STRING"])
    request.brings_back = pk  # type: ignore[attr-defined]
    return pk


def _page_of(request: HttpRequest) -> str:
    """The page that held the form, as the browser says; else the address that it was sent to."""
    said = urlsplit(request.headers.get("Referer", ""))
    if said.netloc != request.get_host():
        return request.get_full_path()
    query = QueryDict(said.query, mutable=True)
    query.pop(KEPT, None)
    page = said.path + (f"?{query.urlencode()}" if query else "")
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else "/"


def _too_long(request: HttpRequest) -> bool:
    """A file, which nobody typed."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
