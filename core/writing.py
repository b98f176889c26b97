"""Forms that add something once, and put it right without running over somebody else's change.

The form of something new carries a token, so that a double click, a reload and the back button make
one row. The page that puts something right carries a mark of each value that it was opened with.
Sent, it is held against what is there by then, field by field; where somebody else changed what it
would change, nothing is saved until its person has chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.db.models import Model
from django.http import QueryDict

from core.forms import PageFormMixin
from core.sent import token_of
from core.spoken import in_words

MARK = 12
"""Signs of a mark: two values that differ have the same one once in 2^48."""


SEEN = "seen"
"""What the page carries on which one chooses: the marks of what it shows. The form itself has no
such control, so that where it is taken up again later, it is asked again.
"""


@dataclass(frozen=True)
class Conflict:
    """A field that a form would change, while somebody else changed that or another one."""

    name: str
    label: str
    now: str
    mine: str
    touched: bool
    """Whether this person changed it too."""

    @property
    def control(self) -> str:
        return f"keep_{self.name}"


class WritingMixin(PageFormMixin):
    """A form of something new, with its `token`; or of what is there, by what that says `now`.

    `now` is read under a lock (`core.locks.hold`), as values that the fields clean to.
    """

    conflicts: list[Conflict]
    token: UUID

    def __init__(self, *args: Any, now: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        self.now = now or {}
        self.conflicts = []
        kwargs["initial"] = {**self.now, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        own, first = ("version", self._version) if now is not None else ("token", uuid4())
        self.fields[own] = forms.CharField(required=False, initial=first, widget=forms.HiddenInput)

    @property
    def _version(self) -> str:
        return " ".join(_mark(name, value) for name, value in self.now.items())

    def clean(self) -> dict[str, Any]:
        # One that lost its token is a new one.
        self.token = token_of(self.cleaned_data.pop("token", "")) or uuid4()
        version = self.cleaned_data.pop("version", "")
        self._opened = {*version.split(), *self.data.get(SEEN, "").split()}
        self._typed = dict(self.cleaned_data)
        for name, value in self.now.items():
            if name in self.fields and self.data.get(f"keep_{name}") == "now":
                self.cleaned_data[name] = value
        return super().clean() or self.cleaned_data

    def full_clean(self) -> None:
        super().full_clean()
        if self.now and self.is_bound and not self.errors:
            self._look_for_changes()

    def _look_for_changes(self) -> None:
        mine = {**self.cleaned_data, **self._typed}
        found = [
            Conflict(
                name,
                str(field.label),
                in_words(field, self.now[name]),
                in_words(field, mine[name]),
                touched=_mark(name, mine[name]) not in self._opened,
            )
            for name, field in self.fields.items()
            if name in self.now and _mark(name, self.now[name]) != _mark(name, mine[name])
        ]
        if any(_mark(one.name, self.now[one.name]) not in self._opened for one in found):
            self.conflicts = found
            self.add_error(None, "Choose what to keep")

    @property
    def error_links(self) -> list[tuple[str, str]]:
        if not self.conflicts:
            return super().error_links
        return [
            (f"{one.control}_now", f"{one.label}: choose what to keep") for one in self.conflicts
        ]

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What goes along unseen beside what there is to choose."""
        again = [
            (name, value)
            for name, values in cast("QueryDict", self.data).lists()
            if name not in {"csrfmiddlewaretoken", SEEN} and not name.startswith("keep_")
            for value in values
        ]
        return [*again, (SEEN, self._version)]


def _mark(name: str, value: Any) -> str:
    return sha256(f"{name}={_plain(value)}".encode()).hexdigest()[:MARK]


def _plain(value: Any) -> str:
    """A value in the same signs, be it read from the database or typed."""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return repr(sorted(_plain(one) for one in value))
    return "" if value is None else "\n".join(str(value).split("\r\n")).strip()
