"""Logging an outcome through its pages: once, whole, and with nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.kept import seal_of
from accounts.models import KeptForm
from audit.models import LogRow
from cases.actions.drafts import LARGEST, checked_entry, purge_drafts, seal_entry
from cases.actions.entries import log_entry
from cases.choices import Kind, OrderStatus
from cases.models import (
    Case,
    DisclosureApplication,
    Draft,
    Outcome,
    PossibleDuplicate,
    ProtectiveOrder,
)
from core.days import DatabaseNow, london_day
from tests.cases.pages import restrict
from tests.conftest import Cast
from tests.core.rules import PATIENCE, until_someone_waits
from tests.factories import (
    CaseFactory,
    ExclusionFactory,
    OutcomeFactory,
    SuspectFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db


def typed(cast: Cast, kind: Kind = Kind.ARREST, token: UUID | None = None, **more: Any) -> Any:
    """What an officer fills in for an arrest yesterday, and what the form carries."""
    token = token or uuid4()
    day = london_day(timezone.now()) - timedelta(days=1)
    return {
        "token": str(token),
        "owner": seal_of(cast.officer),
        "form": kind.value,
        "reference": "01/1234567/26",
        "suspect_number": "1",
        "day_day": str(day.day),
        "day_month": str(day.month),
        "day_year": str(day.year),
        "time": "1430",
        "offence": "assault_no_injury",
        "borough": str(cast.a.pk),
        "team": "",
        "strand": "domestic_abuse",
        **more,
    }


def form(kind: Kind = Kind.ARREST) -> str:
    return reverse("cases:log_kind", args=[kind.value])


def check(token: str | UUID, kind: Kind = Kind.ARREST) -> str:
    return reverse("cases:log_check", args=[kind.value, token])


def logged(client: Client, data: dict[str, Any], kind: Kind = Kind.ARREST, **save: str) -> Any:
    """Fills in, checks and saves; the last answer."""
    answer = client.post(form(kind), data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == check(data["token"], kind)
    return save_checked(client, data["token"], kind, **save)


def save_checked(client: Client, token: str, kind: Kind = Kind.ARREST, **button: str) -> Any:
    """Presses a button of the check page as it is shown."""
    shown = client.get(check(token, kind)).context["page"]
    return client.post(check(token, kind), {"entry": shown.seal} | (button or {"save": ""}))


def test_an_arrest_is_saved_with_its_case_and_suspect(officer: Client, cast: Cast) -> None:
    data = typed(cast, custody_record="01LX/1/26")
    answer = logged(officer, data)
    outcome = Outcome.objects.get()
    assert answer["Location"] == reverse("cases:outcome", args=[outcome.pk])
    assert str(outcome.pk) == data["token"]
    assert (outcome.kind, outcome.offence, outcome.custody_record) == (
        "arrest",
        "assault_no_injury",
        "01LX/1/26",
    )
    assert outcome.logged_by == cast.officer
    assert outcome.happened_at.astimezone().strftime("%H:%M") == "14:30"
    assert (outcome.case.reference, outcome.case.system) == ("01/1234567/26", "connect")
    assert outcome.case.officer == cast.officer
    assert outcome.suspect is not None
    assert outcome.suspect.number == 1
    assert not Draft.objects.exists()


def test_a_known_case_is_found_whatever_its_spaces(officer: Client, cast: Cast) -> None:
    case = CaseFactory.create(reference="1234567/23", system="cris", borough=cast.a)
    logged(officer, typed(cast, reference=" 1234567 / 23 "))
    assert Outcome.objects.get().case == case
    assert Case.objects.count() == 1


@pytest.mark.parametrize("reference", ["straße/1", "ǆ/1", "ŉ 1", "İ/1", "ﬁ/1", "αΣς/1"])
def test_a_reference_is_one_case_whatever_its_letters(
    officer: Client, cast: Cast, reference: str
) -> None:
    for _ in range(2):
        logged(officer, typed(cast, reference=reference), save="", different="on")
    assert Case.objects.count() == 1
    assert Outcome.objects.count() == 2


OTHERS: dict[Kind, dict[str, Any]] = {
    Kind.CHARGE: {"charging_authority": "cps"},
    Kind.CAUTION: {"caution_kind": "conditional"},
    Kind.ORDER: {"order_kind": "dvpn"},
    Kind.DISCLOSURE_APPLICATION: {"route": "right_to_ask"},
    Kind.VOLUNTARY_ATTENDANCE: {},
    Kind.BAIL: {"bail_kind": "conditional_bail"},
    Kind.RELEASED: {},
    Kind.NO_FURTHER_ACTION: {"no_further_action_type": "ho16"},
}


@pytest.mark.parametrize("kind", OTHERS)
def test_each_kind_asks_what_it_needs_and_is_saved(officer: Client, cast: Cast, kind: Kind) -> None:
    assert officer.get(form(kind)).status_code == 200
    logged(officer, typed(cast, kind, **OTHERS[kind]), kind)
    outcome = Outcome.objects.get()
    assert outcome.kind == kind
    assert outcome.detail == next(iter(OTHERS[kind].values()), "")


def test_every_kind_is_on_the_first_page(officer: Client) -> None:
    page = officer.get(reverse("cases:log")).content.decode()
    assert [kind for kind in Kind if form(kind) not in page] == []


@pytest.mark.parametrize(
    ("order_kind", "status", "given"),
    [("dvpn", OrderStatus.NOTICE_ISSUED, True), ("dvpo", OrderStatus.GRANTED, False)],
)
def test_an_order_begins_its_life_on_the_case(
    officer: Client, cast: Cast, order_kind: str, status: OrderStatus, given: bool
) -> None:
    logged(officer, typed(cast, Kind.ORDER, order_kind=order_kind), Kind.ORDER)
    order = ProtectiveOrder.objects.get()
    outcome = Outcome.objects.get()
    assert (order.outcome, order.case, order.suspect) == (outcome, outcome.case, outcome.suspect)
    assert (order.kind, order.status) == (order_kind, status)
    assert (order.given_at == outcome.happened_at) is given
    assert (order.granted_on == outcome.day) is not given


@pytest.mark.parametrize(
    ("route", "applicant"), [("right_to_ask", "person_at_risk"), ("right_to_know", "police")]
)
def test_an_application_begins_its_life_on_the_case(
    officer: Client, cast: Cast, route: str, applicant: str
) -> None:
    kind = Kind.DISCLOSURE_APPLICATION
    logged(officer, typed(cast, kind, route=route, time=""), kind)
    application = DisclosureApplication.objects.get()
    assert (application.route, application.applicant) == (route, applicant)
    assert application.received_on == Outcome.objects.get().day


WRONG = [
    ({"reference": " "}, "reference", "Enter the crime or incident reference"),
    ({"reference": "1234"}, "reference_day", "Enter the day of the CAD number"),
    ({"suspect_number": ""}, "suspect_number", "Enter the number of the suspect, like 1"),
    ({"suspect_number": "0"}, "suspect_number", "Suspect must be 1 or more"),
    ({"suspect_number": "100"}, "suspect_number", "Suspect must be 99 or less"),
    ({"day_month": ""}, "day", "Day of arrest must include a month"),
    ({"day_day": "31", "day_month": "2"}, "day", "Day of arrest must be a real date"),
    ({"day_year": "2999"}, "day", "Day of arrest must be today or in the past"),
    ({"time": "25"}, "time", "Time must be a time, like 1430 or 2.30pm"),
    ({"time": ""}, "time", "Enter the time"),
    ({"offence": ""}, "offence", "Select an offence"),
    ({"offence": "arson!"}, "offence", "Select an offence from the list"),
    ({"offence": "other"}, "offence_note", "Say which other offence it was"),
    ({"borough": ""}, "borough", "Select the borough of the offence"),
    ({"team": "999999"}, "team", "Select a lead team from the list"),
]


@pytest.mark.parametrize(("wrong", "field", "message"), WRONG)
def test_a_mistake_is_named_at_its_field_and_nothing_is_lost(
    officer: Client, cast: Cast, wrong: dict[str, str], field: str, message: str
) -> None:
    data = typed(cast, custody_record="01LX/77/26") | wrong
    answer = officer.post(form(), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors[field] == [message]
    page = answer.content.decode()
    assert "<title>" in page
    assert page.split("<title>")[1].strip().startswith("Error: ")
    assert "01LX/77/26" in page
    assert not Outcome.objects.exists()


def test_another_borough_than_ones_own_cannot_be_chosen(officer: Client, cast: Cast) -> None:
    answer = officer.post(form(), typed(cast, borough=str(cast.b.pk)))
    assert answer.context["form"].errors["borough"] == [
        "Select the borough of the offence from the list"
    ]


def test_a_second_submit_makes_no_second_row(officer: Client, cast: Cast) -> None:
    data = typed(cast)
    first = logged(officer, data)
    for again in (
        officer.post(check(data["token"]), {"save": ""}),
        officer.get(check(data["token"])),
        officer.post(form(), data),
    ):
        assert again["Location"] == first["Location"]
    assert Outcome.objects.count() == 1
    page = officer.get(first["Location"])
    assert "Nothing was entered twice" in page.content.decode()


def test_save_and_log_another_keeps_what_the_shift_shares(officer: Client, cast: Cast) -> None:
    team = TeamFactory.create()
    answer = logged(officer, typed(cast, team=str(team.pk)), another="")
    assert answer["Location"] == f"{form()}?another"
    fresh = officer.get(answer["Location"]).context["form"]
    yesterday = london_day(timezone.now()) - timedelta(days=1)
    assert (fresh.initial["team"], fresh.initial["day"]) == (team.pk, yesterday)
    assert fresh.initial["borough"] == cast.a.pk
    assert "reference" not in fresh.initial


class TestSavingWhatWasChecked:
    def checked(self, client: Client, data: dict[str, Any]) -> dict[str, str]:
        """What the button of the check page sends."""
        client.post(form(), data)
        return {"save": "", "entry": client.get(check(data["token"])).context["page"].seal}

    def test_it_is_what_the_page_showed_whatever_another_tab_typed_since(
        self, officer: Client, cast: Cast
    ) -> None:
        data = typed(cast)
        sent = self.checked(officer, data)
        officer.post(form(), data | {"offence": "stalking"})
        officer.post(check(data["token"]), sent)
        assert Outcome.objects.get().offence == "assault_no_injury"
        assert not Draft.objects.exists()

    @pytest.mark.parametrize("wrong", ["no seal", "another's", "of another form", "another kind"])
    def test_what_carries_no_seal_of_its_own_is_shown_again(
        self, officer: Client, cast: Cast, wrong: str
    ) -> None:
        data = typed(cast)
        officer.post(form(), data)
        page = officer.get(check(data["token"])).context["page"]
        seal = seal_entry(
            owner=cast.colleague if wrong == "another's" else cast.officer,
            token=uuid4() if wrong == "of another form" else page.token,
            entry=replace(page.entry, kind=Kind.BAIL) if wrong == "another kind" else page.entry,
        )
        sent = {"save": "", "entry": "" if wrong == "no seal" else seal}
        shown = officer.post(check(data["token"]), sent)
        assert (shown.status_code, shown.context["page"].entry) == (200, page.entry)
        assert (Outcome.objects.count(), Draft.objects.count()) == (0, 1)

    def test_a_borough_that_one_lost_meanwhile_is_asked_about(
        self, officer: Client, cast: Cast
    ) -> None:
        data = typed(cast)
        sent = self.checked(officer, data)
        cast.officer.boroughs.set([cast.b])
        answer = officer.post(check(data["token"]), sent)
        assert answer.context["form"].errors["borough"] == [
            "Select the borough of the offence from the list"
        ]
        assert (Outcome.objects.count(), Draft.objects.count()) == (0, 1)

    @pytest.mark.django_db(transaction=True)
    def test_a_team_that_is_gone_meanwhile_is_asked_about(
        self, officer: Client, cast: Cast
    ) -> None:
        team = TeamFactory.create()
        data = typed(cast, team=str(team.pk))
        sent = self.checked(officer, data)
        team.delete()
        answer = officer.post(check(data["token"]), sent)
        assert answer.context["form"].errors["team"] == ["Select a lead team from the list"]
        assert (Outcome.objects.count(), Case.objects.count(), Draft.objects.count()) == (0, 0, 1)

    def test_a_draft_that_a_late_request_kept_of_a_saved_entry_goes(
        self, officer: Client, cast: Cast
    ) -> None:
        data = typed(cast)
        sent = self.checked(officer, data)
        officer.post(check(data["token"]), sent)
        Draft.objects.create(pk=data["token"], owner=cast.officer, form="arrest")
        again = officer.post(check(data["token"]), sent)
        assert again["Location"] == reverse("cases:outcome", args=[data["token"]])
        assert (Outcome.objects.count(), Draft.objects.count()) == (1, 0)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("same", ["form", "case"])
    def test_two_at_the_same_moment(self, officer: Client, cast: Cast, same: str) -> None:
        """One form makes one entry; two of a case that neither finds make one case."""
        one = typed(cast)
        two = one if same == "form" else typed(cast, offence="stalking")
        first, second = (self.checked(officer, data) for data in (one, two))
        entry = checked_entry(
            seal=first["entry"], owner=cast.officer, token=UUID(str(one["token"]))
        )
        assert entry is not None

        def save() -> Any:
            try:
                return officer.post(check(two["token"]), second | {"different": "on"})
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                log_entry(by=cast.officer, token=UUID(one["token"]), entry=entry)
                answer = other.submit(save)
                until_someone_waits()
                assert not answer.done()
            assert answer.result(timeout=PATIENCE)["Location"] == reverse(
                "cases:outcome", args=[two["token"]]
            )
        entries = 1 if same == "form" else 2
        assert (Case.objects.count(), Outcome.objects.count()) == (1, entries)
        assert PossibleDuplicate.objects.count() == entries - 1
        assert not Draft.objects.exists()


class TestDrafts:
    def kept(self, client: Client, data: dict[str, Any], **changes: str) -> int:
        return client.post(reverse("cases:draft", args=[data["token"]]), data | changes).status_code

    def test_what_is_typed_is_kept_and_taken_up_again(self, officer: Client, cast: Cast) -> None:
        data = typed(cast, reference="01/77", offence="", time="14")
        assert self.kept(officer, data) == 204
        page = officer.get(f"{form()}?draft={data['token']}")
        again = page.context["form"]
        assert not again.errors
        assert (again["reference"].value(), again["time"].value()) == ("01/77", "14")
        assert page.context["token"] == UUID(data["token"])
        assert reverse("cases:draft", args=[data["token"]]) in page.content.decode()

    def test_it_is_the_owners_alone(self, officer: Client, client: Client, cast: Cast) -> None:
        data = typed(cast)
        assert self.kept(officer, data) == 204
        client.force_login(cast.colleague)
        assert client.get(f"{form()}?draft={data['token']}").status_code == 404
        assert self.kept(client, data) == 404
        assert client.get(check(data["token"])).status_code == 404

    def test_a_form_without_its_seal_is_kept_nowhere(self, officer: Client, cast: Cast) -> None:
        data = typed(cast)
        forged = data["owner"].replace(str(cast.officer.pk), str(cast.colleague.pk), 1)
        assert self.kept(officer, data, owner=forged) == 404
        assert self.kept(officer, data, owner="") == 404
        assert not Draft.objects.exists()

    def test_it_goes_once_the_entry_is_saved(self, officer: Client, cast: Cast) -> None:
        data = typed(cast)
        assert self.kept(officer, data) == 204
        logged(officer, data)
        assert self.kept(officer, data) == 409
        assert not Draft.objects.exists()

    def test_one_that_is_too_long_is_refused(self, officer: Client, cast: Cast) -> None:
        assert self.kept(officer, typed(cast), reference="x" * (LARGEST + 1)) == 409

    def test_it_can_be_removed(self, officer: Client, client: Client, cast: Cast) -> None:
        data = typed(cast)
        self.kept(officer, data)
        address = reverse("cases:discard_draft", args=[data["token"]])
        client.force_login(cast.colleague)
        client.post(address)
        assert Draft.objects.count() == 1
        client.force_login(cast.officer)
        client.post(address)
        assert not Draft.objects.exists()

    def test_it_is_removed_after_fourteen_days(self, officer: Client, cast: Cast) -> None:
        for data in (typed(cast), typed(cast)):
            self.kept(officer, data)
        old, young = Draft.objects.all()
        fortnight = timedelta(days=14)
        Draft.objects.filter(pk=old.pk).update(saved_at=DatabaseNow() - fortnight)
        Draft.objects.filter(pk=young.pk).update(
            saved_at=DatabaseNow() - fortnight + timedelta(minutes=1)
        )
        assert purge_drafts() == 1
        assert Draft.objects.get() == young

    def test_a_session_that_ended_loses_nothing(self, officer: Client, cast: Cast) -> None:
        data = typed(cast, reference="CAD 123", reference_day_day="7")
        officer.logout()
        assert self.kept(officer, data) == 204
        officer.post(form(), data)
        back = f"{form()}?kept={KeptForm.objects.get().pk}"
        officer.force_login(cast.officer)
        page = officer.get(back)
        assert page.context["token"] == UUID(data["token"])
        again = page.context["form"]
        assert again["reference"].value() == "CAD 123"
        # It is asked for since the reference is a CAD number, which only the view knows.
        assert again["reference_day"].value() == ["7", None, None]
        assert not Outcome.objects.exists()


class TestDuplicates:
    def alike(self, cast: Cast, **fields: Any) -> Outcome:
        """An arrest of the same suspect, an hour before the one that is typed."""
        day = london_day(timezone.now()) - timedelta(days=1)
        case = fields.pop("case", None) or CaseFactory.create(
            reference="01/1234567/26", system="connect", borough=cast.a
        )
        suspect = SuspectFactory.create(case=case, number=1)
        return OutcomeFactory.create(
            case=case, suspect=suspect, happened_at=f"{day}T13:30Z", **fields
        )

    def test_one_in_sight_is_shown_and_must_be_acknowledged(
        self, officer: Client, cast: Cast
    ) -> None:
        team = TeamFactory.create(name="Taskforce")
        earlier = self.alike(cast, team=team)
        data = typed(cast)
        officer.post(form(), data)
        page = officer.get(check(data["token"])).content.decode()
        assert "Taskforce" in page
        assert reverse("cases:outcome", args=[earlier.pk]) in page
        refused = save_checked(officer, data["token"])
        assert refused.status_code == 200
        assert Outcome.objects.count() == 1
        save_checked(officer, data["token"], different="on")
        flag = PossibleDuplicate.objects.get()
        assert (str(flag.outcome_id), flag.earlier) == (data["token"], earlier)

    def test_one_that_came_after_the_check_page_is_asked_about_too(
        self, officer: Client, cast: Cast
    ) -> None:
        data = typed(cast)
        officer.post(form(), data)
        seal = officer.get(check(data["token"])).context["page"].seal
        earlier = self.alike(cast)
        asked = officer.post(check(data["token"]), {"save": "", "entry": seal})
        assert "Confirm that this is a different event" in asked.content.decode()
        assert list(Outcome.objects.all()) == [earlier]
        assert Draft.objects.exists()
        assert not PossibleDuplicate.objects.exists()

    def test_one_out_of_scope_is_only_hinted_at(self, officer: Client, cast: Cast) -> None:
        self.alike(cast, team=TeamFactory.create(name="Taskforce"), borough=cast.b)
        data = typed(cast)
        officer.post(form(), data)
        page = officer.get(check(data["token"])).content.decode()
        assert "A possible match elsewhere will be checked." in page
        assert "Taskforce" not in page
        assert "13:30" not in page

    @pytest.mark.parametrize("button", ["save", "another"])
    @pytest.mark.parametrize("hidden", ["restricted", "excluded"])
    def test_one_that_is_hidden_shows_nothing_and_is_flagged(
        self, officer: Client, cast: Cast, hidden: str, button: str
    ) -> None:
        earlier = self.alike(cast)
        if hidden == "restricted":
            restrict(earlier.case)
        else:
            ExclusionFactory.create(case=earlier.case, user=cast.officer)
        data = typed(cast)
        officer.post(form(), data)
        page = officer.get(check(data["token"])).content.decode()
        assert "may be entered already" not in page
        assert "possible match" not in page
        answer = save_checked(officer, data["token"], Kind.ARREST, **{button: ""})
        assert answer["Location"] == {"save": reverse("cases:desk")}.get(
            button, f"{form()}?another"
        )
        assert PossibleDuplicate.objects.get().earlier == earlier
        row = LogRow.objects.get(details__page="entry")
        assert (row.action, row.results, row.details["reference"]) == ("search", 0, "01/1234567/26")
        assert row.flag == ("excluded_case" if hidden == "excluded" else "")


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("supervisor", 200), ("administrator", 403), ("auditor", 403)],
)
def test_who_may_log(client: Client, cast: Cast, who: str, status: int) -> None:
    client.force_login(getattr(cast, who))
    for address in (reverse("cases:log"), form()):
        assert client.get(address).status_code == status


def test_a_kind_that_there_is_not_is_not_found(officer: Client) -> None:
    assert officer.get(reverse("cases:log_kind", args=["murder"])).status_code == 404


def test_suggestions_are_cases_in_sight_whose_reference_starts_so(
    officer: Client, cast: Cast
) -> None:
    for reference, borough in (("1234567/23", cast.a), ("1234999/23", cast.b)):
        CaseFactory.create(reference=reference, borough=borough)
    CaseFactory.create(reference="9991234/23", borough=cast.a)
    ask = reverse("cases:lookup_cases")
    assert officer.post(ask, {"q": "1234"}).json() == [
        {"value": "1234567/23", "label": "1234567/23", "hint": "CRIS, Lambeth"}
    ]
    assert officer.post(ask, {"q": "1"}).json() == []
    assert officer.get(ask).status_code == 405


@pytest.mark.parametrize(("known", "queries"), [(False, 9), (True, 10)])
def test_saving_an_arrest_asks_the_database_so_often(
    officer: Client, cast: Cast, django_assert_num_queries: Any, known: bool, queries: int
) -> None:
    """Two say who it is, two are the transaction, and three keep the first choices of a shift."""
    if known:
        case = CaseFactory.create(reference="01/1234567/26", system="connect", borough=cast.a)
        SuspectFactory.create(case=case, number=1)
    data = typed(cast)
    officer.post(form(), data)
    seal = officer.get(check(data["token"])).context["page"].seal
    with django_assert_num_queries(queries):
        answer = officer.post(check(data["token"]), {"another": "", "entry": seal})
    assert answer.status_code == 302


ODD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["\x00", "‮", "𝟙𝟜", "١٤٣٠", "9" * 400, "-1", "1e9", "<script>", "' OR 1=1 --", "=1+1", "🧡"]
    ),
)


@settings(max_examples=150)
@given(st.data())
def test_no_odd_post_breaks_or_half_saves(officer: Client, cast: Cast, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(list(Kind)))
    base = typed(cast, kind, **OTHERS.get(kind, {}))
    names = data.draw(st.lists(st.sampled_from(sorted(base.keys() - {"token"})), max_size=4))
    base |= {name: data.draw(ODD) for name in names}
    before = Outcome.objects.count(), Case.objects.count()
    answer = officer.post(form(kind), base)
    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        assert answer.context["form"].errors
        assert (Outcome.objects.count(), Case.objects.count()) == before
    else:
        saved = save_checked(officer, base["token"], kind, different="on")
        assert saved.status_code in {200, 302}
        assert Outcome.objects.filter(pk=base["token"]).exists() is (saved.status_code == 302)


def test_the_day_of_a_cad_number_tells_cases_apart(officer: Client, cast: Cast) -> None:
    for day in (date(2026, 3, 1), date(2026, 3, 2)):
        parts = {"day": day.day, "month": day.month, "year": day.year}
        cad: dict[str, Any] = {f"reference_day_{name}": str(part) for name, part in parts.items()}
        logged(officer, typed(cast, reference="4321", **cad))
    days = Case.objects.order_by("reference_date").values_list("reference_date", flat=True)
    assert list(days) == [date(2026, 3, 1), date(2026, 3, 2)]
