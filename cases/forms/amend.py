"""Correcting an entry: the form it was logged with, and the reasons for taking one out."""

from django import forms

from cases.forms.log import LogForm
from cases.forms.work import few_words
from core.forms import PageForm, RadioField
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

    why = RadioField(label="Why is this entry wrong?", choices=VOID_REASONS)
    words = few_words(
        "What happened",
        "Say in a few words what happened",
        "For whoever looks at it later. No names.",
    )

    @property
    def reason(self) -> str:
        return f"{self.cleaned_data['why']}: {self.cleaned_data['words']}"


class SendBackForm(PageForm):
    reason = few_words(
        "What should be looked at?",
        "Say what should be looked at",
        "The officer who logged it reads this. No names.",
        max_length=500,
    )


class AnswerForm(PageForm):
    answer = forms.CharField(
        label="Answer",
        max_length=500,
        required=False,
        help_text="If the entry was right, say so here. No names.",
        widget=forms.Textarea({"rows": 3}),
    )
