"""An officer's desk: log an outcome, what needs doing, and the latest entries."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from cases.models import Outcome
from cases.presenters.desk import Desk
from core.access import requires


@requires(Permission.READ_RECORDS)
def desk(request: SignedInRequest) -> HttpResponse:
    page = Desk(request.user, timezone.now())
    shown = len(page.asked) + len(page.clocks) + len(page.latest)
    listed(request, Outcome, shown, {"page": "desk"})
    return render(request, "cases/desk.html", {"desk": page})
