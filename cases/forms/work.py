"""What the small forms of a case share: moments in two parts, and refusals at the right field."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from core.days import LONDON
from core.forms import ClockField, DayField, PageForm
from core.spoken import lowered

MOMENTS = ("given_at", "hearing_at", "served_at", "happened_at")
PAST_MOMENTS = frozenset({"given_at", "served_at", "happened_at"})


def moment_fields(fact: str, label: str, *, required: bool = True) -> tuple[DayField, ClockField]:
    """The day and the time of a moment; those of "given_at" go by `given_day` and `given_time`."""
    past = fact in PAST_MOMENTS
    return DayField(label=f"Day {label}", past=past, required=required), ClockField(
        label=f"Time {label}",
        required=required,
        help_text="Like 1430, 14:30 or 2.30pm.",
        day=f"{fact.removesuffix('_at')}_day" if past else "",
    )


def few_words(
    label: str, missing: str, help_text: str = "No names.", max_length: int = 400
) -> forms.CharField:
    """A few words that history or the log keeps."""
    return forms.CharField(
        label=label,
        max_length=max_length,
        help_text=help_text,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": missing},
    )


def reference_field(label: str) -> forms.CharField:
    """What others call it, where that is known."""
    widget = forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=40, required=False, widget=widget)


def initial_moments(row: Model, *facts: str) -> dict[str, date | time]:
    """The moments of a row, in the parts in which a form asks for them."""
    parts: dict[str, date | time] = {}
    for fact in facts:
        when = getattr(row, fact)
        if when is not None:
            local = when.astimezone(LONDON)
            stem = fact.removesuffix("_at")
            parts |= {f"{stem}_day": local.date(), f"{stem}_time": local.time()}
    return parts


class WorkForm(PageForm):
    """A few facts about the work on a case, for one action."""

    made: Any = None
    """What the action gave back."""
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._settle_hidden()
        for fact in MOMENTS:
            if f"{fact.removesuffix('_at')}_day" in self.fields:
                cleaned[fact] = self._moment(fact)
        return cleaned

    def _settle_hidden(self) -> None:
        """A token that nobody can mend is made anew; any other mistake is said on top."""
        for field in self.hidden_fields():
            wrong = self.errors.pop(field.name, None)
            if wrong and field.name == "token":
                self.cleaned_data["token"] = uuid4()
            elif wrong:
                self.add_error(None, list(wrong))

    def _moment(self, fact: str) -> datetime | None:
        stem = fact.removesuffix("_at")
        day, clock = (self.cleaned_data.pop(f"{stem}_{part}", None) for part in ("day", "time"))
        if {f"{stem}_day", f"{stem}_time"} & set(self.errors):
            return None
        if (day is None) != (clock is None):
            missing = "day" if day is None else "time"
            field = self.fields[f"{stem}_{missing}"]
            self.add_error(
                f"{stem}_{missing}", f"Enter the {lowered(str(field.label))}, or neither"
            )
        if day is None or clock is None:
            return None
        when = datetime.combine(day, clock, tzinfo=LONDON)
        if fact in PAST_MOMENTS and when > timezone.now():
            self.add_error(f"{stem}_time", "The time must be in the past: check the day too")
        return when

    @property
    def sent(self) -> UUID:
        """The token that the form carries."""
        token: UUID = self.cleaned_data["token"]
        return token

    def facts(self) -> dict[str, Any]:
        """What was typed, by field of the row, for a form that is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "token"}

    def taken(self, act: Callable[[], object]) -> bool:
        """Whether the form is right and its action went through; else the form says why not."""
        if not self.is_valid():
            return False
        try:
            self.made = act()
        except ValidationError as error:
            self.refuse(error)
            return False
        return True

    def place_of(self, name: str) -> str | None:
        """Of a moment, its day."""
        return super().place_of(name) or super().place_of(f"{name.removesuffix('_at')}_day")
