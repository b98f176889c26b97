"""What is done with a list: keep its filter, take it out, reassign what is chosen."""

from typing import Any, cast

from django import forms

from accounts.models import User
from campaigns.models import Team
from cases.models import SavedFilter
from core.forms import Autocomplete, ConditionalRadios, PageForm, PageModelForm


class SaveFilterForm(PageModelForm):
    class Meta:
        model = SavedFilter
        fields = ("name", "shared")
        labels = {"name": "Name of the filter", "shared": "My team may use it"}
        error_messages = {"name": {"required": "Enter a name for the filter"}}


class ExportForm(PageForm):
    """Who takes rows out of the product, for whom and why (Data Protection Act 2018, s.62)."""

    CSV, XLSX = "csv", "xlsx"

    form = forms.ChoiceField(
        label="File",
        choices=[(CSV, "CSV, for other programs"), (XLSX, "Spreadsheet (XLSX), for reading")],
        widget=forms.RadioSelect,
        initial=CSV,
    )
    recipient = forms.ChoiceField(
        label="Who will see it",
        choices=[("me", "Only me"), ("others", "Somebody else")],
        widget=ConditionalRadios(reveals={"others": ["others"]}),
    )
    others = forms.CharField(
        label="Who",
        max_length=200,
        required=False,
        help_text="The role, and the unit or organisation. Like the duty inspector, Lambeth.",
    )
    reason = forms.CharField(
        label="Why it is needed",
        max_length=500,
        help_text="No names of people in cases. The log keeps it.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say why it is needed"},
    )

    def __init__(self, *args: Any, spreadsheet: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["others"].optional_hint = False  # type: ignore[attr-defined]
        if not spreadsheet:
            field = cast("forms.ChoiceField", self.fields["form"])
            field.choices = [(self.CSV, "CSV")]
            field.help_text = "A spreadsheet is made of up to 10,000 rows."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("recipient") == "others" and not cleaned.get("others", "").strip():
            self.add_error("others", "Say who will see it")
        return cleaned

    def seen_by(self, user: User) -> str:
        """Who will see the file, for the log."""
        others: str = self.cleaned_data["others"].strip()
        return others if self.cleaned_data["recipient"] == "others" else user.get_username()


class ReassignForm(PageForm):
    """To whom what is chosen on a list goes, and why."""

    team = forms.ModelChoiceField(
        label="Lead team", queryset=Team.objects.all(), empty_label="", widget=Autocomplete()
    )
    reason = forms.CharField(
        label="Reason",
        max_length=400,
        help_text="No names.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say why this changes"},
    )


class AssignForm(ReassignForm):
    officer = forms.ModelChoiceField(
        label="Officer in the case",
        queryset=User.objects.filter(is_active=True, role__in=["officer", "supervisor"]),
        required=False,
        empty_label="",
        widget=Autocomplete(),
    )
    field_order = ("officer", "team", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].label = "Team"
        self.fields["team"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wrong = {"officer", "team"} & self.errors.keys()
        if not (wrong or cleaned.get("officer") or cleaned.get("team")):
            self.add_error("officer", "Select an officer, a team, or both")
        return cleaned
