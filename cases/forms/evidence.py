"""The forms of digital evidence: a device sent, and back."""

from typing import Any

from django import forms

from cases.choices import DeviceKind, EvidenceResult
from cases.forms.work import WorkForm, reference_field
from cases.models import EvidenceSubmission
from core.forms import DayField, RadioField


class SendForm(WorkForm):
    device = RadioField(label="Kind of device", choices=DeviceKind.choices)
    hub = forms.CharField(
        label="Hub", max_length=80, help_text="Where it is examined, like South hub. No names."
    )
    sent_on = DayField(label="Day it was sent", past=True)
    exhibit = reference_field("Exhibit reference")


class ReturnForm(WorkForm):
    returned_on = DayField(label="Day it came back", past=True)
    result = RadioField(label="Result", choices=EvidenceResult.choices)

    def __init__(self, *args: Any, submission: EvidenceSubmission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submission = submission

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        day, sent = cleaned.get("returned_on"), self.submission.sent_on
        if day and day < sent:
            self.add_error(
                "returned_on",
                "Day it came back must be the same as or after the day it was sent, "
                f"{sent.day} {sent:%B %Y}",
            )
        return cleaned
