"""Comparisons: boroughs against London, a campaign against its baseline, two campaigns."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from campaigns.models import Campaign
from core.access import requires
from summaries.comparisons import NotComparable
from summaries.forms import CompareForm
from summaries.presenters.compare import BesidePage, ComparePage, UpliftPage


@requires(Permission.SEE_ALL_FIGURES)
def compare(request: SignedInRequest, slug: str) -> HttpResponse:
    """The funnel of one measure over the boroughs."""
    return render(request, "summaries/compare.html", {"page": compare_page(request, slug)})


def compare_page(request: SignedInRequest, slug: str) -> ComparePage:
    campaign = get_object_or_404(Campaign, slug=slug)
    form = CompareForm(request.GET, own=campaign.days)
    return ComparePage.of(campaign, request.user, form, timezone.now())


@requires(Permission.SEE_FIGURES)
def uplift(request: SignedInRequest, slug: str) -> HttpResponse:
    """A campaign against its stated baseline."""
    return render(request, "summaries/uplift.html", {"page": uplift_page(request, slug)})


def uplift_page(request: SignedInRequest, slug: str) -> UpliftPage:
    campaign = get_object_or_404(Campaign, slug=slug)
    return UpliftPage.of(campaign, request.user, timezone.now())


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
    return BesidePage.of(first, second, request.user, timezone.now())
