"""What is asked of the directory, and what is typed into it."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.http import QueryDict

from accounts.models import User
from campaigns.models import Borough
from core.forms import DayField, FilterForm, PageModelForm
from core.templatetags.page import listed
from core.writing import WritingMixin
from partners.choices import Helped, Language, Service
from partners.models import Contact, Partner
from partners.querysets import PartnerQuerySet

ANYTHING = ("", "Anything")
OWN = "own"
"""The boroughs of somebody's own work, where these are several."""


class FindForm(FilterForm):
    """What a victim needs, who they are, what they speak and where; first, in one's own borough."""

    need = forms.ChoiceField(
        label="What they need", choices=[ANYTHING, *Service.choices], required=False
    )
    whom = forms.ChoiceField(
        label="Who they are", choices=[("", "Anyone"), *Helped.choices], required=False
    )
    language = forms.ChoiceField(
        label="Language", choices=[("", "Any language"), *Language.choices], required=False
    )
    place = forms.ChoiceField(label="Borough", required=False)

    def __init__(self, asked: QueryDict, *, user: User) -> None:
        self.boroughs = {borough.slug: borough for borough in Borough.objects.all()}
        self.own = _own(user, list(self.boroughs.values()))
        super().__init__(asked if "place" in asked else _with(asked, place=self._first))
        place = cast("forms.ChoiceField", self.fields["place"])
        several = [(OWN, f"My boroughs: {listed(self.own)}")] if len(self.own) > 1 else []
        named = [(slug, borough.name) for slug, borough in self.boroughs.items()]
        place.choices = [("", "Any borough"), *several, *named]

    @property
    def _first(self) -> str:
        return OWN if len(self.own) > 1 else "".join(borough.slug for borough in self.own)

    def chosen(self, partners: PartnerQuerySet) -> PartnerQuerySet:
        """Those that fit; with a mistake in the form, none."""
        if not self.is_valid():
            return partners.none()
        asked = self.cleaned_data
        if asked["need"]:
            partners = partners.offering(asked["need"])
        if asked["whom"]:
            partners = partners.helping(asked["whom"])
        if asked["language"]:
            partners = partners.speaking(asked["language"])
        if asked["place"]:
            partners = partners.serving(*self._places(asked["place"]))
        return partners

    def _places(self, place: str) -> list[Borough]:
        return self.own if place == OWN else [self.boroughs[place]]


def _own(user: User, boroughs: list[Borough]) -> list[Borough]:
    """The boroughs of somebody's work; of work everywhere, none in particular."""
    if user.scope.everywhere:
        return []
    return [borough for borough in boroughs if user.scope.covers(borough.pk)]


def _with(asked: QueryDict, **more: str) -> QueryDict:
    both = asked.copy()
    for name, value in more.items():
        both[name] = value
    return both


class WebsiteField(forms.URLField):
    default_validators = [URLValidator(["http", "https"])]
    default_error_messages = {"invalid": "Enter a website, like https://www.example.org"}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("assume_scheme", "https")
        super().__init__(**kwargs)


PHONE = RegexValidator(
    r"^[0-9+() ]{3,40}$", "Enter a phone number, like 020 7946 0011", code="invalid"
)


class PartnerForm(WritingMixin, PageModelForm):
    """An entry of the directory; all of it is what the organisation tells the public."""

    SPOKEN = {"may_be_named_since": "the day they agreed", "review_on": "the day to check it again"}

    phone = forms.CharField(
        label="Phone",
        max_length=40,
        required=False,
        validators=[PHONE],
        help_text="The number that is given to the public.",
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    website = WebsiteField(
        label="Website",
        max_length=200,
        required=False,
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
    )
    boroughs = forms.ModelMultipleChoiceField(
        label="Boroughs",
        queryset=Borough.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    may_be_named_since = DayField(
        label="Agreed to be named in public on",
        required=False,
        past=True,
        help_text="Leave it empty if they have not agreed.",
    )
    review_on = DayField(label="Check this entry again on")

    class Meta:
        model = Partner
        fields = (
            *("name", "kind", "phone", "hours", "referral", "website"),
            *("offers", "helps", "languages", "london_wide", "boroughs"),
            *("may_be_named_since", "review_on"),
        )
        widgets = {
            "kind": forms.RadioSelect,
            "referral": forms.Textarea({"rows": 4}),
        }
        labels = {"name": "Name", "hours": "Hours"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = cast("forms.ChoiceField", self.fields["kind"])
        kind.choices = Partner.Kind.choices
        self.fields["london_wide"].label = "They work in all of London"
        self.fields["london_wide"].help_text = ""


class ContactForm(WritingMixin, PageModelForm):
    """A person at a partner, by their work alone."""

    SPOKEN = {"review_on": "the day to ask again"}

    phone = forms.CharField(
        label="Work phone",
        max_length=40,
        required=False,
        validators=[PHONE],
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    review_on = DayField(
        label="Ask again on", help_text="The day on which it is asked whether it is still needed."
    )

    class Meta:
        model = Contact
        fields = ("name", "role", "email", "phone", "basis", "review_on")
        widgets = {
            "basis": forms.RadioSelect,
            "email": forms.TextInput({"inputmode": "email", "autocomplete": "off"}),
        }
        labels = {"role": "Their work there", "email": "Work email"}
        help_texts = {"role": ""}
