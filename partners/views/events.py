"""One event: what it is, what came of it, and putting it right."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import consulted, wrote
from core.access import requires
from core.forms import PageForm
from core.models import told
from core.sent import posted, token_of
from partners import actions
from partners.actions import ChangedMeanwhile, Every, version_of
from partners.forms.events import (
    EventForm,
    FollowUpForm,
    OutcomeOfEventForm,
    PartsForm,
    RefusableForm,
    RepeatForm,
    WhyForm,
    counts_of,
    first_values,
    values_of,
)
from partners.models import EngagementEvent, FollowUp
from partners.presenters.events import EventPage
from partners.querysets import EngagementEventQuerySet

MEANWHILE = (
    "Somebody changed this event while you had it open. Nothing of yours is saved yet: look at the "
    "event, then save again if yours is right."
)


def _events(request: SignedInRequest) -> EngagementEventQuerySet:
    rows = EngagementEvent.objects.visible_to(request.user)
    return rows.select_related("borough", "team", "voided_by")


def _to_change(request: SignedInRequest, pk: int, *, void: bool = False) -> EngagementEvent:
    """An event to write to: 404 where they may not know of it, 403 where they only read."""
    event = get_object_or_404(_events(request), pk=pk)
    may_write = request.user.may_write_in(event.borough_id)
    if not may_write or (event.voided_at is not None) is not void:
        raise PermissionDenied
    return event


@requires(Permission.SEE_ENGAGEMENT)
def event(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_events(request), pk=pk)
    consulted(request, found)
    return render(request, "partners/event.html", {"page": EventPage(found, request.user)})


@requires(Permission.WRITE_RECORDS)
def add(request: SignedInRequest) -> HttpResponse:
    """A new event; of one that has begun, what came of it is asked next."""
    form = EventForm(posted(request), user=request.user, initial=first_values(request.user))
    token = token_of(request.POST.get("token", "")) or uuid4()
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_event(by=request.user, token=token, **form.facts())
        except (ValidationError, IntegrityError) as refused:
            _refuse(form, refused)
        else:
            wrote(request, made, made.title)
            messages.success(request, "Event saved.")
            begun = made.status == "planned" and made.happened_at <= timezone.now()
            return redirect("partners:finish_event" if begun else "partners:event", made.pk)
    context = {"form": form, "token": token, "heading": "Add an event", "button": "Save event"}
    return render(request, "partners/event_form.html", context)


@requires(Permission.WRITE_RECORDS)
def amend(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form again; where somebody else saved first, they are told and nothing is lost."""
    found = _to_change(request, pk)
    initial = values_of(found) | {"version": version_of(found)}
    form = EventForm(posted(request), user=request.user, event=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.amend_event(by=request.user, event=found, version=version, **form.facts())
        except ChangedMeanwhile:
            _say_meanwhile(request, form, found)
        except (ValidationError, IntegrityError) as refused:
            _refuse(form, refused)
        else:
            wrote(request, found, form.cleaned_data["title"])
            messages.success(request, "Event corrected. History keeps what it said before.")
            return redirect("partners:event", pk)
    context = {"form": form, "event": found, "heading": "Correct the event", "button": "Save"}
    return render(request, "partners/event_form.html", context)


@requires(Permission.WRITE_RECORDS)
def finish(request: SignedInRequest, pk: int) -> HttpResponse:
    """What came of an event that has begun; done before, it is put right."""
    found = _to_change(request, pk)
    if not EventPage(found, request.user).may_finish:
        messages.warning(request, "Only an event that has begun can be done.")
        return redirect("partners:event", pk)
    initial = {**counts_of(found), "version": version_of(found)}
    form = OutcomeOfEventForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.finish_event(by=request.user, event=found, version=version, **form.counts())
        except ChangedMeanwhile:
            _say_meanwhile(request, form, found)
        except (ValidationError, IntegrityError) as refused:
            _refuse(form, refused)
        else:
            wrote(request, found, form.cleaned_data["feedback"])
            messages.success(request, "Saved. The event counts as done.")
            return redirect("partners:event", pk)
    return _small_form(request, found, form, "What came of it", "Save")


@requires(Permission.WRITE_RECORDS)
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = WhyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        actions.cancel_event(by=request.user, event=found, reason=reason)
        messages.success(request, "Event cancelled. It counts nowhere.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "Cancel this event", "Cancel event")


@requires(Permission.WRITE_RECORDS)
def void(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = WhyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        actions.void_event(by=request.user, event=found, reason=form.cleaned_data["reason"])
        messages.success(request, "Event made void. It counts nowhere from now on.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "Make this event void", "Make void")


@require_POST
@requires(Permission.SUPERVISE)
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    actions.restore_event(event=_to_change(request, pk, void=True), by=request.user)
    messages.success(request, "Event restored.")
    return redirect("partners:event", pk)


@requires(Permission.WRITE_RECORDS)
def repeat(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = RepeatForm(posted(request))
    if request.method == "POST" and form.is_valid():
        every, times = Every(form.cleaned_data["every"]), form.cleaned_data["times"]
        made = actions.repeat_event(by=request.user, event=found, every=every, times=times)
        events = "1 event" if len(made) == 1 else f"{len(made)} events"
        messages.success(request, f"{events} planned.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "Repeat this event", "Plan them")


@requires(Permission.WRITE_RECORDS)
def parts(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = PartsForm(posted(request), parts=EventPage(found, request.user).parts)
    if request.method == "POST" and form.is_valid():
        actions.say_parts(by=request.user, event=found, parts=form.parts)
        wrote(request, found, " ".join(form.parts.values()))
        messages.success(request, "Saved what the partners do.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "What each partner does", "Save")


@requires(Permission.WRITE_RECORDS)
def follow_up(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = FollowUpForm(posted(request))
    if request.method == "POST" and form.is_valid():
        added = actions.add_follow_up(by=request.user, event=found, **form.cleaned_data)
        wrote(request, added, added.what)
        messages.success(request, "Follow-up added.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "Add a follow-up", "Add follow-up")


@require_POST
@requires(Permission.WRITE_RECORDS)
def follow_up_done(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = FollowUp.objects.visible_to(request.user).select_related("event")
    found = get_object_or_404(rows, pk=pk)
    if not request.user.may_write_in(found.event.borough_id):
        raise PermissionDenied
    actions.finish_follow_up(by=request.user, follow_up=found)
    messages.success(request, "Follow-up done.")
    return redirect("partners:event", found.event_id)


def _refuse(form: RefusableForm, refused: ValidationError | IntegrityError) -> None:
    """What the database or a field said, in the words of its rule."""
    if isinstance(refused, IntegrityError):
        refused = told(EngagementEvent(), refused)
    form.refuse(refused)


def _say_meanwhile(request: SignedInRequest, form: RefusableForm, event: EngagementEvent) -> None:
    """Tells of another's change; sent again, the form stands over it."""
    form.add_error(None, MEANWHILE)
    form.data = data = request.POST.copy()
    data["version"] = version_of(event)


def _small_form(
    request: SignedInRequest, event: EngagementEvent, form: PageForm, heading: str, button: str
) -> HttpResponse:
    context = {"form": form, "event": event, "heading": heading, "button": button}
    return render(request, "partners/small_form.html", context)
