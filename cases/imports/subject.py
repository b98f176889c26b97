"""Outcomes as what the rows of a spreadsheet become."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.imports.check import Fit
from accounts.imports.report import Report
from accounts.imports.subject import Held, RowsRefused, Subject
from accounts.models import Import, User
from campaigns.models import Borough, Team
from cases.choices import Kind
from cases.entry import Entry
from cases.imports.check import OutcomeChecker
from cases.imports.columns import SHEET
from cases.imports.report import of_staged
from cases.imports.save import save_staged
from cases.imports.staged import ask, staged
from cases.models import ImportedOutcome, Outcome
from core.models import told


class StagedOutcomes:
    """The rows in their passing table."""

    def report(self, rows: int, user: User) -> Report:
        return of_staged(rows, user)

    def save(self, batch: Import) -> None:
        try:
            with transaction.atomic():
                save_staged(batch)
        except IntegrityError as refused:
            [words] = told(Outcome(), refused).messages
            raise RowsRefused(words, _lines(refused)) from refused


def _lines(refused: IntegrityError) -> list[int]:
    """The rows that a refusal speaks of."""
    detail = getattr(getattr(refused.__cause__, "diag", None), "message_detail", "") or ""
    token = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", detail)
    return [line for (line,) in ask("SELECT line FROM staged WHERE id = %s", token and token[0])]


class Outcomes(Subject):
    of = Import.Of.OUTCOMES
    app = "cases"
    record = "cases:outcome"
    home = ("cases:desk", "My desk")
    thing, things = "entry", "entries"
    alike = "saved all the same, and a supervisor looks at them"
    columns = SHEET
    silent = {"suspect_number": "1", "strand": "domestic_abuse"}
    model = Outcome
    row = ImportedOutcome
    related = ("outcome__case", "outcome__suspect")
    beside = "Case"

    def words(self, user: User) -> dict[str, list[str]]:
        found = {"kind": [str(kind.label) for kind in Kind]}
        fields = {field.name: field for field in Outcome._meta.fields}
        for column in SHEET.every:
            if column.words and column.field != "kind" and column.field in fields:
                found[column.field] = [str(word) for _, word in fields[column.field].flatchoices]
        boroughs = user.scope.limit(Borough.objects.all(), "pk")
        found["borough"] = [str(borough) for borough in boroughs]
        found["team"] = [str(team) for team in Team.objects.all()]
        return found

    def checker(self, user: User, now: datetime) -> OutcomeChecker:
        return OutcomeChecker(user, now)

    @contextmanager
    def hold(self, fits: Iterable[list[Fit[Entry]]]) -> Iterator[Held]:
        with staged(fits):
            yield StagedOutcomes()

    def standing(self, batch: Import) -> "QuerySet[Outcome]":
        return Outcome.objects.counted().filter(imported_row__batch=batch)

    def touched(self, batch: Import) -> Q:
        merged = Outcome.objects.filter(merged_into__imported_row__batch=batch)
        return Q(pk__in=merged.values("merged_into"))

    def saved(self, row: ImportedOutcome) -> tuple[Outcome, str, str]:
        outcome = row.outcome
        what = filter(None, (outcome.get_kind_display(), outcome.suspect))
        return outcome, ", ".join(map(str, what)), outcome.case.reference

    def named(self, record: Any) -> str:
        suspect = f", {record.suspect}" if record.suspect else ""
        return f"{record.get_kind_display()} on {record.case.reference}{suspect}"


OUTCOMES = Outcomes()
