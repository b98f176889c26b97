"""What changed in figures that had been counted."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from campaigns.models import Campaign
from core.access import requires
from summaries.asked import Place
from summaries.forms import ChangesForm
from summaries.presenters.campaign import in_order
from summaries.presenters.changes import ChangesPage


@requires(Permission.SEE_FIGURES)
def changes(request: SignedInRequest, slug: str) -> HttpResponse:
    """The ledger, newest first."""
    try:
        page = changes_page(request, slug, request.GET.get("page", ""))
    except ValueError:
        return redirect("summaries:changes", slug)
    return render(request, "summaries/changes.html", {"page": page})


def changes_page(request: SignedInRequest, slug: str, cursor: str = "") -> ChangesPage:
    """ValueError where there is no page of that name."""
    campaign = get_object_or_404(Campaign, slug=slug)
    place = Place.of_campaign(campaign, request.user.figures_scope)
    form = ChangesForm(request.GET, boroughs=in_order(place))
    return ChangesPage.of(campaign, place, request.user, form, cursor, timezone.now())
