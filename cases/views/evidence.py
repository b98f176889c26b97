"""Digital evidence of a case: sent to be examined, and back with a result."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from cases.actions import evidence as actions
from cases.clocks import evidence_clock
from cases.forms.evidence import ReturnForm, SendForm
from cases.models import EvidenceSubmission
from cases.views.work import back_to, case_of, done, form_page
from core.access import requires
from core.sent import posted

PART = "evidence"


@requires(Permission.WRITE_RECORDS)
def send_evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    form = SendForm(posted(request))
    if form.taken(lambda: actions.send_evidence(by=request.user, case=case, **form.facts())):
        return done(request, case, PART, f"{form.made.get_device_display()} sent")
    return form_page(
        request, case, form, heading="Send a device to be examined", button="Save", part=PART
    )


@requires(Permission.WRITE_RECORDS)
def return_evidence(request: SignedInRequest, pk: int, submission_pk: int) -> HttpResponse:
    case = case_of(request, pk)
    submissions = EvidenceSubmission.objects.visible_to(request.user).select_related("case")
    submission = get_object_or_404(submissions, pk=submission_pk, case=case)
    if submission.returned_on is not None:
        messages.warning(request, "That device is back already")
        return back_to(submission.case, PART)
    form = ReturnForm(posted(request), submission=submission)
    if form.taken(
        lambda: actions.return_evidence(by=request.user, submission=submission, **form.facts())
    ):
        return done(request, submission.case, PART, evidence_clock(form.made, timezone.now()).words)
    return form_page(
        request,
        submission.case,
        form,
        heading=f"{submission.get_device_display()}: back from {submission.hub}",
        button="Save",
        part=PART,
    )
