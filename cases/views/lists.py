"""A case by its reference."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import listed
from cases.models import Case
from cases.reading import mark_if_barred_from
from cases.references import Reference
from core.access import requires


@require_POST
@requires(Permission.READ_RECORDS)
def find(request: SignedInRequest) -> HttpResponse:
    """A reference leads to its case. In a body, since addresses are logged."""
    reference = Reference.of(request.POST.get("reference", "")[:60])
    if not reference.key:
        messages.warning(request, "Enter the reference of a case to find it.")
        return redirect("cases:cases")
    found = Case.objects.visible_to(request.user).filter(reference_key=reference.key)[:2]
    if not found:
        mark_if_barred_from(request, reference)
    listed(request, Case, len(found), {"reference": reference.key})
    if len(found) == 1:
        return redirect("cases:case", found[0].pk)
    words = "more than one case" if found else "no case"
    messages.warning(request, f"There is {words} of that reference among those you may see.")
    return redirect("cases:cases")
