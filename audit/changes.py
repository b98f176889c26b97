"""What changed of a record and of the rows that hang on it: who, when, which fields; never what
they held before or after, since an auditor reads no record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import ForeignKey, Model

LABELS = {"insert": "Entered", "update": "Changed", "delete": "Removed"}


@dataclass(frozen=True)
class Change:
    """One row of a history table."""

    when: datetime
    user: Any
    """The key of whoever did it, if anybody signed in."""
    label: str
    object_type: str
    object_id: str
    fields: list[str]
    reason: str
    request_id: str
    table: str
    number: int

    @property
    def done(self) -> str:
        return LABELS.get(self.label, self.label)


@dataclass(frozen=True)
class Rows:
    """Some rows of a model."""

    model: type[Model]
    keys: list[Any]

    @property
    def object_type(self) -> str:
        return self.model._meta.label_lower


def tracked(label: str) -> type[Model] | None:
    """The model of a label, if its history is kept."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if hasattr(model, "pgh_event_model") else None


def about(model: type[Model], key: Any) -> list[Rows]:
    """A record and what hangs on it: rows of its own app that point at it, and at those.

    Found in the history tables, so a row that has since been removed is there as well.
    """
    found, waiting = [Rows(model, [key])], [Rows(model, [key])]
    while waiting:
        owner = waiting.pop(0)
        for of, field in _pointing_at(owner.model):
            events = of.pgh_event_model._default_manager  # type: ignore[attr-defined]
            held = events.filter(**{f"{field.attname}__in": owner.keys})
            known = {key for rows in found if rows.model is of for key in rows.keys}
            keys = sorted(set(held.values_list("pgh_obj_id", flat=True)) - known)
            if keys:
                found.append(Rows(of, keys))
                waiting.append(Rows(of, keys))
    return found


def _pointing_at(model: type[Model]) -> Iterator[tuple[type[Model], "ForeignKey[Any, Any]"]]:
    """Tracked models of the same app by their keys to this one, but for a model's own to itself."""
    for of in apps.get_app_config(model._meta.app_label).get_models():
        if hasattr(of, "pgh_event_model") and of is not model:
            kept = {field.name for field in of.pgh_event_model._meta.get_fields()}
            for field in of._meta.concrete_fields:
                if isinstance(field, ForeignKey) and field.name in kept:
                    yield from [(of, field)] if field.remote_field.model is model else []


def changes(rows: Iterable[Rows]) -> list[Change]:
    """The changes of some rows, from the first on."""
    found = [change for some in rows for change in _of(some)]
    return sorted(found, key=lambda change: (change.when, change.number))


def _of(rows: Rows) -> Iterator[Change]:
    events = rows.model.pgh_event_model  # type: ignore[attr-defined]
    fields = [
        field
        for field in rows.model._meta.concrete_fields
        if field.attname in {one.attname for one in events._meta.concrete_fields}
        and not field.primary_key
    ]
    before: Any = None
    for event in (
        events._default_manager.filter(pgh_obj_id__in=rows.keys)
        .select_related("pgh_context")
        .order_by("pgh_obj_id", "pgh_id")
    ):
        same = before is not None and before.pgh_obj_id == event.pgh_obj_id
        said = event.pgh_context.metadata if event.pgh_context else {}
        yield Change(
            when=event.pgh_created_at,
            user=said.get("user"),
            label=event.pgh_label,
            object_type=rows.object_type,
            object_id=str(event.pgh_obj_id),
            fields=[
                str(field.verbose_name)
                for field in fields
                if same and getattr(before, field.attname) != getattr(event, field.attname)
            ],
            reason=str(said.get("reason", "")),
            request_id=str(said.get("request", "")),
            table=events._meta.db_table,
            number=event.pgh_id,
        )
        before = event


@dataclass(frozen=True)
class Person:
    """Whoever did something, as they were then."""

    username: str
    name: str
    role: str


def doers(changes: Iterable[Change]) -> dict[int, Person]:
    """Who made each change, by its place among them, with their role at the time."""
    found = list(changes)
    users = get_user_model()._default_manager.in_bulk({c.user for c in found} - {None})
    past = _roles(users)
    return {
        place: Person(
            users[change.user].get_username(),
            str(users[change.user]),
            next(
                (role for since, role in past[change.user] if since <= change.when),
                getattr(users[change.user], "role", ""),
            ),
        )
        for place, change in enumerate(found)
        if change.user in users
    }


def _roles(users: Iterable[Any]) -> dict[Any, list[tuple[datetime, str]]]:
    """The roles of people, the latest first, each with the moment since when."""
    past: dict[Any, list[tuple[datetime, str]]] = {key: [] for key in users}
    events = getattr(get_user_model(), "pgh_event_model", None)
    if events is not None:
        known = events._default_manager.filter(pgh_obj_id__in=list(past)).order_by("-pgh_id")
        for key, since, role in known.values_list("pgh_obj_id", "pgh_created_at", "role"):
            past[key].append((since, role))
    return past
