"""Bringing in a spreadsheet through its pages: all of it or none, once, and undone whole."""

import csv
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from celery.exceptions import Retry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.imports.actions import AT_ONCE, ask_to_save, purge_imports, start_import, work_on
from accounts.models import Import, ImportFile
from accounts.tasks import work_on_import
from cases.actions.outcomes import amend_outcome, log_outcome, merge_outcome, void_outcome
from cases.choices import Kind
from cases.imports.subject import OUTCOMES
from cases.models import (
    Case,
    DisclosureApplication,
    ImportedOutcome,
    Outcome,
    OutcomeSupport,
    PossibleDuplicate,
    ProtectiveOrder,
)
from core.days import london_day
from tests.cases.pages import restrict
from tests.conftest import Cast
from tests.core.rules import PATIENCE, until_someone_waits
from tests.factories import (
    CaseFactory,
    ExclusionFactory,
    ImportFactory,
    OutcomeFactory,
    SuspectFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db

HEADINGS = ["Kind", "Reference", "Suspect", "Date", "Time", "Offence", "Borough"]
ARREST = ["Arrest", "01/1234567/26", "1", "25/11/2021", "14:30", "Stalking", "Lambeth"]
State = Import.State


def of(**changes: str) -> list[str]:
    """An arrest, but for some of its cells."""
    return [changes.get(name.lower(), cell) for name, cell in zip(HEADINGS, ARREST, strict=True)]


def downloaded(answer: Any) -> io.BytesIO:
    return io.BytesIO(b"".join(answer.streaming_content))


def as_csv(*rows: Sequence[str], headings: Sequence[str] = HEADINGS) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


def send(client: Client, content: bytes, name: str = "november.csv") -> Any:
    return client.post(reverse("cases:imports"), {"file": SimpleUploadedFile(name, content)})


def address(batch: Import, name: str = "import") -> str:
    return reverse(f"accounts:{name}", args=[batch.pk])


def last() -> Import:
    return Import.objects.latest("started_at")


def matched(client: Client, batch: Import, **more: Any) -> Import:
    """Sends the columns as they were guessed; the import after the check."""
    places = {f"column_{place}": name for name, place in batch.columns.items()}
    answer = client.post(address(batch, "match_import"), {"headings": "on", **places, **more})
    assert answer.status_code == 302, answer.context["form"].errors
    batch.refresh_from_db()
    return batch


def checked(client: Client, *rows: Sequence[str], **more: Any) -> Import:
    assert send(client, as_csv(*rows)).status_code == 302
    return matched(client, last(), **more)


def saved(client: Client, *rows: Sequence[str]) -> Import:
    batch = checked(client, *rows)
    assert batch.state == State.READY, batch.result
    client.post(address(batch, "save_import"))
    batch.refresh_from_db()
    assert batch.state == State.SAVED
    return batch


def wrong(batch: Import) -> list[tuple[list[int], str, str]]:
    return [(w["lines"], w["field"], w["message"]) for w in batch.result["wrong"]]


def new_cases(batch: Import) -> int:
    return int(dict(batch.result["counts"])["New cases"])


def mended(client: Client, batch: Import, **answers: str) -> Import:
    page = client.get(address(batch)).context["page"]
    data = {cell.answer: cell.wrong.value for cell in page.wrong} | {"checked": page.checked}
    client.post(
        address(batch, "mend_import"), data | {k.replace("_", "-"): v for k, v in answers.items()}
    )
    batch.refresh_from_db()
    return batch


def test_rows_become_entries_with_their_cases_and_suspects(officer: Client, cast: Cast) -> None:
    team = TeamFactory.create(name="Taskforce")
    helper = TeamFactory.create(name="Dogs")
    rows = [
        [*of(), "Taskforce", "Dogs; Taskforce", "01LX/7/21", "", ""],
        [*of(kind="Order or notice", offence="", suspect="2"), "", "", "", "DVPN", ""],
        [*of(kind="clare’s law application", time="", suspect=""), "", "", "", "", "Right to Know"],
    ]
    more = ["Lead team", "Teams that helped", "Custody record", "Order or notice", "Route"]
    send(officer, as_csv(*rows, headings=[*HEADINGS, *more]))
    batch = matched(officer, last())
    assert batch.result["counts"] == [
        ["Arrest", 1],
        ["Order or notice", 1],
        ["Clare's Law application", 1],
        ["New cases", 1],
    ]
    assert batch.result["days"] == [["2021-11-25", 3]]
    assert not Outcome.objects.exists()
    officer.post(address(batch, "save_import"))
    case = Case.objects.get()
    assert (case.reference, case.system, case.borough, case.officer) == (
        "01/1234567/26",
        "connect",
        cast.a,
        cast.officer,
    )
    arrest, order, application = (
        Outcome.objects.get(kind=kind) for kind in ("arrest", "order", "disclosure_application")
    )
    assert {arrest.case, order.case, application.case} == {case}
    assert (arrest.team, arrest.custody_record, arrest.offence) == (team, "01LX/7/21", "stalking")
    assert (arrest.logged_by, str(arrest.suspect)) == (cast.officer, "Suspect 1")
    assert f"{arrest.happened_at:%Y-%m-%d %H:%M}" == "2021-11-25 14:30"
    assert list(OutcomeSupport.objects.values_list("outcome", "team")) == [(arrest.pk, helper.pk)]
    begun = ProtectiveOrder.objects.get()
    assert (begun.outcome, begun.status, begun.given_at, str(begun.suspect)) == (
        order,
        "notice_issued",
        order.happened_at,
        "Suspect 2",
    )
    asked = DisclosureApplication.objects.get()
    assert (asked.outcome, asked.applicant, asked.received_on) == (
        application,
        "police",
        application.day,
    )
    assert application.suspect is None
    assert list(ImportedOutcome.objects.values_list("line", "outcome")) == [
        (2, arrest.pk),
        (3, order.pk),
        (4, application.pk),
    ]


def test_history_says_who_brought_a_row_in_and_its_page_from_where(
    officer: Client, cast: Cast
) -> None:
    batch = saved(officer, of())
    outcome = Outcome.objects.get()
    [event] = outcome.events.all()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata | {"url": "", "request": ""} == {
        "user": cast.officer.pk,
        "action": "bring in from a spreadsheet",
        "reason": batch.words,
        "import": str(batch.pk),
        "url": "",
        "request": "",
    }
    page = officer.get(reverse("cases:outcome", args=[outcome.pk])).content.decode()
    day = london_day(timezone.now())
    assert f"Row 2 of the import of {day.day} {day:%B %Y}" in page


def test_what_was_in_the_file_goes_when_it_is_saved(officer: Client) -> None:
    batch = saved(officer, of())
    assert not ImportFile.objects.exists()
    assert (batch.sample, batch.mends, batch.columns, batch.result["wrong"]) == ([], {}, {}, [])


WRONG = [
    ({"kind": ""}, "kind", "Select the kind of outcome"),
    ({"kind": "Murder"}, "kind", "Select the kind of outcome from the list"),
    ({"reference": ""}, "reference", "Enter the crime or incident reference"),
    ({"reference": "1234"}, "reference_day", "Enter the day of the CAD number"),
    (
        {"reference": "x" * 41},
        "reference",
        "Crime or incident reference must be 40 characters or fewer",
    ),
    ({"suspect": "0"}, "suspect_number", "Suspect must be 1 or more"),
    ({"suspect": "100"}, "suspect_number", "Suspect must be 99 or less"),
    ({"suspect": "he"}, "suspect_number", "Suspect must be a number, like 1"),
    ({"date": ""}, "day", "Enter the day of arrest"),
    ({"date": "31/02/2021"}, "day", "Day of arrest must be a real date"),
    ({"date": "yesterday"}, "day", "Day of arrest must be a real date"),
    ({"date": "25/11/2999"}, "day", "Day of arrest must be today or in the past"),
    ({"time": ""}, "time", "Enter the time"),
    ({"time": "25"}, "time", "Time must be a time, like 1430 or 2.30pm"),
    ({"offence": ""}, "offence", "Select an offence"),
    ({"offence": "arson!!"}, "", ""),
    ({"offence": "Arsn"}, "offence", "Select an offence from the list"),
    ({"offence": "Other"}, "offence_note", "Say which other offence it was"),
    ({"borough": "Barnet"}, "borough", "Select the borough of the offence from the list"),
    ({"borough": ""}, "borough", "Select the borough of the offence"),
]


@pytest.mark.parametrize(("change", "field", "message"), WRONG)
def test_a_mistake_is_named_at_its_cell_and_nothing_is_saved(
    officer: Client, change: dict[str, str], field: str, message: str
) -> None:
    batch = checked(officer, of(), of(suspect="2") if not change else of(**change))
    if not field:
        assert batch.state == State.READY
        return
    assert wrong(batch) == [([3], field, message)]
    assert (batch.state, batch.result["wrong_cells"], batch.result["wrong_rows"]) == (
        State.TO_MEND,
        1,
        1,
    )
    officer.post(address(batch, "save_import"))
    assert not Outcome.objects.exists()
    assert not Case.objects.exists()
    page = officer.get(address(batch)).content.decode()
    assert "Error:" in page.split("<title>")[1].split("</title>")[0]
    assert message in page


def test_every_mistake_is_told_at_once_and_one_word_once(officer: Client) -> None:
    rows = [of(borough="Lambth", suspect=str(n)) for n in range(1, 13)]
    batch = checked(officer, *rows, of(time="", offence=""))
    assert wrong(batch) == [
        (list(range(2, 12)), "borough", "Select the borough of the offence from the list"),
        ([14], "time", "Enter the time"),
        ([14], "offence", "Select an offence"),
    ]
    assert (batch.result["wrong_cells"], batch.result["wrong_rows"]) == (14, 13)
    page = officer.get(address(batch)).content.decode()
    assert "Rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more" in page


def test_cells_are_mended_in_place_a_word_for_all_its_rows(officer: Client) -> None:
    batch = checked(
        officer, of(borough="Lambth"), of(borough="Lambth", suspect="2"), of(time="", suspect="3")
    )
    batch = mended(officer, batch, mend_0="lambeth", mend_1="9.30am")
    assert batch.state == State.READY
    officer.post(address(batch, "save_import"))
    times = [f"{o.happened_at:%H:%M}" for o in Outcome.objects.order_by("suspect__number")]
    assert times == ["14:30", "14:30", "09:30"]


def test_what_is_mended_wrongly_is_asked_again_and_can_be_mended_again(officer: Client) -> None:
    batch = checked(officer, of(borough="Lambth", time="x"))
    batch = mended(officer, batch, mend_0="y", mend_1="Lambet")
    assert [(w["field"], w["value"]) for w in batch.result["wrong"]] == [
        ("time", "y"),
        ("borough", "Lambet"),
    ]
    batch = mended(officer, batch, mend_0="1430", mend_1="Lambeth")
    assert batch.state == State.READY


def test_a_row_that_is_none_is_left_out(officer: Client) -> None:
    batch = checked(officer, of(), ["Total", "1", "", "", "", "", ""], of(time="", suspect="2"))
    assert wrong(batch) == [
        ([3], "kind", "Select the kind of outcome from the list"),
        ([4], "time", "Enter the time"),
    ]
    batch = mended(officer, batch, leave_0="on", leave_1="on")
    assert (batch.state, batch.result["rows"]) == (State.READY, 1)


def test_a_list_that_another_tab_checked_again_mends_nothing(officer: Client) -> None:
    batch = checked(officer, of(time=""), of(date=""))
    page = officer.get(address(batch)).context["page"]
    mended(officer, batch, mend_0="1430")
    officer.post(address(batch, "mend_import"), {"checked": page.checked, "mend-0": "1500"})
    batch.refresh_from_db()
    assert wrong(batch) == [([3], "day", "Enter the day of arrest")]


def test_no_more_than_five_hundred_are_listed_and_the_file_has_all(officer: Client) -> None:
    send(officer, as_csv(*(of(time="") for _ in range(501))))
    batch = matched(officer, last())
    assert batch.state == State.CHECKING
    assert work_on(batch.pk)
    batch.refresh_from_db()
    assert (len(batch.result["wrong"]), batch.result["wrong_cells"]) == (500, 501)
    page = officer.get(address(batch)).content.decode()
    assert "And 1 more" in page
    answer = officer.get(address(batch, "marked_import"))
    sheet = openpyxl.load_workbook(downloaded(answer)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (*HEADINGS, "What to mend")
    assert len(rows) == 502
    assert rows[501] == (
        "Arrest", "01/1234567/26", "1", "25/11/2021", None, "Stalking", "Lambeth",
        "Time: Enter the time",
    )  # fmt: skip


def test_the_marked_file_colours_the_cell_keeps_mends_and_holds_no_formula(
    officer: Client,
) -> None:
    batch = checked(officer, of(reference="=1+1", time="x"), of(time="y"))
    batch = mended(officer, batch, mend_1="1430")
    answer = officer.get(address(batch, "marked_import"))
    sheet = openpyxl.load_workbook(downloaded(answer)).active
    assert sheet["B2"].value == "=1+1"
    assert sheet["B2"].data_type == "s"
    assert (sheet["E2"].fill.fgColor.rgb, sheet["E3"].value) == ("FFFFD5D5", "1430")
    assert sheet["H2"].value == "Time: Time must be a time, like 1430 or 2.30pm"
    sheet["E2"] = "1400"
    mended_file = io.BytesIO()
    sheet.parent.save(mended_file)
    send(officer, mended_file.getvalue(), "mended.xlsx")
    assert matched(officer, last()).state == State.READY


def test_the_same_file_again_changes_nothing(officer: Client) -> None:
    rows = [of(), of(suspect="2"), of(suspect="2")]
    saved(officer, *rows)
    before = list(Outcome.objects.order_by("pk").values())
    batch = checked(officer, *rows)
    assert (batch.state, batch.result["known"], new_cases(batch)) == (State.READY, 3, 0)
    page = officer.get(address(batch)).content.decode()
    assert "3 rows are there already and stay as they are." in page
    assert "There is nothing new to save" in page
    officer.post(address(batch, "save_import"))
    assert list(Outcome.objects.order_by("pk").values()) == before
    assert Outcome.objects.count() == 3


def test_who_may_only_add_overwrites_nothing(officer: Client, cast: Cast) -> None:
    saved(officer, of())
    outcome = Outcome.objects.get()
    amend_outcome(outcome=outcome, by=cast.supervisor, offence="rape")
    batch = saved(officer, of(), of(suspect="2"))
    assert batch.result["known"] == 1
    outcome.refresh_from_db()
    assert outcome.offence == "rape"
    assert ImportedOutcome.objects.get(outcome=outcome).batch != batch


def test_one_click_undoes_all_and_the_same_file_brings_it_back(officer: Client, cast: Cast) -> None:
    rows = [of(), of(suspect="2")]
    batch = saved(officer, *rows)
    kept = OutcomeFactory.create(case=CaseFactory.create(borough=cast.a))
    officer.post(address(batch, "undo_import"))
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by) == (State.UNDONE, cast.officer)
    assert [o.pk for o in Outcome.objects.counted()] == [kept.pk]
    void = Outcome.objects.filter(voided_at=batch.undone_at)
    assert {o.void_reason for o in void} == {f"{batch.words} was undone"}
    again = saved(officer, *rows)
    assert again.result["known"] == 0
    assert Outcome.objects.count() == Outcome.objects.counted().count() == 3
    assert set(ImportedOutcome.objects.values_list("batch", flat=True)) == {again.pk}
    officer.post(address(again, "undo_import"))
    assert Outcome.objects.counted().count() == 1


def test_what_was_voided_by_hand_stays_void_when_the_file_comes_again(
    officer: Client, cast: Cast
) -> None:
    batch = saved(officer, of())
    void_outcome(outcome=Outcome.objects.get(), by=cast.officer, reason="Did not happen")
    officer.post(address(batch, "undo_import"))
    assert Outcome.objects.get().void_reason == "Did not happen"
    assert checked(officer, of()).result["known"] == 1
    assert not Outcome.objects.counted().exists()


def test_what_was_changed_since_is_told_of_and_not_undone(officer: Client, cast: Cast) -> None:
    batch = saved(officer, of(), of(suspect="2"), of(suspect="3"), of(suspect="4"))
    one, two, *_ = Outcome.objects.order_by("suspect__number")
    amend_outcome(outcome=one, by=cast.supervisor, offence="rape")
    twin = OutcomeFactory.create(case=two.case, suspect=two.suspect)
    merge_outcome(duplicate=twin, into=two, by=cast.supervisor)
    page = officer.post(address(batch, "undo_import"))
    assert page.status_code == 200
    assert {pk for pk, _ in page.context["changed"]} == {one.pk, two.pk}
    assert page.context["number"] == 2
    assert Outcome.objects.counted().count() == 4
    officer.post(address(batch, "undo_import"), {"others": "on"})
    assert {o.pk for o in Outcome.objects.counted()} == {one.pk, two.pk}


class TestAllOrNothing:
    def test_a_refusal_of_the_database_saves_nothing_and_names_the_row(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the clock of the server runs ahead of the database's, only that refuses."""
        tomorrow = london_day(timezone.now()) + timedelta(days=1)
        content = as_csv(of(), of(suspect="2", date=f"{tomorrow:%d/%m/%Y}"))
        batch = start_import(by=cast.officer, of=OUTCOMES, name="x", content=content)
        later = timezone.now() + timedelta(days=3)
        with monkeypatch.context() as patch:
            patch.setattr("django.utils.timezone.now", lambda: later)
            for state in (State.CHECKING, State.SAVING):
                Import.objects.update(state=state)
                work_on(batch.pk)
                batch.refresh_from_db()
        assert batch.state == State.TO_MEND
        assert wrong(batch) == [
            (
                [3],
                "",
                "The database refused this row. When it happened must be today or in the past.",
            )
        ]
        assert not Outcome.objects.exists()
        assert not Case.objects.exists()
        assert ImportFile.objects.exists()

    def test_rows_of_a_borough_that_one_lost_meanwhile_are_asked_about(
        self, officer: Client, cast: Cast
    ) -> None:
        batch = checked(officer, of())
        cast.officer.boroughs.set([cast.b])
        officer.post(address(batch, "save_import"))
        batch.refresh_from_db()
        assert wrong(batch) == [([2], "borough", "Select the borough of the offence from the list")]
        assert not Outcome.objects.exists()


class TestDuplicates:
    def earlier(self, cast: Cast, **more: Any) -> Outcome:
        case = CaseFactory.create(reference="01/1234567/26", system="connect", borough=cast.a)
        suspect = SuspectFactory.create(case=case, number=1)
        made: Outcome = OutcomeFactory.create(
            case=case,
            suspect=suspect,
            happened_at=datetime(2021, 11, 25, 15, tzinfo=UTC),
            **more,
        )
        return made

    def test_one_in_sight_is_shown_and_both_are_flagged(self, officer: Client, cast: Cast) -> None:
        earlier = self.earlier(cast)
        batch = checked(officer, of(), of(time="15:30"))
        assert batch.result["likely_rows"] == 2
        assert {(p["line"], p["record"], p["earlier_line"]) for p in batch.result["likely"]} == {
            (2, str(earlier.pk), None),
            (3, str(earlier.pk), None),
            (3, "", 2),
        }
        page = officer.get(address(batch)).content.decode()
        assert reverse("cases:outcome", args=[earlier.pk]) in page
        officer.post(address(batch, "save_import"))
        first, second = (ImportedOutcome.objects.get(line=line).outcome_id for line in (2, 3))
        assert set(PossibleDuplicate.objects.values_list("outcome", "earlier", "state")) == {
            (first, earlier.pk, "open"),
            (second, earlier.pk, "open"),
            (second, first, "open"),
        }

    def test_one_elsewhere_is_only_hinted_at(self, officer: Client, cast: Cast) -> None:
        earlier = self.earlier(cast, borough=cast.b)
        batch = checked(officer, of())
        assert (batch.result["likely_rows"], batch.result["likely_elsewhere"]) == (0, True)
        page = officer.get(address(batch)).content.decode()
        assert "A possible match elsewhere will be checked." in page
        assert str(earlier.pk) not in page

    @pytest.mark.parametrize("hidden", ["restricted", "excluded"])
    def test_a_hidden_one_is_not_told_of_and_flagged(
        self, officer: Client, cast: Cast, hidden: str
    ) -> None:
        earlier = self.earlier(cast)
        if hidden == "restricted":
            restrict(earlier.case)
        else:
            ExclusionFactory.create(case=earlier.case, user=cast.officer)
        batch = saved(officer, of())
        assert (batch.result["likely_rows"], batch.result["likely_elsewhere"]) == (0, False)
        assert new_cases(batch) == 1
        assert Case.objects.count() == 1
        flag = PossibleDuplicate.objects.get()
        assert flag.earlier == earlier
        assert flag.outcome.case == earlier.case
        assert officer.get(address(batch)).context["page"].rows == []


@pytest.mark.parametrize("hidden", ["restricted", "excluded", "elsewhere"])
def test_a_row_of_a_hidden_case_is_told_of_as_any_new_one(
    officer: Client, cast: Cast, hidden: str
) -> None:
    """Also when the same row was brought in before: no number tells that it is there."""
    told = checked(officer, of()).result
    saved(officer, of())
    case = Case.objects.get()
    if hidden == "restricted":
        restrict(case)
    elif hidden == "excluded":
        ExclusionFactory.create(case=case, user=cast.officer)
    else:
        Case.objects.update(borough=cast.b)
        Outcome.objects.update(borough=cast.b)
    batch = checked(officer, of())
    assert batch.result | {"likely_elsewhere": False} == told
    officer.post(address(batch, "save_import"))
    assert Outcome.objects.count() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.result) == (State.SAVED, told)


@pytest.mark.django_db(transaction=True)
def test_a_row_is_flagged_beside_an_entry_that_is_logged_at_the_same_moment(
    officer: Client, cast: Cast
) -> None:
    batch = checked(officer, ARREST)
    assert batch.result["likely"] == []
    case = CaseFactory.create(reference="01/1234567/26", system="connect", borough=cast.a)
    suspect = SuspectFactory.create(case=case, number=1)
    ask_to_save(batch=batch)

    def save() -> None:
        try:
            work_on(batch.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            logged, _ = log_outcome(
                by=cast.colleague,
                token=uuid4(),
                case=case,
                kind=Kind.ARREST,
                happened_at=datetime(2021, 11, 25, 15, tzinfo=UTC),
                suspect=suspect,
                offence="stalking",
            )
            saving = other.submit(save)
            until_someone_waits()
            assert not saving.done()
        saving.result(timeout=PATIENCE)
    brought_in = Outcome.objects.exclude(pk=logged.pk).get()
    assert list(PossibleDuplicate.objects.values_list("outcome", "earlier")) == [
        (brought_in.pk, logged.pk)
    ]


def test_who_may_bring_in(client: Client, cast: Cast) -> None:
    for who, status in (
        ("officer", 200), ("supervisor", 200), ("communications", 403), ("administrator", 403),
        ("auditor", 403),
    ):  # fmt: skip
        client.force_login(getattr(cast, who))
        for name in ("imports", "import_template"):
            assert client.get(reverse(f"cases:{name}")).status_code == status, who


NEXT = ("match", "mend", "save", "discard", "undo")


def test_another_persons_import_is_not_found(client: Client, cast: Cast, officer: Client) -> None:
    batch = checked(officer, of(time=""))
    for person in (cast.colleague, cast.supervisor, cast.force_supervisor):
        client.force_login(person)
        assert client.get(address(batch)).status_code == 404
        for name in ("marked_import", "import_progress"):
            assert client.get(address(batch, name)).status_code == 404
        for name in NEXT:
            assert client.post(address(batch, f"{name}_import")).status_code == 404


def test_a_supervisor_who_may_see_every_row_may_undo(
    client: Client, officer: Client, cast: Cast
) -> None:
    batch = saved(officer, of())
    client.force_login(cast.supervisor)
    assert client.get(address(batch)).status_code == 200
    assert client.post(address(batch, "discard_import")).status_code == 404
    assert client.post(address(batch, "undo_import")).status_code == 302
    assert not Outcome.objects.counted().exists()


def test_a_supervisor_who_may_not_see_every_row_does_not_know_of_it(
    client: Client, officer: Client, cast: Cast
) -> None:
    batch = saved(officer, of(), of(reference="01/7654321/26"))
    ExclusionFactory.create(case=Case.objects.first(), user=cast.supervisor)
    client.force_login(cast.supervisor)
    assert client.get(address(batch)).status_code == 404
    assert client.post(address(batch, "undo_import")).status_code == 404
    assert Outcome.objects.counted().count() == 2


def test_an_import_is_removed_before_it_is_saved_and_not_after(officer: Client) -> None:
    batch = checked(officer, of())
    officer.post(address(batch, "discard_import"))
    assert not Import.objects.exists()
    assert not ImportFile.objects.exists()
    batch = saved(officer, of())
    officer.post(address(batch, "discard_import"))
    assert Import.objects.get() == batch


def test_what_nobody_came_back_to_goes_after_fourteen_days(cast: Cast) -> None:
    now = timezone.now()
    old = {"worked_at": now - timedelta(days=14, seconds=1)}
    ImportFactory.create(owner=cast.officer, **old)
    young = ImportFactory.create(owner=cast.officer, worked_at=now - timedelta(days=13))
    kept = ImportFactory.create(owner=cast.officer, saved=True, **old)
    assert purge_imports() == 1
    assert set(Import.objects.all()) == {young, kept}


def test_a_small_import_is_done_at_once_and_a_large_one_by_the_worker(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("accounts.imports.views.work_on_import.delay", asked.append)
    rows = [of(reference=f"01/{1_000_000 + n}/26") for n in range(AT_ONCE + 1)]
    assert checked(officer, *rows[:AT_ONCE]).state == State.READY
    assert asked == []
    batch = checked(officer, *rows)
    assert (batch.state, asked) == (State.CHECKING, [str(batch.pk)])
    page = officer.get(address(batch)).content.decode()
    assert "The rows are being checked" in page
    assert "<progress" in page
    assert work_on(batch.pk)
    assert officer.get(address(batch, "import_progress")).json() == {
        "state": "ready",
        "words": "The last step is under way.",
        "done": AT_ONCE + 1,
        "total": AT_ONCE + 1,
    }
    officer.post(address(batch, "save_import"))
    officer.post(address(batch, "save_import"))
    assert not Outcome.objects.exists()
    assert work_on(batch.pk)
    assert work_on(batch.pk)
    assert Outcome.objects.count() == AT_ONCE + 1


def test_the_worker_asks_again_while_another_is_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.tasks.work_on", lambda _pk: False)
    monkeypatch.setattr(work_on_import, "apply_async", lambda *_args, **_more: None)
    with pytest.raises(Retry):
        work_on_import.run(str(uuid4()))


def test_the_template_can_be_filled_in_and_brought_in(officer: Client) -> None:
    book = openpyxl.load_workbook(downloaded(officer.get(reverse("cases:import_template"))))
    sheet = book["Outcomes"]
    headings = [cell.value for cell in sheet[1]]
    row = dict(
        zip(
            ["Kind", "Reference", "Suspect", "Day", "Time", "Offence", "Borough"],
            ARREST,
            strict=True,
        )
    )
    for place, heading in enumerate(headings, 1):
        sheet.cell(2, place, row.get(heading))
    assert [c.value for c in book["Words"]["A"]][:3] == ["Kind", "Arrest", "Charge"]
    filled = io.BytesIO()
    book.save(filled)
    send(officer, filled.getvalue(), "filled.xlsx")
    batch = last()
    assert sorted(batch.columns.values()) == list(range(len(headings)))
    assert matched(officer, batch).state == State.READY


def test_pasted_cells_are_taken_as_well(officer: Client) -> None:
    text = "\r\n".join("\t".join(row) for row in (HEADINGS, of()))
    officer.post(reverse("cases:imports"), {"cells": text})
    assert last().name == "Pasted cells"
    assert matched(officer, last()).state == State.READY


def test_what_is_the_same_in_every_row_is_said_once(officer: Client, cast: Cast) -> None:
    row = of()[1:-1]
    send(officer, as_csv(row, headings=HEADINGS[1:-1]))
    batch = last()
    places = {f"column_{place}": name for name, place in batch.columns.items()}
    answer = officer.post(address(batch, "match_import"), {"headings": "on", **places})
    assert answer.context["form"].non_field_errors() == [
        "Choose the column that holds “Kind”",
        "Choose the column that holds “Borough”",
    ]
    assert matched(officer, batch, kind="Arrest", borough="Lambeth").state == State.READY


def test_two_columns_cannot_hold_the_same(officer: Client) -> None:
    send(officer, as_csv(of()))
    batch = last()
    places = {f"column_{place}": name for name, place in batch.columns.items()}
    answer = officer.post(
        address(batch, "match_import"), {"headings": "on", **places, "column_0": "day"}
    )
    assert answer.context["form"].errors["column_3"] == ["Columns A and D cannot both be “Day”"]


def test_a_file_without_headings_is_matched_by_hand(officer: Client) -> None:
    send(officer, as_csv(of(suspect="2"), headings=of()))
    batch = last()
    assert batch.columns == {}
    fields = ["kind", "reference", "suspect_number", "day", "time", "offence", "borough"]
    places = {f"column_{place}": name for place, name in enumerate(fields)}
    officer.post(address(batch, "match_import"), places)
    batch.refresh_from_db()
    assert (batch.state, batch.result["rows"]) == (State.READY, 2)


def test_nothing_sent_is_asked_for(officer: Client) -> None:
    answer = officer.post(reverse("cases:imports"), {"cells": " \n"})
    assert answer.context["form"].errors["file"] == ["Choose a file, or paste cells"]
    both = {"cells": "a", "file": SimpleUploadedFile("a.csv", b"a")}
    answer = officer.post(reverse("cases:imports"), both)
    assert answer.context["form"].errors["cells"] == [
        "Either choose a file or paste cells, not both"
    ]


def test_start_is_a_form_that_no_other_site_can_send(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.officer)
    assert send(client, as_csv(of())).status_code == 403
    assert not Import.objects.exists()


def test_rows_that_hold_a_placeholder_are_asked_about(cast: Cast) -> None:
    content = as_csv(*(of(time=f"14:{n:02}", reference="N/A") for n in range(21)))
    batch = start_import(by=cast.officer, of=OUTCOMES, name="x", content=content)
    Import.objects.update(state=State.CHECKING)
    work_on(batch.pk)
    batch.refresh_from_db()
    assert wrong(batch) == [
        (
            [22],
            "reference",
            "More than 20 rows say this of one suspect on one day: check the reference",
        )
    ]
