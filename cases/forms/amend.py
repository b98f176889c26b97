"""Correcting an entry: the form it was logged with, and the reasons for taking one out."""

from django import forms

from cases.forms.log import LogForm
from core.forms import PageForm
from core.writing import WritingMixin

VOID_REASONS = [
    ("Entered twice", "It was entered twice"),
    ("On the wrong case", "It is on the wrong case"),
    ("Did not happen", "It did not happen"),
    ("Test entry", "It was a test"),
    ("Other", "Another reason"),
]


class AmendForm(WritingMixin, LogForm):
    """The form an entry was logged with, filled in with what it says now."""


class VoidForm(PageForm):
    SPOKEN = {"why": "why this entry is wrong"}

    why = forms.ChoiceField(
        label="Why is this entry wrong?",
        choices=VOID_REASONS,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label="What happened",
        max_length=400,
        help_text="For whoever looks at it later. No names.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say in a few words what happened"},
    )

    @property
    def reason(self) -> str:
        return f"{self.cleaned_data['why']}: {self.cleaned_data['words']}"


class SendBackForm(PageForm):
    reason = forms.CharField(
        label="What should be looked at?",
        max_length=500,
        help_text="The officer who logged it reads this. No names.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say what should be looked at"},
    )


class AnswerForm(PageForm):
    answer = forms.CharField(
        label="Answer",
        max_length=500,
        required=False,
        help_text="If the entry was right, say so here. No names.",
        widget=forms.Textarea({"rows": 3}),
    )
