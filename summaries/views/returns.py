"""The boroughs' returns: who has signed, one borough's, and signing."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from campaigns.models import Borough, Campaign
from core.access import requires
from summaries.forms import ReturnDaysForm, SignForm
from summaries.presenters.returns import ReturnPage, ReturnsPage, SignPage
from summaries.returns import asked_boroughs, may_sign, sign_return, signable
from summaries.views.renewing import renewing_of_ones_own


@requires(Permission.SEE_FIGURES)
def returns(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who has signed, of the boroughs that a person sees figures of."""

    def page_of(campaign: Campaign, now: datetime) -> ReturnsPage:
        return ReturnsPage.of(campaign, request.user, _days(request, campaign), now)

    return renewing_of_ones_own(request, slug, "summaries/_returns.html", page_of)


def returns_page(request: SignedInRequest, slug: str) -> ReturnsPage:
    campaign = get_object_or_404(Campaign, slug=slug)
    return ReturnsPage.of(campaign, request.user, _days(request, campaign), timezone.now())


@requires(Permission.SEE_FIGURES)
def borough_return(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """What stands of one borough's return, and its signatures."""
    return render(request, "summaries/return.html", {"page": return_page(request, slug, key)})


def return_page(request: SignedInRequest, slug: str, key: str) -> ReturnPage:
    campaign = get_object_or_404(Campaign, slug=slug)
    borough, days = _borough(request, campaign, key), _days(request, campaign)
    return ReturnPage.of(campaign, borough, request.user, days, timezone.now())


@requires(Permission.SEE_FIGURES)
def sign(request: SignedInRequest, slug: str, key: str) -> HttpResponse:
    """The figures to check, and the signature under them."""
    campaign = get_object_or_404(Campaign, slug=slug)
    borough, days = _borough(request, campaign, key), _days(request, campaign).days
    if not may_sign(request.user, borough):
        raise PermissionDenied
    if days is None:
        raise Http404
    page = SignPage.of(campaign, borough, request.user, days)
    if not page.standing.waits:
        messages.info(request, "This return is signed, and no figure has changed since.")
        return redirect(page.return_address)
    form = SignForm(request.POST or None, declaration=page.declaration, initial=page.shown)
    if not form.is_valid():
        return render(request, "summaries/sign_return.html", {"page": page, "form": form})
    said = form.cleaned_data
    try:
        sign_return(
            by=request.user,
            campaign=campaign,
            borough=borough,
            days=days,
            after=said["after"],
            checked=said["checked"],
        )
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect(page.own_address)
    messages.success(request, f"You have signed the return of {borough}.")
    return redirect(page.return_address)


def _days(request: SignedInRequest, campaign: Campaign) -> ReturnDaysForm:
    return ReturnDaysForm(request.GET, signable=signable(campaign, timezone.now()))


def _borough(request: SignedInRequest, campaign: Campaign, key: str) -> Borough:
    """A borough that is asked for a return; of one that the person sees no figures of, nothing."""
    asked = asked_boroughs(campaign, request.user.figures_scope)
    found = next((borough for borough in asked if borough.slug == key), None)
    if found is None:
        raise Http404
    return found
