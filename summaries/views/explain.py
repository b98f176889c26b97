"""A number, opened."""

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.filters import NOT_STATED
from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from campaigns.models import Campaign, Team
from cases import parts
from cases.choices import Offence
from cases.models import Outcome
from core.access import requires
from partners.models import TrainingSession
from summaries.asked import HELPED, Asked, Part, Place
from summaries.figures import By
from summaries.forms import DaysForm
from summaries.measures import BY_SLUG, EVENTS, OUTCOMES, Measure
from summaries.presenters.explain import Explanation
from summaries.views.places import place_asked


@requires(Permission.SEE_FIGURES)
def figure(request: SignedInRequest, slug: str, measure: str) -> HttpResponse:
    """What a number counts, and its rows; a page of these that is none leads to the first."""
    try:
        page = figure_page(request, slug, measure, request.GET.get("page", ""))
    except ValueError:
        kept = request.GET.copy()
        del kept["page"]
        return redirect(f"{request.path}?{kept.urlencode()}")
    terms = {"figure": measure, **request.GET.dict()}
    if page.listable is not None:
        listed(request, Outcome, len(page.rows), terms)
    if page.page is not None:
        listed(request, TrainingSession, len(page.page.rows), terms)
    return render(request, "summaries/figure.html", {"page": page})


def figure_page(request: SignedInRequest, slug: str, measure: str, cursor: str = "") -> Explanation:
    """ValueError where there is no page of its rows of that name."""
    campaign = get_object_or_404(Campaign, slug=slug)
    if measure not in BY_SLUG:
        raise Http404
    asked = Asked(
        campaign,
        BY_SLUG[measure],
        DaysForm(request.GET, own=campaign.days).days,
        _place(request, campaign),
        _part(BY_SLUG[measure], request.GET),
        get_object_or_404(Team, slug=request.GET["led"]) if "led" in request.GET else None,
    )
    if (asked.part or asked.led) and not asked.measure.additive:
        raise Http404
    return Explanation.of(asked, request.user, timezone.now(), cursor)


def _place(request: SignedInRequest, campaign: Campaign) -> Place:
    for kind in ("borough", "command"):
        if kind in request.GET:
            return place_asked(request, campaign, kind, request.GET[kind])
    return Place.of_campaign(campaign, request.user.figures_scope)


def _part(measure: Measure, asked: QueryDict) -> Part | None:
    """The part of a breakdown asked for; one that does not exist is not there."""
    for by in (By.OFFENCE, By.TEAM, By.DETAIL, By.PART):
        said = asked.get(by.value)
        if said is not None:
            key = "" if said == NOT_STATED else str(said)
            label = _label(measure, by, key) if key else "Not stated"
            return Part(by, key, label)
    return None


def _label(measure: Measure, by: By, key: str) -> str:
    if by is By.TEAM:
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            raise Http404
        return get_object_or_404(Team, pk=key).name
    labels = {
        By.OFFENCE: lambda: dict(Offence.choices),
        By.DETAIL: lambda: measure.source.details,
        By.PART: lambda: _parts(measure),
    }[by]()
    if key not in labels:
        raise Http404
    return str(labels[key])


def _parts(measure: Measure) -> dict[str, str]:
    """The parts that no stored breakdown has; of events, what each team helped with."""
    if measure.source not in {OUTCOMES, EVENTS}:
        return {}
    return {
        code: words
        for code, words in parts.choices()
        if measure.source is OUTCOMES or code.startswith(HELPED)
    }
