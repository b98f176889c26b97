"""What a reader of figures may choose."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from core.days import DayRange
from core.forms import DayField, FilterForm


class DaysForm(FilterForm):
    """Other days than the campaign's own; an end that is left out is the campaign's."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)

    def __init__(self, *args: Any, own: DayRange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
