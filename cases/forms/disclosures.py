"""The forms of Clare's Law applications: receipt, and each stage after it."""

from typing import Any, ClassVar

from cases.choices import Applicant, DisclosureDecision, DisclosureRoute, Recipient
from cases.choices import DisclosureStage as S
from cases.disclosures import ENDS
from cases.forms.work import WorkForm, reference_field
from cases.models import DisclosureApplication
from core.forms import DayField, RadioField


class AddDisclosureForm(WorkForm):
    route = RadioField(label="Route", choices=DisclosureRoute.choices)
    applicant = RadioField(
        label="Who asked",
        choices=Applicant.choices,
        help_text="Who asked, who is at risk and who is told may be three people. No names.",
    )
    received_on = DayField(label="Day it was received", past=True)
    reference = reference_field("Application reference")


class StageForm(WorkForm):
    """The facts of the stage that an application reaches."""

    ASKED: ClassVar[dict[str, tuple[str, ...]]] = {
        S.DECIDED: ("decision", "decided_on"),
        S.DISCLOSED: ("recipient", "disclosed_on"),
        **dict.fromkeys(ENDS - {S.DISCLOSED}, ("closed_on",)),
    }
    decision = RadioField(
        label="Decision",
        choices=DisclosureDecision.choices,
        help_text="Telling someone is another step, on a day of its own.",
    )
    decided_on = DayField(label="Day of the decision", past=True)
    recipient = RadioField(label="Who was told", choices=Recipient.choices)
    disclosed_on = DayField(label="Day they were told", past=True)
    closed_on = DayField(label="Day it ended", past=True)

    def __init__(
        self, *args: Any, application: DisclosureApplication, to: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in {"token", *self.ASKED.get(to, ())} ^ set(self.fields):
            del self.fields[name]
        self.application = application

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        received, decided = self.application.received_on, self.application.decided_on
        for name, earliest, what in (
            ("decided_on", received, "was received"),
            ("disclosed_on", decided, "was decided"),
            ("closed_on", decided or received, "was decided" if decided else "was received"),
        ):
            day = cleaned.get(name)
            if day and earliest and day < earliest:
                label = self.fields[name].label
                when = f"{earliest.day} {earliest:%B %Y}"
                message = f"{label} must be the same as or after the day it {what}, {when}"
                self.add_error(name, message)
        return cleaned
