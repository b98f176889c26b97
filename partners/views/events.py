"""One event: what it is, what came of it, and putting it right."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.permissions import Permission, SignedInRequest
from audit.record import consulted, wrote
from core.access import requires
from core.forms import PageForm
from core.locks import hold
from core.models import told
from core.sent import posted
from partners import actions
from partners.actions import Every
from partners.forms.events import (
    EventForm,
    FollowUpForm,
    OutcomeOfEventForm,
    PartsForm,
    RepeatForm,
    WhyForm,
    counts_of,
    first_values,
    values_of,
)
from partners.models import EngagementEvent, FollowUp
from partners.presenters.events import EventPage
from partners.querysets import EngagementEventQuerySet
from partners.views.changing import to_change, writes_in


def _events(request: SignedInRequest) -> EngagementEventQuerySet:
    rows = EngagementEvent.objects.visible_to(request.user)
    return rows.select_related("borough", "team", "voided_by")


def _to_change(request: SignedInRequest, pk: int, *, void: bool = False) -> EngagementEvent:
    return to_change(request, _events(request), pk, void=void)


@requires(Permission.SEE_ENGAGEMENT)
def event(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_events(request), pk=pk)
    consulted(request, found)
    return render(request, "partners/event.html", {"page": EventPage(found, request.user)})


@requires(Permission.WRITE_RECORDS)
def add(request: SignedInRequest) -> HttpResponse:
    """A new event; of one that has begun, what came of it is asked next."""
    form = EventForm(posted(request), user=request.user, initial=first_values(request.user))
    if form.is_valid():
        with _refused_by(form):
            made = actions.add_event(by=request.user, token=form.token, **form.facts())
            wrote(request, made, made.title)
            messages.success(request, "Event saved.")
            begun = made.status == "planned" and made.happened_at <= timezone.now()
            return redirect("partners:finish_event" if begun else "partners:event", made.pk)
    context = {"form": form, "heading": "Add an event", "button": "Save event"}
    return render(request, "partners/event_form.html", context)


@requires(Permission.WRITE_RECORDS)
def amend(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form again; where somebody else saved first, field by field what to keep."""
    found = _to_change(request, pk)
    with transaction.atomic():
        hold(found)
        form = EventForm(posted(request), user=request.user, event=found, now=values_of(found))
        if form.is_valid():
            with _refused_by(form):
                actions.amend_event(by=request.user, event=found, **form.facts())
                wrote(request, found, form.cleaned_data["title"])
                messages.success(request, "Event corrected. History keeps what it said before.")
                return redirect("partners:event", pk)
    context = {"form": form, "event": found, "heading": "Correct the event", "button": "Save"}
    return render(request, "partners/event_form.html", context)


@requires(Permission.WRITE_RECORDS)
def finish(request: SignedInRequest, pk: int) -> HttpResponse:
    """What came of an event that has begun; done before, it is put right."""
    found = _to_change(request, pk)
    with transaction.atomic():
        hold(found)
        if not EventPage(found, request.user).may_finish:
            messages.warning(request, "Only an event that has begun can be done.")
            return redirect("partners:event", pk)
        form = OutcomeOfEventForm(posted(request), now=counts_of(found))
        if form.is_valid():
            with _refused_by(form):
                actions.finish_event(by=request.user, event=found, **form.counts())
                wrote(request, found, form.cleaned_data["feedback"])
                messages.success(request, "Saved. The event counts as done.")
                return redirect("partners:event", pk)
    return _small_form(request, found, form, "Results", "Save")


@requires(Permission.WRITE_RECORDS)
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = WhyForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        actions.cancel_event(by=request.user, event=found, reason=reason)
        messages.success(request, "Event cancelled. It counts nowhere.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "Cancel this event", "Cancel event")


@requires(Permission.WRITE_RECORDS)
def void(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = WhyForm(posted(request))
    if form.is_valid():
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
    if form.is_valid():
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
    if form.is_valid():
        actions.say_parts(by=request.user, event=found, parts=form.parts)
        wrote(request, found, " ".join(form.parts.values()))
        messages.success(request, "Saved what the partners do.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "What each partner does", "Save")


@requires(Permission.WRITE_RECORDS)
def follow_up(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _to_change(request, pk)
    form = FollowUpForm(posted(request))
    if form.is_valid():
        facts = form.facts()
        added = actions.add_follow_up(by=request.user, event=found, token=form.token, **facts)
        wrote(request, added, added.what)
        messages.success(request, "Follow-up added.")
        return redirect("partners:event", pk)
    return _small_form(request, found, form, "Add a follow-up", "Add follow-up")


@requires(Permission.WRITE_RECORDS)
def amend_follow_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """The follow-up again; where somebody else saved first, field by field what to keep."""
    found = _follow_up(request, pk)
    with transaction.atomic():
        hold(found)
        if found.done_at is not None:
            messages.warning(request, "This follow-up is done already. Nothing was changed.")
            return redirect("partners:event", found.event_id)
        now = {"what": found.what, "who": found.owner, "due_on": found.due_on}
        form = FollowUpForm(posted(request), now=now)
        if form.is_valid():
            actions.amend_follow_up(by=request.user, follow_up=found, **form.facts())
            wrote(request, found, form.cleaned_data["what"])
            messages.success(request, "Follow-up corrected.")
            return redirect("partners:event", found.event_id)
    return _small_form(request, found.event, form, "Correct a follow-up", "Save")


@require_POST
@requires(Permission.WRITE_RECORDS)
def follow_up_done(request: SignedInRequest, pk: int) -> HttpResponse:
    found = _follow_up(request, pk)
    actions.finish_follow_up(by=request.user, follow_up=found)
    messages.success(request, "Follow-up done.")
    return redirect("partners:event", found.event_id)


def _follow_up(request: SignedInRequest, pk: int) -> FollowUp:
    """A follow-up to write to: 404 where they may not know of it, 403 where they only read."""
    rows = FollowUp.objects.visible_to(request.user).select_related("event__borough")
    found = get_object_or_404(rows, pk=pk)
    writes_in(request, found.event.borough_id)
    return found


@contextmanager
def _refused_by(form: PageForm) -> Iterator[None]:
    """What the database or a field refuses is said by the form, in the words of its rule."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as refused:
        form.refuse(refused)
    except IntegrityError as refused:
        form.refuse(told(EngagementEvent(), refused))


def _small_form(
    request: SignedInRequest, event: EngagementEvent, form: PageForm, heading: str, button: str
) -> HttpResponse:
    context = {"form": form, "event": event, "heading": heading, "button": button}
    return render(request, "partners/small_form.html", context)
