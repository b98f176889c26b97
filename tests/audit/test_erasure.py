"""What is erased lawfully is gone, the seals still verify, and nothing hides behind an erasure."""

import re
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model

from audit import seals
from audit.erasure import NotAsSealed, erase
from audit.models import ErasedRow, LogRow, Review, SealedPart
from audit.seals import seal
from audit.tables import Table, table
from audit.verify import verify
from cases.models import Case
from tests.audit.attacks import past_the_guards
from tests.core.rules import execute, refused_by, until_someone_waits
from tests.core.test_triggers import trigger
from tests.factories import CaseFactory, LogRowFactory, ReviewFactory
from tests.test_repository import ROOT, sources

pytestmark = pytest.mark.django_db

WHO: dict[str, Any] = {"by": "keeper", "second": "checker", "reason": "Review of 2028"}
BLANKS = {"reason": "", "details": {}}
CaseEvent: Any = apps.get_model("cases.CaseEvent")


def log_row(**fields: Any) -> LogRow:
    return LogRowFactory.create(reason="His custody record", details={"q": "1234567/21"}, **fields)


@pytest.fixture
def rows() -> list[LogRow]:
    """Two nights, each sealed."""
    made = []
    for _ in range(2):
        made += [log_row() for _ in range(3)]
        seal()
    return made


def erased_rows() -> list[tuple[str, int, bool]]:
    """By table and row, and whether a seal covered it."""
    return [(row.table, row.row_id, bool(row.sealed)) for row in ErasedRow.objects.all()]


def test_what_was_erased_is_gone_and_the_seals_agree(rows: list[LogRow]) -> None:
    assert erase(LogRow, [rows[1].pk, rows[4].pk], BLANKS, **WHO) == 2
    contents = LogRow.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    assert [(row.reason, row.details) for row in contents] == [
        ("", {}) if n in (1, 4) else ("His custody record", {"q": "1234567/21"}) for n in range(6)
    ]
    assert erased_rows() == [("audit_logrow", rows[n].pk, True) for n in (1, 4)]
    result = verify()
    assert (result.fault, result.rows, result.erased) == ("", 6, 2)
    seal()
    assert (
        str(verify())
        == "3 seals agree with the 10 rows they cover. 2 of them were lawfully erased."
    )


def test_the_log_says_who_erased_which_record_with_whom_and_why_but_not_what(
    rows: list[LogRow],
) -> None:
    case = CaseFactory.create(reference="1234567/21")
    Case.objects.filter(pk=case.pk).update(reference="7654321/21")
    events = CaseEvent.objects.filter(pgh_obj_id=case.pk)
    assert erase(CaseEvent, events, {"reference": ""}, **WHO) == 2
    assert erase(LogRow, [rows[0].pk], BLANKS, **WHO) == 1
    entries = LogRow.objects.filter(action=LogRow.Action.ERASURE).order_by("pk")
    assert [
        (row.actor, row.object_type, row.object_id, row.results, row.reason, row.details)
        for row in entries
    ] == [
        (
            "keeper",
            *("cases.case", str(case.pk), 2),
            "Review of 2028",
            {"second": "checker", "columns": ["reference"]},
        ),
        (
            "keeper",
            *("audit.logrow", str(rows[0].pk), 1),
            "Review of 2028",
            {"second": "checker", "columns": ["details", "reason"]},
        ),
    ]
    assert [row.log_row for row in ErasedRow.objects.all()] == [entries[0], entries[0], entries[1]]


def test_history_that_the_blanking_itself_wrote_is_reached() -> None:
    case = CaseFactory.create(reference="1234567/21")
    seal()
    with transaction.atomic():
        Case.objects.filter(pk=case.pk).update(reference="reduced")
        assert erase(CaseEvent, CaseEvent.objects.all(), {"reference": ""}, **WHO) == 2
    first, second = CaseEvent.objects.order_by("pk")
    assert (first.reference, second.reference) == ("", "")
    assert erased_rows() == [
        ("cases_caseevent", first.pk, True),
        ("cases_caseevent", second.pk, False),
    ]
    assert (verify().fault, verify().erased) == ("", 1)
    seal()
    assert (verify().fault, verify().erased) == ("", 1)


def test_a_row_erased_before_it_is_sealed_and_again_afterwards() -> None:
    row = log_row()
    erase(LogRow, [row.pk], {"reason": ""}, **WHO)
    seal()
    again: list[dict[str, Any]] = [{"details": {}}, {"object_id": ""}]
    for blank in again:
        assert erase(LogRow, [row.pk], blank, **WHO) == 1
        assert (verify().fault, verify().erased) == ("", 1)
    assert [sealed for _, _, sealed in erased_rows()] == [False, True, True]
    assert len({found.sealed for found in ErasedRow.objects.exclude(sealed="")}) == 1


def test_an_erasure_repeated_changes_nothing(rows: list[LogRow]) -> None:
    ids = [row.pk for row in rows]
    assert erase(LogRow, ids[:2], BLANKS, **WHO) == 2
    assert erase(LogRow, ids[:3], BLANKS, **WHO) == 1
    assert erase(LogRow, ids[:3], BLANKS, **WHO) == 0
    assert erase(LogRow, [], BLANKS, **WHO) == 0
    assert len(erased_rows()) == LogRow.objects.filter(action="erasure").count() == 3


def test_an_erasure_across_seals_of_one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "AT_MOST", 2)
    ids = [log_row().pk for _ in range(5)]
    seal()
    ids.append(log_row().pk)
    assert erase(LogRow, ids[1:], BLANKS, **WHO) == 5
    seal()
    assert (verify().fault, verify().erased) == ("", 4)


def test_columns_that_came_after_the_seal_do_not_matter(
    rows: list[LogRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = table(LogRow).columns[:-1]
    monkeypatch.setattr(
        seals, "tables", lambda: {"audit_logrow": Table("audit_logrow", "id", fewer)}
    )
    row = log_row()
    seal()
    monkeypatch.undo()
    assert erase(LogRow, [row.pk], BLANKS, **WHO) == 1
    assert (verify().fault, verify().erased) == ("", 1)


def test_nobody_can_find_what_was_erased_by_trying(rows: list[LogRow]) -> None:
    """Whoever guesses the content cannot tell from any digest left that the guess is right."""
    content = "SELECT sha256(convert_to({}::text, 'UTF8')) FROM audit_logrow WHERE id = {}"
    columns = ", ".join(table(LogRow).columns)
    with connection.cursor() as cursor:
        cursor.execute(content.format(f"jsonb_build_array({columns})", rows[0].pk))
        guess = bytes(cursor.fetchone()[0])
    part = SealedPart.objects.filter(table="audit_logrow")[0]
    leaf = bytes(part.leaves)[8:16]
    assert sha256(bytes(part.salts)[:16] + guess).digest()[:8] == leaf
    erase(LogRow, [rows[0].pk], BLANKS, **WHO)
    part.refresh_from_db()
    assert bytes(part.salts)[:16] == bytes(16)
    assert bytes(part.salts)[16:] != bytes(32)
    kept = ErasedRow.objects.get()
    digests = {sha256(salt + guess).hexdigest() for salt in (b"", bytes(part.salts)[:16])}
    assert not digests & {kept.sealed, kept.left}


def forged(row: LogRow) -> ErasedRow:
    """An erasure as the owner of the database can write one."""
    entry = LogRowFactory.create(action=LogRow.Action.ERASURE)
    return ErasedRow.objects.create(
        table="audit_logrow", row_id=row.pk, sealed="0" * 64, left="0" * 64, log_row=entry
    )


def test_an_edit_without_an_erasure_is_no_erasure(rows: list[LogRow]) -> None:
    erase(LogRow, [rows[0].pk], BLANKS, **WHO)
    past_the_guards(f"UPDATE audit_logrow SET reason = '' WHERE id = {rows[1].pk}")
    assert verify().fault.endswith(f": row {rows[1].pk} of audit_logrow was altered")


def test_an_erasure_forged_over_another_digest_is_found(rows: list[LogRow]) -> None:
    past_the_guards(f"UPDATE audit_logrow SET reason = '' WHERE id = {rows[1].pk}")
    forged(rows[1])
    assert verify().fault.endswith(f": the erasure of row {rows[1].pk} of audit_logrow is forged")


def test_an_erasure_forged_over_the_start_of_the_digest_is_found(rows: list[LogRow]) -> None:
    start = bytes(SealedPart.objects.filter(table="audit_logrow")[0].leaves)[8:16].hex()
    erase(LogRow, [rows[0].pk], BLANKS, **WHO)
    past_the_guards(f"UPDATE audit_erasedrow SET sealed = '{start}' || repeat('0', 48)")
    assert verify().fault.endswith(": a row of audit_logrow was altered")


def test_a_row_altered_after_it_was_erased_is_found(rows: list[LogRow]) -> None:
    erase(LogRow, [rows[1].pk], BLANKS, **WHO)
    past_the_guards(f"UPDATE audit_logrow SET actor = 'else' WHERE id = {rows[1].pk}")
    told = f": row {rows[1].pk} of audit_logrow was altered after it was erased"
    assert verify().fault.endswith(told)


def test_an_erased_row_that_is_gone_is_found(rows: list[LogRow]) -> None:
    erase(LogRow, [rows[1].pk], BLANKS, **WHO)
    past_the_guards(f"DELETE FROM audit_logrow WHERE id = {rows[1].pk}")
    assert verify().fault.endswith(f": row {rows[1].pk} of audit_logrow is missing")


def test_an_erasure_that_is_gone_is_found(rows: list[LogRow]) -> None:
    erase(LogRow, [rows[1].pk], BLANKS, **WHO)
    seal()
    past_the_guards("DELETE FROM audit_erasedrow")
    assert verify().fault.endswith(f": row {rows[1].pk} of audit_logrow was altered")


@pytest.mark.parametrize(
    "touch",
    [
        "UPDATE audit_erasedrow SET log_row_id = {0}",
        "UPDATE audit_erasedrow SET log_row_id = 0",
        "DELETE FROM audit_logrow WHERE action = 'erasure'",
    ],
)
def test_an_erasure_that_is_in_no_entry_of_the_log_is_found(rows: list[LogRow], touch: str) -> None:
    erase(LogRow, [rows[1].pk], BLANKS, **WHO)
    past_the_guards(touch.format(rows[0].pk))
    told = f"The erasure of row {rows[1].pk} of audit_logrow is in no entry of the log"
    assert verify().fault == told


def test_a_row_that_was_altered_is_not_erased(rows: list[LogRow]) -> None:
    ids = [row.pk for row in rows]
    past_the_guards(f"UPDATE audit_logrow SET actor = 'else' WHERE id = {ids[4]}")
    with pytest.raises(NotAsSealed, match=f"Row {ids[4]} of audit_logrow is not as it was sealed"):
        erase(LogRow, ids, BLANKS, **WHO)
    assert LogRow.objects.filter(pk__in=ids, reason="").count() == 0
    assert not ErasedRow.objects.exists()
    assert not LogRow.objects.filter(action="erasure").exists()


def test_a_row_put_in_afterwards_is_not_erased(rows: list[LogRow]) -> None:
    past_the_guards(f"UPDATE audit_logrow SET id = {rows[0].pk - 1} WHERE id = {rows[0].pk}")
    with pytest.raises(NotAsSealed):
        erase(LogRow, [rows[0].pk - 1], BLANKS, **WHO)


def test_the_words_of_a_review_go_by_two_people_and_its_verdict_stays() -> None:
    review = ReviewFactory.create(verdict="referred", words="To professional standards")
    assert erase(Review, [review.pk], {"words": "Cut"}, **WHO) == 1
    assert erase(Review, [review.pk], {"words": "Cut"}, **WHO) == 0
    review.refresh_from_db()
    assert (review.verdict, review.words, review.reviewed_by) == ("referred", "Cut", "auditor")
    [entry] = LogRow.objects.filter(action="erasure")
    assert (entry.object_type, entry.object_id) == ("audit.review", str(review.pk))
    seal()
    assert verify().fault == ""


def test_a_row_altered_after_its_erasure_is_not_erased_again(rows: list[LogRow]) -> None:
    erase(LogRow, [rows[0].pk], BLANKS, **WHO)
    past_the_guards(f"UPDATE audit_logrow SET actor = 'else' WHERE id = {rows[0].pk}")
    with pytest.raises(NotAsSealed):
        erase(LogRow, [rows[0].pk], {"object_id": ""}, **WHO)


@pytest.mark.parametrize(
    ("model", "blank"),
    [
        *((LogRow, {column: ""}) for column in ("id", "at", "actor", "role", "action", "no_such")),
        *((CaseEvent, {column: ""}) for column in ("pgh_id", "pgh_obj_id", "pgh_context_id")),
        *((Review, {column: ""}) for column in ("id", "verdict", "reviewed_by")),
        (LogRow, {}),
        (SealedPart, {"leaves": b""}),
        (ErasedRow, {"sealed": ""}),
        (Case, {"reference": ""}),
    ],
)
def test_what_makes_the_log_a_log_cannot_be_erased(
    model: type[Model], blank: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"cannot be erased|is no table of the log"):
        erase(model, [1], blank, **WHO)


@pytest.mark.parametrize(
    "who", [{"second": "keeper"}, {"by": " "}, {"second": ""}, {"reason": "\n"}]
)
def test_an_erasure_takes_two_people_and_a_reason(rows: list[LogRow], who: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="two people and a reason"):
        erase(LogRow, [rows[0].pk], BLANKS, **WHO | who)
    assert not LogRow.objects.filter(pk=rows[0].pk, reason="").exists()


def test_the_guards_stand_again_afterwards(rows: list[LogRow]) -> None:
    case = CaseFactory.create()
    erase(LogRow, [rows[0].pk], BLANKS, **WHO)
    erase(CaseEvent, CaseEvent.objects.filter(pgh_obj_id=case.pk), {"reference": ""}, **WHO)
    for model, name in [
        (LogRow, "never_changed"),
        (SealedPart, "never_changed"),
        (CaseEvent, "append_only"),
    ]:
        key, of = model._meta.pk.column, model._meta.db_table
        touch = partial(execute, f"UPDATE {of} SET {key} = {key}")
        assert refused_by(touch) == trigger(model, name)


def test_nothing_else_in_the_product_passes_the_guards_of_the_log_by() -> None:
    past = re.compile(r"pgtrigger\.ignore\(|session_replication_role")
    guards = re.compile(r"append_only|never_changed|ignore\(\)|session_replication_role")
    found = {
        str(path.relative_to(ROOT))
        for path in sources("*.py")
        if path.relative_to(ROOT).parts[0] not in {"tests", "bench"}
        and past.search(text := path.read_text())
        and guards.search(text)
    }
    assert found == {"audit/erasure.py"}


def test_texts_of_any_length_and_script_are_erased() -> None:
    row = LogRowFactory.create(reason="Ł\\\"'\u2028 🟣" * 70, details={"q": ["ж", None, 1.50]})
    seal()
    assert erase(LogRow, [row.pk], BLANKS, **WHO) == 1
    assert verify().fault == ""
    row.refresh_from_db()
    assert row.reason == ""


def in_another_session(act: Callable[[], object]) -> Thread:
    """Starts it, and comes back once it waits for this session."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    until_someone_waits()
    return thread


@pytest.mark.django_db(transaction=True)
def test_a_seal_waits_for_an_erasure_and_covers_what_it_left() -> None:
    row = log_row()
    with transaction.atomic():
        erase(LogRow, [row.pk], BLANKS, **WHO)
        sealing = in_another_session(lambda: seals._seal({"audit_logrow": row.pk}))
    sealing.join()
    assert erased_rows() == [("audit_logrow", row.pk, False)]
    assert (verify().fault, verify().rows, verify().erased) == ("", 1, 0)


@pytest.mark.django_db(transaction=True)
def test_an_erasure_waits_for_a_seal_and_keeps_what_it_covered() -> None:
    row = log_row()
    with transaction.atomic():
        seals._seal({"audit_logrow": row.pk})
        erasing = in_another_session(lambda: erase(LogRow, [row.pk], BLANKS, **WHO))
    erasing.join()
    assert erased_rows() == [("audit_logrow", row.pk, True)]
    assert (verify().fault, verify().rows, verify().erased) == ("", 1, 1)
