"""The form kit: what is typed is understood, what is wrong is said at its control."""

import re
from datetime import date, time
from typing import Any, ClassVar

import pytest
import time_machine
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from core.forms import (
    ClockField,
    ConditionalRadios,
    DayField,
    DayInput,
    FilterForm,
    PageForm,
    parse_clock,
    parse_day,
)
from core.spoken import Spoken, in_words, lowered


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (("25", "11", "2021"), date(2021, 11, 25)),
        (("5", "1", "21"), date(2021, 1, 5)),
        (("05", "01", "2021"), date(2021, 1, 5)),
        (("25", "nov", "2021"), date(2021, 11, 25)),
        (("25", "November", "2021"), date(2021, 11, 25)),
        (("1", "Sept", "2021"), date(2021, 9, 1)),
        (("1", "Sep.", "2021"), date(2021, 9, 1)),
        (("1", "may", "99"), date(2099, 5, 1)),
        (("29", "2", "2024"), date(2024, 2, 29)),
        (("1", "1", "1900"), date(1900, 1, 1)),
        (("31", "12", "2999"), date(2999, 12, 31)),
        (("29", "2", "2023"), None),
        (("31", "4", "2021"), None),
        (("0", "1", "2021"), None),
        (("1", "0", "2021"), None),
        (("32", "1", "2021"), None),
        (("1", "13", "2021"), None),
        (("31", "12", "1899"), None),
        (("1", "1", "3000"), None),
        (("1", "1", "021"), None),
        (("1", "1", "5"), None),
        (("1", "no", "2021"), None),
        (("", "11", "2021"), None),
        (("1st", "11", "2021"), None),
        (("-1", "11", "2021"), None),
        (("٢٥", "١١", "٢٠٢١"), None),
        (("𝟙", "11", "2021"), None),
        (("1", "11", "20211"), None),
    ],
)
def test_a_day_in_three_words(typed: tuple[str, str, str], day: date | None) -> None:
    assert parse_day(*typed) == day


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("1430", time(14, 30)),
        ("14:30", time(14, 30)),
        ("14.30", time(14, 30)),
        ("14h30", time(14, 30)),
        ("1430hrs", time(14, 30)),
        ("1430 hours", time(14, 30)),
        (" 2.30pm ", time(14, 30)),
        ("2.30 P.M.", time(14, 30)),
        ("230pm", time(14, 30)),
        ("930", time(9, 30)),
        ("0930", time(9, 30)),
        ("9am", time(9)),
        ("9 am", time(9)),
        ("12am", time(0)),
        ("12.05am", time(0, 5)),
        ("12pm", time(12)),
        ("0000", time(0)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
        ("midday", time(12)),
        ("Noon", time(12)),
        ("midnight", time(0)),
        ("2400", None),
        ("24:00", None),
        ("23:60", None),
        ("0am", None),
        ("13pm", None),
        ("14", None),
        ("9", None),
        ("9:5", None),
        ("14:30:00", None),
        ("-1430", None),
        ("half two", None),
        ("١٤٣٠", None),
        ("", None),
    ],
)
def test_a_time_in_the_ways_people_type_it(typed: str, clock: time | None) -> None:
    assert parse_clock(typed) == clock


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.sampled_from(["%m", "%B", "%b", "%B "]))
def test_a_day_that_is_written_is_read_again(day: date, month: str) -> None:
    field = DayField()
    assert field.clean([f" {day.day} ", f"{day:{month}}", str(day.year)]) == day
    assert field.clean(DayInput().decompress(day)) == day


@given(
    st.times().map(lambda clock: clock.replace(second=0, microsecond=0)),
    st.sampled_from(["%H%M", "%H:%M", "%H.%M", "%I:%M%p", "%I.%M %p", "%I%M%p"]),
)
def test_a_time_that_is_written_is_read_again(clock: time, form: str) -> None:
    field = ClockField()
    assert field.clean(f"{clock:{form}}") == clock
    assert field.clean(field.prepare_value(clock)) == clock


NAUGHTY = st.one_of(
    st.text(max_size=40),
    st.text("0123456789:.apmhrs ", max_size=12),
    st.sampled_from(["\x00", "‮14:30", "𝟙𝟜:𝟛𝟘", "9" * 5000, "1e9", "＂", "​", "🧡", "¼"]),
)


@given(st.lists(NAUGHTY, min_size=3, max_size=3), NAUGHTY)
def test_nothing_typed_is_worse_than_a_mistake(parts: list[str], clock: str) -> None:
    form = Everything(
        {
            **{
                f"day_{name}": part
                for name, part in zip(["day", "month", "year"], parts, strict=True)
            },
            "clock": clock,
            "text": clock,
            "number": clock,
            "choice": clock,
            "several": parts,
        }
    )
    assert form.is_valid() in {True, False}
    assert_links_lead_somewhere(form)


class Everything(PageForm):
    """One control of each shape."""

    text = forms.CharField(label="Custody record", max_length=5)
    number = forms.IntegerField(label="Leaflets")
    day = DayField(label="Day of arrest", past=True)
    clock = ClockField(label="Time")
    choice = forms.ChoiceField(
        label="Kind",
        choices=[("one", "One"), ("other", "Other")],
        widget=ConditionalRadios(reveals={"other": ["note"]}),
    )
    note = forms.CharField(label="Which other", required=False)
    several = forms.MultipleChoiceField(
        label="Teams that helped",
        choices=[("a", "A"), ("b", "B")],
        widget=forms.CheckboxSelectMultiple,
    )
    picked = forms.ChoiceField(label="CPS area", choices=[("", ""), ("a", "A")])
    sure = forms.BooleanField(label="I am sure", required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": "Open the form again"}
    )


def ids(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


def assert_links_lead_somewhere(form: PageForm) -> None:
    controls = set(re.findall(r"<(?:input|select|textarea)[^>]*\bid=\"([^\"]+)\"", str(form)))
    assert {link for link, _ in form.error_links} <= controls


def test_each_mistake_is_said_once_and_leads_to_its_control() -> None:
    form = Everything({})
    form.is_valid()
    assert form.error_links == [
        ("id_text", "Open the form again"),
        ("id_text", "Enter the custody record"),
        ("id_number", "Enter the number of leaflets"),
        ("id_day_0", "Enter the day of arrest"),
        ("id_clock", "Enter the time"),
        ("id_choice_0", "Select a kind"),
        ("id_several_0", "Select teams that helped"),
        ("id_picked", "Select a CPS area"),
    ]
    assert_links_lead_somewhere(form)
    assert form.error_title == "Error: "
    summary = str(form.error_summary)
    assert summary.count("<li>") == 8
    assert "There is a problem" in summary


def test_a_form_without_mistakes_says_nothing() -> None:
    form = Everything()
    assert (form.error_links, form.error_title, str(form.error_summary).strip()) == ([], "", "")


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"day_month": ""}, "day", "Day of arrest must include a month"),
        ({"day_day": "", "day_year": " "}, "day", "Day of arrest must include a day and a year"),
        ({"day_day": "31", "day_month": "feb"}, "day", "Day of arrest must be a real date"),
        ({"day_year": "2998"}, "day", "Day of arrest must be today or in the past"),
        ({"clock": "25"}, "clock", "Time must be a time, like 1430 or 2.30pm"),
        ({"text": "123456"}, "text", "Custody record must be 5 characters or fewer"),
        ({"choice": "third"}, "choice", "Select a kind from the list"),
        ({"several": ["a", "z"]}, "several", "Select teams that helped from the list"),
        ({"picked": "z"}, "picked", "Select a CPS area from the list"),
    ],
)
def test_a_mistake_says_what_to_do(wrong: dict[str, Any], field: str, message: str) -> None:
    form = Everything(RIGHT | wrong)
    assert form.errors == {field: [message]}
    assert_links_lead_somewhere(form)


RIGHT: dict[str, Any] = {
    "text": "1",
    "number": "1",
    "day_day": "1",
    "day_month": "2",
    "day_year": "2021",
    "clock": "1430",
    "choice": "one",
    "several": ["a"],
    "picked": "a",
    "version": "7",
}


def test_what_is_right_is_taken_and_shown_again() -> None:
    form = Everything(RIGHT)
    assert form.is_valid()
    assert (form.cleaned_data["day"], form.cleaned_data["clock"]) == (
        date(2021, 2, 1),
        time(14, 30),
    )
    html = str(form)
    for name, value in RIGHT.items():
        for one in value if isinstance(value, list) else [value]:
            assert (
                re.search(rf'name="{name}"[^>]*value="{one}"', html)
                or f'value="{one}" selected' in html
            )


@pytest.mark.parametrize(
    ("now", "right"),
    [
        # Midnight comes an hour earlier by Greenwich than on London's summer clock.
        ("2021-06-30T22:59Z", False),
        ("2021-06-30T23:00Z", True),
        ("2021-11-30T23:59Z", False),
        ("2021-12-01T00:00Z", True),
    ],
)
def test_today_is_londons_today(now: str, right: bool) -> None:
    month = "7" if "06" in now else "12"
    with time_machine.travel(now, tick=False):
        form = Everything(RIGHT | {"day_day": "1", "day_month": month})
        assert form.is_valid() is right


def test_a_mistake_is_marked_at_its_boxes() -> None:
    form = Everything(RIGHT | {"day_day": "31", "text": "123456"})
    html = str(form)
    day = form["day"].as_field_group()
    assert day.count("govuk-input--error") == 3
    assert day.count("govuk-form-group--error") == 1
    assert 'id="id_day_error"' in day
    assert "id_day_error" in re.search(r'aria-describedby="([^"]+)"', day)[1]  # type: ignore[index]
    assert html.count("govuk-form-group--error") == 2
    assert 'aria-describedby="id_text_error"' in form["text"].as_field_group()


def test_what_a_choice_reveals_stands_below_it_and_nowhere_else() -> None:
    form = Everything()
    assert str(form).count('name="note"') == 1
    assert 'data-show-when="choice=other"' in form["choice"].as_field_group()
    assert "note" not in [field.name for field in form.plain_fields]


def test_a_filter_calls_nothing_optional() -> None:
    class Narrow(FilterForm):
        kind = forms.CharField(required=False)

    class Asked(PageForm):
        kind = forms.CharField(required=False)

    assert "(optional)" not in str(Narrow())
    assert "Kind (optional)" in str(Asked())


@pytest.mark.parametrize(
    ("label", "inside"),
    [("Lead team", "lead team"), ("CPS area", "CPS area"), ("A case", "a case"), ("", "")],
)
def test_a_label_inside_a_sentence(label: str, inside: str) -> None:
    assert lowered(label) == inside


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("text", "", "nothing"),
        ("text", None, "nothing"),
        ("several", [], "nothing"),
        ("text", "01LX", "01LX"),
        ("number", 0, "0"),
        ("sure", True, "yes"),
        ("sure", False, "no"),
        ("day", date(2021, 11, 5), "5 November 2021"),
        ("clock", time(9, 5), "09:05"),
        ("choice", "other", "Other"),
        ("choice", "gone", "gone"),
        ("several", ["a", "b"], "A, B"),
    ],
)
def test_a_value_in_words(name: str, value: Any, words: str) -> None:
    assert in_words(Everything.base_fields[name], value) == words


class TestWordsOfErrors:
    """What is asked for has the article that a person would use, whatever its kind."""

    @pytest.mark.parametrize(
        ("field", "asked_for", "subject"),
        [
            (forms.CharField(label="Place"), "the place", "Place"),
            (forms.CharField(label="What it is called"), "what it is called", "Your answer"),
            (forms.CharField(label="Why"), "why", "Your answer"),
            (forms.CharField(label="Their work there"), "their work there", "Your answer"),
            (forms.CharField(label="Whole reference"), "the whole reference", "Whole reference"),
            (forms.CharField(), "the name of it", "Name of it"),
            (DayField(label="Day it was heard"), "the day it was heard", "Day it was heard"),
            (forms.ChoiceField(label="Kind"), "a kind", "Kind"),
            (forms.ChoiceField(label="Offence"), "an offence", "Offence"),
            (forms.ChoiceField(label="CPS area"), "a CPS area", "CPS area"),
            (forms.ChoiceField(label="Level of risk"), "the level of risk", "Level of risk"),
            (forms.ChoiceField(label="Team that came"), "the team that came", "Team that came"),
            (forms.ChoiceField(label="Who asked"), "who asked", "Your answer"),
            (forms.MultipleChoiceField(label="Topics"), "topics", "Topics"),
            (
                forms.IntegerField(label="Leaflets"),
                "the number of leaflets",
                "The number of leaflets",
            ),
        ],
    )
    def test_by_the_label(self, field: forms.Field, asked_for: str, subject: str) -> None:
        spoken = Spoken(field, "name_of_it", "")
        assert (spoken.asked_for, spoken.subject) == (asked_for, subject)

    @pytest.mark.parametrize(
        ("own", "subject"),
        [("the time it starts", "The time it starts"), ("who delivered it", "Your answer")],
    )
    def test_by_words_of_its_own(self, own: str, subject: str) -> None:
        spoken = Spoken(ClockField(label="Starts at"), "starts", own)
        assert (spoken.asked_for, spoken.subject) == (own, subject)

    def test_of_a_form(self) -> None:
        class Stall(PageForm):
            SPOKEN: ClassVar = {"starts": "the time it starts"}

            starts = ClockField(label="Starts at")
            times = forms.IntegerField(label="Leaflets", min_value=1, max_value=26)
            email = forms.EmailField(label="Email")
            people = forms.CharField(label="People", error_messages={"required": "Say who"})

        said = [
            ("", "", "", ""),
            ("25", "x", "x", "A"),
            ("9am", "0", "a@example.org", "A"),
            ("9am", "27", "a@example.org", "A"),
        ]
        names = ("starts", "times", "email", "people")
        assert [
            {
                name: str(errors[0])
                for name, errors in Stall(dict(zip(names, one, strict=True))).errors.items()
            }
            for one in said
        ] == [
            {
                "starts": "Enter the time it starts",
                "times": "Enter the number of leaflets",
                "email": "Enter the email",
                "people": "Say who",
            },
            {
                "starts": "The time it starts must be a time, like 1430 or 2.30pm",
                "times": "The number of leaflets must be a whole number, like 4",
                "email": "Enter an email address, like name@example.org",
            },
            {"times": "The number of leaflets must be 1 or more"},
            {"times": "The number of leaflets must be 26 or fewer"},
        ]

    def test_a_label_that_changes_is_followed(self) -> None:
        class When(PageForm):
            day = DayField()

        form = When({})
        form.fields["day"].label = "Day of arrest"
        assert form.errors == {"day": ["Enter the day of arrest"]}
