"""A partner's answer by a link, without signing in; and the links, for whoever keeps the event.

The link's own address shows nothing: it moves the token into a cookie of this page alone and leads
on, so that the token stands in no history of visits and in no Referer. The form carries it as well,
so that of two links open at once each answers its own question. Opening changes nothing, since
mail programs open links by themselves; every link that does not work is told in the same words.
"""

import re

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, SignedInRequest
from audit.record import disclosed, listed
from core.access import requires
from core.limits import Limit, guarded
from partners.actions.links import (
    answer_confirmation,
    confirmation_of,
    make_confirmation,
    send_confirmation,
    take_over_naming,
    withdraw_confirmation,
)
from partners.forms.links import AskForm, ConfirmationForm
from partners.models import ConfirmationLink, Contact, EngagementEvent, Participation
from partners.presenters.links import Asked, Confirmations
from partners.views.changing import writes_in

COOKIE = "confirmation"
COOKIE_LASTS = 60 * 60
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
NOT_SENT = "The email could not be sent. Make a new link, and send it yourself."
LIMITS = guarded("confirmation", asked=60, wrong_here=15, wrong=600)
OF_ONE = Limit("confirmation-of-one", 60, 300)
"""However many networks ask by one link."""


@require_safe
def open_confirmation(_request: HttpRequest, credential: str) -> HttpResponse:
    """Takes the token out of the address, unread: a wrong one is led on as a right one is."""
    response = redirect("partners:confirm")
    response.set_cookie(
        COOKIE,
        credential if TOKEN.fullmatch(credential) else "",
        max_age=COOKIE_LASTS,
        path=reverse("partners:confirm"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    response["Referrer-Policy"] = "no-referrer"
    return _unlisted(response)


def confirm(request: HttpRequest) -> HttpResponse:
    """Asks, and takes the answer once."""
    posted = request.method == "POST"
    token = request.POST.get("credential", "") if posted else request.COOKIES.get(COOKIE, "")
    if not (LIMITS.lets_in(request) and (not token or OF_ONE.take(token))):
        return _closed(request, 429)
    link = confirmation_of(token)
    if link is None:
        LIMITS.was_wrong(request)
        return _closed(request, 404)
    asked = Asked(link)
    form = ConfirmationForm(
        request.POST if posted else None, partner=asked.partner, initial={"credential": token}
    )
    context = {"asked": asked, "form": form}
    if not (posted and form.is_valid()):
        return _unlisted(render(request, "partners/confirm.html", context))
    if not answer_confirmation(token=token, **form.answer()):
        return _closed(request, 404)
    response = render(request, "partners/confirm_thanks.html")
    response.delete_cookie(COOKIE, path=reverse("partners:confirm"), samesite="Lax")
    return _unlisted(response)


def _closed(request: HttpRequest, status: int) -> HttpResponse:
    return _unlisted(render(request, f"partners/confirm_{status}.html", status=status))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@requires(Permission.SEE_ENGAGEMENT)
def links(request: SignedInRequest, pk: int) -> HttpResponse:
    """What partners answered of an event, and the links by which they can."""
    events = EngagementEvent.objects.visible_to(request.user).select_related("borough")
    return _links_page(request, get_object_or_404(events, pk=pk))


@require_POST
@requires(Permission.WRITE_RECORDS)
def make_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new link for one partner: emailed to a contact, else shown this once."""
    parts = Participation.objects.visible_to(request.user).select_related("event", "partner")
    part = get_object_or_404(parts, pk=pk)
    confirmations = Confirmations(part.event, request.user)
    if not confirmations.may_ask:
        raise PermissionDenied
    form = AskForm(request.POST, user=request.user, partner=part.partner_id)
    if not form.is_valid():
        messages.warning(request, "Select one of the partner’s contacts, or show the link.")
        return redirect("partners:links", part.event_id)
    to = form.cleaned_data["to"] if settings.MAILS_ON else None
    link, token = make_confirmation(by=request.user, participation=part, contact=to)
    disclosed(
        request,
        EngagementEvent,
        1,
        recipient=str(part.partner),
        terms={"link": link.pk},
        object_id=str(part.event_id),
    )
    path = reverse("partners:open_confirmation", args=[token])
    if to is None:
        address = request.build_absolute_uri(path)
        return _links_page(request, part.event, link_address=address, link=link)
    try:
        send_confirmation(link=link, to=to, path=path)
    except OSError:
        messages.warning(request, NOT_SENT)
        withdraw_confirmation(by=request.user, link=link)
    else:
        messages.success(request, f"Link sent to {to.name}.")
    return redirect("partners:links", part.event_id)


@require_POST
@requires(Permission.WRITE_RECORDS)
def withdraw_link(request: SignedInRequest, pk: int) -> HttpResponse:
    link = _link(request, pk)
    withdraw_confirmation(by=request.user, link=link)
    messages.success(request, "Link withdrawn. It opens nothing any more.")
    return redirect("partners:links", link.participation.event_id)


@require_POST
@requires(Permission.SUPERVISE)
def take_over(request: SignedInRequest, pk: int) -> HttpResponse:
    """Puts a partner's answer about being named into the directory."""
    link = _link(request, pk)
    event = link.participation.event
    answers = Confirmations(event, request.user).answers
    answer = next((one for one in answers if one.link.pk == link.pk), None)
    if answer is None or not answer.can_be_taken_over:
        messages.warning(request, "The directory says so already, or the partner said more since.")
    else:
        take_over_naming(by=request.user, link=link)
        messages.success(request, f"The directory now says what {link.participation.partner} said.")
    return redirect("partners:links", event.pk)


def _link(request: SignedInRequest, pk: int) -> ConfirmationLink:
    """A link of an event that they keep: 404 where they may not know of it."""
    rows = ConfirmationLink.objects.visible_to(request.user)
    rows = rows.select_related("participation__event", "participation__partner")
    link = get_object_or_404(rows, pk=pk)
    writes_in(request, link.participation.event.borough_id)
    return link


def _links_page(request: SignedInRequest, event: EngagementEvent, **made: object) -> HttpResponse:
    """Whoever is shown whom to email is logged, since contacts are people."""
    page = Confirmations(event, request.user)
    if page.people:
        listed(request, Contact, len(page.people), {"event": str(event.pk)})
    context = {"page": page, **made}
    return render(request, "partners/links.html", context)
