"""Whoever owns the database and touches the log is found out."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pghistory
import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from audit import seals
from audit import verify as verifying
from audit.models import LogRow, Seal, SealedPart
from audit.seals import seal
from audit.tables import Table, tables
from audit.verify import verify
from config.celery import app
from tests.audit.attacks import COVERED, Nights, past_the_guards, undone
from tests.factories import CaseFactory, LogRowFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nights() -> Nights:
    return Nights.of(LogRow)


def found() -> str:
    """What `verify_log` finds, without the number of the seal."""
    return verify().fault.partition(": ")[2]


def swap(table: str, key: str, one: int, other: int) -> list[str]:
    """Each row under the id of the other."""
    moves = [(one, 0), (other, one), (0, other)]
    return [f"UPDATE {table} SET {key} = {to} WHERE {key} = {was}" for was, to in moves]


def copy_to(nights: Nights, key: int) -> str:
    new = f"jsonb_populate_record(was, jsonb_build_object('{nights.key}', {key}))"
    return (
        f"INSERT INTO {nights.table} SELECT ({new}).* FROM {nights.table} AS was"
        f" WHERE {nights.key} = {nights.ids[1]}"
    )


def altered(nights: Nights) -> str:
    """One letter of a row."""
    column = {"audit_logrow": "actor", "audit_erasedrow": "left"}.get(nights.table, "pgh_label")
    quoted = connection.ops.quote_name(column)
    return (
        f"UPDATE {nights.table} SET {quoted} = overlay({quoted} placing 'f' from 1)"
        f" WHERE {nights.key} = {nights.ids[1]}"
    )


Attack = Callable[[Nights], tuple[list[str], str]]
ATTACKS: dict[str, Attack] = {
    "alter one": lambda n: ([altered(n)], f"row {n.ids[1]} of {n.table} was altered"),
    "delete one": lambda n: (
        [f"DELETE FROM {n.table} WHERE {n.key} = {n.ids[0]}"],
        f"row {n.ids[0]} of {n.table} is missing",
    ),
    "delete the last": lambda n: (
        [f"DELETE FROM {n.table} WHERE {n.key} = {n.ids[-1]}"],
        f"row {n.ids[-1]} of {n.table} is missing",
    ),
    "delete a night": lambda n: (
        [f"DELETE FROM {n.table} WHERE {n.key} >= {n.second}"],
        f"row {n.second} of {n.table} is missing",
    ),
    "swap two": lambda n: (
        swap(n.table, n.key, n.ids[1], n.ids[-1]),
        f"row {n.ids[1]} of {n.table} was altered",
    ),
    "add one under an old id": lambda n: (
        [copy_to(n, n.ids[0] - 1)],
        f"row {n.ids[0] - 1} of {n.table} was put in afterwards",
    ),
    "add one under an impossible id": lambda n: (
        [copy_to(n, -5)],
        f"row -5 of {n.table} was put in afterwards",
    ),
}


@pytest.mark.parametrize("model", COVERED, ids=lambda model: model.__name__)
def test_the_first_row_that_was_touched_is_named(model: type[Model]) -> None:
    nights = Nights.of(model)
    assert verify().fault == ""
    told = {}
    for name, attack in ATTACKS.items():
        with undone():
            past_the_guards(*attack(nights)[0])
            told[name] = found()
    assert told == {name: attack(nights)[1] for name, attack in ATTACKS.items()}
    assert verify().fault == ""


def test_every_table_of_the_log_is_attacked() -> None:
    assert {model._meta.db_table for model in COVERED} == tables().keys()


@pytest.mark.parametrize(
    "touch",
    [
        "UPDATE audit_logrow SET at = at + '1 us' WHERE id = {0}",
        "UPDATE audit_logrow SET results = 0 WHERE id = {0}",
        """UPDATE audit_logrow SET details = '{{"b": 1, "a": ""}}' WHERE id = {0}""",
        "UPDATE audit_logrow SET reason = ' ' WHERE id = {0}",
    ],
)
def test_the_smallest_change_is_found(nights: Nights, touch: str) -> None:
    past_the_guards(touch.format(nights.ids[0]))
    assert found() == f"row {nights.ids[0]} of audit_logrow was altered"


def test_a_row_under_an_id_that_was_left_out_is_named() -> None:
    first = LogRowFactory.create().pk
    with transaction.atomic():
        LogRowFactory.create()
        transaction.set_rollback(True)
    LogRowFactory.create()
    seal()
    past_the_guards(
        "INSERT INTO audit_logrow SELECT (jsonb_populate_record(was, jsonb_build_object('id',"
        f" {first + 1}))).* FROM audit_logrow AS was WHERE id = {first}"
    )
    assert found() == f"row {first + 1} of audit_logrow was put in afterwards"


@pytest.mark.parametrize(
    "touch",
    [
        "UPDATE pghistory_context SET metadata = jsonb_set(metadata, '{user}', '2')",
        "DELETE FROM pghistory_context",
    ],
)
def test_who_made_a_change_is_sealed_with_it(touch: str) -> None:
    with pghistory.context(user=1):
        case = CaseFactory.create()
    seal()
    assert verify().fault == ""
    past_the_guards(touch)
    events = apps.get_model("cases.CaseEvent").objects
    assert found() == f"row {events.get(pgh_obj_id=case.pk).pk} of cases_caseevent was altered"


@pytest.mark.parametrize(
    ("touch", "words"),
    [
        ("UPDATE audit_seal SET sealed_at = sealed_at + '1 s'", "was altered itself"),
        ("UPDATE audit_seal SET previous = repeat('0', 64)", "does not follow the one before"),
        ("UPDATE audit_seal SET digest = repeat('0', 64)", "was altered itself"),
        ("UPDATE audit_sealedpart SET rows = rows - 1", "was altered itself"),
        ("UPDATE audit_sealedpart SET leaves = ''", "was altered itself"),
        ("UPDATE audit_sealedpart SET last_id = last_id + 1", "was altered itself"),
        ("UPDATE audit_sealedpart SET columns = columns[:3]", "was altered itself"),
        ("DELETE FROM audit_sealedpart", "was altered itself"),
        ("UPDATE audit_sealedpart SET salts = ''", "row {0} of audit_logrow was altered"),
    ],
)
def test_a_seal_that_was_touched_is_found(nights: Nights, touch: str, words: str) -> None:
    past_the_guards(touch)
    first = Seal.objects.order_by("pk")[0].pk
    assert verify().fault.startswith(f"Seal {first}: {words.format(*nights.ids)}")


def test_a_seal_that_is_missing_is_found(nights: Nights) -> None:
    first, second = Seal.objects.all()
    past_the_guards(
        f"DELETE FROM audit_sealedpart WHERE seal_id = {first.pk}",
        f"DELETE FROM audit_seal WHERE id = {first.pk}",
    )
    assert verify().fault == (
        f"Seal {second.pk}: does not follow the one before: a seal is missing"
    )


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"audit_logrow": Table("audit_logrow", "id", ["id", "at"])}, "the columns {} are missing"),
        ({}, "the table audit_logrow is missing"),
    ],
)
def test_what_a_seal_covered_and_is_no_more_is_told(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, now: dict[str, Table], words: str
) -> None:
    monkeypatch.setattr(verifying, "tables", lambda: now)
    others = sorted({*tables()["audit_logrow"].columns} - {"id", "at"})
    assert found() == words.format(f"{', '.join(others)} of audit_logrow")


def export_to(path: Path) -> Path:
    told = StringIO()
    call_command("seal_log", export=True, stdout=told)
    path.write_text(told.getvalue())
    return path


NO_SEALS = ["DELETE FROM audit_sealedpart", "DELETE FROM audit_seal"]


def seal_anew() -> None:
    past_the_guards(*NO_SEALS)
    seal()


def seal_anew_under_the_old_numbers() -> None:
    past_the_guards(
        *NO_SEALS, f"SELECT setval('audit_seal_id_seq', {Seal.objects.all()[0].pk}, false)"
    )
    seal()


def cut_the_chain() -> None:
    last = Seal.objects.last()
    assert last is not None
    past_the_guards(
        f"DELETE FROM audit_sealedpart WHERE seal_id = {last.pk}",
        f"DELETE FROM audit_seal WHERE id = {last.pk}",
    )


def cut_the_whole_chain() -> None:
    past_the_guards(*NO_SEALS)


@pytest.mark.parametrize(
    ("cover", "number", "words"),
    [
        (seal_anew, 0, "was exported before, and is missing"),
        (
            seal_anew_under_the_old_numbers,
            0,
            "is not the seal that was exported before: the log was sealed anew",
        ),
        (cut_the_chain, 1, "was exported before, and is missing"),
        (cut_the_whole_chain, 0, "was exported before, and is missing"),
    ],
)
def test_a_chain_that_hides_an_edit_is_found_against_an_export(
    nights: Nights, tmp_path: Path, cover: Callable[[], None], number: int, words: str
) -> None:
    numbers = list(Seal.objects.values_list("pk", flat=True))
    kept = export_to(tmp_path / "seals.jsonl")
    call_command("verify_log", against=kept, stdout=StringIO())
    past_the_guards(f"UPDATE audit_logrow SET actor = 'else' WHERE id = {nights.ids[-1]}")
    cover()
    assert verify().fault == ""
    with pytest.raises(CommandError) as told:
        call_command("verify_log", against=kept)
    assert (str(told.value), told.value.returncode) == (f"Seal {numbers[number]}: {words}.", 1)


def test_a_longer_chain_agrees_with_an_older_export(nights: Nights, tmp_path: Path) -> None:
    kept = export_to(tmp_path / "seals.jsonl")
    LogRowFactory.create()
    seal()
    call_command("verify_log", against=kept, stdout=StringIO())


def test_a_seal_covers_what_came_since_the_one_before(nights: Nights) -> None:
    parts = SealedPart.objects.filter(table="audit_logrow").order_by("seal")
    assert [(part.rows, part.last_id) for part in parts] == [
        (2, nights.ids[1]),
        (2, nights.ids[3]),
    ]
    first, second = Seal.objects.all()
    assert (first.previous, second.previous) == ("", first.digest)
    assert (verify().seals, verify().rows, verify().unsealed) == (2, 4, 0)


def test_more_rows_than_one_seal_takes_make_more_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "AT_MOST", 2)
    made = [LogRowFactory.create().pk for _ in range(5)]
    seal()
    parts = SealedPart.objects.filter(table="audit_logrow").order_by("last_id")
    assert [(p.rows, p.last_id) for p in parts] == [(2, made[1]), (2, made[3]), (1, made[4])]
    assert verify().fault == ""


def test_the_commands_say_what_they_did() -> None:
    LogRow.objects.create(action=LogRow.Action.SIGN_IN)
    sealed, checked, as_json = StringIO(), StringIO(), StringIO()
    call_command("seal_log", stdout=sealed)
    LogRow.objects.create(action=LogRow.Action.SIGN_IN)
    call_command("verify_log", stdout=checked)
    call_command("verify_log", json=True, stdout=as_json)
    last = Seal.objects.get()
    assert sealed.getvalue() == f"Seal {last.pk} covers 1 rows: {last.digest}\n"
    assert checked.getvalue() == (
        "1 seals agree with the 1 rows they cover. 1 rows came since: no seal covers them.\n"
    )
    assert json.loads(as_json.getvalue()) == {
        "agrees": True,
        "seals": 1,
        "rows": 1,
        "erased": 0,
        "unsealed": 1,
        "last_sealed_at": last.sealed_at.isoformat(),
        "fault": "",
    }


def test_a_fault_is_told_as_json_too(nights: Nights) -> None:
    cut_the_chain()
    past_the_guards(f"DELETE FROM audit_logrow WHERE id = {nights.ids[0]}")
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_log", json=True, stdout=told)
    [seal_left] = Seal.objects.all()
    assert json.loads(told.getvalue())["agrees"] is False
    assert json.loads(told.getvalue())["fault"] == (
        f"Seal {seal_left.pk}: row {nights.ids[0]} of audit_logrow is missing"
    )


@pytest.mark.parametrize("kept", ["", "{}", "[1]", "no", None])
def test_a_file_that_holds_no_seals_is_told_apart_from_a_fault(
    tmp_path: Path, kept: str | None
) -> None:
    path = tmp_path / "seals.jsonl"
    if kept is not None:
        path.write_text(kept)
    with pytest.raises(CommandError, match="does not hold exported seals") as told:
        call_command("verify_log", against=path)
    assert told.value.returncode == 2


@pytest.mark.parametrize(
    ("minutes_ago", "rows", "late"),
    [(119, 1, ""), (121, 0, ""), (121, 1, "Nothing was sealed since {}: is the worker running?\n")],
)
def test_a_seal_that_is_overdue_is_told(minutes_ago: int, rows: int, late: str) -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=minutes_ago), tick=False):
        made = seal()
    LogRowFactory.create_batch(rows)
    told = StringIO()
    call_command("verify_log", stdout=StringIO(), stderr=told)
    assert told.getvalue() == late.format(made.sealed_at.isoformat())


def test_rows_that_were_never_sealed_are_told() -> None:
    LogRowFactory.create()
    told = StringIO()
    call_command("verify_log", stdout=StringIO(), stderr=told)
    assert told.getvalue() == "Nothing was sealed yet: is the worker running?\n"


def test_the_timetable_seals_at_the_gap_and_as_the_day_ends() -> None:
    gap, day = app.conf.beat_schedule["seal-log"], app.conf.beat_schedule["seal-day"]
    assert {gap["task"], day["task"]} == {"audit.tasks.seal_log"}
    assert gap["schedule"] == timedelta(minutes=60)
    assert (day["schedule"].hour, day["schedule"].minute) == ({0}, {0})
