"""What a supervisor does with a list: reassign what is chosen."""

from typing import Any

from django import forms

from accounts.models import User
from campaigns.models import Team
from cases.forms.work import few_words
from core.forms import Autocomplete, PageForm


class ReassignForm(PageForm):
    """To whom what is chosen on a list goes, and why."""

    team = forms.ModelChoiceField(
        label="Lead team", queryset=Team.objects.all(), empty_label="", widget=Autocomplete()
    )
    reason = few_words("Reason", "Say why this changes")


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
