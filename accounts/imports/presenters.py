"""The page of a spreadsheet that is brought in, whatever has become of it so far."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from accounts.imports.columns import letter
from accounts.imports.report import Report, Wrong
from accounts.imports.subject import Subject, subject_of
from accounts.models import Import, User
from accounts.permissions import Permission
from accounts.wording import CHECKED
from core.templatetags.page import listed, long_day

STALLED_AFTER = timedelta(seconds=60)
ROWS_SHOWN = 100
DAYS_SHOWN = 31
State = Import.State


@dataclass(frozen=True)
class WrongCell:
    """One line of the list of what is wrong, with the box to put it right in."""

    place: int
    wrong: Wrong
    where: str
    may_leave_out: bool
    """Once for each row; for a word that stands in many rows, with that word."""

    @property
    def rows(self) -> str:
        """Like "Row 4", or "Rows 4, 5 and 12 more"."""
        lines, more = self.wrong.lines, self.wrong.count - len(self.wrong.lines)
        if self.wrong.count == 1:
            return f"Row {lines[0]:,}" if lines else "A row"
        words = [f"{line:,}" for line in lines] + ([f"{more:,} more"] if more else [])
        return f"Rows {listed(words)}"

    @property
    def mendable(self) -> bool:
        return bool(self.wrong.field)

    @property
    def answer(self) -> str:
        return f"mend-{self.place}"

    @property
    def leave_out(self) -> str:
        return f"leave-{self.place}"

    @property
    def checked(self) -> str:
        return f"checked-{self.place}"

    @property
    def ticks(self) -> Iterator[tuple[str, str]]:
        """What may be ticked beside the box: the name of each, and its words."""
        if self.wrong.doubt:
            yield self.checked, CHECKED
        if self.may_leave_out:
            yield (
                self.leave_out,
                f"Leave {'this row' if self.wrong.count == 1 else 'these rows'} out",
            )

    @property
    def long(self) -> bool:
        """Whether its text has lines, which a box of one line would lose."""
        return self.wrong.doubt or len(self.wrong.value.splitlines()) > 1

    @property
    def label(self) -> str:
        return f"{self.where}, {self.rows[:1].lower()}{self.rows[1:]}"


@dataclass(frozen=True)
class ImportPage:
    batch: Import
    user: User
    after: int = 0
    """The row after which the list of saved rows begins."""

    @cached_property
    def of(self) -> Subject:
        return subject_of(self.batch)

    @property
    def mine(self) -> bool:
        return self.batch.owner_id == self.user.pk

    @cached_property
    def report(self) -> Report:
        return Report.of(self.batch.result)

    @property
    def working(self) -> bool:
        return self.batch.state in {State.CHECKING, State.SAVING}

    @property
    def checked(self) -> str:
        """Which check the page tells of."""
        return self.batch.worked_at.isoformat()

    @property
    def stalled(self) -> bool:
        """Whether nobody has worked on it for so long that somebody should be asked again."""
        return self.working and timezone.now() - self.batch.worked_at > STALLED_AFTER

    @property
    def total(self) -> int:
        return max((self.batch.rows or 1) - bool(self.batch.header_row), 1)

    @property
    def progress(self) -> str:
        """How far it has come, in words."""
        if self.batch.rows is None:
            return "The file is being read."
        if self.batch.done >= self.total:
            saving = self.batch.state == State.SAVING
            return "All rows are being saved at once." if saving else "The last step is under way."
        return f"{self.batch.done:,} of {self.total:,} rows checked."

    @cached_property
    def wrong(self) -> list[WrongCell]:
        found, offered = [], set[int]()
        for place, wrong in enumerate(self.report.wrong):
            first = wrong.count > 1 or not offered.issuperset(wrong.lines)
            offered |= set(wrong.lines)
            found.append(WrongCell(place, wrong, self._where(wrong.field), first))
        return found

    def _where(self, field: str) -> str:
        column = self.of.columns.by_field.get(field)
        if column is None:
            return "The row"
        place = self.batch.columns.get(field)
        return column.heading if place is None else f"{letter(place)}: {column.heading}"

    @cached_property
    def word_lists(self) -> dict[str, list[str]]:
        """What may stand in a column, for those that are wrong somewhere."""
        wrong = {cell.wrong.field for cell in self.wrong}
        words = self.of.words(self.user)
        return {name: listed for name, listed in words.items() if name in wrong}

    @property
    def days(self) -> list[tuple[str, int]]:
        """Each day with its rows, where these are few enough to read."""
        days = [(date.fromisoformat(day), count) for day, count in self.report.days]
        return [(long_day(day), count) for day, count in days] if len(days) <= DAYS_SHOWN else []

    @property
    def span(self) -> str:
        first, last = self.report.days[0][0], self.report.days[-1][0]
        days = len(self.report.days)
        words = f"{long_day(date.fromisoformat(first))} to {long_day(date.fromisoformat(last))}"
        return f"{days:,} days from {words}"

    @cached_property
    def rows(self) -> list[Any]:
        """The saved rows that this person may see, some at a time."""
        every: Any = self.of.row._default_manager
        found = every.visible_to(self.user).filter(batch=self.batch, line__gt=self.after)
        return list(found.select_related(*self.of.related)[: ROWS_SHOWN + 1])

    @property
    def saved_rows(self) -> Iterator[tuple[int, Any, str, str]]:
        """Each row's number with what it became, in words, and what stands beside."""
        return ((row.line, *self.of.saved(row)) for row in self.rows[:ROWS_SHOWN])

    @property
    def next_after(self) -> int:
        """Where the next page of rows begins; 0 where there is none."""
        return int(self.rows[ROWS_SHOWN - 1].line) if len(self.rows) > ROWS_SHOWN else 0

    @property
    def may_undo(self) -> bool:
        return self.batch.state == State.SAVED and self.user.may(Permission.WRITE_RECORDS)


def latest(user: User, of: Subject) -> Iterator[Import]:
    """The person's own imports, the last first."""
    mine = Import.objects.visible_to(user).filter(owner=user, of=of.of)
    return mine[:20].iterator()
