"""The forms by which a case is closed to people, opened to them, and judged afterwards."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q

from accounts.models import User
from cases.choices import BreakGlassReason, ReadReason, Verdict
from cases.forms.work import WorkForm, few_words
from cases.models import Case, CaseAccess, Exclusion
from cases.references import Reference
from core.forms import Autocomplete, DayField, PageForm, RadioField

IN_CASE = "No names of people in the case."


class PersonField(forms.ModelChoiceField[User]):
    """One of the force's people; the username tells two of one name apart."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), empty_label="", widget=Autocomplete(), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.username})"


class RestrictForm(WorkForm):
    reason = few_words("Why the case is restricted", "Say why the case is restricted", IN_CASE)


class AccessForm(WorkForm):
    user = PersonField(label="Who may read it")

    def __init__(self, *args: Any, case: Case, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = CaseAccess.objects.visible_to(by).filter(case=case).values("user")
        barred = Exclusion.objects.visible_to(by).filter(case=case).values("user")
        readers = User.objects.filter(
            Q(whole_force=True) | Q(pk__in=case.borough.staff.values("pk")),
            is_active=True,
            role__in=["officer", "supervisor", "administrator"],
        )
        field = cast(PersonField, self.fields["user"])
        field.queryset = readers.exclude(pk__in=listed).exclude(pk__in=barred)


class ExcludeForm(WorkForm):
    user = PersonField(
        label="Who must not know of this case",
        error_messages={"required": "Select who must not know of it"},
    )
    reason = few_words("Why", "Say why they must not know of it", "They never see this.")

    def __init__(self, *args: Any, case: Case, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        barred = Exclusion.objects.visible_to(by).filter(case=case).values("user")
        field = cast(PersonField, self.fields["user"])
        field.queryset = User.objects.exclude(pk=by.pk).exclude(pk__in=barred)


class LiftForm(WorkForm):
    reason = few_words("Why it can be lifted", "Say why it can be lifted", IN_CASE)


class ConflictForm(WorkForm):
    reason = few_words(
        "How you know them",
        "Say how you know them, like: a neighbour",
        "Like: a relative, a neighbour, a friend of my partner. No names.",
    )


class ReasonForm(PageForm):
    """Why somebody reads a restricted case, asked once an hour."""

    SPOKEN = {"code": "why you need to read it"}

    code = RadioField(label="Why do you need to read it?", choices=ReadReason.choices)
    reason = forms.CharField(
        label="In a few words",
        max_length=200,
        help_text="Like: bail ends tomorrow. No names.",
        error_messages={"required": "Say in a few words why you need to read it"},
    )


class BreakGlassForm(PageForm):
    SPOKEN = {"code": "why it cannot wait"}

    reference = forms.CharField(
        label="Whole reference of the case",
        max_length=40,
        help_text="Like 01/1234567/26 or 1234567/23.",
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    reference_day = DayField(
        label="Day of the CAD number", required=False, past=True, help_text="For CAD numbers only."
    )
    code = RadioField(label="Why can it not wait?", choices=BreakGlassReason.choices)
    reason = few_words("What is the matter", "Say what is the matter", IN_CASE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.asked.needs_its_day and not (
            cleaned.get("reference_day") or "reference_day" in self.errors
        ):
            self.add_error("reference_day", "Enter the day of the CAD number")
        return cleaned

    @property
    def asked(self) -> Reference:
        return Reference.of(self.cleaned_data.get("reference", ""))

    @property
    def day(self) -> date | None:
        return self.cleaned_data.get("reference_day")

    @property
    def why(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("code", "reason")}


class ReviewForm(WorkForm):
    SPOKEN = {"verdict": "whether it was right"}

    verdict = RadioField(label="Was it right to open the case?", choices=Verdict.choices)
    review = few_words("What you found", "Say what you found", IN_CASE)
