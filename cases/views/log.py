"""Logging an outcome: choose the kind, fill in, check, save. Nothing typed is lost or doubled."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from accounts.kept import OURS, SEAL, kept_fields, owner_of_seal
from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from cases.actions.drafts import checked_entry, keep_draft
from cases.actions.entries import Alike, log_entry
from cases.choices import Kind
from cases.entry import Entry
from cases.forms.log import LogForm, first_values
from cases.models import Case, Draft, Outcome
from cases.presenters.log import CheckPage
from cases.reading import looked, mark_if_barred_from, wrote_out_of_sight
from cases.references import Reference
from cases.shift import keep_choices, kept_choices
from core.access import requires
from core.sent import token_of
from core.sessions import background

SUGGESTIONS = 8


@requires(Permission.WRITE_RECORDS)
def log(request: SignedInRequest) -> HttpResponse:
    """The kinds, the most used first; a case may come along."""
    return render(request, "cases/log.html", {"kinds": Kind, "case": _case(request)})


@requires(Permission.WRITE_RECORDS)
def log_kind(request: SignedInRequest, kind: str) -> HttpResponse:
    """The form: fresh, or a draft taken up again; sent, it leads to the check."""
    of_kind = _kind(kind)
    if request.method == "POST":
        return _take(request, of_kind)
    kept = kept_fields(request)
    if kept is not None:
        token = token_of(kept.get("token", "")) or uuid4()
        return _form_page(request, _typed_before(request, of_kind, kept), token)
    if "draft" in request.GET:
        draft = get_object_or_404(
            Draft.objects.visible_to(request.user), pk=token_of(request.GET["draft"]), form=kind
        )
        return _form_page(request, _typed_before(request, of_kind, draft.posted), draft.pk)
    case = _case(request)
    initial = first_values(request.user, kept_choices(request))
    if case is not None:
        initial |= {"reference": case.reference, "reference_day": case.reference_date}
        initial |= {"borough": case.borough_id}
    return _form_page(request, LogForm(initial=initial, kind=of_kind, user=request.user), uuid4())


def _typed_before(request: SignedInRequest, kind: Kind, typed: MultiValueDict[str, str]) -> LogForm:
    """The form as somebody left it, without judging it."""
    form = LogForm(kind=kind, user=request.user)
    form.initial = form.typed_before(typed)
    return form


def _take(request: SignedInRequest, kind: Kind) -> HttpResponse:
    # A form that lost its token is a new one.
    token = token_of(request.POST.get("token", "")) or uuid4()
    saved = _saved_before(request, token)
    if saved is not None:
        return saved
    form = LogForm(data=request.POST, kind=kind, user=request.user)
    keep_draft(owner=request.user, token=token, form=kind.value, fields=_fields(request))
    if not form.is_valid():
        return _form_page(request, form, token)
    return redirect("cases:log_check", kind, token)


@requires(Permission.WRITE_RECORDS)
def log_check(request: SignedInRequest, kind: str, token: UUID) -> HttpResponse:
    """Check answers, with what looks like the same event; sent, it saves what was shown."""
    if request.method == "POST":
        seal = request.POST.get("entry", "")
        entry = checked_entry(seal=seal, owner=request.user, token=token)
        if entry is not None and entry.kind == kind:
            return _save(request, token, entry)
    return _check_page(request, kind, token)


def _save(request: SignedInRequest, token: UUID, entry: Entry) -> HttpResponse:
    try:
        hidden = log_entry(
            by=request.user, token=token, entry=entry, different="different" in request.POST
        )
    except Alike:
        return _check_page(request, entry.kind, token, asked=True)
    except Draft.DoesNotExist:
        return _check_page(request, entry.kind, token)
    except ValidationError as error:
        return _check_page(request, entry.kind, token, refused=error)
    keep_choices(request, entry)
    messages.success(request, f"{entry.kind.label} saved.")
    seen = not hidden or Outcome.objects.visible_to(request.user).filter(pk=token).exists()
    if not seen:
        wrote_out_of_sight(request, token, entry.reference)
    if "another" in request.POST:
        return redirect(f"{reverse('cases:log_kind', args=[entry.kind])}?another")
    return redirect("cases:outcome", token) if seen else redirect("cases:desk")


def _check_page(
    request: SignedInRequest,
    kind: str,
    token: UUID,
    *,
    asked: bool = False,
    refused: ValidationError | None = None,
) -> HttpResponse:
    draft = Draft.objects.visible_to(request.user).filter(pk=token, form=kind).first()
    if draft is None:
        # Saving takes the draft away, so a form without one may be an entry by now.
        saved = _saved_before(request, token)
        if saved is None:
            raise Http404
        return saved
    form = LogForm(data=draft.posted, kind=_kind(kind), user=request.user)
    if refused is not None:
        form.refuse(refused)
    if not form.is_valid():
        return _form_page(request, form, token)
    page = CheckPage(form.entry(), request.user, token, asked)
    listed(request, Outcome, len(page.likeness.seen), {"page": "check"})
    return render(request, "cases/log_check.html", {"page": page})


def _saved_before(request: SignedInRequest, token: UUID) -> HttpResponse | None:
    """Where a form leads that has been saved already: a second click, the back button, a retry."""
    if not Outcome.objects.visible_to(request.user).filter(pk=token).exists():
        return None
    messages.info(request, "This is saved already. Nothing was entered twice.")
    return redirect("cases:outcome", token)


def _form_page(request: SignedInRequest, form: LogForm, token: UUID) -> HttpResponse:
    context = {"form": form, "kind": form.kind, "token": token, "another": "another" in request.GET}
    return render(request, "cases/log_form.html", context)


@background
@require_POST
def draft(request: HttpRequest, token: UUID) -> HttpResponse:
    """Keeps what was typed so far. The form's seal says whose it is, signed in or not."""
    owner = owner_of_seal(request.POST.get(SEAL, ""))
    if owner is None or (request.user.is_authenticated and request.user != owner):
        raise Http404
    form = request.POST.get("form", "")
    if form not in Kind or not keep_draft(
        owner=owner, token=token, form=form, fields=_fields(request)
    ):
        return HttpResponse(status=409)
    return HttpResponse(status=204)


@require_POST
@requires(Permission.WRITE_RECORDS)
def discard_draft(request: SignedInRequest, token: UUID) -> HttpResponse:
    Draft.objects.visible_to(request.user).filter(pk=token).delete()
    messages.success(request, "Draft removed.")
    return redirect("cases:desk")


@require_POST
@requires(Permission.READ_RECORDS)
def lookup_cases(request: SignedInRequest) -> JsonResponse:
    """Cases whose reference starts as typed. In a body, since addresses are logged."""
    reference = Reference.of(request.POST.get("q", ""))
    typed = reference.key
    if len(typed) < 2:
        return JsonResponse([], safe=False)
    found = (
        Case.objects.visible_to(request.user)
        .filter(reference_key__startswith=typed)
        .select_related("borough")[:SUGGESTIONS]
    )
    if not found:
        mark_if_barred_from(request, reference)
    listed(request, Case, len(found), {"reference": typed[:40]})
    return JsonResponse(
        [
            {
                "value": case.reference,
                "label": case.reference,
                "hint": f"{case.get_system_display()}, {case.borough}",
            }
            for case in found
        ],
        safe=False,
    )


def _kind(kind: str) -> Kind:
    if kind not in Kind:
        raise Http404
    return Kind(kind)


def _case(request: SignedInRequest) -> Case | None:
    """The case that a link brought along, if the person may see it: a look at it, like any."""
    pk = request.GET.get("case", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    case = Case.objects.visible_to(request.user).filter(pk=pk).first()
    if case is not None:
        looked(request, case)
    return case


def _fields(request: HttpRequest) -> dict[str, list[str]]:
    """What was typed, as it came."""
    return {
        name: [str(value).replace("\x00", "") for value in values]
        for name, values in request.POST.lists()
        if name not in OURS | {"token"}
    }
