"""What the log's pages ask: words to find, whom a file is for, a sample, a verdict."""

from typing import Any, cast

from django import forms
from django.contrib.auth import get_user_model

from audit.filters import PLACES
from audit.models import LogRow, Review, Sample
from audit.words import kinds
from core.forms import (
    Autocomplete,
    ConditionalRadios,
    DayField,
    PageForm,
    PageModelForm,
    RadioField,
)


class FindForm(PageForm):
    """Words among what people searched for, or in the reasons that they gave."""

    SPOKEN = {"words": "the words to find", "place": "where to find them"}

    words = forms.CharField(
        label="Find words in the log",
        max_length=100,
        help_text="A whole search term, like a reference, or part of a reason.",
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    place = RadioField(label="Find them in", choices=list(PLACES.items()), initial="terms")


class TakenOutForm(PageForm):
    """Who takes rows out of the product, for whom and why (Data Protection Act 2018, s.62)."""

    SPOKEN = {"form": "a kind of file"}
    field_order = ("form",)

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["others"].optional_hint = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("recipient") == "others" and not cleaned.get("others", "").strip():
            self.add_error("others", "Say who will see it")
        return cleaned

    def offer_csv(self, why: str) -> None:
        """That kind of file and no other."""
        field = cast("forms.ChoiceField", self.fields["form"])
        field.choices, field.initial, field.help_text = [("csv", "CSV")], "csv", why

    def seen_by(self, username: str) -> str:
        """Who will see the file, for the log."""
        others: str = self.cleaned_data["others"].strip()
        return others if self.cleaned_data["recipient"] == "others" else username


class ExportForm(TakenOutForm):
    XLSX = "xlsx"

    form = RadioField(
        label="File",
        choices=[("csv", "CSV, for other programs"), (XLSX, "Spreadsheet (XLSX), for reading")],
        initial="csv",
    )

    def __init__(self, *args: Any, spreadsheet: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not spreadsheet:
            self.offer_csv("A spreadsheet is made of up to 10,000 rows.")


class PackForm(TakenOutForm):
    PDF = "pdf"

    form = RadioField(
        label="File",
        choices=[(PDF, "PDF, for reading"), ("csv", "CSV, for other programs")],
        initial=PDF,
    )

    def __init__(self, *args: Any, pages: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not pages:
            self.offer_csv("A PDF is made of up to 2,000 rows.")


class DrawForm(PageModelForm):
    """What is drawn by chance, and from what."""

    SPOKEN = {
        "size": "the number of reads",
        "first_day": "the first day",
        "last_day": "the last day",
    }

    first_day = DayField(label="From", past=True)
    last_day = DayField(label="To", past=True)
    person = forms.ModelChoiceField[Any](
        label="Person",
        queryset=None,
        required=False,
        empty_label="",
        to_field_name="username",
        widget=Autocomplete,
    )
    object_type = forms.ChoiceField(label="Kind of record", required=False, widget=Autocomplete)

    class Meta:
        model = Sample
        fields = ("size", "first_day", "last_day", "person", "object_type", "object_id", "flag")
        labels = {"size": "How many reads", "object_id": "Number of the record"}
        help_texts = {"size": f"At most {Sample.AT_MOST}."}
        widgets = {
            "size": forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-3"})
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = cast("forms.ModelChoiceField[Any]", self.fields["person"])
        people.queryset = get_user_model()._default_manager.all()
        cast("forms.ChoiceField", self.fields["object_type"]).choices = [("", ""), *kinds()]
        cast("forms.ChoiceField", self.fields["flag"]).choices = [("", ""), *LogRow.Flag.choices]

    def clean_person(self) -> str:
        person = self.cleaned_data["person"]
        return person.get_username() if person else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day must be the same as or after the first day")
        return cleaned


class ReviewForm(PageModelForm):
    class Meta:
        model = Review
        fields = ("verdict", "words")
        labels = {"verdict": "What you found", "words": "In words"}
        help_texts = {"words": "Who was asked or told, and when. No names of people in cases."}
        widgets = {"verdict": forms.RadioSelect, "words": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["verdict"]).choices = Review.Verdict.choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        asks = cleaned.get("verdict") not in {None, Review.Verdict.IN_ORDER}
        if asks and not cleaned.get("words", "").strip():
            self.add_error("words", "Say who was asked, or to whom it was referred, and why")
        return cleaned
