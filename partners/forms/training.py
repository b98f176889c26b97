"""What is typed about a session of training."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from campaigns.models import Borough, Team
from core.days import LONDON
from core.forms import Autocomplete, ClockField, DayField, PageForm
from core.writing import WritingMixin
from partners.choices import Service
from partners.models import Partner, TrainingProgramme, TrainingSession

COUNTS = (
    *("officers_attended", "officers_trained", "answered_before", "agreed_before"),
    *("answered_after", "agreed_after"),
)
AT_MOST = {
    "officers_trained": ("officers_attended", "No more officers can be trained than came"),
    "answered_before": ("officers_attended", "No more officers can answer than came"),
    "agreed_before": ("answered_before", "No more officers can agree than answered"),
    "answered_after": ("officers_attended", "No more officers can answer than came"),
    "agreed_after": ("answered_after", "No more officers can agree than answered"),
}
"""The count that each cannot exceed, and what to say then."""


def _officers(label: str, hint: str = "", *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=10_000,
        required=required,
        help_text=hint,
        widget=forms.TextInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
    )


class SessionForm(WritingMixin, PageForm):
    """A session: when, where, who delivered it, how many came and what they answered."""

    SPOKEN = {
        "starts": "the time it started",
        "partner": "who delivered it",
        "agreed_before": "the number who agreed before",
        "agreed_after": "the number who agreed after",
    }

    day = DayField(label="Day of the session", past=True)
    starts = ClockField(label="Started at", help_text="Like 0930, 9:30 or 2.30pm.")
    borough = forms.ModelChoiceField(
        label="Borough", queryset=Borough.objects.none(), empty_label=""
    )
    team = forms.ModelChoiceField(
        label="Team that was trained",
        queryset=Team.objects.all(),
        required=False,
        empty_label="",
        widget=Autocomplete(),
    )
    partner = forms.ModelChoiceField(
        label="Delivered by", queryset=Partner.objects.none(), empty_label=None
    )
    officers_attended = _officers("Officers who came", "All of them.", required=True)
    officers_trained = _officers(
        "Officers trained for the first time",
        "Of them, those who had not been at this programme before, by the trainer's register.",
        required=True,
    )
    answered_before = _officers("Officers who answered before the session")
    agreed_before = _officers("Of them, how many agreed before")
    answered_after = _officers("Officers who answered after the session")
    agreed_after = _officers("Of them, how many agreed after")

    def __init__(
        self,
        *args: Any,
        user: User,
        programme: TrainingProgramme,
        session: TrainingSession | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs |= (
            {"now": _values(session)} if session else {"initial": {"partner": programme.partner_id}}
        )
        super().__init__(*args, **kwargs)
        borough = cast("forms.ModelChoiceField[Borough]", self.fields["borough"])
        borough.queryset = user.scope.limit(Borough.objects.all(), "pk")
        if borough.queryset.count() == 1:
            borough.initial = borough.queryset.first()
        trains = Q(retired_on=None, offers__contains=[Service.TRAINING]) | Q(
            pk__in=[programme.partner_id, *([session.partner_id] if session else [])]
        )
        partner = cast("forms.ModelChoiceField[Partner]", self.fields["partner"])
        partner.queryset = Partner.objects.filter(trains)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        for name in COUNTS:
            if name not in self.errors:
                typed[name] = typed.get(name) or 0
        for name, (most, words) in AT_MOST.items():
            if not {name, most} & set(self.errors) and typed[name] > typed[most]:
                self.add_error(name, words)
        if typed.get("day") and typed.get("starts") and self._when > timezone.now():
            self.add_error("starts", "The time it started must be in the past: check the day too")
        return typed

    @property
    def _when(self) -> datetime:
        typed = self.cleaned_data
        return datetime.combine(typed["day"], typed["starts"], tzinfo=LONDON)

    def facts(self) -> dict[str, Any]:
        """The fields of the session, for a form that is valid."""
        names = ("borough", "team", "partner", *COUNTS)
        return {"happened_at": self._when, **{name: self.cleaned_data[name] for name in names}}


def _values(session: TrainingSession) -> dict[str, Any]:
    """A session as the values of its form."""
    starts = session.happened_at.astimezone(LONDON)
    same = ("borough", "team", "partner", *COUNTS)
    return {
        "day": starts.date(),
        "starts": starts.time(),
        **{name: getattr(session, name) for name in same},
    }
