"""Events as what the rows of a spreadsheet become."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from accounts.imports.check import Fit
from accounts.imports.subject import Held, Subject
from accounts.models import Import, User
from core.templatetags.page import long_day
from partners.forms.events import EventForm, OutcomeOfEventForm
from partners.imports.check import COUNTED, EventChecker, Facts, StateForm
from partners.imports.columns import SHEET
from partners.imports.save import HeldEvents
from partners.models import (
    ConfirmationLink,
    EngagementEvent,
    EventTeam,
    FollowUp,
    ImportedEvent,
    Participation,
)


class Events(Subject):
    of = Import.Of.EVENTS
    app = "partners"
    record = "partners:event"
    home = ("partners:events", "Engagement events")
    thing, things = "event", "events"
    alike = "saved all the same: take out of the file what is the same event"
    columns = SHEET
    silent = dict.fromkeys(COUNTED, "0")
    model = EngagementEvent
    row = ImportedEvent
    related = ("event__borough",)
    beside = "Borough"

    def words(self, user: User) -> dict[str, list[str]]:
        found = {}
        for form in (StateForm(), EventForm(user=user), OutcomeOfEventForm()):
            for name, field in form.fields.items():
                choices: Any = getattr(field, "choices", [])
                found[name] = [str(label) for value, label in choices if value]
        return {name: words for name, words in found.items() if words}

    def checker(self, user: User, now: datetime) -> EventChecker:
        return EventChecker(user, now)

    @contextmanager
    def hold(self, fits: Iterable[list[Fit[Facts]]]) -> Iterator[Held]:
        yield HeldEvents(fits)

    def standing(self, batch: Import) -> "QuerySet[EngagementEvent]":
        return EngagementEvent.objects.filter(voided_at=None, imported_row__batch=batch)

    def touched(self, batch: Import) -> Q:
        """By what hangs on them: parts, teams that help, follow-ups, links to confirm."""
        links = ConfirmationLink.objects.filter(participation__event__imported_row__batch=batch)
        changed = Q(pk__in=links.values("participation__event"))
        joined: list[tuple[Any, str]] = [(Participation, "event"), (FollowUp, "event")]
        for model, event in [*joined, (EventTeam, "engagementevent")]:
            by_people = model.pgh_event_model.objects.filter(
                **{f"{event}__imported_row__batch": batch}
            ).alias(of_import=KeyTextTransform("import", "pgh_context__metadata"))
            changed |= Q(pk__in=by_people.filter(of_import__isnull=True).values(event))
        return changed

    def saved(self, row: ImportedEvent) -> tuple[EngagementEvent, str, str]:
        return row.event, row.event.title, str(row.event.borough)

    def named(self, record: Any) -> str:
        return f"{record.title}, {long_day(record.day)}"


EVENTS = Events()
