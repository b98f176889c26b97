"""The campaigns, and the figures of one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from audit.permissions import LogPermission
from campaigns.models import Campaign
from core.access import requires
from core.days import london_day
from summaries.forms import LondonForm
from summaries.presenters.campaign import CampaignPage, administrators
from summaries.presenters.parts import State


@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """The desk of whoever logs entries, the log for an auditor, else the campaign of the day."""
    if request.user.may(Permission.WRITE_RECORDS):
        return redirect("cases:desk")
    if request.user.may(LogPermission.READ_LOG):
        return redirect("audit:log")
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
    page = campaign_page(request, slug)
    context = {"page": page, "administrators": [] if page.boroughs else administrators()}
    return render(request, "summaries/campaign.html", context)


def campaign_page(request: SignedInRequest, slug: str) -> CampaignPage:
    found = get_object_or_404(Campaign, slug=slug)
    form = LondonForm(request.GET, own=found.days)
    return CampaignPage.of(found, request.user, form, timezone.now())
