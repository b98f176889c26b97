"""What is done with a list: keep its filter, take it out, reassign what is chosen."""

from typing import Any, cast

from django import forms

from accounts.models import User
from audit.forms import TakenOutForm
from campaigns.models import Team
from cases.models import SavedFilter
from core.forms import Autocomplete, PageForm, PageModelForm


class SaveFilterForm(PageModelForm):
    class Meta:
        model = SavedFilter
        fields = ("name", "shared")
        labels = {"name": "Name of the filter", "shared": "My team may use it"}
        error_messages = {"name": {"required": "Enter a name for the filter"}}


class ExportForm(TakenOutForm):
    CSV, XLSX = "csv", "xlsx"

    form = forms.ChoiceField(
        label="File",
        choices=[(CSV, "CSV, for other programs"), (XLSX, "Spreadsheet (XLSX), for reading")],
        widget=forms.RadioSelect,
        initial=CSV,
    )
    field_order = ("form",)

    def __init__(self, *args: Any, spreadsheet: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not spreadsheet:
            field = cast("forms.ChoiceField", self.fields["form"])
            field.choices = [(self.CSV, "CSV")]
            field.help_text = "A spreadsheet is made of up to 10,000 rows."


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
