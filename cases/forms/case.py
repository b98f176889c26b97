"""The small forms of a case's page."""

from datetime import date
from typing import Any, cast

from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Permission
from accounts.wording import MOST, CarefulMixin
from campaigns.models import Borough
from cases.choices import FlagKind, MaracReason, NoteKind, RiskLevel, RiskTool
from cases.forms.work import WorkForm, few_words, moment_fields
from cases.models import Case, Exclusion
from core.forms import Autocomplete, DayField, RadioField


class NoteForm(CarefulMixin, WorkForm):
    careful = "text"
    SPOKEN = {"kind": "whether it is a fact or an assessment"}

    kind = RadioField(
        label="Is it a fact or an assessment?", choices=NoteKind.choices, initial=NoteKind.FACT
    )
    text = forms.CharField(
        label="Note",
        max_length=MOST,
        help_text="No names, addresses, phone numbers or email addresses, of anybody.",
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Write the note"},
    )


class RiskForm(WorkForm):
    tool = RadioField(label="Tool", choices=RiskTool.choices)
    level = RadioField(label="Level of risk", choices=RiskLevel.choices)
    happened_day, happened_time = moment_fields("happened_at", "of the assessment")

    def facts(self) -> dict[str, Any]:
        facts = super().facts()
        return facts | {"assessed_at": facts.pop("happened_at")}


class MaracForm(WorkForm):
    reason = RadioField(label="Why it goes to the MARAC", choices=MaracReason.choices)
    referred_on = DayField(label="Day of the referral", past=True)
    heard_on = DayField(label="Day it was heard", past=True, required=False)


class HeardForm(WorkForm):
    heard_on = DayField(label="Day it was heard", past=True)


class FlagForm(WorkForm):
    kind = forms.ChoiceField(label="Flag", choices=[("", ""), *FlagKind.choices])
    source = forms.CharField(
        label="Where this is known from",
        max_length=80,
        help_text="Like custody or the crime report. No names.",
    )
    review_on = DayField(label="Day to look at it again", required=False)

    def clean_review_on(self) -> date | None:
        day: date | None = self.cleaned_data["review_on"]
        if day and day <= timezone.localdate():
            raise forms.ValidationError("Day to look at it again must be in the future")
        return day


class MoveForm(WorkForm):
    """Nothing to fill in: only to confirm."""


class TransferForm(WorkForm):
    borough = forms.ModelChoiceField(
        label="Borough of the offence",
        queryset=Borough.objects.all(),
        empty_label="",
        widget=Autocomplete(),
        help_text="Everything counted on the case moves to this borough.",
    )
    officer = forms.ModelChoiceField(
        label="Officer in the case",
        queryset=User.objects.none(),
        required=False,
        empty_label="",
        widget=Autocomplete(),
    )
    reason = few_words("Reason", "Say why the case is handed over")

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers = User.objects.filter(is_active=True, role__in=["officer", "supervisor"])
        if not user.may(Permission.SUPERVISE):
            officers = officers.filter(team=user.team_id)
        barred = Exclusion.objects.visible_to(user).filter(case=case).values("user")
        field = cast("forms.ModelChoiceField[User]", self.fields["officer"])
        field.queryset = officers.exclude(pk__in=barred).order_by("name")
        self.initial.update(borough=case.borough_id, officer=case.officer_id)
