"""The form that logs an outcome: for each kind, only what that kind needs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.models import User
from campaigns.models import Borough, Team
from cases.choices import (
    BailKind,
    CautionKind,
    ChargingAuthority,
    DisclosureRoute,
    Kind,
    NoFurtherActionType,
    Offence,
    OrderKind,
    Strand,
)
from cases.entry import Entry
from cases.models import Outcome, ProtectiveOrder
from cases.references import Reference
from core.days import LONDON, london_day
from core.forms import Autocomplete, ClockField, DayField, PageForm, RadioField, RemoteAutocomplete

OFFENCE_WORDS: dict[str, str] = {
    Offence.ASSAULT_NO_INJURY: "section 39 s39 battery",
    Offence.ASSAULT_INJURY: "ABH GBH section 47 s47 section 20 s20",
    Offence.GBH_INTENT: "GBH section 18 s18",
    Offence.STRANGULATION: "NFS choking section 75A",
    Offence.COERCIVE_CONTROL: "CCB coercion section 76",
    Offence.HARASSMENT: "section 2 section 4",
    Offence.STALKING: "section 2A section 4A",
    Offence.MALICIOUS_COMMUNICATIONS: "mal comms messages",
    Offence.SEXUAL_ASSAULT: "RASSO",
    Offence.INTIMATE_IMAGE: "revenge image photo",
    Offence.CRIMINAL_DAMAGE: "arson",
    Offence.PUBLIC_ORDER: "affray",
    Offence.BREACH_NON_MOLESTATION: "NMO",
    Offence.BREACH_RESTRAINING: "RO",
    Offence.BREACH_STALKING: "SPO",
    Offence.BREACH_ABUSE_PROTECTION: "DAPO",
}
"""What officers also call an offence."""
ORDER_WORDS = {kind.value: kind.value.upper() for kind in OrderKind if kind != OrderKind.OTHER}

WITH_SUSPECT = frozenset(Kind) - {Kind.DISCLOSURE_APPLICATION}
WITH_OFFENCE = frozenset(Kind) - {Kind.ORDER, Kind.DISCLOSURE_APPLICATION}
OWN_FIELDS: dict[Kind, tuple[str, ...]] = {
    Kind.ARREST: ("custody_record",),
    Kind.CHARGE: ("charging_authority", "custody_record"),
    Kind.CAUTION: ("caution_kind",),
    Kind.ORDER: ("order_kind", "other_order"),
    Kind.DISCLOSURE_APPLICATION: ("route",),
    Kind.VOLUNTARY_ATTENDANCE: (),
    Kind.BAIL: ("bail_kind", "bail_until", "custody_record"),
    Kind.RELEASED: ("custody_record",),
    Kind.NO_FURTHER_ACTION: ("no_further_action_type",),
}
CODES = (
    *("offence", "offence_note", "strand", "order_kind", "caution_kind", "route", "bail_kind"),
    *("bail_until", "charging_authority", "no_further_action_type", "custody_record"),
)
"""The fields that go into the outcome as they are."""
HAPPENED: dict[Kind, str] = {
    Kind.ARREST: "Day of arrest",
    Kind.CHARGE: "Day of charge",
    Kind.CAUTION: "Day of the caution (disposal)",
    Kind.ORDER: "Day it was granted, or given",
    Kind.DISCLOSURE_APPLICATION: "Day it was received",
    Kind.VOLUNTARY_ATTENDANCE: "Day of attendance",
    Kind.BAIL: "Day of release",
    Kind.RELEASED: "Day of release",
    Kind.NO_FURTHER_ACTION: "Day of the decision",
}


def _empty_first(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", ""), *choices]


class LogForm(PageForm):
    """What an officer types about one outcome of a kind."""

    SPOKEN = {
        "strand": "what it was enforced as",
        "no_further_action_type": "a Home Office outcome type",
    }

    reference = forms.CharField(
        label="Crime or incident reference",
        max_length=40,
        help_text="Like 01/1234567/26 or 1234567/23. A case is made if there is none yet.",
        widget=RemoteAutocomplete("cases:lookup_cases", {"class": "govuk-input--width-20"}),
    )
    reference_day = DayField(
        label="Day of the CAD number",
        past=True,
        required=False,
        help_text="CAD numbers start again every day.",
    )
    suspect_number = forms.IntegerField(
        label="Suspect",
        min_value=1,
        max_value=99,
        initial=1,
        help_text="1 for the only or first suspect of the case. Never a name.",
        widget=forms.TextInput({"class": "govuk-input--width-2", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter the number of the suspect, like 1",
            "invalid": "Suspect must be a number, like 1",
            "min_value": "Suspect must be 1 or more",
            "max_value": "Suspect must be 99 or less",
        },
    )
    day = DayField(past=True)
    time = ClockField(label="Time", help_text="Like 1430, 14:30 or 2.30pm.", day="day")
    offence = forms.ChoiceField(
        label="Offence",
        choices=_empty_first(Offence.choices),
        widget=Autocomplete(keywords=OFFENCE_WORDS),
    )
    offence_note = forms.CharField(
        label="Which other offence",
        max_length=200,
        required=False,
        help_text="The offence in law. No names.",
    )
    order_kind = forms.ChoiceField(
        label="Order or notice",
        choices=_empty_first(OrderKind.choices),
        widget=Autocomplete(keywords=ORDER_WORDS),
    )
    other_order = forms.CharField(
        label="Which other order", max_length=80, required=False, help_text="No names."
    )
    caution_kind = RadioField(
        label="Kind of caution (disposal)",
        choices=CautionKind.choices,
        help_text="A disposal that needs an admission, not the words said at arrest.",
    )
    route = RadioField(label="Route", choices=DisclosureRoute.choices)
    bail_kind = RadioField(label="Kind of bail", choices=BailKind.choices)
    bail_until = DayField(
        label="Day to answer bail", required=False, help_text="The first period is 3 months."
    )
    charging_authority = RadioField(
        label="Who decided to charge", choices=ChargingAuthority.choices, required=False
    )
    no_further_action_type = forms.ChoiceField(
        label="Home Office outcome type",
        choices=_empty_first(NoFurtherActionType.choices),
        widget=Autocomplete(),
    )
    custody_record = forms.CharField(
        label="Custody record",
        max_length=30,
        required=False,
        help_text="It helps to find an arrest that is entered twice.",
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    borough = forms.ModelChoiceField(
        label="Borough of the offence", queryset=Borough.objects.none(), empty_label=""
    )
    team = forms.ModelChoiceField(
        label="Lead team",
        queryset=Team.objects.all(),
        required=False,
        empty_label="",
        widget=Autocomplete(),
    )
    supporting_teams = forms.ModelMultipleChoiceField(
        label="Teams that helped",
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="They get credit. Only the lead team counts.",
    )
    strand = RadioField(label="Enforced as", choices=Strand.choices, initial=Strand.DOMESTIC_ABUSE)

    MORE = ("supporting_teams", "strand")
    """Behind a disclosure, since few entries need them."""

    def __init__(self, *args: Any, kind: Kind, user: User, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)
        self._leave_out_what_others_need()
        self.fields["day"].label = HAPPENED[kind]
        borough = cast("forms.ModelChoiceField[Borough]", self.fields["borough"])
        borough.queryset = user.scope.limit(Borough.objects.all(), "pk")
        if user.scope.everywhere or len(user.scope.borough_ids) > 3:
            borough.widget = Autocomplete()
            borough.widget.choices = borough.choices
        if kind == Kind.DISCLOSURE_APPLICATION:
            self.fields["time"].required = False

    def _leave_out_what_others_need(self) -> None:
        own = set(OWN_FIELDS[self.kind])
        for name in {name for names in OWN_FIELDS.values() for name in names} - own:
            del self.fields[name]
        if self.kind not in WITH_SUSPECT:
            del self.fields["suspect_number"]
        if self.kind not in WITH_OFFENCE:
            del self.fields["offence"]
            del self.fields["offence_note"]

    def typed_before(self, data: MultiValueDict[str, str]) -> dict[str, Any]:
        """What was typed once, to start from again without judging it."""
        return {
            name: field.widget.value_from_datadict(data, MultiValueDict(), name)
            for name, field in self.fields.items()
        }

    @property
    def needs_reference_day(self) -> bool:
        """Whether what was typed is a CAD number, which alone has a day of its own."""
        return Reference.of(str(self["reference"].value() or "")).needs_its_day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._forget_what_is_not_asked(cleaned)
        for name, message in list(contradictions(cleaned, timezone.now())):
            self.add_error(name, message)
        return cleaned

    def _forget_what_is_not_asked(self, cleaned: dict[str, Any]) -> None:
        """A mistake in a field that another answer hides could not be found, nor does it matter."""
        for name in not_asked(cleaned) & self.errors.keys():
            del self.errors[name]
            cleaned[name] = self.fields[name].clean("")

    def entry(self) -> Entry:
        """What was typed, for a form that is valid."""
        return entry_of(self.kind, self.cleaned_data)


def not_asked(cleaned: Mapping[str, Any]) -> set[str]:
    """The fields that another answer hides."""
    asked = {
        "reference_day": Reference.of(cleaned.get("reference", "")).needs_its_day,
        "offence_note": cleaned.get("offence") == Offence.OTHER,
        "other_order": cleaned.get("order_kind") == OrderKind.OTHER,
    }
    return {name for name, is_asked in asked.items() if not is_asked}


def contradictions(cleaned: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    """What no field sees alone: the field that is wrong, and the words. Fields are those in order.

    An import of many rows asks the same.
    """
    reference = Reference.of(cleaned.get("reference", ""))
    if reference.of_the_reduced:
        yield "reference", "Enter the reference as the crime system has it: that case is closed"
    if reference.needs_its_day and not cleaned.get("reference_day"):
        yield "reference_day", "Enter the day of the CAD number"
    if cleaned.get("offence") == Offence.OTHER and not cleaned.get("offence_note"):
        yield "offence_note", "Say which other offence it was"
    if cleaned.get("order_kind") == OrderKind.OTHER and not cleaned.get("other_order"):
        yield "other_order", "Say which other order it was"
    if cleaned.get("day") and "time" in cleaned and happened_at(cleaned) > now:
        yield "time", "Time must be in the past: check the day too"
    bail_until = cleaned.get("bail_until")
    if bail_until and cleaned.get("day") and bail_until < cleaned["day"]:
        yield "bail_until", "Day to answer bail must be after the release"


def happened_at(cleaned: Mapping[str, Any]) -> datetime:
    """The moment on London's clock; midnight where the kind needs no time."""
    clock = cleaned.get("time") or datetime.min.time()
    return datetime.combine(cleaned["day"], clock, tzinfo=LONDON)


def entry_of(kind: Kind, cleaned: Mapping[str, Any]) -> Entry:
    """An entry of a kind, from the values of fields that are all in order."""
    codes = {name: cleaned[name] for name in CODES if name in cleaned}
    other = codes.get("order_kind") == OrderKind.OTHER
    if "offence_note" in codes and codes["offence"] != Offence.OTHER:
        codes["offence_note"] = ""
    return Entry(
        kind=kind,
        reference=Reference.of(cleaned["reference"]),
        reference_day=cleaned.get("reference_day"),
        suspect_number=cleaned.get("suspect_number"),
        happened_at=happened_at(cleaned),
        borough=cleaned["borough"],
        team=cleaned.get("team"),
        supporting_teams=[
            team for team in cleaned["supporting_teams"] if team != cleaned.get("team")
        ],
        other_order=cleaned["other_order"] if other else "",
        codes=codes,
    )


def first_values(user: User, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a fresh form starts with: the shift's own choices, else what follows from the person."""
    only = user.scope.borough_ids if len(user.scope.borough_ids) == 1 else frozenset()
    return {
        "day": london_day(timezone.now()),
        "borough": next(iter(only), None),
        "team": user.team_id,
        **{name: value for name, value in kept.items() if value},
    }


def values_of(outcome: Any) -> dict[str, Any]:
    """An outcome, or a past state of one, as the values of the form."""
    moment = outcome.happened_at.astimezone(LONDON)
    return {
        **{name: getattr(outcome, name) for name in CODES},
        "reference": outcome.case.reference,
        "reference_day": outcome.case.reference_date,
        "suspect_number": outcome.suspect.number if outcome.suspect else None,
        "day": moment.date(),
        "time": moment.time().replace(second=0, microsecond=0, tzinfo=None),
        "borough": outcome.borough,
        "team": outcome.team,
    }


def credits_of(outcome: Outcome, user: User) -> dict[str, Any]:
    """What the form has of an outcome besides its own row."""
    order = ProtectiveOrder.objects.visible_to(user).filter(outcome=outcome).first()
    return {
        "supporting_teams": list(outcome.supporting_teams.all()),
        "other_order": order.other_kind if order else "",
    }
