"""Events by day and by place."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from campaigns.models import Borough, Campaign
from core.access import requires
from core.days import london_day
from partners.presenters.calendar import Calendar
from partners.presenters.places import PlacesPage


@requires(Permission.SEE_ENGAGEMENT)
def calendar(request: SignedInRequest) -> HttpResponse:
    """A month, or a week, of all boroughs that they may read of, or of one."""
    boroughs = request.user.engagement_scope.limit(Borough.objects.all(), "pk")
    today, slug = london_day(timezone.now()), request.GET.get("borough")
    shown = Calendar(
        user=request.user,
        of=_day(request.GET.get("of", ""), today),
        today=today,
        by_week=request.GET.get("by") == "week",
        borough=get_object_or_404(boroughs, slug=slug) if slug else None,
    )
    return render(request, "partners/calendar.html", {"calendar": shown, "boroughs": boroughs})


def _day(text: str, today: date) -> date:
    """The day that an address names, else today; of years that a calendar can turn."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if 1900 < day.year < 2999 else today


@requires(Permission.SEE_ENGAGEMENT)
def places(request: SignedInRequest) -> HttpResponse:
    """Where a campaign's events were, and where none was yet."""
    campaigns = Campaign.objects.all()
    slug = request.GET.get("campaign")
    today = london_day(timezone.now())
    campaign = get_object_or_404(campaigns, slug=slug) if slug else campaigns.of_the_day(today)
    page = PlacesPage(request.user, campaign) if campaign else None
    return render(request, "partners/places.html", {"page": page, "campaigns": campaigns})
