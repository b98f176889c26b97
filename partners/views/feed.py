"""A person's calendars of engagement events, and the addresses at which programs read them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Permission, SignedInRequest
from audit.record import disclosed
from core.access import requires
from core.days import london_day
from core.limits import Limit, guarded
from partners.actions.links import calendar_of, end_calendar, make_calendar
from partners.forms.links import CalendarForm
from partners.models import CalendarLink, EngagementEvent
from partners.presenters.feed import feed as calendar_feed

LIMITS = guarded("calendar", asked=600, wrong_here=30, wrong=600)
OF_ONE = Limit("calendar-of-one", 60, 3600)
"""Programs ask a few times an hour, and a person has a few programs."""


@require_safe
def feed(request: HttpRequest, credential: str) -> HttpResponse:
    """The calendar itself, in plain text to whoever has its address."""
    if not (LIMITS.lets_in(request) and OF_ONE.take(credential)):
        return _plain("Asked for too often. Try again in an hour.", 429)
    now = timezone.now()
    link = calendar_of(credential, today=london_day(now))
    if link is None:
        LIMITS.was_wrong(request)
        return _plain("There is no such calendar, or it has ended.", 404)
    response = HttpResponse(calendar_feed(link, now=now), content_type="text/calendar")
    response["Content-Disposition"] = 'inline; filename="engagement.ics"'
    # A program may keep what it read, as calendars do; nobody between may.
    response["Cache-Control"] = "private, max-age=900"
    return _unlisted(response)


def _plain(words: str, status: int) -> HttpResponse:
    return _unlisted(HttpResponse(words, status=status, content_type="text/plain"))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@requires(Permission.SEE_ENGAGEMENT)
def feeds(request: SignedInRequest) -> HttpResponse:
    return _page(request, CalendarForm(user=request.user))


@require_POST
@requires(Permission.SEE_ENGAGEMENT)
def make_feed(request: SignedInRequest) -> HttpResponse:
    """A new address, shown this once; an earlier one of the same borough is dead."""
    form = CalendarForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    link, token = make_calendar(by=request.user, borough=form.cleaned_data["borough"])
    terms = {"borough": str(link.borough or "All boroughs")}
    recipient = "A calendar of their own, by private link"
    disclosed(request, EngagementEvent, 0, recipient=recipient, terms=terms)
    address = request.build_absolute_uri(reverse("partners:feed", args=[token]))
    return _page(request, CalendarForm(user=request.user), address=address, made=link)


@require_POST
@requires(Permission.SEE_ENGAGEMENT)
def end_feed(request: SignedInRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(CalendarLink.objects.visible_to(request.user), pk=pk)
    end_calendar(by=request.user, link=link)
    messages.success(request, "Calendar ended. Its address shows nothing any more.")
    return redirect("partners:feeds")


def _page(request: SignedInRequest, form: CalendarForm, **made: object) -> HttpResponse:
    links = CalendarLink.objects.visible_to(request.user).select_related("borough")
    return render(request, "partners/feeds.html", {"form": form, "links": links, **made})
