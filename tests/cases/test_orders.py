"""Orders and notices: their steps, what counts, what the pages ask and who may use them."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from cases.actions.orders import add_order, change_order, correct_order, record_breach
from cases.actions.outcomes import log_outcome, void_outcome
from cases.choices import NOTICES, Kind, OrderKind
from cases.models import Case, OrderBreach, Outcome, ProtectiveOrder
from cases.orders import (
    breach_words,
    first_statuses,
    length_warning,
    next_statuses,
    unavailable,
)
from core.days import LONDON, ONE_DAY
from tests.conftest import Cast
from tests.factories import (
    DAY,
    NOON,
    BoroughFactory,
    CaseFactory,
    ExclusionFactory,
    OrderAvailabilityFactory,
    ProtectiveOrderFactory,
    SuspectFactory,
)

NOW = datetime(2021, 12, 1, 12, 0, tzinfo=LONDON)


@pytest.fixture(autouse=True)
def december() -> Any:
    """The web server's clock; the database's own runs on."""
    with time_machine.travel(NOW, tick=False):
        yield


# What the law says


ENDED = {"refused", "withdrawn", "discharged", "expired"}


@pytest.mark.parametrize("kind", OrderKind)
def test_every_order_can_end_and_then_goes_no_further(kind: OrderKind) -> None:
    reached, ahead = set(), list(first_statuses(kind))
    while ahead:
        status = ahead.pop()
        if status not in reached:
            reached.add(status)
            ahead += next_statuses(kind, status)
    assert {status for status in reached if not next_statuses(kind, status)} == reached & ENDED
    assert reached & ENDED
    assert ("notice_issued" in reached) == (kind in NOTICES)
    assert ("served" in reached) == (kind not in NOTICES)


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("dvpn", ("notice_issued",)),
        ("dapn", ("notice_issued",)),
        ("dvpo", ("applied", "granted")),
        ("nmo", ("applied", "granted")),
        ("ro_c", ("granted",)),
        ("ro_a", ("granted",)),
    ],
)
def test_where_an_order_begins(kind: str, first: tuple[str, ...]) -> None:
    assert first_statuses(kind) == first


@pytest.mark.parametrize(
    ("kind", "status", "steps"),
    [
        ("dvpn", "notice_issued", ["applied", "adjourned", "expired", "withdrawn"]),
        ("dvpn", "adjourned", ["adjourned", "expired", "withdrawn"]),
        ("dapo", "applied", ["granted", "interim_granted", "adjourned", "refused", "withdrawn"]),
        ("dvpo", "applied", ["granted", "adjourned", "refused", "withdrawn"]),
        ("spo", "applied", ["granted", "adjourned", "refused", "withdrawn"]),
        ("spo", "granted", ["served", "discharged", "expired"]),
        ("spo", "served", ["varied", "renewed", "discharged", "expired"]),
        ("spo", "breached", ["varied", "renewed", "discharged", "expired"]),
        ("dvpo", "served", ["varied", "discharged", "expired"]),
        ("dvpo", "expired", []),
        ("dvpo", "notice_issued", []),
    ],
)
def test_only_what_makes_sense_comes_next(kind: str, status: str, steps: list[str]) -> None:
    assert list(next_statuses(kind, status)) == steps


CRIMES = {"dapo", "nmo", "ro_c", "ro_a", "spo", "ispo", "shpo", "ishpo"}


@pytest.mark.parametrize("kind", OrderKind)
def test_a_breach_is_a_crime_of_some_kinds_alone(kind: OrderKind) -> None:
    words = breach_words(kind)
    assert ("criminal offence: up to 5 years" in words) == (kind in CRIMES)
    assert ("not an offence" in words) == (kind in {"dvpn", "dvpo", "dapn", "occ"})


def test_a_breach_of_an_occupation_order_depends_on_the_power_attached() -> None:
    assert breach_words("occ", power_of_arrest=True) == (
        "A breach is contempt of court, not an offence. Arrest under the power attached."
    )
    assert breach_words("occ", power_of_arrest=False) == (
        "A breach is contempt of court, not an offence. No power of arrest is attached."
    )


@pytest.mark.parametrize(
    ("kind", "ends", "odd"),
    [
        ("dvpo", DAY + timedelta(days=13), True),
        ("dvpo", DAY + timedelta(days=14), False),
        ("dvpo", DAY + timedelta(days=28), False),
        ("dvpo", DAY + timedelta(days=29), True),
        ("dvpo", None, True),
        ("spo", date(2023, 11, 24), True),
        ("spo", date(2023, 11, 25), False),
        ("spo", None, False),
        ("ispo", DAY + ONE_DAY, False),
        ("shpo", date(2026, 11, 24), True),
        ("shpo", date(2026, 11, 25), False),
        ("ishpo", DAY + ONE_DAY, False),
        ("dapo", DAY + ONE_DAY, False),
    ],
)
def test_an_odd_length_is_questioned(kind: str, ends: date | None, odd: bool) -> None:
    assert bool(length_warning(kind, DAY, ends)) is odd
    assert length_warning(kind, None, ends) == ""


def test_two_years_from_a_leap_day_end_in_march() -> None:
    leap_day = date(2024, 2, 29)
    assert length_warning("spo", leap_day, date(2026, 2, 28)) != ""
    assert length_warning("spo", leap_day, date(2026, 3, 1)) == ""


@pytest.mark.django_db
def test_a_pilot_is_questioned_outside_its_place_and_time() -> None:
    croydon, barnet = BoroughFactory.create(name="Croydon"), BoroughFactory.create(name="Barnet")
    first, end = date(2024, 11, 27), date(2026, 4, 1)
    pilot = [OrderAvailabilityFactory.create(borough=croydon, first_day=first, end_day=end)]
    said = {
        (borough.name, day): unavailable("dapo", borough, day, pilot)
        for borough in (croydon, barnet)
        for day in (first - ONE_DAY, first, end - ONE_DAY, end)
    }
    assert {at for at, words in said.items() if not words} == {
        ("Croydon", first),
        ("Croydon", end - ONE_DAY),
    }
    assert said["Barnet", first] == (
        "There is no record that this kind can be had in Barnet on 27 November 2024. "
        "Check before you go on."
    )
    everywhere = OrderAvailabilityFactory.create(borough=None, first_day=end)
    assert unavailable("dapo", barnet, end, [*pilot, everywhere]) == ""
    assert unavailable("dvpo", barnet, first, pilot) == ""


# What the actions do


@pytest.fixture
def case(cast: Cast) -> Case:
    return CaseFactory.create(borough=cast.a)


def order_of(case: Case, **fields: Any) -> ProtectiveOrder:
    return ProtectiveOrderFactory.create(
        case=case, suspect=SuspectFactory.create(case=case), **fields
    )


def counted() -> list[tuple[str, str, date]]:
    return list(Outcome.objects.counted().values_list("kind", "order_kind", "day"))


@pytest.mark.django_db
class TestAdding:
    def test_a_notice_counts_once_it_is_given(self, cast: Cast, case: Case) -> None:
        suspect = SuspectFactory.create(case=case)
        token = uuid4()
        order = add_order(
            by=cast.officer,
            case=case,
            token=token,
            kind="dvpn",
            status="notice_issued",
            given_at=NOON,
            suspect=suspect,
        )
        outcome = Outcome.objects.get()
        assert (order.outcome, outcome.pk, outcome.logged_by) == (outcome, token, cast.officer)
        assert (outcome.happened_at, outcome.suspect, outcome.borough) == (NOON, suspect, cast.a)
        assert counted() == [("order", "dvpn", DAY)]

    def test_an_application_counts_in_nothing(self, cast: Cast, case: Case) -> None:
        add_order(
            by=cast.officer, case=case, token=uuid4(), kind="spo", status="applied", applied_on=DAY
        )
        assert counted() == []

    def test_an_entry_logged_before_is_taken_and_not_doubled(self, cast: Cast, case: Case) -> None:
        logged, _ = log_outcome(
            by=cast.colleague,
            token=uuid4(),
            case=case,
            kind=Kind.ORDER,
            happened_at=NOON,
            order_kind="dvpo",
        )
        facts: dict[str, Any] = {"kind": "dvpo", "status": "granted", "granted_on": DAY}
        first = add_order(by=cast.officer, case=case, token=uuid4(), **facts)
        assert first.outcome == logged
        second = add_order(by=cast.colleague, case=case, token=uuid4(), **facts)
        assert second.outcome != logged, "An entry belongs to one order."
        assert len(counted()) == 2

    def test_an_entry_of_another_day_or_a_void_one_is_not_taken(
        self, cast: Cast, case: Case
    ) -> None:
        for happened_at in (NOON - ONE_DAY, NOON):
            logged, _ = log_outcome(
                by=cast.officer,
                token=uuid4(),
                case=case,
                kind=Kind.ORDER,
                happened_at=happened_at,
                order_kind="dvpo",
            )
        void_outcome(outcome=logged, by=cast.officer, reason="Wrong case")
        order = add_order(
            by=cast.officer,
            case=case,
            token=uuid4(),
            kind="dvpo",
            status="granted",
            granted_on=DAY,
        )
        assert order.outcome not in {logged, None}
        assert counted() == [("order", "dvpo", DAY), ("order", "dvpo", DAY - ONE_DAY)]

    def test_the_same_form_sent_twice_makes_one_order(self, cast: Cast, case: Case) -> None:
        facts: dict[str, Any] = {"kind": "spo", "status": "applied", "applied_on": DAY}
        made = [
            add_order(by=by, case=case, token=uuid4(), **facts)
            for by in (cast.officer, cast.officer, cast.colleague)
        ]
        assert made[0] == made[1] != made[2]
        assert ProtectiveOrder.objects.count() == 2

    @pytest.mark.parametrize(("kind", "status"), [("dvpn", "applied"), ("dvpo", "served")])
    def test_it_does_not_begin_half_way(
        self, cast: Cast, case: Case, kind: str, status: str
    ) -> None:
        with pytest.raises(ValidationError):
            add_order(by=cast.officer, case=case, token=uuid4(), kind=kind, status=status)

    def test_what_the_database_refuses_leaves_nothing_behind(self, cast: Cast, case: Case) -> None:
        with pytest.raises(ValidationError) as refused:
            add_order(
                by=cast.officer,
                case=case,
                token=uuid4(),
                kind="dvpo",
                status="granted",
                granted_on=DAY,
                expires_on=DAY,
            )
        assert refused.value.messages == ["It must end after it was granted."]
        assert (ProtectiveOrder.objects.count(), Outcome.objects.count()) == (0, 0)


@pytest.mark.django_db
class TestMovingOn:
    def test_granted_counts_once_and_then_it_is_served(self, cast: Cast, case: Case) -> None:
        order = order_of(case, kind="spo")
        granted = change_order(
            by=cast.officer, order=order, to="granted", token=uuid4(), granted_on=DAY
        )
        assert counted() == [("order", "spo", DAY)]
        served = change_order(
            by=cast.officer, order=granted, to="served", token=uuid4(), served_at=NOON
        )
        assert (served.status, served.served_at) == ("served", NOON)
        renewed = change_order(by=cast.officer, order=served, to="renewed", token=uuid4())
        assert renewed.outcome == granted.outcome
        assert len(counted()) == 1

    @pytest.mark.parametrize("to", ["adjourned", "interim_granted", "refused", "withdrawn"])
    def test_short_of_granted_counts_in_nothing(self, cast: Cast, case: Case, to: str) -> None:
        order = order_of(case, kind="dapo")
        facts = {"granted_on": DAY} if to == "interim_granted" else {}
        change_order(by=cast.officer, order=order, to=to, token=uuid4(), **facts)
        assert counted() == []

    @pytest.mark.parametrize("to", ["applied", "served", "breached", "notice_issued", "renewed"])
    def test_a_step_that_makes_no_sense_is_refused(self, cast: Cast, case: Case, to: str) -> None:
        order = order_of(case)
        with pytest.raises(ValidationError) as refused:
            change_order(by=cast.officer, order=order, to=to, token=uuid4())
        assert refused.value.messages == [
            "This cannot be recorded now: the entry says applied for."
        ]

    def test_history_says_who(self, cast: Cast, case: Case) -> None:
        change_order(by=cast.officer, order=order_of(case), to="refused", token=uuid4())
        events = apps.get_model("cases.ProtectiveOrderEvent")._base_manager.order_by("pgh_id")
        assert [(event.pgh_label, event.status) for event in events] == [
            ("insert", "applied"),
            ("update", "refused"),
        ]
        assert events.last().pgh_context.metadata == {
            "user": cast.officer.pk,
            "action": "change order",
        }

    @pytest.mark.parametrize(
        ("facts", "told"),
        [
            ({"granted_on": DAY - ONE_DAY}, "It cannot be granted before it was applied for."),
            (
                {"granted_on": DAY + ONE_DAY, "served_at": NOON},
                "It cannot be served before it was granted.",
            ),
        ],
    )
    def test_days_out_of_order_are_refused(
        self, cast: Cast, case: Case, facts: dict[str, Any], told: str
    ) -> None:
        with pytest.raises(ValidationError) as refused:
            change_order(
                by=cast.officer, order=order_of(case), to="granted", token=uuid4(), **facts
            )
        assert refused.value.messages == [told]
        assert counted() == []

    def test_a_hearing_before_the_notice_is_refused(self, cast: Cast, case: Case) -> None:
        notice = order_of(case, notice=True)
        with pytest.raises(ValidationError) as refused:
            change_order(
                by=cast.officer,
                order=notice,
                to="adjourned",
                token=uuid4(),
                hearing_at=NOON - ONE_DAY,
            )
        assert refused.value.messages == ["The hearing must be after the notice was given."]


@pytest.mark.django_db
class TestCorrecting:
    def test_the_entry_that_counts_follows(self, cast: Cast, case: Case) -> None:
        suspect, other = SuspectFactory.create_batch(2, case=case)
        notice = add_order(
            by=cast.officer,
            case=case,
            token=uuid4(),
            kind="dvpn",
            status="notice_issued",
            given_at=NOON,
            suspect=suspect,
        )
        correct_order(
            by=cast.colleague,
            order=notice,
            token=uuid4(),
            given_at=NOON - ONE_DAY,
            suspect=other,
        )
        outcome = Outcome.objects.get()
        assert (outcome.happened_at, outcome.suspect) == (NOON - ONE_DAY, other)
        assert counted() == [("order", "dvpn", DAY - ONE_DAY)]

    def test_the_hour_of_an_entry_stays_where_the_day_does(self, cast: Cast, case: Case) -> None:
        logged, _ = log_outcome(
            by=cast.officer,
            token=uuid4(),
            case=case,
            kind=Kind.ORDER,
            happened_at=NOON,
            order_kind="dvpo",
        )
        order = add_order(
            by=cast.officer,
            case=case,
            token=uuid4(),
            kind="dvpo",
            status="granted",
            granted_on=DAY,
        )
        correct_order(by=cast.officer, order=order, token=uuid4(), court_reference="LC 7")
        logged.refresh_from_db()
        assert logged.happened_at == NOON
        correct_order(by=cast.officer, order=order, token=uuid4(), granted_on=DAY - ONE_DAY)
        logged.refresh_from_db()
        assert logged.day == DAY - ONE_DAY


@pytest.mark.django_db
class TestBreaching:
    def test_an_order_goes_on_as_breached(self, cast: Cast, case: Case) -> None:
        order = order_of(case, served=True)
        breach = record_breach(by=cast.officer, order=order, happened_at=NOON, arrested=True)
        order.refresh_from_db()
        assert (order.status, breach.arrested, breach.recorded_by) == (
            "breached",
            True,
            cast.officer,
        )

    def test_a_notice_still_waits_for_its_hearing(self, cast: Cast, case: Case) -> None:
        notice = order_of(case, notice=True)
        record_breach(by=cast.officer, order=notice, happened_at=NOON, arrested=True)
        notice.refresh_from_db()
        assert (notice.status, notice.breaches.count()) == ("notice_issued", 1)

    def test_the_same_breach_sent_twice_is_one(self, cast: Cast, case: Case) -> None:
        order = order_of(case, served=True)
        for _ in range(2):
            record_breach(by=cast.officer, order=order, happened_at=NOON, arrested=True)
        assert OrderBreach.objects.count() == 1

    @pytest.mark.parametrize(
        ("fields", "happened_at"),
        [
            ({"granted": True}, NOON),
            ({"status": "expired", "granted_on": DAY, "served_at": NOON}, NOON),
            ({"served": True}, NOON - timedelta(minutes=1)),
            ({"notice": True}, NOON - timedelta(minutes=1)),
            ({"served": True, "expires_on": DAY + ONE_DAY}, NOON + ONE_DAY),
        ],
    )
    def test_only_what_binds_is_breached(
        self, cast: Cast, case: Case, fields: dict[str, Any], happened_at: datetime
    ) -> None:
        order = order_of(case, **fields)
        with pytest.raises(ValidationError):
            record_breach(by=cast.officer, order=order, happened_at=happened_at, arrested=False)
        assert OrderBreach.objects.count() == 0


# What the pages do


def pages(order: ProtectiveOrder) -> list[str]:
    at = [order.case_id, order.pk]
    return [
        reverse("cases:add_order", args=at[:1]),
        reverse("cases:add_order_kind", args=[*at[:1], "dvpn"]),
        reverse("cases:change_order", args=[*at, "varied"]),
        reverse("cases:correct_order", args=at),
        reverse("cases:record_breach", args=at),
    ]


@pytest.mark.django_db
def test_who_may_open_the_pages(client: Client, cast: Cast, case: Case) -> None:
    order = order_of(case, served=True)
    ExclusionFactory.create(case=case, user=cast.excluded)
    found = {}
    for person in ("officer", "supervisor", "officer_of_b", "excluded", "outsider"):
        client.force_login(getattr(cast, person))
        found[person] = {client.get(page).status_code for page in pages(order)}
    for person in ("administrator", "communications", "auditor"):
        client.force_login(getattr(cast, person))
        found[person] = {client.get(page).status_code for page in pages(order)}
    client.logout()
    found["nobody"] = {client.get(page).status_code for page in pages(order)}
    assert found == {
        "officer": {200},
        "supervisor": {200},
        "officer_of_b": {404},
        "excluded": {404},
        "outsider": {404},
        "administrator": {403},
        "communications": {403},
        "auditor": {403},
        "nobody": {302},
    }


@pytest.mark.django_db
def test_an_order_of_another_case_is_not_there(client: Client, cast: Cast, case: Case) -> None:
    order = order_of(case, served=True)
    elsewhere = CaseFactory.create(borough=cast.a)
    client.force_login(cast.officer)
    for name, more in [("change_order", ["varied"]), ("correct_order", []), ("record_breach", [])]:
        path = reverse(f"cases:{name}", args=[elsewhere.pk, order.pk, *more])
        assert client.get(path).status_code == 404
    for path in (
        reverse("cases:change_order", args=[case.pk, order.pk, "nowhere"]),
        reverse("cases:add_order_kind", args=[case.pk, "nothing"]),
    ):
        assert client.get(path).status_code == 404


def day(name: str, of: date) -> dict[str, int]:
    return {f"{name}_day": of.day, f"{name}_month": of.month, f"{name}_year": of.year}


def notice_form(**fields: Any) -> dict[str, Any]:
    return {"status": "notice_issued", **day("given_day", DAY), "given_time": "1430"} | fields


def told(answer: Any) -> dict[str, list[str]]:
    """What a form that came back says."""
    assert answer.status_code == 200
    assert "<title>Error: " in " ".join(answer.content.decode().split()).replace("> ", ">")
    return dict(answer.context["form"].errors)


@pytest.mark.django_db
class TestPages:
    def test_a_notice_is_added_and_its_hearing_told(self, officer: Client, case: Case) -> None:
        suspect = SuspectFactory.create(case=case)
        path = reverse("cases:add_order_kind", args=[case.pk, "dvpn"])
        answer = officer.post(path, notice_form(suspect=suspect.pk), follow=True)
        assert answer.redirect_chain == [(f"/cases/{case.pk}/#orders", 302)]
        assert [str(message) for message in answer.context["messages"]] == [
            "Domestic Violence Protection Notice added. "
            "Hearing was due by 2:30pm on Saturday 27 November 2021"
        ]
        notice = ProtectiveOrder.objects.get()
        assert (notice.suspect, notice.status) == (suspect, "notice_issued")
        assert notice.given_at == datetime(2021, 11, 25, 14, 30, tzinfo=LONDON)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            (
                {"given_day_day": ""},
                {"given_day": ["Day it was given to the respondent must include a day"]},
            ),
            (
                {"given_time": "25:00"},
                {
                    "given_time": [
                        "Time it was given to the respondent must be a time, like 1430 or 2.30pm"
                    ]
                },
            ),
            (
                day("given_day", NOW.date()) | {"given_time": "12:01"},
                {"given_time": ["The time must be in the past: check the day too"]},
            ),
            (
                day("hearing_day", DAY + ONE_DAY),
                {"hearing_time": ["Enter the time of the hearing, or neither"]},
            ),
            (
                {"hearing_time": "9am"},
                {"hearing_day": ["Enter the day of the hearing, or neither"]},
            ),
            (
                day("hearing_day", DAY) | {"hearing_time": "9am"},
                {"hearing_day": ["The hearing must be after the notice was given."]},
            ),
            ({"suspect": "0"}, {"suspect": ["Select the respondent from the list"]}),
            ({"suspect": ""}, {"suspect": ["Select the respondent"]}),
            (
                {"court_reference": "x" * 41},
                {"court_reference": ["Court reference must be 40 characters or fewer"]},
            ),
            (
                {"court_reference": "\x00"},
                {"court_reference": ["Null characters are not allowed."]},
            ),
        ],
    )
    def test_a_wrong_notice_is_refused_and_what_was_typed_kept(
        self, officer: Client, case: Case, wrong: dict[str, Any], said: dict[str, list[str]]
    ) -> None:
        suspect = SuspectFactory.create(case=case)
        path = reverse("cases:add_order_kind", args=[case.pk, "dvpn"])
        form = notice_form(suspect=suspect.pk, court_reference="LC 7") | wrong
        answer = officer.post(path, form)
        assert told(answer) == said
        assert str(form["given_time"]) in answer.content.decode()
        assert (ProtectiveOrder.objects.count(), Outcome.objects.count()) == (0, 0)

    def test_a_case_without_a_suspect_asks_for_none(self, officer: Client, case: Case) -> None:
        path = reverse("cases:add_order_kind", args=[case.pk, "dvpn"])
        assert "suspect" not in officer.get(path).context["form"].fields
        assert officer.post(path, notice_form()).status_code == 302
        assert ProtectiveOrder.objects.get().suspect is None

    def test_the_only_suspect_is_chosen(self, officer: Client, case: Case) -> None:
        path = reverse("cases:add_order_kind", args=[case.pk, "dvpn"])
        only = SuspectFactory.create(case=case)
        assert officer.get(path).context["form"]["suspect"].value() == only.pk
        SuspectFactory.create(case=case)
        assert officer.get(path).context["form"]["suspect"].value() is None

    def test_only_what_stands_below_the_choice_is_asked(self, officer: Client, case: Case) -> None:
        path = reverse("cases:add_order_kind", args=[case.pk, "spo"])
        assert told(officer.post(path, {"status": ""})) == {"status": ["Select where it stands"]}
        assert told(officer.post(path, {"status": "applied"})) == {
            "applied_on": ["Enter the day of the application"]
        }
        assert told(officer.post(path, {"status": "granted", "applied_on_day": "x"})) == {
            "granted_on": ["Enter the day it was granted"]
        }
        typed = {
            "status": "applied",
            **day("applied_on", DAY),
            "expires_on_day": "x",
            **day("granted_on", DAY),
        }
        assert officer.post(path, typed).status_code == 302
        order = ProtectiveOrder.objects.get()
        assert (order.status, order.applied_on, order.granted_on) == ("applied", DAY, None)

    def test_another_order_is_named(self, officer: Client, case: Case) -> None:
        path = reverse("cases:add_order_kind", args=[case.pk, "other_order"])
        form = {"status": "applied", **day("applied_on", DAY)}
        assert told(officer.post(path, form | {"other_kind": " "})) == {
            "other_kind": ["Enter which order it is"]
        }
        officer.post(path, form | {"other_kind": "Injunction"})
        assert str(ProtectiveOrder.objects.get()) == "Injunction"

    @pytest.mark.parametrize(
        ("order", "to", "form", "facts"),
        [
            ({}, "granted", day("granted_on", DAY), {"granted_on": DAY}),
            ({}, "refused", {}, {}),
            (
                {"granted": True},
                "served",
                day("served_day", DAY) | {"served_time": "midday"},
                {"served_at": NOON},
            ),
            (
                {"notice": True},
                "adjourned",
                day("hearing_day", NOW.date() + ONE_DAY) | {"hearing_time": "10am"},
                {"hearing_at": datetime(2021, 12, 2, 10, tzinfo=LONDON)},
            ),
            ({"notice": True}, "applied", day("applied_on", DAY), {"applied_on": DAY}),
            ({"notice": True}, "expired", {}, {}),
            (
                {"served": True},
                "discharged",
                day("expires_on", NOW.date()),
                {"expires_on": NOW.date()},
            ),
        ],
    )
    def test_each_step_keeps_its_facts(
        self,
        officer: Client,
        case: Case,
        order: dict[str, Any],
        to: str,
        form: dict[str, Any],
        facts: dict[str, Any],
    ) -> None:
        known = order_of(case, **order)
        path = reverse("cases:change_order", args=[case.pk, known.pk, to])
        assert officer.post(path, form).status_code == 302
        known.refresh_from_db()
        assert {name: getattr(known, name) for name in facts} | {"status": known.status} == (
            facts | {"status": to}
        )

    @pytest.mark.parametrize(
        ("order", "to", "said"),
        [
            ({}, "granted", {"granted_on": ["Enter the day it was granted"]}),
            (
                {"granted": True},
                "served",
                {
                    "served_day": ["Enter the day it was served"],
                    "served_time": ["Enter the time it was served"],
                },
            ),
            ({"served": True}, "expired", {"expires_on": ["Enter the day it ended"]}),
        ],
    )
    def test_a_step_without_its_facts_is_refused(
        self, officer: Client, case: Case, order: dict[str, Any], to: str, said: dict[str, Any]
    ) -> None:
        known = order_of(case, **order)
        path = reverse("cases:change_order", args=[case.pk, known.pk, to])
        assert told(officer.post(path, {})) == said
        known.refresh_from_db()
        assert known.status != to

    def test_a_step_sent_twice_is_taken_once(self, officer: Client, case: Case) -> None:
        known = order_of(case)
        path = reverse("cases:change_order", args=[case.pk, known.pk, "granted"])
        form = day("granted_on", DAY) | {"token": uuid4()}
        answers = [officer.post(path, form, follow=True) for _ in range(2)]
        assert [str(m) for answer in answers for m in answer.context["messages"]] == [
            "Domestic Violence Protection Order: granted",
            "That step is recorded already, or no longer fits",
        ]
        assert counted() == [("order", "dvpo", DAY)]

    def test_facts_are_corrected_with_what_they_were_to_start_from(
        self, officer: Client, case: Case
    ) -> None:
        order = order_of(case, served=True, court_reference="LC 7")
        path = reverse("cases:correct_order", args=[case.pk, order.pk])
        form = officer.get(path).context["form"]
        assert {
            name: form[name].value() for name in ("granted_on", "court_reference", "suspect")
        } == {"granted_on": DAY, "court_reference": "LC 7", "suspect": order.suspect_id}
        assert {"given_day", "power_of_arrest", "other_kind"} & set(form.fields) == set()
        typed = {
            "suspect": order.suspect_id,
            **day("granted_on", DAY),
            **day("applied_on", DAY),
            **day("served_day", DAY),
            "served_time": "16:00",
            "court_reference": "LC 8",
        }
        assert officer.post(path, typed).status_code == 302
        order.refresh_from_db()
        assert order.court_reference == "LC 8"
        assert order.served_at == datetime(2021, 11, 25, 16, tzinfo=LONDON)

    def test_a_breach_is_recorded(self, officer: Client, case: Case) -> None:
        order = order_of(case, served=True)
        path = reverse("cases:record_breach", args=[case.pk, order.pk])
        assert "It is a civil breach" in officer.get(path).content.decode()
        early = day("happened_day", DAY - ONE_DAY) | {"happened_time": "1200", "arrested": "on"}
        assert told(officer.post(path, early)) == {
            "happened_day": ["It cannot be breached before its duties started."]
        }
        late = early | day("happened_day", DAY)
        assert officer.post(path, late).status_code == 302
        assert order.breaches.get().happened_at == NOON

    def test_granted_is_not_served_and_cannot_be_breached(
        self, officer: Client, case: Case
    ) -> None:
        order = order_of(case, granted=True)
        path = reverse("cases:record_breach", args=[case.pk, order.pk])
        answer = officer.post(path, day("happened_day", DAY), follow=True)
        assert [str(message) for message in answer.context["messages"]] == [
            "Only what is in force can be breached: check that it was served"
        ]
        assert OrderBreach.objects.count() == 0

    def test_a_kind_not_to_be_had_here_is_questioned_and_not_blocked(
        self, officer: Client, case: Case
    ) -> None:
        OrderAvailabilityFactory.create(kind="dapn")
        path = reverse("cases:add_order_kind", args=[case.pk, "dapn"])
        assert (
            "no record that this kind can be had in Lambeth" in officer.get(path).content.decode()
        )
        assert officer.post(path, notice_form()).status_code == 302
        assert ProtectiveOrder.objects.get().kind == "dapn"

    def test_the_kinds_stand_by_who_seeks_them(self, officer: Client, case: Case) -> None:
        groups = officer.get(reverse("cases:add_order", args=[case.pk])).context["groups"]
        assert {heading: len(kinds) for heading, kinds in groups} == {
            "Given or sought by the police": 8,
            "Sought by the victim": 2,
            "Made by a criminal court": 2,
            "Any other": 1,
        }

    def test_a_token_out_of_shape_is_made_anew(self, officer: Client, case: Case) -> None:
        path = reverse("cases:add_order_kind", args=[case.pk, "dvpn"])
        assert officer.post(path, notice_form(token="x")).status_code == 302
        assert Outcome.objects.count() == 1

    def test_a_status_that_nobody_can_choose_is_told_on_top(
        self, officer: Client, case: Case
    ) -> None:
        path = reverse("cases:add_order_kind", args=[case.pk, "dvpn"])
        assert told(officer.post(path, notice_form(status="served"))) == {
            "__all__": ["Select where it stands from the list"]
        }
