"""The campaigns, and the figures of one."""

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import BoroughScope, Permission, SignedInRequest
from audit.permissions import LogPermission
from campaigns.models import Campaign
from core.access import requires
from core.days import london_day
from summaries.forms import LondonForm
from summaries.presenters.campaign import CampaignPage, administrators
from summaries.presenters.parts import State
from summaries.views.renewing import renewing


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
        administers = request.user.may(Permission.ADMINISTER)
        context = {"administrators": administrators(), "administers": administers}
        return render(request, "summaries/no_campaign.html", context)
    return render(request, "summaries/campaigns.html", {"campaigns": listed})


@requires(Permission.SEE_FIGURES)
def campaign(request: SignedInRequest, slug: str) -> HttpResponse:
    """London now."""
    return renewing(request, slug, "summaries/_london.html", _london)


def campaign_page(request: SignedInRequest, slug: str) -> CampaignPage:
    found = get_object_or_404(Campaign, slug=slug)
    return _london(found, request.user.figures_scope, request.GET, timezone.now())


def _london(found: Campaign, scope: BoroughScope, query: QueryDict, now: datetime) -> CampaignPage:
    return CampaignPage.of(found, scope, LondonForm(query, own=found.days), now)
