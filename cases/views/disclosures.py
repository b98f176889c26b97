"""Clare's Law applications on a case: received, and moved on stage by stage."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.permissions import Permission, SignedInRequest
from audit.record import disclosed
from cases.actions import disclosures as actions
from cases.choices import Applicant, DisclosureStage
from cases.clocks import disclosure_clock
from cases.disclosures import next_stages, step_words
from cases.forms.disclosures import AddDisclosureForm, StageForm
from cases.models import DisclosureApplication
from cases.views.work import back_to, case_of, done, form_page
from core.access import requires
from core.sent import posted
from core.spoken import lowered

PART = "disclosures"
NAME = "Clare's Law application"
SUBJECT = "The person asked about is not told of the application."


@requires(Permission.WRITE_RECORDS)
def add_disclosure(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    form = AddDisclosureForm(posted(request))
    if form.taken(
        lambda: actions.add_disclosure(by=request.user, case=case, token=form.sent, **form.facts())
    ):
        clock = disclosure_clock(form.made, timezone.now())
        return done(request, case, PART, f"{NAME} added: {lowered(clock.words)}")
    return form_page(
        request,
        case,
        form,
        heading=f"Add a {NAME}",
        button="Add the application",
        words=["It counts from its receipt. The decision and the disclosure come later.", SUBJECT],
        part=PART,
    )


@requires(Permission.WRITE_RECORDS)
def change_disclosure(
    request: SignedInRequest, pk: int, application_pk: int, to: str
) -> HttpResponse:
    """The next stage; one that makes no sense any more leads back to the case."""
    case = case_of(request, pk)
    applications = DisclosureApplication.objects.visible_to(request.user).select_related("case")
    application = get_object_or_404(applications, pk=application_pk, case=case)
    if to not in DisclosureStage.values:
        raise Http404
    if to not in next_stages(application.route, application.stage, application.decision):
        messages.warning(request, "That stage is recorded already, or no longer fits")
        return back_to(application.case, PART)
    form = StageForm(posted(request), application=application, to=to)
    title = f"{NAME}: {lowered(step_words(to))}"
    if form.taken(
        lambda: actions.change_disclosure(
            by=request.user, application=application, to=to, **form.facts()
        )
    ):
        if to == DisclosureStage.DISCLOSED:
            _log_disclosure(request, form.made)
        return done(request, application.case, PART, title)
    return form_page(
        request,
        application.case,
        form,
        heading=title,
        button="Save",
        words=_explained(application, to),
        part=PART,
    )


def _log_disclosure(request: SignedInRequest, made: DisclosureApplication) -> None:
    """Somebody was told what is in a record, so the log says who was (DPA 2018, s.62)."""
    disclosed(
        request,
        DisclosureApplication,
        1,
        object_id=str(made.pk),
        recipient=made.get_recipient_display(),
        reason=NAME,
    )


def _explained(application: DisclosureApplication, to: str) -> list[str]:
    """What a stage means, where an officer could mistake it."""
    if to == DisclosureStage.DECIDED:
        return ["The decision counts apart from the disclosure itself.", SUBJECT]
    if to == DisclosureStage.DISCLOSED:
        third_party = application.applicant == Applicant.THIRD_PARTY
        told = (
            "Whoever asked for someone else is not always the one to tell." if third_party else ""
        )
        return ["In person where that can be done, with a safety plan.", told, SUBJECT]
    return []
