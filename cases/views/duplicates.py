"""Entries that may be one event: a supervisor says whether they are."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from cases.actions.outcomes import keep_apart, merge_outcome
from cases.models import PossibleDuplicate
from cases.presenters.duplicates import DuplicatesPage
from core.access import requires


@requires(Permission.SUPERVISE)
def duplicates(request: SignedInRequest) -> HttpResponse:
    """The pairs that wait, side by side."""
    page = DuplicatesPage(request.user, request.GET.get("page", ""))
    try:
        rows = page.page
    except ValueError:
        return redirect("cases:duplicates")
    listed(request, PossibleDuplicate, len(rows.rows), {"page": "duplicates"})
    return render(request, "cases/duplicates.html", {"pairs": page.pairs, "page": rows})


@require_POST
@requires(Permission.SUPERVISE)
def decide(request: SignedInRequest, pk: int, verdict: str) -> HttpResponse:
    """One event, counted by the earlier or the later entry; or two events."""
    pairs = PossibleDuplicate.objects.visible_to(request.user)
    pair = get_object_or_404(pairs.select_related("outcome", "earlier"), pk=pk)
    sides = {"earlier": (pair.outcome, pair.earlier), "later": (pair.earlier, pair.outcome)}
    if pair.state != PossibleDuplicate.State.OPEN:
        messages.warning(request, "Somebody has decided on that pair already.")
    elif verdict == "apart":
        keep_apart(pair=pair, by=request.user)
        messages.success(request, "Kept as two events. Both count.")
    else:
        duplicate, into = sides[verdict]
        try:
            merge_outcome(duplicate=duplicate, into=into, by=request.user)
        except ValidationError as refused:
            messages.warning(request, refused.messages[0])
        else:
            number = 1 if verdict == "earlier" else 2
            messages.success(request, f"Merged. Entry {number} counts, the other does not.")
    return redirect("cases:duplicates")
