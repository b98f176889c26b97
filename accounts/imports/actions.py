"""Bringing in a spreadsheet: started, matched, checked, mended, saved whole, undone whole."""

from collections.abc import Container, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from accounts.imports.check import SURE, Fit, Matching, Problem
from accounts.imports.files import Refused, Row, normal, read, read_normal
from accounts.imports.report import Collector, Report, Wrong
from accounts.imports.subject import Held, RowsRefused, Subject, subject_of
from accounts.models import KEPT_FOR, Import, ImportFile, User
from core.days import DatabaseNow
from core.locks import alone

State = Import.State

AT_ONCE = 200
"""Rows that are checked and saved while the person waits; more are the worker's."""
CHUNK = 2_000
SAMPLE = 20


@transaction.atomic
def start_import(*, by: User, of: Subject, name: str, content: bytes) -> Import:
    """Takes in a file or pasted cells, and guesses what each column holds.

    Refused, in words, where it is nothing that could be brought in.
    """
    columns = of.columns
    first = list(islice(read(content, columns), AT_ONCE + 2))
    if not first:
        raise Refused("The file is empty")
    whole = len(first) <= AT_ONCE + 1
    sample = first[:SAMPLE]
    headings = columns.heading_row(sample)
    if whole and headings == first[-1][0] and columns.guess(first[-1][1]):
        raise Refused("The file has headings and no rows below them")
    batch = Import.objects.create(
        owner=by,
        of=of.of,
        name=name[:100],
        header_row=headings,
        sample=sample,
        columns=columns.guess(dict(sample)[headings]),
        defaults=dict(of.silent),
        rows=len(first) if whole else None,
    )
    ImportFile.objects.create(batch=batch, content=normal(first) if whole else content)
    return batch


def is_small(batch: Import) -> bool:
    """Whether its work is done while the person waits."""
    return batch.rows is not None and batch.rows <= AT_ONCE + 1


def match_columns(
    *, batch: Import, header_row: int, columns: Mapping[str, int], defaults: Mapping[str, str]
) -> None:
    """Says what each column holds; the check is next."""
    _move(
        batch,
        {State.TO_MATCH, State.TO_MEND, State.READY},
        State.CHECKING,
        header_row=header_row,
        columns=dict(columns),
        defaults={**subject_of(batch).silent, **defaults},
        done=0,
    )


def mend(*, batch: Import, answers: Mapping[int, str | None], checked: Container[int] = ()) -> None:
    """Puts wrong cells right, by their place in the report; None leaves their rows out.

    Those in `checked` identify nobody, says their owner, as they were or as they now are. The check
    of every row is next.
    """
    rows: dict[str, Any] = dict(batch.mends.get("rows", {}))
    values: dict[str, Any] = dict(batch.mends.get("values", {}))
    by_field = subject_of(batch).columns.by_field
    wrong = Report.of(batch.result).wrong
    for place, instead in answers.items():
        if not 0 <= place < len(wrong):
            continue
        cell = wrong[place]
        if cell.value and by_field[cell.field].words:
            values[cell.field] = _chained(values.get(cell.field, {}), cell.value, instead)
            continue
        line = str(cell.lines[0])
        before = rows.get(line, {})
        if instead is None or before is None:
            rows[line] = None
        else:
            said = {SURE: instead} if cell.doubt and place in checked else {}
            rows[line] = before | {cell.field: instead} | said
    _move(
        batch,
        {State.TO_MEND},
        State.CHECKING,
        mends={"rows": rows, "values": values},
        done=0,
    )


def _chained(
    meant: Mapping[str, str | None], wrong: str, instead: str | None
) -> dict[str, str | None]:
    """What was mended into a word that is wrong as well is mended once more."""
    return {text: instead if was == wrong else was for text, was in meant.items()} | {
        wrong: instead
    }


def ask_to_save(*, batch: Import) -> None:
    _move(batch, {State.READY}, State.SAVING, done=0)


def _move(batch: Import, before: set[State], after: State, **fields: Any) -> None:
    """Moves on from a state; a second click, or another tab, finds it moved and changes nothing."""
    Import.objects.filter(pk=batch.pk, state__in=before).update(
        state=after, worked_at=DatabaseNow(), **fields
    )
    batch.refresh_from_db()


def work_on(pk: UUID) -> bool:
    """Does what an import waits for; says False where somebody else is at it.

    Doing it twice does it once: checking starts anew, and saving is one transaction.
    """
    with alone(pk) as free:
        if not free:
            return False
        batch = Import.objects.select_related("owner").filter(pk=pk).first()
        if batch is not None and batch.state in {State.CHECKING, State.SAVING}:
            try:
                _work(batch)
            except Refused as refused:
                _refuse(batch, str(refused))
        return True


def _work(batch: Import) -> None:
    content = _normal_content(batch)
    of = subject_of(batch)
    found = Collector({column.field for column in of.columns.every if column.words})
    with of.hold(_fits(batch, content, found)) as held:
        if found.cells:
            _set(batch, State.TO_MEND, found.report(batch.done))
        elif batch.state == State.CHECKING:
            _set(batch, State.READY, held.report(batch.done, batch.owner))
        else:
            _save(batch, held)


def _normal_content(batch: Import) -> bytes:
    """What the file holds; the first time the whole of it is read, and kept in its plain form."""
    content = bytes(ImportFile.objects.get(pk=batch.pk).content)
    if batch.rows is None:
        counted = _Counted(read(content, subject_of(batch).columns))
        content = normal(counted)
        batch.rows = counted.number
        with transaction.atomic():
            ImportFile.objects.filter(pk=batch.pk).update(content=content)
            Import.objects.filter(pk=batch.pk).update(rows=batch.rows)
    return content


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Any]:
        for row in self.rows:
            self.number += 1
            yield row


def matching(batch: Import) -> Matching:
    return Matching(batch.columns, batch.defaults, batch.mends, batch.header_row)


def _fits(batch: Import, content: bytes, found: Collector) -> Iterator[list[Fit[Any]]]:
    """The rows that fit, some at a time; what is wrong with others goes to `found`."""
    checker = subject_of(batch).checker(batch.owner, timezone.now())
    rows = matching(batch).rows(read_normal(content))
    batch.done = 0
    while chunk := list(islice(rows, CHUNK)):
        judged = [checker.check(line, row) for line, row in chunk]
        for verdict in judged:
            if not isinstance(verdict, Fit):
                found.add(verdict)
        batch.done += len(chunk)
        Import.objects.filter(pk=batch.pk).update(done=batch.done, worked_at=DatabaseNow())
        yield [verdict for verdict in judged if isinstance(verdict, Fit)]


def _set(batch: Import, state: State, report: Report) -> None:
    batch.state, batch.result, batch.worked_at = state, report.as_json(), timezone.now()
    batch.save(update_fields=["state", "result", "worked_at"])


def _save(batch: Import, held: Held) -> None:
    """Saves every row or none; a refusal of the database is told at its row."""
    said = {
        "user": batch.owner_id,
        "action": "bring in from a spreadsheet",
        "reason": batch.words,
        "import": str(batch.pk),
    }
    try:
        with transaction.atomic(), pghistory.context(**said):
            report = held.report(batch.done, batch.owner)
            held.save(batch)
            batch.state, batch.saved_at = State.SAVED, DatabaseNow()
            batch.result = report.as_json() | {"likely": [], "likely_elsewhere": False}
            batch.sample, batch.mends, batch.columns, batch.defaults = [], {}, {}, {}
            batch.save()
            ImportFile.objects.filter(pk=batch.pk).delete()
    except RowsRefused as refused:
        batch.refresh_from_db()
        words = f"The database refused this row. {refused.words}"
        wrong = [Wrong("", "", words, refused.lines, 1)]
        _set(batch, State.TO_MEND, Report(batch.done, 1, 1, wrong))


def _refuse(batch: Import, words: str) -> None:
    with transaction.atomic():
        Import.objects.filter(pk=batch.pk).update(
            state=State.REFUSED, refusal=words, sample=[], mends={}, result={}
        )
        ImportFile.objects.filter(pk=batch.pk).delete()


def changed_since(batch: Import) -> "QuerySet[Any]":
    """Records of an import that still stand, but that somebody changed."""
    of = subject_of(batch)
    events = of.model.pgh_event_model.objects
    latest = (
        events.filter(pgh_obj__imported_row__batch=batch)
        .values("pgh_obj")
        .annotate(last=Max("pgh_id"))
        .values("last")
    )
    of_others = (
        events.filter(pk__in=latest)
        .alias(of_import=KeyTextTransform("import", "pgh_context__metadata"))
        .filter(Q(of_import__isnull=True) | ~Q(of_import=str(batch.pk)))
    )
    return of.standing(batch).filter(Q(pk__in=of_others.values("pgh_obj")) | of.touched(batch))


@transaction.atomic
def undo_import(*, by: User, batch: Import, though_changed: bool = False) -> bool:
    """Makes every record of an import void; says False where some were changed since.

    `though_changed` leaves those as they are, and undoes the others.
    """
    current = Import.objects.select_for_update().get(pk=batch.pk)
    if current.state != State.SAVED:
        return True
    changed = changed_since(current)
    if changed.exists() and not though_changed:
        return False
    current.state, current.undone_at, current.undone_by = State.UNDONE, DatabaseNow(), by
    current.save(update_fields=["state", "undone_at", "undone_by"])
    current.refresh_from_db()
    rows = subject_of(current).standing(current)
    with pghistory.context(user=by.pk, action="undo an import", reason=current.words):
        rows.exclude(pk__in=changed.values("pk")).update(
            voided_at=current.undone_at, voided_by=by, void_reason=f"{current.words} was undone"
        )
    return True


def discard_import(*, batch: Import) -> None:
    """Removes an import that was not saved."""
    Import.objects.filter(pk=batch.pk, saved_at=None).exclude(state=State.SAVING).delete()


def purge_imports() -> int:
    """Removes the imports that nobody came back to; says how many."""
    old = Import.objects.filter(saved_at=None, worked_at__lt=timezone.now() - KEPT_FOR)
    _, removed = old.delete()
    return removed.get(Import._meta.label, 0)


def marked_rows(batch: Import, by: User) -> Iterator[tuple[Row, list[Problem]]]:
    """The rows of an import with their mends, but for those left out, and what is wrong in each."""
    checker = subject_of(batch).checker(by, timezone.now())
    matched = matching(batch)
    for line, cells in read_normal(bytes(ImportFile.objects.get(pk=batch.pk).content)):
        if line <= batch.header_row:
            yield (line, cells), []
        for _, row in matched.rows([(line, cells)]):
            verdict = checker.check(line, row)
            yield (line, _mended(batch, cells, row)), [] if isinstance(verdict, Fit) else verdict


def _mended(batch: Import, cells: list[str], row: Mapping[str, str]) -> list[str]:
    """The cells of a row as they were mended, without what was only said for every row."""
    width = max(len(cells), max(batch.columns.values(), default=0) + 1)
    now = cells + [""] * (width - len(cells))
    for name, place in batch.columns.items():
        if now[place] or row.get(name) != batch.defaults.get(name):
            now[place] = row.get(name, "")
    return now
