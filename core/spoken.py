"""What the errors of forms say, like "Enter the time", and how the values of their fields read."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any, cast

from django import forms
from django.utils.functional import lazy

STOCK = {
    *forms.Field.default_error_messages.values(),
    *forms.ChoiceField.default_error_messages.values(),
    *forms.MultipleChoiceField.default_error_messages.values(),
    *forms.ModelChoiceField.default_error_messages.values(),
    *forms.ModelMultipleChoiceField.default_error_messages.values(),
    *forms.IntegerField.default_error_messages.values(),
}
"""What Django says where nobody has written better."""
CHOSEN = (forms.ChoiceField, forms.ModelChoiceField)
MANY = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
CLAUSE = re.compile(r"(who|whom|what|when|where|which|why|how|whether|their)\b")
PARTICULAR = re.compile(r" (of|in|that|which) ")
"""What makes one thing of its kind: the borough of the offence."""


@dataclass(frozen=True)
class Spoken:
    """What errors call a field: by its label, or by words of its own where that is no noun."""

    field: forms.Field
    name: str
    own: str

    @property
    def label(self) -> str:
        return str(self.field.label or self.name.replace("_", " ").capitalize())

    @property
    def asked_for(self) -> str:
        """After "Enter" or "Select": "the time", "an offence", "topics", "who asked"."""
        words = lowered(self.label)
        if self.own or CLAUSE.match(words):
            return self.own or words
        if isinstance(self.field, MANY):
            return words
        if isinstance(self.field, forms.IntegerField):
            return f"the number of {words}"
        if not isinstance(self.field, CHOSEN) or PARTICULAR.search(words):
            return f"the {words}"
        return f"an {words}" if words[0] in "aeiou" else f"a {words}"

    @property
    def subject(self) -> str:
        """Before "must be": "Place", "The number of leaflets"; of a clause, "Your answer"."""
        words = self.asked_for
        if CLAUSE.match(words):
            return "Your answer"
        told = self.own or isinstance(self.field, forms.IntegerField)
        return words[0].upper() + words[1:] if told else self.label

    def messages(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """What to say by Django's code of the mistake, said late: a label may change until then."""
        field, chosen = self.field, isinstance(self.field, CHOSEN)
        yield "required", lambda: f"{'Select' if chosen else 'Enter'} {self.asked_for}"
        for code in ("invalid_choice", "invalid_pk_value", "invalid_list") if chosen else ():
            yield code, lambda: f"Select {self.asked_for} from the list"
        yield "max_length", lambda: f"{self.subject} must be %(limit_value)d characters or fewer"
        if isinstance(field, forms.IntegerField):
            least, most = field.min_value, field.max_value
            like = 40 if most is None or most >= 40 else 4
            yield "invalid", lambda: f"{self.subject} must be a whole number, like {like}"
            if least is not None:
                yield "min_value", lambda: f"{self.subject} must be {least:,} or more"
            if most is not None:
                yield "max_value", lambda: f"{self.subject} must be {most:,} or fewer"
        if isinstance(field, forms.EmailField):
            yield "invalid", lambda: "Enter an email address, like name@example.org"


def _said(words: Callable[[], str]) -> str:
    return words()


said_late = lazy(_said, str)
"""Made once, as each `lazy` makes a class, and there are a hundred words in a form."""


def word(field: forms.Field, name: str, own: str = "") -> None:
    """Says in plain words what to do, where a field has no words of its own."""
    spoken = Spoken(field, name, own)
    field.spoken = spoken  # type: ignore[attr-defined]
    for code, words in spoken.messages():
        if field.error_messages.get(code, "") in {"", *STOCK}:
            field.error_messages[code] = said_late(words)


def subject(field: forms.Field, otherwise: str) -> str:
    """What stands before "must be" of a field, be it of a form or by itself."""
    return field.spoken.subject if hasattr(field, "spoken") else str(field.label or otherwise)


def lowered(label: str) -> str:
    """A label inside a sentence: "Lead team" is "lead team", "CPS" stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def in_words(field: forms.Field, value: Any) -> str:
    """A value of a field as a person would say it."""
    if value in (None, "") or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    coded = isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField)
    labels: dict[Any, str] = dict(cast(Any, field).choices) if coded else {}
    many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    return ", ".join(str(labels.get(one, one)) for one in (value if many else [value])) or "nothing"
