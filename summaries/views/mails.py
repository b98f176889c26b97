"""The emails of a machine of one's own, which are kept and not sent."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.permissions import Permission, SignedInRequest
from core.access import requires
from core.mail import Kept, kept


@requires(Permission.ADMINISTER)
def mails(request: SignedInRequest) -> HttpResponse:
    return render(request, "summaries/mails.html", {"mails": _kept()})


@requires(Permission.ADMINISTER)
def mail(request: SignedInRequest, name: str) -> HttpResponse:
    found = next((one for one in _kept() if one.name == name), None)
    if found is None:
        raise Http404
    return render(request, "summaries/mail.html", {"mail": found})


def _kept() -> list[Kept]:
    if not settings.MAILS_KEPT:
        raise Http404
    return kept()
