"""Who may read a case: restricting it, its list, exclusions, conflicts, and lifting by two."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from cases.actions.barred import (
    add_access,
    ask_to_lift,
    decide_lifting,
    declare_conflict,
    exclude,
    remove_access,
    restrict_case,
    see_to_conflict,
)
from cases.forms.barred import (
    AccessForm,
    ConflictForm,
    ExcludeForm,
    LiftForm,
    ReasonForm,
    RestrictForm,
)
from cases.models import Case, CaseAccess, Exclusion, Lifting
from cases.presenters.barred import AccessPage
from cases.querysets import may_exclude
from cases.reading import found, give_reason, looked
from cases.views.work import case_of, cases, form_page, live
from core.access import requires
from core.sent import posted

PART = "access"


@requires(Permission.GUARD_CASES)
def access(request: SignedInRequest, pk: int) -> HttpResponse:
    """Who may read this case, who must not, and what is asked to be lifted."""
    case = case_of(request, pk)
    looked(request, case)
    page = AccessPage(case, request.user)
    return render(request, "cases/access.html", {"page": page})


@requires(Permission.SUPERVISE)
def restrict(request: SignedInRequest, pk: int) -> HttpResponse:
    case, form = case_of(request, pk), RestrictForm(posted(request))
    if form.taken(lambda: restrict_case(by=request.user, case=case, **form.facts())):
        # Whoever has just said why the case is restricted is not asked why they look.
        give_reason(request, case, code="supervision", reason=form.cleaned_data["reason"])
        return _told(request, case, "The case is restricted. Add whoever else works on it.")
    return form_page(
        request,
        case,
        form,
        heading="Restrict this case",
        button="Restrict the case",
        words=[
            "From now on only you and the officer in the case may know of it. Everybody else, "
            "whatever their role, gets the answer that there is no such case.",
            "Two people have to agree before the restriction is lifted.",
        ],
        part=PART,
    )


@requires(Permission.SUPERVISE)
def give_access(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    form = AccessForm(posted(request), case=case, by=request.user)
    if form.taken(lambda: add_access(by=request.user, case=case, **form.facts())):
        return _told(request, case, f"{form.cleaned_data['user']} may read this case.")
    return form_page(
        request,
        case,
        form,
        heading="Add somebody to the access list",
        button="Add to the list",
        part=PART,
    )


@require_POST
@requires(Permission.SUPERVISE)
def take_access(request: SignedInRequest, pk: int, access_pk: int) -> HttpResponse:
    case = case_of(request, pk)
    listed = CaseAccess.objects.visible_to(request.user).select_related("case", "user")
    place = get_object_or_404(listed, pk=access_pk, case=case)
    try:
        remove_access(by=request.user, access=place)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect("cases:access", pk)
    messages.success(request, f"{place.user} is off the access list.")
    if place.user == request.user:
        return redirect("cases:desk")
    return redirect("cases:access", pk)


@requires(Permission.GUARD_CASES)
def exclude_person(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    if not may_exclude(request.user):
        raise PermissionDenied
    form = ExcludeForm(posted(request), case=case, by=request.user)
    if form.taken(lambda: exclude(by=request.user, case=case, **form.facts())):
        return _told(request, case, f"{form.cleaned_data['user']} is excluded from this case.")
    return form_page(
        request,
        case,
        form,
        heading="Exclude somebody from this case",
        button="Exclude this person",
        words=[
            "At once they find no trace of the case anywhere, whatever their role. They are not "
            "told, and neither should you tell them.",
            "Two people have to agree before the exclusion is lifted.",
        ],
        part=PART,
    )


@requires(Permission.SUPERVISE)
def lift_restriction(request: SignedInRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    if not case.restricted:
        return redirect("cases:access", pk)
    return _ask(request, case, None, "Ask to lift the restriction")


@requires(Permission.GUARD_CASES)
def lift_exclusion(request: SignedInRequest, pk: int, exclusion_pk: int) -> HttpResponse:
    case = case_of(request, pk)
    bars = Exclusion.objects.visible_to(request.user).select_related("user")
    bar = get_object_or_404(bars, pk=exclusion_pk, case=case)
    if not may_exclude(request.user):
        raise PermissionDenied
    return _ask(request, case, bar, f"Ask to lift the exclusion of {bar.user}")


def _ask(request: SignedInRequest, case: Case, bar: Exclusion | None, heading: str) -> HttpResponse:
    form, excluded = LiftForm(posted(request)), bar.user if bar else None
    if form.taken(
        lambda: ask_to_lift(by=request.user, case=case, excluded=excluded, **form.facts())
    ):
        return _told(request, case, "Asked. Another person has to agree before anything changes.")
    return form_page(request, case, form, heading=heading, button="Ask", part=PART)


@require_POST
@requires(Permission.GUARD_CASES)
def decide(request: SignedInRequest, pk: int, lifting_pk: int, agreed: bool) -> HttpResponse:
    """The second person's answer."""
    case = case_of(request, pk)
    asked = Lifting.objects.visible_to(request.user).select_related("case", "excluded", "asked_by")
    lifting = get_object_or_404(asked, pk=lifting_pk, case=case)
    try:
        decide_lifting(by=request.user, lifting=lifting, agreed=agreed)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    else:
        messages.success(request, "Lifted." if agreed else "Not lifted. Everything stays.")
    return redirect("cases:access", pk)


@requires(Permission.READ_RECORDS)
def conflict(request: SignedInRequest, pk: int) -> HttpResponse:
    """I know someone in this case: from then on, whoever says so has no case any more."""
    case = live(found(request, cases, pk, tried="case", through_glass=True))
    form = ConflictForm(posted(request))
    if form.taken(lambda: declare_conflict(by=request.user, case=case, **form.facts())):
        return redirect("cases:conflict_declared")
    return form_page(
        request,
        case,
        form,
        heading="I know someone in this case",
        button="I know someone: take the case from me",
        words=[
            "Do this whether they are the suspect, the victim, a witness or a child. It is no "
            "fault, and nobody thinks worse of you for it.",
            "As soon as you send this you cannot open the case any more. If it is yours, it goes "
            "to somebody else. Its supervisors are told.",
        ],
        part="summary",
    )


@requires(Permission.READ_RECORDS)
def conflict_declared(request: SignedInRequest) -> HttpResponse:
    """What happened, in words that name no case."""
    return render(request, "cases/conflict_declared.html")


@require_POST
@requires(Permission.SUPERVISE)
def conflict_seen(request: SignedInRequest, pk: int, exclusion_pk: int) -> HttpResponse:
    case = case_of(request, pk)
    bars = Exclusion.objects.visible_to(request.user).filter(declared=True)
    see_to_conflict(by=request.user, exclusion=get_object_or_404(bars, pk=exclusion_pk, case=case))
    messages.success(request, "Seen to. The exclusion stands.")
    return redirect("cases:desk")


@requires(Permission.READ_RECORDS)
def reason(request: SignedInRequest, pk: int) -> HttpResponse:
    """Asks why somebody reads a restricted case, and leads on to what they wanted."""
    case = found(request, cases, pk, tried="case")
    form = ReasonForm(posted(request))
    if form.is_valid():
        give_reason(request, case, **form.cleaned_data)
        to = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
            return redirect("cases:case", pk)
        return redirect(to)
    return render(request, "cases/reason.html", {"form": form})


def _told(request: SignedInRequest, case: Case, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("cases:access", case.pk)
