"""Comparisons: boroughs against London, a campaign against its baseline, two campaigns."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import BoroughScope, Permission, SignedInRequest
from campaigns.models import Campaign
from core.access import requires
from summaries.comparisons import NotComparable
from summaries.forms import CompareForm
from summaries.presenters.compare import BesidePage, ComparePage, UpliftPage
from summaries.views.renewing import renewing


@requires(Permission.SEE_ALL_FIGURES)
def compare(request: SignedInRequest, slug: str) -> HttpResponse:
    """The funnel of one measure over the boroughs."""
    return renewing(request, slug, "summaries/_compared.html", _compared)


def compare_page(request: SignedInRequest, slug: str) -> ComparePage:
    found = get_object_or_404(Campaign, slug=slug)
    return _compared(found, request.user.figures_scope, request.GET, timezone.now())


def _compared(found: Campaign, scope: BoroughScope, query: QueryDict, now: datetime) -> ComparePage:
    return ComparePage.of(found, scope, CompareForm(query, own=found.days), now)


@requires(Permission.SEE_FIGURES)
def uplift(request: SignedInRequest, slug: str) -> HttpResponse:
    """A campaign against its stated baseline."""
    return renewing(request, slug, "summaries/_uplift.html", _uplift)


def uplift_page(request: SignedInRequest, slug: str) -> UpliftPage:
    found = get_object_or_404(Campaign, slug=slug)
    return _uplift(found, request.user.figures_scope, request.GET, timezone.now())


def _uplift(found: Campaign, scope: BoroughScope, _query: QueryDict, now: datetime) -> UpliftPage:
    return UpliftPage.of(found, scope, now)


@requires(Permission.SEE_FIGURES)
def beside(request: SignedInRequest, slug: str, other: str) -> HttpResponse:
    """Two campaigns side by side."""
    try:
        page = beside_page(request, slug, other)
    except NotComparable as why:
        messages.warning(request, str(why))
        return redirect("summaries:campaigns")
    return render(request, "summaries/beside.html", {"page": page})


def beside_page(request: SignedInRequest, slug: str, other: str) -> BesidePage:
    first, second = (get_object_or_404(Campaign, slug=one) for one in (slug, other))
    return BesidePage.of(first, second, request.user.figures_scope, timezone.now())
