"""What the rows of a spreadsheet become: all that an import asks of outcomes, or of events."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.db.models import Q, QuerySet

from accounts.imports.check import Checker, Fit
from accounts.imports.columns import Columns
from accounts.imports.report import Report
from accounts.models import Import, ImportedRow, User


class RowsRefused(Exception):
    """The database refused rows, in the words of its rule; none of the others was saved."""

    def __init__(self, words: str, lines: list[int]) -> None:
        super().__init__(words)
        self.words, self.lines = words, lines


class Held(Protocol):
    """Rows that fit, beside what the database holds."""

    def report(self, rows: int, user: User) -> Report:
        """What saving them would do, as far as the person may be told."""

    def save(self, batch: Import) -> None:
        """Saves them within the transaction of the caller; RowsRefused.

        What is there already stays as it is, but for what an undo took out: that comes back.
        """


class Subject(ABC):
    """What rows become, what a sheet of it holds, how it is judged and saved, and its words."""

    of: ClassVar[Import.Of]
    app: ClassVar[str]
    """Whose addresses and templates are its own."""
    record: ClassVar[str]
    """The name of the address of what a row became."""
    home: ClassVar[tuple[str, str]]
    """The address and the name of the page that leads here."""
    thing: ClassVar[str]
    things: ClassVar[str]
    alike: ClassVar[str]
    """What becomes of rows that look like others."""
    columns: ClassVar[Columns]
    silent: ClassVar[Mapping[str, str]]
    """What holds for rows that do not say, as the form starts with it."""
    model: ClassVar[type[Any]]
    row: ClassVar[type[ImportedRow]]
    related: ClassVar[Sequence[str]]
    """What the list of saved rows says of each."""
    beside: ClassVar[str]
    """What that list calls what it says beside what, when and which state."""

    def __str__(self) -> str:
        return self.of.value

    @property
    def start(self) -> str:
        return f"{self.app}:imports"

    @property
    def template(self) -> str:
        return f"{self.app}:import_template"

    @property
    def guide(self) -> str:
        """The template that says what a file may look like."""
        return f"{self.app}/_import_guide.html"

    @abstractmethod
    def words(self, user: User) -> dict[str, list[str]]:
        """What may stand in each column that has a list."""

    @abstractmethod
    def checker(self, user: User, now: datetime) -> Checker[Any]:
        """The judge of rows, for one check of one file."""

    @abstractmethod
    def hold(self, fits: Iterable[list[Fit[Any]]]) -> AbstractContextManager[Held]:
        """Takes the rows that fit, some at a time."""

    @abstractmethod
    def standing(self, batch: Import) -> "QuerySet[Any]":
        """The records of an import that an undo makes void."""

    @abstractmethod
    def touched(self, batch: Import) -> Q:
        """Which of them somebody changed other than in their own columns."""

    @abstractmethod
    def saved(self, row: Any) -> tuple[Any, str, str]:
        """What a saved row became, in words, and what stands beside."""

    @abstractmethod
    def named(self, record: Any) -> str:
        """A record in words."""


_SUBJECTS: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Called by the app of a subject when it is ready."""
    _SUBJECTS[subject.of] = subject


def subject_of(batch: Import) -> Subject:
    return _SUBJECTS[batch.of]
