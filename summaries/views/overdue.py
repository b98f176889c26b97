"""What is overdue in a place, as a file: its rows are of cases, so it is asked for whom and why."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.permissions import Permission, SignedInRequest
from audit.export import exported
from audit.forms import ExportForm
from campaigns.models import Campaign, Team
from cases.clocks import Clock, overdue_clocks
from cases.models import Case
from core.access import requires
from core.exports import ROWS_OF_A_SPREADSHEET
from summaries.asked import Place
from summaries.tables import places
from summaries.views.places import place_asked


@requires(Permission.READ_RECORDS)
def overdue(request: SignedInRequest, slug: str, kind: str, key: str) -> HttpResponseBase:
    """Every clock of a borough or command that ran out, as far as the person may see its case."""
    place = place_asked(request, get_object_or_404(Campaign, slug=slug), kind, key)
    clocks = overdue_clocks(request.user, place.ids, timezone.now())
    back = reverse(f"summaries:{kind}", args=[slug, key])
    return _export(request, clocks, of=place.label, back=back)


@requires(Permission.READ_RECORDS)
def overdue_of_team(request: SignedInRequest, slug: str, key: str) -> HttpResponseBase:
    """The same of the cases of a team."""
    campaign, team = get_object_or_404(Campaign, slug=slug), get_object_or_404(Team, slug=key)
    place = Place.of_campaign(campaign, request.user.figures_scope)
    clocks = overdue_clocks(request.user, place.ids, timezone.now(), team)
    back = reverse("summaries:team", args=[slug, key])
    return _export(request, clocks, of=team.name, back=back)


def _export(
    request: SignedInRequest, clocks: list[Clock], *, of: str, back: str
) -> HttpResponseBase:
    if not clocks:
        messages.warning(request, "No clock is overdue in the cases that you may see here.")
        return redirect(back)
    form = ExportForm(request.POST or None, spreadsheet=len(clocks) <= ROWS_OF_A_SPREADSHEET)
    if request.method == "POST" and form.is_valid():
        return exported(
            request,
            form,
            Case,
            places.overdue(clocks),
            name=f"overdue-{slugify(of)}",
            facts=[("Of", of)],
            terms={"overdue": of},
        )
    context = {"form": form, "heading": "Export what is overdue", "back": back, "of": of}
    return render(request, "summaries/overdue.html", {**context, "number": len(clocks)})
