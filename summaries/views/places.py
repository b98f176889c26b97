"""One borough, one command, one team; and the place that an address names."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from campaigns.models import BasicCommandUnit, Borough, Campaign, Team
from cases.models import Case
from core.access import requires
from summaries.asked import Place
from summaries.forms import MeasureForm
from summaries.presenters.depth import Depth
from summaries.presenters.place import PlacePage, TeamPage
from summaries.views.renewing import renewing_of_ones_own


def place_asked(request: SignedInRequest, campaign: Campaign, kind: str, key: str) -> Place:
    """A borough or command of a campaign; one that the person sees no figures of is not there."""
    whole = Place.of_campaign(campaign, request.user.figures_scope)
    if "\0" in key:
        # Which no text of the database can hold, nor be compared with.
        raise Http404
    try:
        if kind == "borough":
            return whole.borough(get_object_or_404(Borough, slug=key))
        command = get_object_or_404(BasicCommandUnit, code=key)
        return whole.command(command, Borough.objects.policed_by(key, campaign.last_day))
    except KeyError as error:
        raise Http404 from error


@requires(Permission.SEE_FIGURES)
def place(request: SignedInRequest, slug: str, kind: str, key: str) -> HttpResponse:
    """A borough or a command in depth."""

    def page_of(campaign: Campaign, now: datetime) -> PlacePage:
        page = _place(request, campaign, kind, key, now)
        _say(request, page.depth, kind, key)
        return page

    return renewing_of_ones_own(request, slug, "summaries/_place.html", page_of)


def _say(request: SignedInRequest, depth: Depth, kind: str, key: str) -> None:
    """To the log, where cases stand on the page."""
    if depth.overdue is not None:
        listed(request, Case, len(depth.overdue_shown), {kind: key, **request.GET.dict()})


def place_page(request: SignedInRequest, slug: str, kind: str, key: str) -> PlacePage:
    found = get_object_or_404(Campaign, slug=slug)
    return _place(request, found, kind, key, timezone.now())


def _place(
    request: SignedInRequest, campaign: Campaign, kind: str, key: str, now: datetime
) -> PlacePage:
    form = MeasureForm(request.GET, own=campaign.days)
    where = place_asked(request, campaign, kind, key)
    return PlacePage.of(campaign, where, request.user, form, now)


@requires(Permission.SEE_FIGURES)
def team(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """What a team led, in depth, and what it helped with."""

    def page_of(campaign: Campaign, now: datetime) -> TeamPage:
        page = _team(request, campaign, key, now)
        _say(request, page.depth, "team", key)
        return page

    return renewing_of_ones_own(request, slug, "summaries/_team.html", page_of)


def team_page(request: SignedInRequest, slug: str, key: str) -> TeamPage:
    return _team(request, get_object_or_404(Campaign, slug=slug), key, timezone.now())


def _team(request: SignedInRequest, campaign: Campaign, key: str, now: datetime) -> TeamPage:
    form = MeasureForm(request.GET, own=campaign.days)
    found = get_object_or_404(Team, slug=key)
    return TeamPage.of(campaign, found, request.user, form, now)
