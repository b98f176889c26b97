"""An import takes a row exactly when the forms of an event take the same fields, for one event."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.imports.check import SURE, Fit, Problem
from campaigns.models import Borough, Team
from core.days import london_day
from partners.choices import EventKind, EventStatus, ReachMethod, Topic
from partners.forms.events import EventForm, OutcomeOfEventForm, WhyForm
from partners.imports.check import NOT_BEGUN, NOT_DONE, NOT_PLANNED, EventChecker, Facts
from partners.imports.columns import COLUMNS, SHEET
from partners.models import Partner
from tests.cases.test_import_check import ODD, TIMES, days, key_of, same, words_of
from tests.conftest import Cast
from tests.factories import PartnerFactory, TeamFactory

pytestmark = pytest.mark.django_db

ROW = {
    "title": "Stall at Brixton market",
    "kind": "Public stall",
    "state": "Done",
    "day": "25/11/2021",
    "starts": "14:30",
    "ends": "",
    "where": "",
    "place": "Brixton market",
    "borough": "Lambeth",
    "attendances": "40",
    "reach_method": "Estimate",
    "conversations": "0",
    "leaflets": "0",
    "safeguarding_handoffs": "0",
}
PLANNED = {"state": "Planned", "attendances": "", "reach_method": ""}


@pytest.fixture
def checker(cast: Cast) -> EventChecker:
    return EventChecker(cast.officer, timezone.now())


def fits(checker: EventChecker, **changes: str) -> Fit[Facts]:
    verdict = checker.check(2, ROW | changes)
    assert isinstance(verdict, Fit), verdict
    return verdict


def told(checker: EventChecker, **changes: str) -> dict[str, str]:
    verdict = checker.check(2, ROW | changes)
    assert not isinstance(verdict, Fit)
    return {problem.field: problem.message for problem in verdict}


NUMBERS = st.one_of(
    st.sampled_from(["0", "1", "40", "100000", "100001", "1000001", "-1", "1.0", "1,000", ""]), ODD
)
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "title": same(st.one_of(st.sampled_from(["", "x" * 201]), ODD)),
    "kind": st.one_of(words_of(EventKind), same(ODD)),
    "starts": TIMES,
    "ends": TIMES,
    "place": same(st.one_of(st.sampled_from(["", "x" * 201]), ODD)),
    "audience": same(st.one_of(st.just("x" * 201), ODD)),
    "attendances": same(NUMBERS),
    "conversations": same(NUMBERS),
    "leaflets": same(NUMBERS),
    "safeguarding_handoffs": same(NUMBERS),
    "reach_method": words_of(ReachMethod),
    "feedback": same(
        st.one_of(st.sampled_from(["", "Good", "Ring 07700 900123", "x" * 301, "x" * 4001]), ODD)
    ),
    "where": st.sampled_from([("place", "At a place"), ("online", "Online"), ("hall", "hall")]),
}
USUAL = {
    **{name: (text, text) for name, text in ROW.items()},
    "kind": ("stall", "Public stall"),
    "where": ("place", "in person"),
    "reach_method": ("estimate", "Estimate"),
    "audience": ("", ""),
    "feedback": ("", ""),
}


@given(
    state=st.sampled_from([*EventStatus]),
    said=st.sets(st.sampled_from(sorted(CELLS)), max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({name: CELLS[name] for name in sorted(names)})
    ),
    day=days(),
    borough=st.sampled_from([*["lambeth"] * 6, "barnet", "", "nowhere"]),
    team=st.sampled_from(["Taskforce", "", "", "nobody"]),
    helpers=st.sampled_from(["", "", "Taskforce", "dogs; Taskforce", "Dogs, nobody"]),
    partners=st.sampled_from(["", "", "Refuge", "Refuge; Hope, Lambeth", "Refuge, Hope", "Gone"]),
    checked=st.booleans(),
    topics=st.sampled_from(["", "Stalking", "clare's law; Stalking", "DVDS, safety", "Cats"]),
)
@settings(max_examples=200)
def test_a_row_fits_exactly_when_the_forms_are_valid(
    cast: Cast,
    state: EventStatus,
    said: dict[str, tuple[str, str]],
    day: Any,
    borough: str,
    team: str,
    helpers: str,
    partners: str,
    checked: bool,
    topics: str,
) -> None:
    for name in ("Taskforce", "Dogs"):
        if not Team.objects.filter(name=name).exists():
            TeamFactory.create(name=name, slug=name.lower())
    for number, name in enumerate(("Refuge", "Hope, Lambeth")):
        if not Partner.objects.filter(name=name).exists():
            PartnerFactory.create(name=name, slug=f"partner-{number}")
    if not Partner.objects.filter(name="Gone").exists():
        PartnerFactory.create(name="Gone", slug="gone", retired_on=date(2021, 1, 1))
    both = USUAL | said
    # The form refuses NUL, which reading a file removes.
    assume(not any("\x00" in cell for pair in both.values() for cell in pair))
    row = {name: cell.strip() for name, (_, cell) in both.items()}
    if state != EventStatus.DONE:
        row |= dict.fromkeys(["attendances", "conversations", "leaflets"], "")
        row |= {"safeguarding_handoffs": ""}
    if state == EventStatus.PLANNED:
        row["feedback"] = ""
    row |= {"state": state.label, "day": day[1], "borough": borough, "team": team}
    row |= {"supporting_teams": helpers, "partners": partners, "topics": topics}
    sent = QueryDict(mutable=True)
    sent.update({name: typed for name, (typed, _) in both.items()})
    parts = zip(("day", "month", "year"), day[0], strict=True)
    sent.update({f"day_{part}": box for part, box in parts})
    sent.update({"borough": key_of(Borough, borough), "team": key_of(Team, team)})
    sent.setlist("supporting_teams", keys_of(Team, helpers))
    sent.setlist("partners", keys_of(Partner.objects.current(), partners))
    codes = {"clare's law": Topic.CLARES_LAW, "DVDS": Topic.CLARES_LAW}
    sent.setlist("topics", [codes.get(word, word.lower()) for word in words_in(topics)])
    sent.update({"version": "1", "reason": both["feedback"][0]})
    if checked:
        row[SURE] = row["feedback"]
        sent["sure"] = "on"
    form = EventForm(sent, user=cast.officer)
    counts, why = OutcomeOfEventForm(sent), WhyForm(sent)
    after = {EventStatus.DONE: counts, EventStatus.CANCELLED: why}
    judged = [form, after[state]] if state in after else [form]
    verdict = EventChecker(cast.officer, timezone.now()).check(2, row)
    wrong = {name for one in judged for name in one.errors}
    wrong = {"feedback" if name == "reason" else name for name in wrong}
    happened = form.facts()["happened_at"] if form.is_valid() else timezone.now()
    if state == EventStatus.DONE and happened > timezone.now():
        wrong.add("state")
    if wrong:
        assert not isinstance(verdict, Fit), (verdict, wrong)
        assert {problem.field for problem in verdict if problem.message != NOT_BEGUN} == wrong - {
            "state"
        }
    else:
        assert isinstance(verdict, Fit), (verdict, form.cleaned_data)
        expected = form.facts() | {"status": state}
        if state == EventStatus.DONE:
            expected |= counts.counts()
        elif state == EventStatus.CANCELLED:
            expected |= {"cancel_reason": why.cleaned_data["reason"]}
        assert as_sets(verdict.entry) == as_sets(expected)


def words_in(text: str) -> list[str]:
    if text == "Refuge; Hope, Lambeth":
        return ["Refuge", "Hope, Lambeth"]
    return [part.strip() for part in text.replace(",", ";").split(";") if part.strip()]


def keys_of(rows: Any, names: str) -> list[str]:
    found = getattr(rows, "objects", rows)
    keys = [found.filter(name__iexact=name).first() for name in words_in(names)]
    return [str(row.pk) if row else "0" for row in keys]


def as_sets(facts: Facts) -> Facts:
    return facts | {name: set(facts[name]) for name in ("partners", "supporting_teams", "topics")}


def test_a_partner_that_there_is_not_is_told_of_with_what_to_do(cast: Cast) -> None:
    PartnerFactory.create(name="Refuge")
    PartnerFactory.create(name="Gone", retired_on=date(2021, 1, 1))
    checker = EventChecker(cast.officer, timezone.now())
    assert told(checker, partners="Refuge; Refug; Gone") == {
        "partners": "The directory does not have “Refug” and “Gone”: correct the name,"
        " or add the partner there first"
    }


@pytest.mark.parametrize(
    ("place", "where", "expected"),
    [
        ("Brixton market", "", "Brixton market"),
        ("Online", "", ""),
        ("MS Teams", "", ""),
        ("https://meet.example/abc?x=1", "", ""),
        ("www.meet.example", "", ""),
        ("Brixton market", "virtual", ""),
        ("Brixton market", "Hybrid", "Brixton market"),
        ("", "online", ""),
    ],
)
def test_where_it_was(checker: EventChecker, place: str, where: str, expected: str) -> None:
    assert fits(checker, place=place, where=where).entry["place"] == expected


@pytest.mark.parametrize(("place", "where"), [("", ""), ("", "in person"), ("Online", "in person")])
def test_a_place_is_asked_for_where_it_was_at_one(
    checker: EventChecker, place: str, where: str
) -> None:
    assert told(checker, place=place, where=where) == {"place": "Enter the place, or choose online"}


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("10:00 - 14:00", "", ("10:00", "14:00")),
        ("10am–2pm", "", ("10:00", "14:00")),
        ("1000 to 1400", "", ("10:00", "14:00")),
        ("10:00 until 14:00", "", ("10:00", "14:00")),
        ("10:00 - 14:00", "15:00", ("10:00", "15:00")),
        ("10:00", "14:00", ("10:00", "14:00")),
        ("10:00", "", ("10:00", None)),
        ("2021-11-25 10:00", "25/11/2021 14:00", ("10:00", "14:00")),
    ],
)
def test_a_start_may_have_the_end_with_it(
    checker: EventChecker, starts: str, ends: str, expected: Any
) -> None:
    facts = fits(checker, starts=starts, ends=ends).entry
    ended = facts["ends_at"]
    assert (f"{facts['happened_at']:%H:%M}", ended and f"{ended:%H:%M}") == expected


def test_an_end_on_another_day_is_no_end(checker: EventChecker) -> None:
    assert told(checker, ends="2021-11-26 16:00") == {
        "ends": "The time it ends must be a time, like 1430 or 2.30pm"
    }


def test_the_cell_is_told_of_as_it_stands(checker: EventChecker) -> None:
    verdict = checker.check(2, ROW | {"starts": "10:00 - 99:00"})
    assert not isinstance(verdict, Fit)
    assert [(p.field, p.value) for p in verdict] == [("ends", "")]
    verdict = checker.check(2, ROW | {"starts": "99:00 - 10:00"})
    assert not isinstance(verdict, Fit)
    assert [(p.field, p.value) for p in verdict] == [("starts", "99:00 - 10:00")]


class TestTheState:
    def test_what_was_counted_is_of_an_event_that_is_done(self, checker: EventChecker) -> None:
        for state in ("Planned", "Cancelled"):
            counted = dict.fromkeys(["attendances", "conversations", "leaflets"], "1")
            counted |= {"safeguarding_handoffs": "x", "state": state, "feedback": "Rain"}
            found = told(checker, **counted)
            found.pop("feedback", None)
            assert found == dict.fromkeys([*counted][:4], NOT_DONE)

    def test_a_note_is_feedback_or_why_it_was_cancelled_and_not_of_a_planned_one(
        self, checker: EventChecker
    ) -> None:
        assert fits(checker, feedback="Good").entry["feedback"] == "Good"
        off = PLANNED | {"state": "Called off"}
        assert fits(checker, **off, feedback="Rain").entry["cancel_reason"] == "Rain"
        assert told(checker, **off) == {"feedback": "Say why"}
        assert told(checker, **PLANNED, feedback="Bring pens") == {"feedback": NOT_PLANNED}

    def test_a_note_that_may_identify_somebody_is_checked_as_it_stands(
        self, checker: EventChecker
    ) -> None:
        note = "Jane Okonkwo, SW9 8LT"
        asks = "This may identify somebody: “Jane Okonkwo”, “SW9 8LT”. Take it out, or confirm"
        for said in ({"feedback": note}, PLANNED | {"state": "Cancelled", "feedback": note}):
            verdict = checker.check(2, ROW | said)
            assert verdict == [Problem(2, "feedback", note, asks, doubt=True)]
            assert told(checker, **said, **{SURE: f"{note}."}) == {"feedback": asks}
            fits(checker, **said, **{SURE: note})

    def test_one_that_has_not_begun_cannot_be_done_and_only_its_row_is_mended(
        self, checker: EventChecker
    ) -> None:
        tomorrow = london_day(timezone.now()) + timedelta(days=1)
        verdict = checker.check(2, ROW | {"day": f"{tomorrow:%d/%m/%Y}"})
        assert not isinstance(verdict, Fit)
        assert [(p.field, p.value, p.message) for p in verdict] == [("state", "", NOT_BEGUN)]
        fits(checker, **PLANNED, day=f"{tomorrow:%d/%m/%Y}")

    def test_a_state_is_asked_for(self, checker: EventChecker) -> None:
        assert told(checker, state="") == {"state": "Select a state"}
        assert told(checker, state="Void", title="") == {
            "state": "Select a state from the list",
            "title": "Enter what it is called",
        }


def test_an_event_is_known_again_by_what_it_is(cast: Cast) -> None:
    def ids(*rows: dict[str, str]) -> list[UUID]:
        checker = EventChecker(cast.force_supervisor, timezone.now())
        return [fits(checker, **row).token for row in rows]

    [first] = ids({})
    assert ids({"title": "STALL at brixton market", "day": "25 Nov 21", "starts": "2.30pm"}) == [
        first
    ]
    assert ids(PLANNED) == ids({"ends": "16:00", "feedback": "Good", "topics": "VAWG"}) == [first]
    others = [
        *({"title": "Talk"}, {"kind": "Webinar"}, {"day": "26/11/2021"}, {"starts": "15:00"}),
        *({"borough": "Barnet"}, {"place": "Library"}, {"where": "online"}),
    ]
    assert len({first, *(one for row in others for one in ids(row))}) == len(others) + 1
    twice = ids({}, {})
    assert twice[0] == first != twice[1]


def test_headings_of_the_export_and_of_real_sheets_are_known() -> None:
    sheet = ["Date", "Start time", "Finish", "Venue", "Activity", "Type", "Agencies", "Footfall"]
    assert SHEET.guess(sheet) == {
        "day": 0,
        "starts": 1,
        "ends": 2,
        "place": 3,
        "title": 4,
        "kind": 5,
        "partners": 6,
        "attendances": 7,
    }
    assert SHEET.guess(["Where", "Notes"]) == {"place": 0, "feedback": 1}
    headings = [heading for column in COLUMNS for heading in (column.heading, *column.others)]
    assert len(headings) == len(set(headings))
