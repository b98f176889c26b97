"""Whoever owns the database and touches the log is found out."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import seals
from audit.models import LogRow, Seal, SealedPart
from audit.seals import Fault, export, seal, verify
from tests.core.rules import execute
from tests.factories import CaseFactory, LogRowFactory, StaffBoroughFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ids() -> list[int]:
    """Rows of two nights, each sealed."""
    made = []
    for _ in range(2):
        made += [LogRowFactory.create().pk for _ in range(3)]
        seal()
    return made


def past_the_guards(sql: str, *params: object) -> None:
    """As the owner of the database, who can put triggers to sleep."""
    execute("SET session_replication_role = replica")
    try:
        execute(sql, *params)
    finally:
        execute("SET session_replication_role = DEFAULT")


def test_a_log_that_nobody_touched_agrees(ids: list[int]) -> None:
    assert verify() is None
    LogRowFactory.create()
    assert verify() is None


def test_a_seal_covers_what_came_since_the_one_before(ids: list[int]) -> None:
    parts = SealedPart.objects.filter(table="audit_logrow").order_by("seal")
    assert [(part.rows, part.last_id) for part in parts] == [(3, ids[2]), (3, ids[5])]
    first, second = Seal.objects.all()
    assert (first.previous, second.previous) == ("", first.digest)


@pytest.mark.parametrize(
    ("touch", "found"),
    [
        (
            "UPDATE audit_logrow SET actor = 'else' WHERE id = {1}",
            "row {1} of audit_logrow was altered",
        ),
        (
            "UPDATE audit_logrow SET at = at + '1 us' WHERE id = {5}",
            "row {5} of audit_logrow was altered",
        ),
        ("DELETE FROM audit_logrow WHERE id = {0}", "row {0} of audit_logrow is missing"),
        ("DELETE FROM audit_logrow WHERE id = {5}", "row {5} of audit_logrow is missing"),
        ("DELETE FROM audit_logrow WHERE id >= {3}", "row {3} of audit_logrow is missing"),
        (
            "UPDATE audit_logrow AS a SET object_id = b.object_id FROM audit_logrow AS b"
            " WHERE (a.id, b.id) IN (({3}, {4}), ({4}, {3}))",
            "row {3} of audit_logrow was altered",
        ),
    ],
)
def test_the_first_row_that_was_touched_is_named(ids: list[int], touch: str, found: str) -> None:
    past_the_guards(touch.format(*ids))
    fault = verify()
    assert fault is not None
    assert fault.words == found.format(*ids)


def test_a_row_put_in_afterwards_is_named(ids: list[int]) -> None:
    past_the_guards("UPDATE audit_logrow SET id = id + 1000 WHERE id = %s", ids[1])
    past_the_guards(
        "INSERT INTO audit_logrow (id, at, actor, role, action, object_type, object_id, flag,"
        " reason_code, reason, recipient, request_id, session, details)"
        " VALUES (%s, now(), '', '', 'sign_in', '', '', '', '', '', '', '', '', '{}')",
        ids[0] - 1,
    )
    fault = verify()
    assert fault is not None
    assert fault.words == f"row {ids[0] - 1} of audit_logrow was put in afterwards"


def test_changes_of_records_are_sealed_too() -> None:
    case = CaseFactory.create()
    seal()
    past_the_guards("UPDATE cases_caseevent SET status = 'closed' WHERE pgh_obj_id = %s", case.pk)
    fault = verify()
    assert fault is not None
    assert "cases_caseevent was altered" in fault.words


def test_changes_of_peoples_boroughs_are_sealed_too() -> None:
    person = StaffBoroughFactory.create().user
    seal()
    past_the_guards(
        "UPDATE accounts_staffboroughevent SET user_id = 0 WHERE user_id = %s", person.pk
    )
    fault = verify()
    assert fault is not None
    assert "accounts_staffboroughevent was altered" in fault.words


@pytest.mark.parametrize(
    ("touch", "words"),
    [
        ("UPDATE audit_seal SET sealed_at = sealed_at + '1 s'", "was altered itself"),
        ("UPDATE audit_sealedpart SET rows = rows - 1", "was altered itself"),
        ("UPDATE audit_sealedpart SET leaves = ''", "was altered itself"),
    ],
)
def test_a_seal_that_was_touched_is_found(ids: list[int], touch: str, words: str) -> None:
    past_the_guards(touch)
    assert verify() == Fault(Seal.objects.order_by("pk")[0].pk, words)


def test_a_seal_that_is_missing_is_found(ids: list[int]) -> None:
    first, second = Seal.objects.all()
    past_the_guards("DELETE FROM audit_sealedpart WHERE seal_id = %s", first.pk)
    past_the_guards("DELETE FROM audit_seal WHERE id = %s", first.pk)
    assert verify() == Fault(second.pk, "does not follow the one before: a seal is missing")


def seal_everything_anew() -> None:
    past_the_guards("DELETE FROM audit_sealedpart")
    past_the_guards("DELETE FROM audit_seal")
    past_the_guards("ALTER SEQUENCE audit_seal_id_seq RESTART")
    seal()


@pytest.mark.parametrize("cover", [seal_everything_anew, lambda: None])
def test_seals_made_anew_after_an_edit_differ_from_those_exported(
    ids: list[int], cover: Callable[[], None], tmp_path: Path
) -> None:
    kept = tmp_path / "seals.json"
    told = StringIO()
    call_command("seal_log", export=True, stdout=told)
    kept.write_text(told.getvalue())
    call_command("verify_log", against=kept, stdout=StringIO())
    past_the_guards("UPDATE audit_logrow SET actor = 'else' WHERE id = %s", ids[0])
    cover()
    with pytest.raises(CommandError, match=r"Seal \d+: "):
        call_command("verify_log", against=kept)


def test_an_export_checks_out_without_the_database(ids: list[int]) -> None:
    first, second = json.loads(json.dumps(export()))
    assert second["previous"] == first["digest"]


def test_more_rows_than_one_seal_takes_make_more_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "AT_MOST", 2)
    made = [LogRowFactory.create().pk for _ in range(5)]
    seal()
    parts = SealedPart.objects.filter(table="audit_logrow").order_by("last_id")
    assert [(p.rows, p.last_id) for p in parts] == [(2, made[1]), (2, made[3]), (1, made[4])]
    assert verify() is None


def test_the_commands_say_what_they_did() -> None:
    LogRow.objects.create(action=LogRow.Action.SIGN_IN)
    sealed, checked = StringIO(), StringIO()
    call_command("seal_log", stdout=sealed)
    call_command("verify_log", stdout=checked)
    last = Seal.objects.get()
    assert sealed.getvalue() == f"Seal {last.pk} covers 1 rows: {last.digest}\n"
    assert checked.getvalue() == "The log agrees with its 1 seals.\n"
