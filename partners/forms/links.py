"""What a partner answers, and which calendar somebody wants."""

from typing import Any

from django import forms

from accounts.models import User
from campaigns.models import Borough
from core.forms import PageForm
from partners.models import Contact

YES_OR_NO = [("yes", "Yes"), ("no", "No")]


def _yes_or_no(value: str) -> bool:
    return value == "yes"


class ConfirmationForm(PageForm):
    """What a partner says of an event. It carries the token that the address no longer has."""

    SPOKEN = {"attendances": "the number of people"}

    credential = forms.CharField(widget=forms.HiddenInput, max_length=100)
    attended = forms.TypedChoiceField(
        choices=YES_OR_NO, coerce=_yes_or_no, empty_value=None, widget=forms.RadioSelect
    )
    attendances = forms.IntegerField(
        label="How many people did you count there?",
        required=False,
        min_value=0,
        max_value=1_000_000,
        help_text="A number alone. Leave it empty if you did not count.",
        widget=forms.TextInput({"class": "govuk-input--width-5", "inputmode": "numeric"}),
    )
    may_be_named = forms.TypedChoiceField(
        choices=YES_OR_NO,
        coerce=_yes_or_no,
        empty_value=None,
        widget=forms.RadioSelect,
        help_text="As one of the organisations that the police works with.",
    )

    def __init__(self, *args: Any, partner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attended, naming = self.fields["attended"], self.fields["may_be_named"]
        attended.label = f"Did {partner} take part?"
        attended.error_messages["required"] = "Select yes if you took part"
        naming.label = f"May the police name {partner} in public?"
        naming.error_messages["required"] = "Select yes if you may be named"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("attended") is False and cleaned.get("attendances"):
            self.add_error("attendances", "Leave the number empty, or select that you took part")
        return cleaned

    def answer(self) -> dict[str, Any]:
        names = ("attended", "attendances", "may_be_named")
        return {name: self.cleaned_data[name] for name in names}


class AskForm(PageForm):
    """To whom a link is emailed; nobody where it is shown to copy."""

    SPOKEN = {"to": "a contact"}

    to: "forms.ModelChoiceField[Contact]" = forms.ModelChoiceField(queryset=None, required=False)

    def __init__(self, *args: Any, user: User, partner: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Contact.objects.visible_to(user).filter(partner=partner).exclude(email="")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class CalendarForm(PageForm):
    SPOKEN = {"borough": "a borough"}

    borough = forms.ModelChoiceField(
        label="Borough",
        queryset=Borough.objects.none(),
        required=False,
        empty_label="All boroughs that I may see",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["borough"]
        field.queryset = user.engagement_scope.limit(  # type: ignore[attr-defined]
            Borough.objects.all(), "pk"
        )
        field.optional_hint = False  # type: ignore[attr-defined]
