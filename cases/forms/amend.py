"""Correcting an entry: the form it was logged with, and the reasons for taking one out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from cases.forms.log import LogForm
from core.forms import PageForm, in_words

VOID_REASONS = [
    ("Entered twice", "It was entered twice"),
    ("On the wrong case", "It is on the wrong case"),
    ("Did not happen", "It did not happen"),
    ("Test entry", "It was a test"),
    ("Other", "Another reason"),
]


@dataclass(frozen=True)
class Conflict:
    """A field that is not what it was when the form was opened, and that this form would change."""

    name: str
    label: str
    now: str
    mine: str
    touched: bool
    """Whether this person changed it too."""


class AmendForm(LogForm):
    """The form an entry was logged with, filled in with what it says now."""

    version = forms.RegexField(
        r"^[0-9]{1,18}-[0-9]{1,18}\Z",
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ["required", "invalid"], "Go back to the entry and correct it from there"
        ),
    )

    def conflicts(self, opened: Mapping[str, Any], now: Mapping[str, Any]) -> list[Conflict]:
        """What to choose between, where somebody else saved first; of a form that is valid."""
        found = []
        for name, field in self.fields.items():
            if name not in now or _alike(self.cleaned_data[name], now[name]):
                continue
            mine = self.cleaned_data[name]
            touched = not _alike(mine, opened[name])
            words = (in_words(field, now[name]), in_words(field, mine))
            found.append(Conflict(name, str(field.label), *words, touched))
        return found

    def choose(self, now: Mapping[str, Any]) -> None:
        """Takes what is there now wherever the person chose that."""
        for name in self.fields:
            if self.data.get(f"keep_{name}") == "now" and name in now:
                self.cleaned_data[name] = now[name]


def _alike(one: Any, other: Any) -> bool:
    if isinstance(other, list):
        return set(one) == set(other)
    return bool((one or None) == (other or None))


class VoidForm(PageForm):
    why = forms.ChoiceField(
        label="Why is this entry wrong?",
        choices=VOID_REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Select why this entry is wrong"},
    )
    words = forms.CharField(
        label="What happened",
        max_length=400,
        help_text="For whoever looks at it later. No names.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say in a few words what happened"},
    )

    @property
    def reason(self) -> str:
        return f"{self.cleaned_data['why']}: {self.cleaned_data['words']}"


class SendBackForm(PageForm):
    reason = forms.CharField(
        label="What should be looked at?",
        max_length=500,
        help_text="The officer who logged it reads this. No names.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say what should be looked at"},
    )


class AnswerForm(PageForm):
    answer = forms.CharField(
        label="Answer",
        max_length=500,
        required=False,
        help_text="If the entry was right, say so here. No names.",
        widget=forms.Textarea({"rows": 3}),
    )
