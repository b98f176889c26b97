"""What is typed about an event: before it, after it, and where it does not take place."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import Q

from accounts.models import User
from accounts.wording import MOST, CarefulMixin
from campaigns.models import Borough, Team
from core.days import LONDON
from core.forms import Autocomplete, ClockField, ConditionalRadios, DayField, PageForm
from core.writing import WritingMixin
from partners.actions import Every
from partners.choices import MOST_AT_ONCE, EventKind, ReachMethod, Topic
from partners.models import EngagementEvent, Participation, Partner

NO_NAMES = "No names of people who attended."


def _number(label: str, hint: str = "", most: int = 1_000_000) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=most,
        initial=0,
        help_text=hint,
        widget=forms.TextInput({"class": "govuk-input--width-5", "inputmode": "numeric"}),
    )


class EventForm(WritingMixin, PageForm):
    """An event as it is planned, or was."""

    SPOKEN = {
        "starts": "the time it starts",
        "ends": "the time it ends",
        "where": "where it takes place",
    }

    ONLINE, PLACE = "online", "place"

    title = forms.CharField(
        label="What it is called", max_length=200, help_text="Like Stall at London Bridge Station."
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=EventKind.choices,
        widget=forms.RadioSelect,
        help_text="Training of officers is not an event: it has sessions of its own.",
    )
    day = DayField(label="Day of the event")
    starts = ClockField(
        label="Starts at",
        help_text="Like 1430, 14:30 or 2.30pm.",
    )
    ends = ClockField(label="Ends at", required=False)
    where = forms.ChoiceField(
        label="Where",
        choices=[(PLACE, "At a place"), (ONLINE, "Online")],
        widget=ConditionalRadios(reveals={PLACE: ["place"]}),
    )
    place = forms.CharField(
        label="Place", max_length=200, required=False, help_text="Never a refuge, nor a home."
    )
    borough = forms.ModelChoiceField(
        label="Borough",
        queryset=Borough.objects.none(),
        empty_label="",
        help_text="Of an online event, the borough that it is for.",
    )
    team = forms.ModelChoiceField(
        label="Lead team",
        queryset=Team.objects.all(),
        required=False,
        empty_label="",
        widget=Autocomplete(),
    )
    audience = forms.CharField(
        label="Audience",
        max_length=200,
        required=False,
        help_text="Whom it is for, like residents or sixth-form students.",
    )
    topics = forms.MultipleChoiceField(
        label="Topics",
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    partners = forms.ModelMultipleChoiceField(
        label="Partners who take part",
        queryset=Partner.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    supporting_teams = forms.ModelMultipleChoiceField(
        label="Teams that help",
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They get credit. Only the lead team counts.",
    )

    def __init__(
        self, *args: Any, user: User, event: EngagementEvent | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].optional_hint = False  # type: ignore[attr-defined]
        borough = cast("forms.ModelChoiceField[Borough]", self.fields["borough"])
        borough.queryset = user.scope.limit(Borough.objects.all(), "pk")
        if user.scope.everywhere or len(user.scope.borough_ids) > 3:
            borough.widget = Autocomplete()
            borough.widget.choices = borough.choices
        offered = Q(retired_on=None)
        if event is not None:
            offered |= Q(participations__event=event)
        partners = cast("forms.ModelMultipleChoiceField[Partner]", self.fields["partners"])
        partners.queryset = Partner.objects.filter(offered).distinct()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, words in contradictions(cleaned):
            self.add_error(name, words)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """The fields of the event, for a form that is valid."""
        return facts_of(self.cleaned_data)


def contradictions(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What no field of an event sees alone: the field that is wrong, and the words.

    An import of many rows asks the same, here and below.
    """
    if typed.get("where") == EventForm.PLACE and not typed.get("place", "").strip():
        yield "place", "Enter the place, or choose online"
    if typed.get("starts") and typed.get("ends") and typed["ends"] <= typed["starts"]:
        yield "ends", "The time it ends must be after the time it starts"


def starts_at(typed: Mapping[str, Any]) -> datetime:
    return datetime.combine(typed["day"], typed["starts"], tzinfo=LONDON)


def facts_of(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an event, from the values of a form's fields that are all in order."""
    ends = typed["ends"]
    return {
        **{name: typed[name] for name in ("title", "kind", "borough", "team")},
        **{name: typed[name] for name in ("audience", "topics", "partners")},
        "supporting_teams": typed["supporting_teams"],
        "place": "" if typed["where"] == EventForm.ONLINE else typed["place"],
        "happened_at": starts_at(typed),
        "ends_at": datetime.combine(typed["day"], ends, tzinfo=LONDON) if ends else None,
    }


def values_of(event: EngagementEvent) -> dict[str, Any]:
    """An event as the values of its form."""
    starts = event.happened_at.astimezone(LONDON)
    return {
        **{name: getattr(event, name) for name in ("title", "kind", "place", "borough", "team")},
        **{name: getattr(event, name) for name in ("audience", "topics")},
        "day": starts.date(),
        "starts": starts.time(),
        "ends": event.ends_at.astimezone(LONDON).time() if event.ends_at else None,
        "where": EventForm.PLACE if event.place else EventForm.ONLINE,
        "partners": list(event.partners.all()),
        "supporting_teams": list(event.supporting_teams.all()),
    }


def first_values(user: User) -> dict[str, Any]:
    """What a fresh form starts with."""
    only = user.scope.borough_ids if len(user.scope.borough_ids) == 1 else frozenset()
    return {"borough": next(iter(only), None), "team": user.team_id, "where": EventForm.PLACE}


COUNTS = (
    *("attendances", "reach_method", "conversations", "leaflets", "safeguarding_handoffs"),
    "feedback",
)


class OutcomeOfEventForm(CarefulMixin, WritingMixin, PageForm):
    """What came of an event: how many, counted how, and what was said."""

    careful = "feedback"

    attendances = _number(
        "Attendances", "People there; someone who came twice is two.", MOST_AT_ONCE
    )
    reach_method = forms.ChoiceField(
        label="How they were counted",
        choices=ReachMethod.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    conversations = _number("Conversations", "People spoken with at some length.")
    leaflets = _number("Leaflets given out")
    safeguarding_handoffs = _number(
        "Hand-offs to safeguarding", "How many only. Who it was belongs on the case."
    )
    feedback = forms.CharField(
        label="Feedback",
        max_length=MOST,
        required=False,
        help_text=NO_NAMES,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reach_method"].optional_hint = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, words in contradictions_of_counts(cleaned):
            self.add_error(name, words)
        return cleaned

    def counts(self) -> dict[str, Any]:
        """What was counted, for a form that is valid."""
        return counts_in(self.cleaned_data)


def contradictions_of_counts(typed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if typed.get("attendances") and not typed.get("reach_method"):
        yield "reach_method", "Select how they were counted"


def counts_in(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was counted; nobody there needs no way of counting."""
    found = {name: typed[name] for name in COUNTS}
    return found if found["attendances"] else found | {"reach_method": ""}


def counts_of(event: EngagementEvent) -> Mapping[str, Any]:
    return {name: getattr(event, name) for name in COUNTS}


class WhyForm(CarefulMixin, PageForm):
    """Why an event is cancelled or its entry made void."""

    careful = "reason"

    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="No names.",
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say why"},
    )


class RepeatForm(PageForm):
    SPOKEN = {"every": "how often it repeats", "times": "the number of times"}

    every = forms.ChoiceField(
        label="How often",
        choices=[
            (Every.WEEK, "Every week"),
            (Every.FORTNIGHT, "Every two weeks"),
            (Every.MONTH, "Every month, on the same day of the month"),
        ],
        widget=forms.RadioSelect,
    )
    times = forms.IntegerField(
        label="How many times more",
        min_value=1,
        max_value=26,
        widget=forms.TextInput({"class": "govuk-input--width-2", "inputmode": "numeric"}),
    )


class FollowUpForm(CarefulMixin, WritingMixin, PageForm):
    careful = "what"
    SPOKEN = {"due_on": "the day it is due"}

    what = forms.CharField(label="What is to be done", max_length=200, help_text=NO_NAMES)
    who = forms.ModelChoiceField(
        label="Who does it",
        queryset=User.objects.filter(is_active=True, role__in=["officer", "supervisor"]),
        empty_label="",
        widget=Autocomplete(),
    )
    due_on = DayField(label="Due by")

    def facts(self) -> dict[str, Any]:
        """The fields of the follow-up, for a form that is valid."""
        who = {"owner": self.cleaned_data["who"]}
        return who | {name: self.cleaned_data[name] for name in ("what", "due_on")}


class PartsForm(PageForm):
    """What each partner does at an event."""

    def __init__(self, *args: Any, parts: Iterable[Participation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in parts:
            self.fields[f"part_{one.pk}"] = forms.CharField(
                label=str(one.partner),
                max_length=120,
                required=False,
                initial=one.part,
                error_messages={
                    "max_length": f"{one.partner} must be %(limit_value)d characters or fewer"
                },
            )

    @property
    def parts(self) -> dict[int, str]:
        """What was typed, by the participation's key; for a form that is valid."""
        return {int(name.removeprefix("part_")): part for name, part in self.cleaned_data.items()}
