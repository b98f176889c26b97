"""Bringing in a spreadsheet of events through its pages; the machinery's own tests are of cases."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pghistory
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.imports.actions import start_import, work_on
from accounts.models import Import
from audit.models import LogRow
from core.days import london_day
from partners import actions
from partners.imports.subject import EVENTS
from partners.models import EngagementEvent, ImportedEvent, Participation
from tests.cases.pages import browser, text_of
from tests.cases.test_imports import address, as_csv, downloaded, last, matched, mended, wrong
from tests.conftest import Cast
from tests.factories import (
    ConfirmationLinkFactory,
    EngagementEventFactory,
    ImportedEventFactory,
    ParticipationFactory,
    PartnerFactory,
    TeamFactory,
)
from tests.partners.pages import at

pytestmark = pytest.mark.django_db

HEADINGS = ["Event", "Kind", "State", "Day", "Starts", "Place", "Borough"]
STALL = ["Stall at Brixton market", "Public stall", "Planned", "27/11/2021", "1430"]
STALL += ["Brixton market", "Lambeth"]
State = Import.State


@pytest.fixture(autouse=True)
def _no_broker_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.imports.views.work_on_import.delay", lambda _pk: None)


def of(**changes: str) -> list[str]:
    """A stall, but for some of its cells."""
    return [changes.get(name.lower(), cell) for name, cell in zip(HEADINGS, STALL, strict=True)]


def send(client: Client, content: bytes, name: str = "november.csv") -> Any:
    return client.post(at("imports"), {"file": SimpleUploadedFile(name, content)})


def checked(
    client: Client, *rows: Sequence[str], headings: Sequence[str] = HEADINGS, **more: Any
) -> Import:
    assert send(client, as_csv(*rows, headings=headings)).status_code == 302
    return matched(client, last(), **more)


def saved(
    client: Client, *rows: Sequence[str], headings: Sequence[str] = HEADINGS, **more: Any
) -> Import:
    batch = checked(client, *rows, headings=headings, **more)
    assert batch.state == State.READY, batch.result
    client.post(address(batch, "save_import"))
    batch.refresh_from_db()
    assert batch.state == State.SAVED, batch.result
    return batch


def undone(client: Client, batch: Import, **more: str) -> Any:
    answer = client.post(address(batch, "undo_import"), more)
    batch.refresh_from_db()
    return answer


def standing() -> set[str]:
    return set(EngagementEvent.objects.filter(voided_at=None).values_list("title", flat=True))


def test_rows_become_events_with_all_that_they_say(officer: Client, cast: Cast) -> None:
    lead, helper = (TeamFactory.create(name=name) for name in ("Taskforce", "Dogs"))
    partners = {PartnerFactory.create(name=name) for name in ("Refuge", "Hope, Lambeth")}
    more = ["Ends", "Lead team", "Teams that help", "Partners", "Audience", "Topics"]
    more += ["Attendances", "How counted", "Conversations", "Leaflets", "Safeguarding", "Notes"]
    done = [
        *of(state="Done"), "4pm", "Taskforce", "Taskforce; Dogs", "Refuge; Hope, Lambeth",
        "Shoppers", "Clare's Law; Stalking", "40", "clicker", "12", "100", "1", "Well received",
    ]  # fmt: skip
    off = [*of(event="Webinar", kind="webinar", state="cancelled", place="Online")]
    off += ["", "", "", "", "", "", "", "", "", "", "", "Speaker ill"]
    batch = checked(officer, done, off, [*of(event="Talk")], headings=[*HEADINGS, *more])
    assert batch.result["counts"] == [
        *(["Public stall", 2], ["Webinar", 1]),
        *(["Of these, planned", 1], ["Of these, done", 1], ["Of these, cancelled", 1]),
    ]
    assert batch.result["days"] == [["2021-11-27", 3]]
    assert not EngagementEvent.objects.exists()
    officer.post(address(batch, "save_import"))
    stall, webinar, talk = (
        EngagementEvent.objects.get(imported_row__batch=batch, imported_row__line=line)
        for line in (2, 3, 4)
    )
    assert (stall.title, stall.kind, stall.status, stall.place, stall.borough) == (
        *("Stall at Brixton market", "stall", "done", "Brixton market"),
        cast.a,
    )
    assert stall.happened_at == datetime(2021, 11, 27, 14, 30, tzinfo=UTC)
    assert stall.ends_at == datetime(2021, 11, 27, 16, tzinfo=UTC)
    assert (stall.team, list(stall.supporting_teams.all())) == (lead, [helper])
    assert (set(stall.partners.all()), stall.audience) == (partners, "Shoppers")
    assert stall.topics == ["clares_law", "stalking"]
    assert (stall.attendances, stall.reach_method, stall.conversations) == (40, "clicker", 12)
    assert (stall.leaflets, stall.safeguarding_handoffs, stall.feedback) == (
        *(100, 1),
        "Well received",
    )
    assert (stall.counted, webinar.counted, talk.counted) == (True, False, False)
    assert (webinar.status, webinar.cancel_reason, webinar.place) == (
        *("cancelled", "Speaker ill"),
        "",
    )
    assert (talk.status, talk.attendances, talk.ends_at) == ("planned", 0, None)


def test_the_events_page_and_its_history_say_where_it_came_from(
    officer: Client, cast: Cast
) -> None:
    batch = saved(officer, of())
    event = EngagementEvent.objects.get()
    [entry] = event.events.all()  # type: ignore[attr-defined]
    said = entry.pgh_context.metadata
    assert {name: said[name] for name in ("user", "action", "reason", "import")} == {
        "user": cast.officer.pk,
        "action": "bring in from a spreadsheet",
        "reason": batch.words,
        "import": str(batch.pk),
    }
    day = london_day(timezone.now())
    page = text_of(officer.get(at("event", event.pk)))
    assert f"Row 2 of the import of {day.day} {day:%B %Y}" in page
    # A colleague elsewhere reads of the event, and not of the file.
    page = text_of(browser(cast.communications).get(at("event", event.pk)))
    assert "Row 2" not in page


def test_what_is_the_same_in_every_row_is_said_once(officer: Client) -> None:
    rows = [[cell for n, cell in enumerate(of()) if n not in {1, 2, 6}]]
    headings = [name for n, name in enumerate(HEADINGS) if n not in {1, 2, 6}]
    send(officer, as_csv(*rows, headings=headings))
    batch = last()
    places = {f"column_{place}": name for name, place in batch.columns.items()}
    answer = officer.post(address(batch, "match_import"), {"headings": "on", **places})
    assert answer.context["form"].non_field_errors() == [
        *(f"Choose the column that holds “{name}”" for name in ("Kind", "State", "Borough")),
    ]
    said = {"kind": "Public stall", "state": "Planned", "borough": "Lambeth"}
    assert matched(officer, batch, **said).state == State.READY


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"event": ""}, "title", "Enter what it is called"),
        ({"kind": "Training of officers"}, "kind", "Select a kind from the list"),
        ({"state": ""}, "state", "Select a state"),
        ({"day": "31/11/2021"}, "day", "Day of the event must be a real date"),
        ({"starts": ""}, "starts", "Enter the time it starts"),
        ({"place": ""}, "place", "Enter the place, or choose online"),
        ({"borough": "Barnet"}, "borough", "Select a borough from the list"),
    ],
)
def test_a_mistake_is_named_at_its_cell_and_nothing_is_saved(
    officer: Client, change: dict[str, str], field: str, message: str
) -> None:
    batch = checked(officer, of(event="Another"), of(**change))
    assert (batch.state, wrong(batch)) == (State.TO_MEND, [([3], field, message)])
    officer.post(address(batch, "save_import"))
    assert not EngagementEvent.objects.exists()


def test_a_borough_out_of_scope_is_refused_also_where_it_was_lost_since(
    officer: Client, cast: Cast
) -> None:
    batch = checked(officer, of())
    assert batch.state == State.READY
    cast.officer.boroughs.set([cast.b])
    officer.post(address(batch, "save_import"))
    batch.refresh_from_db()
    assert wrong(batch) == [([2], "borough", "Select a borough from the list")]
    assert not EngagementEvent.objects.exists()


def test_mistakes_are_mended_in_place(officer: Client) -> None:
    tomorrow = f"{london_day(timezone.now()) + timedelta(days=1):%d/%m/%Y}"
    PartnerFactory.create(name="Refuge")
    rows = [[*of(), "Refug"], [*of(event="Talk"), "Refug"], [*of(state="Done", day=tomorrow), ""]]
    batch = checked(
        officer, *rows, [*of(state="Done", event="Bus"), ""], headings=[*HEADINGS, "Partners"]
    )
    assert [(lines, field) for lines, field, _ in wrong(batch)] == [
        ([2, 3], "partners"),
        ([4], "state"),
    ]
    page = text_of(officer.get(address(batch)))
    assert "Only an event that has begun can be done" in page
    batch = mended(officer, batch, mend_0="refuge", mend_1="Planned")
    assert batch.state == State.READY, batch.result
    officer.post(address(batch, "save_import"))
    states = EngagementEvent.objects.order_by("imported_row__line").values_list("status", flat=True)
    assert list(states) == ["planned", "planned", "planned", "done"]
    assert Participation.objects.count() == 2


def test_a_note_that_may_identify_somebody_is_mended_or_checked(officer: Client) -> None:
    notes = ["Jane Okonkwo came\r\nand stayed", "Ring 07700 900123", "Mr Khan spoke", "Good"]
    rows = [[*of(state="Done", event=f"Stall {n}"), note] for n, note in enumerate(notes)]
    batch = checked(officer, *rows, headings=[*HEADINGS, "Feedback"])
    kept = notes[0].replace("\r\n", "\n")
    asks = "This may identify somebody: “{}”. Take it out, or confirm"
    assert wrong(batch) == [
        ([2], "feedback", asks.format("Jane Okonkwo")),
        ([3], "feedback", asks.format("07700 900123")),
        ([4], "feedback", asks.format("Mr Khan")),
    ]
    page = text_of(officer.get(address(batch)))
    assert page.count("I have checked: this does not identify anybody") == 3
    # As it is; put right; put into other words that are asked about as well.
    sent = {"mend_0": kept, "checked_0": "on", "mend_1": "Ring the hub", "mend_2": "Mrs Khan spoke"}
    batch = mended(officer, batch, **sent)
    assert wrong(batch) == [([4], "feedback", asks.format("Mrs Khan"))]
    batch = mended(officer, batch, mend_0="Ms Khan spoke", checked_0="on")
    assert batch.state == State.READY, batch.result
    officer.post(address(batch, "save_import"))
    told = EngagementEvent.objects.order_by("imported_row__line").values_list("feedback", flat=True)
    assert list(told) == [kept, "Ring the hub", "Ms Khan spoke", "Good"]


def test_the_same_file_again_changes_nothing_even_when_it_says_more(
    officer: Client, cast: Cast
) -> None:
    saved(officer, of(), of(event="Talk"))
    event = EngagementEvent.objects.get(title="Talk")
    actions.finish_event(by=cast.officer, event=event, leaflets=5)
    before = list(EngagementEvent.objects.order_by("pk").values())
    batch = checked(officer, of(state="Done"), of(event="TALK"))
    assert (batch.state, batch.result["known"], batch.result["likely"]) == (State.READY, 2, [])
    assert "There is nothing new to save" in text_of(officer.get(address(batch)))
    batch = saved(officer, of(), of(event="Talk"), of(event="Bus"))
    assert batch.result["known"] == 2
    assert list(EngagementEvent.objects.exclude(title="Bus").order_by("pk").values()) == before


def test_one_click_undoes_all_and_the_same_file_brings_it_back_as_it_is_now(
    officer: Client, cast: Cast
) -> None:
    partners = [PartnerFactory.create(name=name) for name in ("Refuge", "Hope")]
    headings = [*HEADINGS, "Partners"]
    batch = saved(officer, [*of(), "Refuge"], [*of(event="Talk"), ""], headings=headings)
    EngagementEventFactory.create(borough=cast.a, title="By hand")
    undone(officer, batch)
    assert (batch.state, batch.undone_by, standing()) == (State.UNDONE, cast.officer, {"By hand"})
    void = EngagementEvent.objects.filter(voided_at=batch.undone_at)
    assert {event.void_reason for event in void} == {f"{batch.words} was undone"}
    again = saved(officer, [*of(state="Done"), "Hope"], [*of(event="Talk"), ""], headings=headings)
    assert again.result["known"] == 0
    assert standing() == {"By hand", "Stall at Brixton market", "Talk"}
    stall = EngagementEvent.objects.get(title="Stall at Brixton market")
    assert (stall.status, list(stall.partners.all())) == ("done", partners[1:])
    assert EngagementEvent.objects.count() == 3
    assert set(ImportedEvent.objects.values_list("batch", flat=True)) == {again.pk}
    undone(officer, again)
    assert (again.state, standing()) == (State.UNDONE, {"By hand"})


def test_what_was_voided_by_hand_stays_void(officer: Client, cast: Cast) -> None:
    saved(officer, of())
    actions.void_event(by=cast.officer, event=EngagementEvent.objects.get(), reason="Not held")
    assert saved(officer, of()).result["known"] == 1
    assert standing() == set()


def amended(cast: Cast, event: EngagementEvent) -> None:
    actions.finish_event(by=cast.officer, event=event, leaflets=5)


def joined(cast: Cast, event: EngagementEvent) -> None:
    with pghistory.context(user=cast.officer.pk):
        ParticipationFactory.create(event=event)


def helped(cast: Cast, event: EngagementEvent) -> None:
    with pghistory.context(user=cast.officer.pk):
        event.supporting_teams.add(TeamFactory.create())


def followed_up(cast: Cast, event: EngagementEvent) -> None:
    due = event.day + timedelta(days=1)
    actions.add_follow_up(
        by=cast.officer, event=event, token=uuid4(), what="Ring", owner=cast.officer, due_on=due
    )


def asked(cast: Cast, event: EngagementEvent) -> None:
    ConfirmationLinkFactory.create(participation=Participation.objects.get(event=event))


@pytest.mark.parametrize("change", [amended, joined, helped, followed_up, asked])
def test_what_somebody_changed_since_is_told_of_and_not_undone(
    officer: Client, cast: Cast, change: Any
) -> None:
    PartnerFactory.create(name="Refuge")
    rows = [[*of(), ""], [*of(event="Talk"), "Refuge"]]
    batch = saved(officer, *rows, headings=[*HEADINGS, "Partners"])
    talk = EngagementEvent.objects.get(title="Talk")
    change(cast, talk)
    page = undone(officer, batch)
    assert (page.context["number"], page.context["changed"]) == (
        1,
        [(talk.pk, "Talk, 27 November 2021")],
    )
    assert "One of the events of this import was changed after it." in text_of(page)
    assert len(standing()) == 2
    undone(officer, batch, others="on")
    assert standing() == {"Talk"}


class TestLikely:
    def test_an_event_of_the_day_that_may_be_the_same_is_shown(
        self, officer: Client, cast: Cast
    ) -> None:
        moment = datetime(2021, 11, 27, 9, tzinfo=UTC)
        there = EngagementEventFactory.create(
            borough=cast.a, title="stall at Brixton Market", happened_at=moment
        )
        EngagementEventFactory.create(borough=cast.a, title="Another", happened_at=moment)
        EngagementEventFactory.create(borough=cast.b, title=there.title, happened_at=moment)
        batch = checked(
            officer, of(), of(starts="1500", place="Library"), of(event="Talk", kind="Bus")
        )
        assert batch.result["likely"] == [
            {"line": 2, "record": str(there.pk), "earlier_line": None},
            {"line": 3, "record": str(there.pk), "earlier_line": None},
            {"line": 3, "record": "", "earlier_line": 2},
        ]
        page = officer.get(address(batch)).content.decode()
        assert at("event", there.pk) in page
        assert "take out of the file what is the same event" in page

    def test_one_of_the_kind_at_the_moment_and_none_that_is_void(
        self, officer: Client, cast: Cast
    ) -> None:
        moment = datetime(2021, 11, 27, 14, 30, tzinfo=UTC)
        there = EngagementEventFactory.create(borough=cast.a, happened_at=moment)
        assert checked(officer, of()).result["likely_rows"] == 1
        actions.void_event(by=cast.officer, event=there, reason="Not held")
        assert checked(officer, of()).result["likely_rows"] == 0


def test_a_refusal_of_the_database_saves_nothing_and_names_the_row(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the clock of the server runs ahead of the database's, only that refuses."""
    tomorrow = f"{london_day(timezone.now()) + timedelta(days=1):%d/%m/%Y}"
    content = as_csv(of(), of(state="Done", day=tomorrow), headings=HEADINGS)
    batch = start_import(by=cast.officer, of=EVENTS, name="x", content=content)
    later = timezone.now() + timedelta(days=3)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: later)
        for state in (State.CHECKING, State.SAVING):
            Import.objects.update(state=state)
            work_on(batch.pk)
            batch.refresh_from_db()
    words = "The database refused this row. An event that has not started cannot be done."
    assert (batch.state, wrong(batch)) == (State.TO_MEND, [([3], "", words)])
    assert not EngagementEvent.objects.exists()


@pytest.mark.parametrize(("rows", "state"), [(5_000, State.READY), (5_001, State.REFUSED)])
def test_no_more_events_are_brought_in_than_are_held_at_once(
    cast: Cast, rows: int, state: State
) -> None:
    content = as_csv(*([of()] * rows), headings=HEADINGS)
    batch = start_import(by=cast.officer, of=EVENTS, name="x", content=content)
    Import.objects.update(state=State.CHECKING)
    work_on(batch.pk)
    batch.refresh_from_db()
    assert batch.state == state
    assert ("more than 5,000 rows" in batch.refusal) is (state == State.REFUSED)


def test_a_formula_stays_text_and_of_a_workbook_its_last_result_is_read(officer: Client) -> None:
    batch = saved(officer, of(event="=1+1"))
    assert EngagementEvent.objects.get().title == "=1+1"
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(of(event='=HYPERLINK("https://evil.example")'))
    file = io.BytesIO()
    book.save(file)
    send(officer, file.getvalue(), "formula.xlsx")
    batch = matched(officer, last())
    assert wrong(batch) == [([2], "title", "Enter what it is called")]
    sheet = openpyxl.load_workbook(downloaded(officer.get(address(batch, "marked_import")))).active
    assert (sheet.title, sheet["A2"].value) == ("Events", None)
    assert sheet["H2"].value == "Event: Enter what it is called"


def test_the_template_can_be_filled_in_and_brought_in(officer: Client) -> None:
    PartnerFactory.create(name="Refuge")
    book = openpyxl.load_workbook(downloaded(officer.get(at("import_template"))))
    sheet = book["Events"]
    headings = [cell.value for cell in sheet[1]]
    row = dict(zip(HEADINGS, STALL, strict=True))
    for place, heading in enumerate(headings, 1):
        sheet.cell(2, place, row.get(heading))
    words = {
        column[0].value: [cell.value for cell in column[1:]] for column in book["Words"].columns
    }
    assert words["State"][:3] == ["Planned", "Done", "Cancelled"]
    assert "Lambeth" in words["Borough"]
    assert "Barnet" not in words["Borough"]
    assert "Refuge" in words["Partners"]
    filled = io.BytesIO()
    book.save(filled)
    send(officer, filled.getvalue(), "filled.xlsx")
    batch = last()
    assert sorted(batch.columns.values()) == list(range(len(headings)))
    assert matched(officer, batch).state == State.READY


def test_what_was_exported_can_be_brought_in(officer: Client, cast: Cast) -> None:
    for status in ("done", "planned"):
        counts = {} if status == "done" else {"attendances": 0, "reach_method": ""}
        EngagementEventFactory.create(borough=cast.a, place="Hall", status=status, **counts)
    asked_for = {"form": "csv", "recipient": "me", "reason": "A copy"}
    answer = officer.post(at("export_events"), asked_for)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    exported = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    send(officer, content, "events.csv")
    batch = last()
    assert sorted(batch.columns.values()) == list(range(len(exported[1])))
    batch = matched(officer, batch)
    assert (batch.state, batch.result["rows"]) == (State.READY, 2), batch.result


def test_each_subject_has_its_own_list_of_imports(officer: Client) -> None:
    saved(officer, of())
    assert [batch.of for batch in officer.get(at("imports")).context["imports"]] == ["events"]
    assert officer.get("/imports/").context["imports"] == []


def test_a_look_at_an_import_is_logged(officer: Client, cast: Cast) -> None:
    batch = saved(officer, of())
    officer.get(address(batch))
    row = LogRow.objects.filter(action="consultation").latest("pk")
    assert (row.object_type, row.object_id, row.actor) == (
        *("accounts.import", str(batch.pk)),
        cast.officer.username,
    )


def test_who_may_bring_in_and_who_sees_the_way_there(cast: Cast) -> None:
    for who, status in (
        ("officer", 200), ("supervisor", 200), ("communications", 403), ("administrator", 403),
        ("auditor", 403),
    ):  # fmt: skip
        client = browser(getattr(cast, who))
        for name in ("imports", "import_template"):
            assert client.get(at(name)).status_code == status, who
        shown = at("imports") in client.get(at("events")).content.decode()
        assert shown is (status == 200), who


def test_who_may_see_an_import_and_undo_it(officer: Client, cast: Cast) -> None:
    """A supervisor reads of all events, and undoes imports of their own boroughs alone."""
    batch = saved(officer, of())
    result = {"rows": 1, "days": [["2021-11-25", 1]]}
    of_b = ImportedEventFactory.create(event__borough=cast.b, batch__result=result).batch
    for who, here, there in (
        ("supervisor", 200, 404), ("force_supervisor", 200, 200), ("colleague", 404, 404),
        ("officer_of_b", 404, 404), ("communications", 403, 403), ("auditor", 403, 403),
    ):  # fmt: skip
        client = browser(getattr(cast, who))
        answers = [client.get(address(one)).status_code for one in (batch, of_b)]
        assert answers == [here, there], who
    client = browser(cast.supervisor)
    assert client.post(address(of_b, "undo_import")).status_code == 404
    assert client.post(address(batch, "discard_import")).status_code == 404
    assert client.post(address(batch, "undo_import")).status_code == 302
    assert standing() == {EngagementEvent.objects.get(borough=cast.b).title}
