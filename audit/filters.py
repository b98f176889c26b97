"""What the log can be narrowed to. Words that may name a case travel in the session, not in
addresses, which are logged.
"""

from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.models import LogRow
from audit.words import kinds, usernames_of
from core.days import ONE_DAY, start_of
from core.filters import DayFilter, ListFilter
from core.forms import Autocomplete, FilterForm

SOUGHT = "log_sought"
"""Where the session keeps what was searched for: in which place, and the words."""
PLACES = {"terms": "Searches", "reasons": "Reasons"}


def sought(request: HttpRequest) -> tuple[str, str]:
    place, words = request.session.get(SOUGHT, ("terms", ""))
    return place, words


def _people(_request: HttpRequest) -> "QuerySet[Any]":
    return get_user_model()._default_manager.all()


class LogFilter(ListFilter):
    sorts = {"at": ("pk",)}
    person = django_filters.ModelChoiceFilter(
        label="Person", queryset=_people, method="by_person", empty_label="", widget=Autocomplete
    )
    object_type = django_filters.ChoiceFilter(
        label="Kind of record", choices=kinds, method="of_kind", empty_label="", widget=Autocomplete
    )
    object_id = django_filters.CharFilter(
        label="Number of the record", max_length=40, method="of_number"
    )
    first = DayFilter(label="From", method="from_day")
    last = DayFilter(label="To", method="to_day")
    action = django_filters.ChoiceFilter(
        label="What was done", choices=LogRow.Action.choices, empty_label=""
    )
    flag = django_filters.ChoiceFilter(label="Flag", choices=LogRow.Flag.choices, empty_label="")
    reasoned = django_filters.BooleanFilter(
        label="With a reason", method="with_reason", widget=forms.CheckboxInput
    )
    request_id = django_filters.CharFilter(
        label="Request number", max_length=36, help_text="From an error page."
    )
    sought = django_filters.BooleanFilter(
        label="Found", method="for_words", widget=forms.HiddenInput
    )

    class Meta:
        model = LogRow
        fields: tuple[str, ...] = ()
        form = FilterForm

    def by_person(self, rows: Any, _name: str, person: Any) -> Any:
        return rows.by(usernames_of(person))

    def of_kind(self, rows: Any, _name: str, kind: str) -> Any:
        return rows.of_kinds([kind])

    def of_number(self, rows: Any, _name: str, number: str) -> Any:
        """Of every kind where none is chosen, by name, since the index begins with the kind."""
        every = [] if self.form.cleaned_data.get("object_type") else [kind for kind, _ in kinds()]
        return (rows.of_kinds(every) if every else rows).filter(object_id=number)

    def from_day(self, rows: Any, _name: str, day: Any) -> Any:
        return rows.since(start_of(day))

    def to_day(self, rows: Any, _name: str, day: Any) -> Any:
        return rows.before(start_of(day + ONE_DAY))

    def with_reason(self, rows: Any, _name: str, on: bool) -> Any:
        return rows.with_reason() if on else rows

    def for_words(self, rows: Any, _name: str, on: bool) -> Any:
        place, words = sought(self.request)
        if not (on and words):
            return rows
        return rows.for_reason(words) if place == "reasons" else rows.searched_for(words)

    def words(self, name: str, value: Any) -> str:
        if name != "sought":
            return super().words(name, value)
        place, words = sought(self.request)
        return f"“{words}” in {PLACES[place].lower()}" if words else "nothing"
