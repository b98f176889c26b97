"""What the small form pages of a case share."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User
from accounts.permissions import SignedInRequest
from cases.forms.work import WorkForm
from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.reading import found, looked, reason_for


def cases(user: User) -> CaseQuerySet:
    """The cases that a person may know of, with what a page says of each."""
    return Case.objects.visible_to(user).select_related("borough", "team", "officer")


def case_of(request: SignedInRequest, pk: int) -> Case:
    """The case to work on: 404 where the person may not know of it, 403 once it is reduced."""
    case = live(found(request, cases, pk, tried="case"))
    reason_for(request, case)
    return case


def live(case: Case) -> Case:
    """A case as it is; whatever changes one ends here once it is reduced."""
    if case.reduced_at is not None:
        raise PermissionDenied
    return case


def done(request: SignedInRequest, case: Case, part: str, words: str) -> HttpResponse:
    """Back to the part of the case's page, with what was done."""
    messages.success(request, words)
    return back_to(case, part)


def back_to(case: Case, part: str) -> HttpResponse:
    return redirect(f"{reverse('cases:case', args=[case.pk])}#{part}")


def form_page(
    request: SignedInRequest,
    case: Case,
    form: WorkForm,
    *,
    heading: str,
    button: str,
    words: Sequence[str] = (),
    warning: str = "",
    part: str,
) -> HttpResponse:
    """A heading, what to know first, the form and its button."""
    looked(request, case)
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "heading": heading,
        "button": button,
        "words": [word for word in words if word],
        "warning": warning,
        "part": part,
    }
    return render(request, "cases/order_form.html", context)
