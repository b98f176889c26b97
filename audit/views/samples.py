"""Samples of reads: drawn by chance, reviewed one by one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from audit.actions import draw_sample, review_row
from audit.forms import DrawForm, ReviewForm
from audit.models import LogRow, Sample, SampledRow
from audit.permissions import AuditorRequest, LogPermission
from audit.presenters.rows import lines
from audit.presenters.samples import SamplePage, around
from audit.record import consulted, listed
from core.access import requires
from core.days import ONE_DAY, london_day

SHOWN_AT_MOST = 50
SIZE = 20
LATELY = 6 * ONE_DAY


@requires(LogPermission.REVIEW_READS)
def samples(request: AuditorRequest) -> HttpResponse:
    """The latest samples, with how far each has come."""
    reviewed = Count("rows", filter=Q(rows__reviews__isnull=False), distinct=True)
    found = Sample.objects.annotate(drawn=Count("rows", distinct=True), reviewed=reviewed)
    pages = SamplePage.of(found.order_by("-pk")[:SHOWN_AT_MOST])
    return render(request, "audit/samples.html", {"samples": pages})


@requires(LogPermission.REVIEW_READS)
def draw(request: AuditorRequest) -> HttpResponse:
    today = london_day(timezone.now())
    lately = {"size": SIZE, "first_day": today - LATELY, "last_day": today}
    form = DrawForm(request.POST or None, initial=lately)
    if form.is_valid():
        try:
            sample = draw_sample(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error("first_day", refused.messages[0])
        else:
            messages.success(request, f"Drawn: {sample.rows.count()} of {sample.of_rows:,} reads.")
            return redirect("audit:sample", sample.pk)
    return render(request, "audit/draw.html", {"form": form})


@requires(LogPermission.REVIEW_READS)
def sample(request: AuditorRequest, pk: int) -> HttpResponse:
    [page] = SamplePage.of([get_object_or_404(Sample, pk=pk)])
    listed(request, LogRow, len(page.found), {"sample": pk})
    return render(request, "audit/sample.html", {"page": page})


@requires(LogPermission.REVIEW_READS)
def review(request: AuditorRequest, pk: int, row_pk: int) -> HttpResponse:
    """One read in words, what the person did around it, and the verdict."""
    rows = SampledRow.objects.select_related("row", "sample")
    sampled = get_object_or_404(rows, pk=row_pk, sample=pk)
    form = ReviewForm(request.POST or None)
    if form.is_valid():
        try:
            review_row(by=request.user, sampled=sampled, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error("verdict", refused.messages[0])
        else:
            messages.success(request, "Review saved.")
            [page] = SamplePage.of([sampled.sample])
            following = page.next_after(sampled)
            if following is None:
                return redirect("audit:sample", pk)
            return redirect("audit:review", pk, following.pk)
    consulted(request, sampled.row)
    [line] = lines([sampled.row])
    context = {"form": form, "sampled": sampled, "line": line, "around": around(sampled.row)}
    return render(request, "audit/review.html", context | {"reviews": sampled.reviews.all()})
