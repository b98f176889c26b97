"""What became of a row: every change, by whom, from what to what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Field, ForeignKey, Model

from accounts.models import User
from core.codes import CodesField
from core.querysets import ScopedQuerySet
from core.templatetags.page import listed, long_day, moment

NOT_SHOWN = {"id", "recorded_at", "recorded_by", "logged_by"}
NOBODY = "The system"


@dataclass(frozen=True)
class FieldChange:
    """One field, in words, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What somebody did to a row at one moment."""

    of: Any
    """The key of the row."""
    when: datetime
    who: str
    action: str
    fields: list[FieldChange]
    reason: str = ""


def history(row: Model, user: User) -> list[Change]:
    """The changes of a tracked row, the latest first; the first of all is its entry."""
    return changes(type(row), user, pgh_obj=row.pk)


def joined(model: type[Model], field: str, label: str, **which: Any) -> list[Change]:
    """When rows that join two things were added, and when taken away; the latest first.

    `field` leads to what was joined, called by `label`.
    """
    tracked = model.pgh_event_model  # type: ignore[attr-defined]
    rows = tracked.objects.filter(**which).select_related("pgh_context").order_by("pgh_id")
    events: list[Any] = [event for event in rows if event.pgh_label != "update"]
    people, key = _people(events), f"{field}_id"
    others = model._meta.get_field(field).related_model._default_manager  # type: ignore[union-attr]
    names = others.in_bulk([getattr(event, key) for event in events])
    found = []
    for event in events:
        both = ["empty", str(names[getattr(event, key)])]
        if event.pgh_label == "delete":
            both.reverse()
        found.append(_change(False, event, [FieldChange(label, *both)], people))
    return latest_first(found)


def changes(model: type[Model], user: User, **which: Any) -> list[Change]:
    """The changes of tracked rows, the latest first."""
    tracked = model.pgh_event_model  # type: ignore[attr-defined]
    events: list[Any] = list(
        tracked.objects.filter(**which)
        .order_by("pgh_obj_id", "pgh_id")
        .select_related("pgh_context")
    )
    words, people = _Words(model, events, user), _people(events)
    found = []
    for before, after in zip([None, *events], events, strict=False):
        if before is not None and before.pgh_obj_id != after.pgh_obj_id:
            before = None
        fields = list(words.changes(before, after)) if before is not None else []
        if before is None or fields:
            found.append(_change(before is None, after, fields, people))
    return latest_first(found)


def latest_first(changes: list[Change]) -> list[Change]:
    """From the oldest first; what one transaction did has one time, and keeps its order."""
    return sorted(changes, key=lambda change: change.when)[::-1]


def _change(first: bool, event: Any, fields: list[FieldChange], people: dict[Any, str]) -> Change:
    said = event.pgh_context.metadata if event.pgh_context else {}
    action = said.get("action", "entered" if first else "changed")
    return Change(
        of=event.pgh_obj_id,
        when=event.pgh_created_at,
        who=people.get(said.get("user"), NOBODY),
        action=action[:1].upper() + action[1:],
        fields=fields,
        reason=said.get("reason", ""),
    )


def _people(events: list[Any]) -> dict[Any, str]:
    ids = {event.pgh_context.metadata.get("user") for event in events if event.pgh_context}
    return {user.pk: user.name for user in User.objects.filter(pk__in=ids - {None})}


class _Words:
    """The fields of a history table in words; of rows out of sight, only that there are some."""

    def __init__(self, model: type[Model], events: list[Any], user: User) -> None:
        self.fields: list[Field[Any, Any]] = [
            field
            for field in model._meta.concrete_fields
            if field.name not in NOT_SHOWN and events and hasattr(events[0], field.attname)
        ]
        self.names = {
            field.name: self._names(field, events, user)
            for field in self.fields
            if isinstance(field, ForeignKey)
        }

    @staticmethod
    def _names(field: "ForeignKey[Any, Any]", events: list[Any], user: User) -> dict[Any, str]:
        ids = {getattr(event, field.attname) for event in events} - {None}
        rows = field.remote_field.model._default_manager.filter(pk__in=ids)
        if isinstance(rows, ScopedQuerySet):
            rows = rows.visible_to(user)
        return {row.pk: str(row) for row in rows} if ids else {}

    def changes(self, before: Any, after: Any) -> Iterator[FieldChange]:
        for field in self.fields:
            was, now = getattr(before, field.attname), getattr(after, field.attname)
            if was != now:
                label = str(field.verbose_name).capitalize()
                yield FieldChange(label, self._word(field, was), self._word(field, now))

    def _word(self, field: "Field[Any, Any]", value: Any) -> str:
        if value in (None, "", []):
            return "empty"
        if isinstance(field, CodesField):
            return listed([field.labels.get(code, code) for code in value])
        if field.name in self.names:
            return self.names[field.name].get(value, "one that you may not see")
        if isinstance(value, datetime):
            return moment(value)
        if isinstance(value, date):
            return long_day(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(dict(field.flatchoices).get(value, value))
