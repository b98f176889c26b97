"""Programmes over years: money, milestones, and what they deliver."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from campaigns.models import Programme
from core.access import requires
from core.days import london_day
from summaries.presenters.programme import ProgrammePage


@requires(Permission.SEE_FIGURES)
def programmes(request: SignedInRequest) -> HttpResponse:
    return render(request, "summaries/programmes.html", {"programmes": Programme.objects.all()})


@requires(Permission.SEE_FIGURES)
def programme(request: SignedInRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Programme.objects.with_money(), slug=slug)
    page = ProgrammePage(found, request.user, london_day(timezone.now()))
    return render(request, "summaries/programme.html", {"page": page})
