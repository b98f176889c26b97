"""What is known of one record from outside: who looked at it or was refused, and what changed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404
from django.urls import reverse

from audit.changes import Change, Person, Rows, about, changes, doers, tracked
from audit.models import LogRow
from audit.presenters.rows import Line, lines
from audit.querysets import LogQuerySet
from audit.words import role_of, thing, who
from core.pages import Page, keyset_page

CHANGES_SHOWN = 100
THE_SYSTEM = "The system"


@dataclass(frozen=True)
class Done:
    """A change in words."""

    change: Change
    person: Person | None

    @property
    def who(self) -> str:
        return who(self.person.username, self.person.name) if self.person else THE_SYSTEM

    @property
    def role(self) -> str:
        return role_of(self.person.role) if self.person else ""

    @property
    def thing(self) -> str:
        return thing(self.change.object_type, self.change.object_id)


class Record:
    """A record by its kind and number; Http404 where there can be none."""

    def __init__(self, object_type: str, object_id: str) -> None:
        model = tracked(object_type)
        if model is None or not _could_be(model, object_id):
            raise Http404
        self.model, self.object_type, self.object_id = model, object_type, object_id

    def __str__(self) -> str:
        return thing(self.object_type, self.object_id)

    @cached_property
    def rows(self) -> list[Rows]:
        """The record itself, and what hangs on it."""
        return about(self.model, self.model._meta.pk.to_python(self.object_id))

    @property
    def log(self) -> LogQuerySet:
        return LogRow.objects.about(self.rows)

    @cached_property
    def changes(self) -> list[Done]:
        """From the first on."""
        found = changes(self.rows)
        known = doers(found)
        return [Done(change, known.get(place)) for place, change in enumerate(found)]

    @property
    def latest_changes(self) -> list[Done]:
        return self.changes[: -CHANGES_SHOWN - 1 : -1]

    @property
    def looks_address(self) -> str:
        """Who looked at the record itself, by person."""
        query = f"object_type={self.object_type}&object_id={self.object_id}"
        return f"{reverse('audit:groups', args=['person'])}?{query}"

    def turn_to(self, cursor: str) -> tuple[Page[LogRow], list[Line]]:
        page = keyset_page(self.log, ("pk",), cursor)
        return page, lines(page.rows)


def _could_be(model: type[Model], key: str) -> bool:
    """Whether a key is of the kind that a model has, and within the column."""
    try:
        found: Any = model._meta.pk.clean(key, None)
    except ValidationError:
        return False
    return found is not None
