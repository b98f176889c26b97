"""The stand-alone checker, as an auditor runs it: by a bare Python, with no database."""

import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from audit import check_seals
from audit.erasure import erase
from audit.models import ErasedRow, LogRow, Seal
from audit.seals import seal
from audit.tables import table
from tests.audit.attacks import past_the_guards
from tests.factories import CaseFactory, LogRowFactory

pytestmark = pytest.mark.django_db

WHO: dict[str, Any] = {"by": "keeper", "second": "checker", "reason": "Review of 2028"}
Lines = list[Any]


def checked(*arguments: Path | str) -> tuple[int, str]:
    """The exit code of a bare Python and what it said, away from the product's folder."""
    done = subprocess.run(
        [sys.executable, "-I", check_seals.__file__, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
        env={},
    )
    return done.returncode, done.stdout + done.stderr


def lines_of(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path: Path, lines: Lines) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


class Exported:
    """The two files of one export."""

    def __init__(self, folder: Path) -> None:
        self.seals, self.rows = folder / "seals.jsonl", folder / "rows.jsonl"
        self.rows.unlink(missing_ok=True)
        told = StringIO()
        call_command("seal_log", export=True, rows=self.rows, stdout=told)
        self.seals.write_text(told.getvalue())

    def check(self, *more: Path | str) -> tuple[int, str]:
        return checked(self.seals, self.rows, *more)


@pytest.fixture
def ids() -> list[int]:
    """Rows of two nights, with history and an erasure among them, each sealed; and one more."""
    made = []
    for _ in range(2):
        made += [
            LogRowFactory.create(reason="Ł\"'\\\u2028🟣", details={"q": [1.50, None]}).pk
            for _ in range(3)
        ]
        CaseFactory.create()
        seal()
    erase(LogRow, [made[1]], {"reason": "", "details": {}}, **WHO)
    seal()
    LogRowFactory.create()
    return made


@pytest.fixture
def files(ids: list[int], tmp_path: Path) -> Exported:
    return Exported(tmp_path)


def test_an_export_of_a_log_that_nobody_touched_agrees(files: Exported) -> None:
    rows = len(lines_of(files.rows))
    words = (
        f"3 seals agree with the {rows - 1} rows they cover. 1 of them were lawfully erased."
        " 1 rows came since: no seal covers them.\n"
    )
    assert files.check() == (0, words)
    assert files.check("--against", files.seals) == (0, words)
    assert files.rows.stat().st_mode & 0o777 == 0o600


def test_seals_alone_can_be_checked_and_hold_no_content_nor_salt(files: Exported) -> None:
    status, words = checked(files.seals)
    assert (status, words.splitlines()[1]) == (0, "Only the seals were checked, not the rows.")
    salts = {salt for _, _, salt, _ in lines_of(files.rows) if salt}
    exported = files.seals.read_text()
    assert len(salts) > 6
    assert [salt for salt in salts if salt in exported] == []


def edit(table: str, key: int, old: str, new: str) -> Callable[[Lines], None]:
    def change(rows: Lines) -> None:
        [row] = [row for row in rows if row[:2] == [table, key]]
        assert old in row[3]
        row[3] = row[3].replace(old, new)

    return change


def drop(table: str, key: int) -> Callable[[Lines], None]:
    return lambda rows: rows.remove(next(row for row in rows if row[:2] == [table, key]))


def add_after(key: int, new: int) -> Callable[[Lines], None]:
    def change(rows: Lines) -> None:
        at = next(n for n, row in enumerate(rows) if row[:2] == ["audit_logrow", key])
        rows.insert(at + 1, ["audit_logrow", new, "", rows[at][3]])

    return change


LOG = "audit_logrow"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda ids: edit(LOG, ids[0], "officer.lambeth", "officer.barnet"),
            "Seal {0}: row {1} of audit_logrow was altered.",
        ),
        (lambda ids: drop(LOG, ids[0]), "Seal {0}: row {1} of audit_logrow is missing."),
        (
            lambda ids: add_after(ids[0], ids[0]),
            "Seal {0}: row {1} of audit_logrow was put in afterwards.",
        ),
        (
            lambda ids: edit(LOG, ids[1], "officer.lambeth", "officer.barnet"),
            "Seal {0}: row {2} of audit_logrow was altered after it was erased.",
        ),
        (lambda ids: drop(LOG, ids[1]), "Seal {0}: row {2} of audit_logrow is missing."),
    ],
    ids=["altered", "missing", "put in", "altered after its erasure", "missing after its erasure"],
)
def test_a_row_that_was_touched_is_named(
    files: Exported,
    ids: list[int],
    change: Callable[[list[int]], Callable[[Lines], None]],
    words: str,
) -> None:
    rows = lines_of(files.rows)
    change(ids)(rows)
    write(files.rows, rows)
    first = lines_of(files.seals)[0]["number"]
    assert files.check() == (1, words.format(first, *ids) + "\n")


def test_an_erasure_that_is_forged_or_gone_or_in_no_entry_is_named(
    files: Exported, ids: list[int]
) -> None:
    whole, kept = lines_of(files.rows), ErasedRow.objects.get()
    first = lines_of(files.seals)[0]["number"]
    told = {}
    for name, change in {
        "forged": edit("audit_erasedrow", kept.pk, kept.sealed, "0" * 64),
        "gone": drop("audit_erasedrow", kept.pk),
        "no entry": edit(LOG, kept.log_row_id, '"erasure"', '"consultation"'),
    }.items():
        rows = json.loads(json.dumps(whole))
        change(rows)
        write(files.rows, rows)
        told[name] = files.check()[1]
    of_it = f"row {ids[1]} of audit_logrow"
    last = lines_of(files.seals)[2]["number"]
    assert told == {
        "forged": f"Seal {first}: the erasure of {of_it} is forged.\n",
        "gone": f"Seal {first}: {of_it} was altered.\n",
        "no entry": f"Seal {last}: row {kept.log_row_id} of audit_logrow was altered.\n",
    }


def test_an_erasure_nobody_logged_is_named_though_no_seal_covers_it_yet(
    ids: list[int], tmp_path: Path
) -> None:
    erase(LogRow, [ids[4]], {"reason": ""}, **WHO)
    past_the_guards(
        "UPDATE audit_logrow SET action = 'consultation'"
        f" WHERE id = (SELECT max(id) FROM audit_logrow WHERE object_id = '{ids[4]}')"
    )
    assert Exported(tmp_path).check() == (
        1,
        f"The erasure of row {ids[4]} of audit_logrow is in no entry of the log.\n",
    )


def test_history_that_was_touched_is_named(files: Exported) -> None:
    events: Any = apps.get_model("cases.CaseEvent")
    event = events.objects.order_by("pk")[0]
    rows = lines_of(files.rows)
    edit("cases_caseevent", event.pk, '"insert"', '"update"')(rows)
    write(files.rows, rows)
    status, words = files.check()
    assert status == 1
    assert words.endswith(f": row {event.pk} of cases_caseevent was altered.\n")


def test_a_row_out_of_its_place_is_named(files: Exported, ids: list[int]) -> None:
    rows = lines_of(files.rows)
    rows.append(rows[0])
    write(files.rows, rows)
    assert files.check() == (1, f"Row {rows[0][1]} of {rows[0][0]} was put in afterwards.\n")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda seals: seals.pop(0),
            "Seal {1}: does not follow the one before: a seal is missing.",
        ),
        (lambda seals: seals[1].update(sealed_at="2021-11-25"), "Seal {1}: was altered itself."),
        (lambda seals: seals[1]["parts"].pop(), "Seal {1}: was altered itself."),
        (lambda seals: seals.pop(), "Seal {2}: was exported before, and is missing."),
    ],
    ids=["one missing", "its time", "a part missing", "the last missing"],
)
def test_a_seal_that_was_touched_is_named(
    files: Exported, tmp_path: Path, change: Callable[[Lines], Any], words: str
) -> None:
    older = tmp_path / "older.jsonl"
    older.write_bytes(files.seals.read_bytes())
    seals = lines_of(files.seals)
    numbers = [made["number"] for made in seals]
    change(seals)
    write(files.seals, seals)
    assert checked(files.seals, "--against", older)[:2] == (
        1,
        f"{words.format(*numbers)}\nOnly the seals were checked, not the rows.\n",
    )


def test_a_log_sealed_anew_after_an_edit_is_found_against_an_older_export(
    files: Exported, ids: list[int], tmp_path: Path
) -> None:
    older = tmp_path / "older.jsonl"
    files.seals.rename(older)
    first = Seal.objects.all()[0].pk
    past_the_guards(
        f"UPDATE audit_logrow SET actor = 'else' WHERE id = {ids[0]}",
        "DELETE FROM audit_erasedrow",
        "DELETE FROM audit_sealedpart",
        "DELETE FROM audit_seal",
        f"SELECT setval('audit_seal_id_seq', {first}, false)",
    )
    seal()
    anew = Exported(tmp_path)
    assert anew.check()[0] == 0
    assert anew.check("--against", older) == (
        1,
        f"Seal {first}: is not the seal that was exported before: the log was sealed anew.\n",
    )


@pytest.mark.parametrize("words", ["no", "[]\n", '{"number": 1}\n', None])
@pytest.mark.parametrize("which", ["seals", "rows", "older"])
def test_a_file_that_cannot_be_read_is_told_apart_from_a_fault(
    files: Exported, tmp_path: Path, which: str, words: str | None
) -> None:
    paths = {"seals": files.seals, "rows": files.rows, "older": tmp_path / "older.jsonl"}
    paths[which].unlink(missing_ok=True)
    if words is not None:
        paths[which].write_text(words)
    paths["older"].touch()
    status, told = checked(paths["seals"], paths["rows"], "--against", paths["older"])
    assert (status, told[:21]) == (2, "A file cannot be read")


def test_rows_are_never_written_over_another_file(ids: list[int], tmp_path: Path) -> None:
    there = tmp_path / "rows.jsonl"
    there.write_text("mine")
    with pytest.raises(CommandError, match="cannot be made"):
        call_command("seal_log", export=True, rows=there, stdout=StringIO())
    with pytest.raises(CommandError, match="--rows goes with --export"):
        call_command("seal_log", rows=tmp_path / "other", stdout=StringIO())
    assert there.read_text() == "mine"


def test_the_checker_knows_the_tables_that_it_reads() -> None:
    assert table(ErasedRow).columns[1:5] + table(ErasedRow).columns[6:] == [
        *("table", "row_id", "sealed", "left"),
        "log_row_id",
    ]
    assert table(LogRow).columns[4] == "action"
    assert (
        LogRow._meta.db_table,
        ErasedRow._meta.db_table,
    ) == (check_seals.LOG, check_seals.ERASED)
