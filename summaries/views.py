"""The pages of figures."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.permissions import Permission, SignedInRequest
from campaigns.models import Campaign
from cases.presenters.desk import reviews_waiting
from core.access import requires
from core.days import london_day
from summaries.presenters import CampaignPage, State, administrators


@never_cache
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The desk of whoever logs entries, else the campaign of the day.

    A page of words for whoever has nothing to see.
    """
    if request.user.may(Permission.WRITE_RECORDS):
        return redirect("cases:desk")
    if not request.user.may(Permission.SEE_FIGURES):
        context = {"reviews": reviews_waiting(request.user)}
        return render(request, "summaries/nothing_for_role.html", context)
    found = Campaign.objects.of_the_day(london_day(timezone.now()))
    return redirect("summaries:campaign", found.slug) if found else campaigns(request)


@requires(Permission.SEE_FIGURES)
def campaigns(request: SignedInRequest) -> HttpResponse:
    today = london_day(timezone.now())
    listed = [(campaign, State.of(campaign.days, today)) for campaign in Campaign.objects.all()]
    if not listed:
        context = {"administrators": administrators()}
        return render(request, "summaries/no_campaign.html", context)
    return render(request, "summaries/campaigns.html", {"campaigns": listed})


@requires(Permission.SEE_FIGURES)
def campaign(request: SignedInRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Campaign, slug=slug)
    page = CampaignPage.of(found, request.user, timezone.now())
    context = {"page": page, "administrators": [] if page.boroughs else administrators()}
    return render(request, "summaries/campaign.html", context)
