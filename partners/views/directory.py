"""The directory of partners: found by what somebody needs, and kept right."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import model_to_dict
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import consulted, erased, listed
from core.access import requires
from core.days import london_day
from core.locks import hold, take_turn
from core.sent import posted, token_of
from partners.actions import directory as actions
from partners.forms.directory import ContactForm, PartnerForm
from partners.models import Contact, Partner
from partners.presenters.directory import CHECK_EVERY, DirectoryPage, DuePage, PartnerPage


def _today() -> date:
    return london_day(timezone.now())


def _partner(slug: str) -> Partner:
    return get_object_or_404(Partner, slug=slug)


def _contact(request: SignedInRequest, slug: str, pk: int) -> Contact:
    rows = Contact.objects.visible_to(request.user).select_related("partner")
    return get_object_or_404(rows, partner__slug=slug, pk=pk)


@requires(Permission.SEE_ENGAGEMENT)
def directory(request: SignedInRequest) -> HttpResponse:
    page = DirectoryPage(request.GET, request.user, _today())
    return render(request, "partners/directory.html", {"page": page})


@requires(Permission.KEEP_DIRECTORY)
def due(request: SignedInRequest) -> HttpResponse:
    """What is to be checked. Contacts are people, so that they were read is logged."""
    page = DuePage(request.user, _today())
    if page.people:
        listed(request, Contact, len(page.people))
    return render(request, "partners/directory_due.html", {"page": page})


@requires(Permission.SEE_ENGAGEMENT)
def partner(request: SignedInRequest, slug: str) -> HttpResponse:
    """What all may know; who is shown contacts there is logged, since those are people."""
    page = PartnerPage(_partner(slug), _today(), request.user)
    if page.people:
        listed(request, Contact, len(page.people), {"partner": slug})
    return render(request, "partners/partner.html", {"page": page})


@requires(Permission.KEEP_DIRECTORY)
def add(request: SignedInRequest) -> HttpResponse:
    sent = token_of(request.POST.get("token", ""))
    initial = {"review_on": _today() + CHECK_EVERY}
    with transaction.atomic():
        # Else a name that is being taken at this moment is free to both.
        take_turn("add partner")
        # Sent twice, it is of the entry that was made the first time, whose name is taken.
        made = Partner.objects.filter(token=sent).first() if sent else None
        form = PartnerForm(posted(request), instance=made, initial=initial)
        if form.is_valid():
            made = actions.add_partner(by=request.user, token=form.token, **form.cleaned_data)
            return _done(request, made.slug, f"{made} added to the directory")
    return _partner_form(request, form, "Add a partner")


@requires(Permission.KEEP_DIRECTORY)
def amend(request: SignedInRequest, slug: str) -> HttpResponse:
    """The entry again; where somebody else saved first, field by field what to keep.

    Whoever saves it has looked at it, so the next check is half a year off.
    """
    found = _partner(slug)
    initial = {"review_on": max(found.review_on or date.min, _today() + CHECK_EVERY)}
    with transaction.atomic():
        hold(found)
        now = model_to_dict(found, PartnerForm.Meta.fields)
        form = PartnerForm(posted(request), instance=_partner(slug), initial=initial, now=now)
        if form.is_valid():
            actions.amend_partner(by=request.user, partner=found, **form.cleaned_data)
            return _done(request, slug, "Entry corrected. History keeps what it said before.")
    return _partner_form(request, form, f"Correct the entry of {found}", found)


@require_POST
@requires(Permission.KEEP_DIRECTORY)
def checked(request: SignedInRequest, slug: str) -> HttpResponse:
    day = _today() + CHECK_EVERY
    actions.confirm_partner(by=request.user, partner=_partner(slug), review_on=day)
    return _done(request, slug, "Entry checked. It comes up again in half a year.")


@require_POST
@requires(Permission.KEEP_DIRECTORY)
def retire(request: SignedInRequest, slug: str) -> HttpResponse:
    actions.retire_partner(by=request.user, partner=_partner(slug), on=_today())
    return _done(request, slug, "Entry retired. Nobody is offered it from now on.")


@require_POST
@requires(Permission.KEEP_DIRECTORY)
def restore(request: SignedInRequest, slug: str) -> HttpResponse:
    actions.restore_partner(by=request.user, partner=_partner(slug))
    return _done(request, slug, "Entry restored. It is in the directory again.")


@requires(Permission.KEEP_DIRECTORY)
def add_contact(request: SignedInRequest, slug: str) -> HttpResponse:
    partner = _partner(slug)
    form = ContactForm(posted(request), instance=Contact(partner=partner))
    if form.is_valid():
        actions.add_contact(partner=partner, token=form.token, **form.cleaned_data)
        return _done(request, slug, "Contact added")
    return _contact_form(request, form, "Add a contact", partner)


@requires(Permission.KEEP_DIRECTORY)
def amend_contact(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The contact again; where somebody else saved first, field by field what to keep."""
    found = _contact(request, slug, pk)
    consulted(request, found)
    with transaction.atomic():
        hold(found)
        now = model_to_dict(found, ContactForm.Meta.fields)
        form = ContactForm(posted(request), instance=found, now=now)
        if form.is_valid():
            actions.amend_contact(contact=found, **form.cleaned_data)
            return _done(request, slug, "Contact corrected")
    return _contact_form(request, form, "Correct a contact", found.partner)


@requires(Permission.KEEP_DIRECTORY)
def remove_contact(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Asks first: nothing of a contact is kept anywhere."""
    found = _contact(request, slug, pk)
    if request.method == "POST":
        with transaction.atomic():
            erased(request, found)
            actions.remove_contact(contact=found)
        return _done(request, slug, "Contact removed for good")
    consulted(request, found)
    return render(request, "partners/contact_remove.html", {"contact": found})


def _done(request: SignedInRequest, slug: str, words: str) -> HttpResponseRedirect:
    messages.success(request, words)
    return redirect("partners:partner", slug)


def _partner_form(
    request: SignedInRequest, form: PartnerForm, heading: str, partner: Partner | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "heading": heading, "partner": partner}
    return render(request, "partners/partner_form.html", context)


def _contact_form(
    request: SignedInRequest, form: ContactForm, heading: str, partner: Partner
) -> HttpResponse:
    context = {"form": form, "heading": heading, "partner": partner}
    return render(request, "partners/contact_form.html", context)
