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
    campaign = get_object_or_404(Campaign, slug=slug)
    form = CompareForm(request.GET, own=campaign.days)
    page = ComparePage.of(campaign, request.user, form, timezone.now())
    return render(request, "summaries/compare.html", {"page": page})


@requires(Permission.SEE_FIGURES)
def uplift(request: SignedInRequest, slug: str) -> HttpResponse:
    """A campaign against its stated baseline."""
    campaign = get_object_or_404(Campaign, slug=slug)
    page = UpliftPage.of(campaign, request.user, timezone.now())
    return render(request, "summaries/uplift.html", {"page": page})


@requires(Permission.SEE_FIGURES)
def beside(request: SignedInRequest, slug: str, other: str) -> HttpResponse:
    """Two campaigns side by side."""
    first, second = (get_object_or_404(Campaign, slug=one) for one in (slug, other))
    try:
        page = BesidePage.of(first, second, request.user, timezone.now())
    except NotComparable as why:
        messages.warning(request, str(why))
        return redirect("summaries:campaigns")
    return render(request, "summaries/beside.html", {"page": page})
