"""An import takes a row exactly when the log form takes the same fields, for the same entry."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounts.imports.cells import SERIALS_START
from accounts.imports.check import Fit, Matching
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
from cases.forms.log import LogForm
from cases.imports.check import MOST_ALIKE, OutcomeChecker
from cases.imports.staged import pairs, staged
from cases.models import Case, Outcome, Suspect
from tests.conftest import Cast
from tests.factories import CaseFactory, OutcomeFactory, TeamFactory

pytestmark = pytest.mark.django_db

ROW = {
    "kind": "Arrest",
    "reference": "01/1234567/26",
    "suspect_number": "1",
    "day": "25/11/2021",
    "time": "14:30",
    "offence": "Stalking",
    "borough": "Lambeth",
    "strand": "Domestic abuse",
}


def fits(checker: OutcomeChecker, **changes: str) -> Fit[Entry]:
    verdict = checker.check(2, ROW | changes)
    assert isinstance(verdict, Fit), verdict
    return verdict


def told(checker: OutcomeChecker, **changes: str) -> dict[str, str]:
    verdict = checker.check(2, ROW | changes)
    assert not isinstance(verdict, Fit)
    return {problem.field: problem.message for problem in verdict}


@pytest.fixture
def checker(cast: Cast) -> OutcomeChecker:
    return OutcomeChecker(cast.officer, timezone.now())


DAY = date(2021, 11, 25)
SERIAL = str((DAY - SERIALS_START).days)
ODD = st.one_of(
    st.text(max_size=50),
    st.sampled_from(["\x00", "‮", "𝟙𝟜", "١٤٣٠", "9" * 400, "-1", "1e9", "=1+1", "🧡", "  ", "ß"]),
)


def words_of(choices: Any) -> st.SearchStrategy[tuple[str, str]]:
    """A code as the form sends it, and as a cell may say it."""
    return st.sampled_from([("", ""), *choices.choices]).flatmap(
        lambda pair: st.sampled_from(
            [(pair[0], word) for word in (*pair, pair[1].upper(), f" {pair[1]} ")]
        )
    )


def same(texts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, str]]:
    return texts.map(lambda text: (text, text))


def days() -> st.SearchStrategy[tuple[tuple[str, str, str], str]]:
    """Three boxes, and one cell that says the same."""

    def said(day: date) -> st.SearchStrategy[tuple[tuple[str, str, str], str]]:
        boxes = (str(day.day), str(day.month), str(day.year))
        cells = [
            f"{day:%d/%m/%Y}", f"{day.day}.{day.month}.{day:%y}", f"{day:%Y-%m-%d}",
            f"{day.day} {day:%b %Y}", f"{day:%A} {day.day} {day:%B %Y}",
            f"{day.day}-{day:%b}-{day:%y}", str((day - SERIALS_START).days),
        ]  # fmt: skip
        return st.sampled_from([(boxes, cell) for cell in cells])

    real = st.dates(date(2001, 1, 1), date(2030, 1, 1)).flatmap(said)
    odd = st.sampled_from(
        [
            (("", "", ""), ""),
            (("31", "2", "2021"), "31/02/2021"),
            (("x", "y", "z"), "soon"),
            (("25", "11", ""), "25/11"),
        ]
    )
    return st.one_of(real, real, real, odd)


TIMES = st.one_of(
    st.times().map(lambda t: (f"{t:%H:%M}", f"{t:%H:%M:%S}")),
    st.times().map(lambda t: (f"{t:%H%M}", f"{t:%H%M}")),
    st.sampled_from(
        [
            ("", ""),
            ("25", "25"),
            ("2.30pm", "2.30pm"),
            ("2:30 pm", "2:30:00 pm"),
            ("14:30", "0.604167"),
            ("00:00", "0.000000"),
            ("midday", "midday"),
            ("30", "30"),
        ]
    ),
    same(ODD),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "reference": same(
        st.one_of(
            st.sampled_from(["", "01/1234567/26", " 1234567 / 23", "1234", "TBC", "x" * 41]), ODD
        )
    ),
    "suspect_number": st.one_of(
        st.sampled_from(
            [("1", "1"), ("1", "Suspect 1"), ("2", "2.0"), ("", ""), ("0", "0"), ("100", "100")]
        ),
        same(ODD),
    ),
    "time": TIMES,
    "offence": st.one_of(words_of(Offence), same(ODD), st.just(("assault_injury", "ABH"))),
    "offence_note": same(st.one_of(st.just(""), st.just("x" * 201), ODD)),
    "order_kind": words_of(OrderKind),
    "other_order": same(st.one_of(st.just(""), st.just("x" * 81), ODD)),
    "caution_kind": words_of(CautionKind),
    "route": words_of(DisclosureRoute),
    "bail_kind": words_of(BailKind),
    "charging_authority": words_of(ChargingAuthority),
    "no_further_action_type": st.one_of(words_of(NoFurtherActionType), st.just(("ho16", "16"))),
    "custody_record": same(st.one_of(st.just(""), st.just("x" * 31), ODD)),
    "strand": words_of(Strand),
}


@given(
    kind=st.sampled_from(list(Kind)),
    said=st.sets(st.sampled_from(sorted(FIELDS)), max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({name: FIELDS[name] for name in sorted(names)})
    ),
    day=days(),
    reference_day=days(),
    bail_until=days(),
    place=st.sampled_from([*["lambeth"] * 6, "barnet", "", "nowhere"]),
    team=st.sampled_from(["Taskforce", "", "", "nobody"]),
    helpers=st.sampled_from(["", "", "Taskforce", "Dogs", "dogs; Taskforce", "Dogs, nobody"]),
)
@settings(max_examples=400)
def test_a_row_fits_exactly_when_the_form_is_valid(
    cast: Cast,
    kind: Kind,
    said: dict[str, tuple[str, str]],
    day: Any,
    reference_day: Any,
    bail_until: Any,
    place: str,
    team: str,
    helpers: str,
) -> None:
    for name in ("Taskforce", "Dogs"):
        if not Team.objects.filter(name=name).exists():
            TeamFactory.create(name=name, slug=name.lower())
    usual = {"reference": ("01/1234567/26",) * 2, "suspect_number": ("1", "1")}
    usual |= {"time": ("14:30", "14:30"), "strand": ("domestic_abuse", "Domestic abuse")}
    usual |= {"offence": ("stalking", "Stalking"), "order_kind": ("dvpo", "DVPO")}
    usual |= {"caution_kind": ("youth", "Youth caution"), "route": ("right_to_ask", "RTA")}
    usual |= {"bail_kind": ("conditional_bail", "Conditional")}
    usual |= {"no_further_action_type": ("ho16", "Outcome 16")}
    both = usual | said
    # The form refuses NUL, which reading a file removes.
    assume(not any("\x00" in cell for pair in both.values() for cell in pair))
    row = {name: cell.strip() for name, (_, cell) in both.items()}
    row |= {"kind": kind.label, "day": day[1], "reference_day": reference_day[1]}
    row |= {"bail_until": bail_until[1], "borough": place, "team": team}
    row |= {"supporting_teams": helpers}
    form_data = QueryDict(mutable=True)
    form_data.update({name: typed for name, (typed, _) in both.items()})
    three = {"day": day[0], "reference_day": reference_day[0], "bail_until": bail_until[0]}
    for name, boxes in three.items():
        parts = zip(("day", "month", "year"), boxes, strict=True)
        form_data.update({f"{name}_{part}": box for part, box in parts})
    form_data["borough"] = key_of(Borough, place)
    form_data["team"] = key_of(Team, team)
    chosen = [part.strip() for part in helpers.replace(",", ";").split(";") if part.strip()]
    form_data.setlist("supporting_teams", [key_of(Team, name) for name in chosen])
    form = LogForm(data=form_data, kind=kind, user=cast.officer)
    verdict = OutcomeChecker(cast.officer, timezone.now()).check(2, row)
    if form.is_valid():
        assert isinstance(verdict, Fit), (verdict, form.cleaned_data)
        assert as_set(verdict.entry) == as_set(form.entry())
    else:
        assert not isinstance(verdict, Fit), (verdict, form.errors)
        assert {problem.field for problem in verdict} == set(form.errors)


def key_of(model: Any, name: str) -> str:
    """What the form sends for a row of a name; for one that there is not, a key of nothing."""
    if not name:
        return ""
    found = model.objects.filter(name__iexact=name).first()
    return str(found.pk) if found else "0"


def as_set(entry: Entry) -> dict[str, Any]:
    return vars(entry) | {"supporting_teams": {team.pk for team in entry.supporting_teams}}


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("25/11/2021 14:30", ""),
        ("2021-11-25T14:30:00Z", ""),
        ("2021-11-25 14:30", ""),
        ("25 Nov 2021 2.30pm", ""),
        ("25/11/2021, at 1430", ""),
        (f"{SERIAL}.604167", ""),
        ("25/11/2021 09:00", "14:30"),
    ],
)
def test_a_day_may_have_the_time_with_it(checker: OutcomeChecker, day: str, time: str) -> None:
    moment = fits(checker, day=day, time=time).entry.happened_at
    assert f"{moment:%Y-%m-%d %H:%M}" == "2021-11-25 14:30"


def test_a_day_with_no_time_asks_for_it(checker: OutcomeChecker) -> None:
    assert told(checker, time="") == {"time": "Enter the time"}


def test_london_days_in_summer_and_winter(checker: OutcomeChecker) -> None:
    moment = fits(checker, day="01/07/2021", time="00:30").entry.happened_at
    assert moment.astimezone(timezone.get_fixed_timezone(0)).hour == 23


@pytest.mark.parametrize("borough", ["LAMBETH", "London Borough of Lambeth", "Lambeth ", "lambeth"])
def test_a_borough_by_the_names_that_it_has(
    checker: OutcomeChecker, cast: Cast, borough: str
) -> None:
    assert fits(checker, borough=borough).entry.borough == cast.a


def test_the_same_row_has_the_same_id_in_any_file_and_a_second_one_of_its_own(cast: Cast) -> None:
    def ids(*rows: dict[str, str]) -> list[UUID]:
        checker = OutcomeChecker(cast.officer, timezone.now())
        return [fits(checker, **row).token for row in rows]

    said_otherwise = {"day": "25 Nov 21", "time": "2.30pm", "offence": "STALKING"}
    first, second = ids({}, said_otherwise)
    assert first != second
    assert ids(said_otherwise) == [first]
    assert ids(said_otherwise, {}, {}) == [first, second, ids({}, {}, {})[2]]
    assert ids({"time": "14:31"}) != [first]


@pytest.mark.parametrize(
    "change",
    [
        *({"kind": "Charge"}, {"reference": "01/1234568/26"}, {"suspect_number": "2"}),
        *({"day": "26/11/2021"}, {"offence": "Rape"}, {"strand": "Child abuse, not domestic"}),
        *({"custody_record": "1"}, {"borough": "Barnet"}),
    ],
)
def test_each_thing_that_a_row_says_is_part_of_its_id(cast: Cast, change: dict[str, str]) -> None:
    checker = OutcomeChecker(cast.force_supervisor, timezone.now())
    assert fits(checker).token != fits(checker, **change).token


def test_a_placeholder_is_one_row_more_than_can_be(checker: OutcomeChecker) -> None:
    for minute in range(MOST_ALIKE):
        fits(checker, time=f"14:{minute:02}", reference="N/A")
    assert "check the reference" in told(checker, time="15:00", reference="N/A")["reference"]
    fits(checker, day="26/11/2021", reference="N/A")
    fits(checker, kind="Voluntary attendance", reference="N/A")
    fits(checker, suspect_number="2", reference="N/A")


def test_mends_defaults_and_rows_left_out() -> None:
    matching = Matching(
        {"kind": 0, "borough": 2},
        {"borough": "Barnet", "suspect_number": "1"},
        {
            "rows": {"3": {"kind": "Charge"}, "4": None},
            "values": {"borough": {"Lambth": "Lambeth", "Total": None}},
        },
        1,
    )
    rows = [
        (1, ["Kind", "x", "Borough"]),
        (2, ["Arrest", "x", "Lambth"]),
        (3, ["Arrest"]),
        (4, ["Arrest", "x", "Lambeth"]),
        (5, ["", "", "Total"]),
    ]
    assert list(matching.rows(rows)) == [
        (2, {"kind": "Arrest", "borough": "Lambeth", "suspect_number": "1"}),
        (3, {"kind": "Charge", "borough": "Barnet", "suspect_number": "1"}),
    ]


KINDS = ["Arrest", "Charge", "Order or notice", "Clare's Law application"]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(["1234567/21", "7654321/21"]),
        st.sampled_from(["1", "2"]),
        st.integers(0, 3 * 24 * 60),
        st.sampled_from(["Stalking", "Rape"]),
        st.sampled_from(["", "01LX/1/21"]),
    ),
    min_size=1,
    max_size=6,
)


@given(there=EVENTS, rows=EVENTS)
@settings(max_examples=60)
def test_rows_are_alike_as_the_log_says_that_entries_are(
    cast: Cast, there: list[Any], rows: list[Any]
) -> None:
    """The rule for one entry, asked of each row against all that came before it."""
    now = timezone.now()
    with transaction.atomic():
        for event in there:
            save(entry_of(cast, event, now))
        checker = OutcomeChecker(cast.officer, now)
        found = [checker.check(line, row_of(event)) for line, event in enumerate(rows, 2)]
        fits_ = [fit for fit in found if isinstance(fit, Fit)]
        assert len(fits_) == len(rows)
        with staged([fits_]):
            asked = {(pair.line, pair.earlier) for pair in pairs()}
        expected = set()
        for fit in fits_:
            outcome = save(fit.entry, fit.token)
            expected |= {
                (fit.line, like.pk) for like in Outcome.objects.likely_duplicates_of(outcome)
            }
        transaction.set_rollback(True)
    assert asked == expected


def row_of(event: Any) -> dict[str, str]:
    kind, reference, suspect, minutes, offence, custody = event
    moment = f"{DAY + timedelta(days=minutes // 1440):%d/%m/%Y}"
    return ROW | {
        "kind": kind,
        "reference": reference,
        "suspect_number": suspect,
        "day": moment,
        "time": f"{minutes % 1440 // 60:02}:{minutes % 60:02}",
        "offence": offence,
        "order_kind": "DVPO" if offence == "Rape" else "DVPN",
        "route": "Right to Ask",
        "custody_record": custody,
    }


def entry_of(cast: Cast, event: Any, now: Any) -> Entry:
    return fits(OutcomeChecker(cast.officer, now), **row_of(event)).entry


def save(entry: Entry, token: UUID | None = None) -> Outcome:
    case = Case.objects.called(entry.reference).first() or CaseFactory.create(
        reference=entry.reference.text, borough=entry.borough, system=entry.reference.system
    )
    suspect = None
    if entry.suspect_number is not None:
        suspect, _ = Suspect.objects.get_or_create(case=case, number=entry.suspect_number)
    more = {"pk": token} if token else {}
    made: Outcome = OutcomeFactory.create(
        **more, case=case, suspect=suspect, kind=entry.kind, happened_at=entry.happened_at,
        borough=entry.borough, **({"offence": ""} | entry.codes),
    )  # fmt: skip
    return made
