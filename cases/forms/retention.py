"""What a reviewer decides of one case, and why."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from cases.choices import ReviewGroup
from cases.forms.work import WorkForm, few_words
from core.days import london_day
from core.forms import DayField


class RetainForm(WorkForm):
    SPOKEN = {"until": "the day to keep it until"}

    until = DayField(label="Keep it at least until")
    group = forms.TypedChoiceField(
        label="Review group",
        coerce=lambda value: ReviewGroup(int(value)),
        choices=ReviewGroup.choices,
        widget=forms.RadioSelect,
        help_text="What the case is about. It says how long the clear period is.",
    )
    reason = few_words("Reason", "Say why the case is kept")
    field_order = ("until", "group", "reason")

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= london_day(timezone.now()):
            raise ValidationError("The day must be in the future")
        if until > london_day(timezone.now()) + timedelta(days=36_525):
            raise ValidationError("The day must be within 100 years")
        return until


class HoldForm(WorkForm):
    reason = few_words("Reason", "Say why the case is held, like the proceedings that need it")


class ReleaseForm(WorkForm):
    reason = few_words("Reason", "Say why the hold is taken off")
