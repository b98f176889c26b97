"""What a reader of figures may choose."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from campaigns.models import Borough
from core.days import DayRange
from core.forms import DayField, FilterForm, PageForm
from core.templatetags.page import span
from summaries.asked import days_query
from summaries.comparisons import BASES, RESIDENTS, Base
from summaries.figures import By
from summaries.measures import BY_SLUG, MEASURES, STORED, Measure


class DaysForm(FilterForm):
    """Other days than the campaign's own; an end that is left out is the campaign's."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)

    def __init__(self, data: Mapping[str, Any], *, own: DayRange, **kwargs: Any) -> None:
        # The campaign's own days stand in the boxes that nobody has filled in.
        super().__init__({**dict(days_query(own)), **dict(data.items())}, **kwargs)
        self.own = own

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = self._ends(said)
        if first > last:
            raise ValidationError({"last": "The last day must be the same as or after the first"})
        return said

    def _ends(self, said: dict[str, Any]) -> tuple[date, date]:
        return said.get("first") or self.own.first, said.get("last") or self.own.last

    @property
    def days(self) -> DayRange:
        """The days chosen, or the campaign's own where what was typed is no stretch of days."""
        return DayRange.inclusive(*self._ends(self.cleaned_data)) if self.is_valid() else self.own

    @property
    def query(self) -> str:
        """What was chosen, at the end of the address of a file that has the same."""
        chosen = days_query(self.days) if self.days != self.own else []
        if self.is_valid():
            said = self.cleaned_data.items()
            chosen += [(name, value) for name, value in said if value and isinstance(value, str)]
        return f"?{urlencode(chosen)}" if chosen else ""


COMPARABLE = [(measure.slug, measure.label) for measure in MEASURES if measure.one_by_one]


class MeasureForm(DaysForm):
    """Which measure a page is about, and over which days."""

    measure = forms.ChoiceField(label="Measure", choices=COMPARABLE, required=False)

    @property
    def chosen(self) -> Measure:
        slug = self.cleaned_data.get("measure") if self.is_valid() else ""
        return BY_SLUG[slug or COMPARABLE[0][0]]


class LondonForm(MeasureForm):
    """And what the map shows of it."""

    map_by = forms.ChoiceField(
        label="On the map",
        choices=[("count", "Count"), ("residents", "Rate per 1,000 residents")],
        required=False,
    )

    @property
    def rates(self) -> bool:
        return self.is_valid() and self.cleaned_data.get("map_by") == "residents"


class CompareForm(MeasureForm):
    """And what boroughs are compared by, for each so many of it."""

    base = forms.ChoiceField(
        label="As a rate",
        choices=[(base.slug, base.words.capitalize()) for base in BASES.values()],
        required=False,
    )

    @property
    def chosen_base(self) -> Base:
        slug = self.cleaned_data.get("base") if self.is_valid() else ""
        return BASES[slug or RESIDENTS.slug]


class ChangesForm(FilterForm):
    """Which lines of the ledger: of a borough, of a measure, of the figures or of their parts."""

    borough = forms.ChoiceField(label="Borough", required=False)
    measure = forms.ChoiceField(
        label="Measure",
        choices=[("", "Every measure"), *((m.slug, m.label) for m in STORED)],
        required=False,
    )
    by = forms.ChoiceField(
        label="Changes of",
        choices=[
            ("", "Figures"),
            (By.OFFENCE.value, "Their parts by offence"),
            (By.DETAIL.value, "Their parts by kind"),
            (By.TEAM.value, "Their parts by lead team"),
        ],
        required=False,
    )

    def __init__(self, *args: Any, boroughs: Sequence[Borough], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Every borough"), *((b.slug, b.name) for b in boroughs)]
        self.fields["borough"].choices = choices  # type: ignore[attr-defined]


def return_key(days: DayRange) -> str:
    """What the days of a return are called in addresses."""
    return str(days.first) if len(days) == 1 else "campaign"


class ReturnDaysForm(FilterForm):
    """Which days a return is of: the first that can be signed, unless others are chosen."""

    of = forms.ChoiceField(label="Return for", required=False)

    def __init__(self, data: Mapping[str, Any], *, signable: Sequence[DayRange]) -> None:
        self.signable = {return_key(days): days for days in signable}
        super().__init__({"of": next(iter(self.signable), ""), **dict(data.items())})
        self.fields["of"].choices = [  # type: ignore[attr-defined]
            (key, span(days) if len(days) == 1 else f"The whole campaign, {span(days)}")
            for key, days in self.signable.items()
        ]

    @property
    def days(self) -> DayRange | None:
        """Nothing where no day is over yet."""
        said = self.cleaned_data.get("of") if self.is_valid() else ""
        return self.signable.get(said or next(iter(self.signable), ""))

    @property
    def query(self) -> str:
        """The days, at the end of the address of a file of the same."""
        return f"?of={return_key(self.days)}" if self.days else ""


class SignForm(PageForm):
    """A signature: which figures were checked, after how many signatures, and that they are so."""

    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    checked = forms.CharField(widget=forms.HiddenInput)
    declared = forms.BooleanField()

    def __init__(self, *args: Any, declaration: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["declared"].label = declaration
        self.fields["declared"].error_messages["required"] = (
            "Confirm that you have checked the figures"
        )
