"""What a check found: everything that is wrong, or what saving would do. Kept as JSON."""

from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts.imports.check import Problem

MOST_SHOWN = 500
LINES_SHOWN = 10
PAIRS_SHOWN = 20


@dataclass
class Wrong:
    """A wrong cell, or all rows that have the same wrong word in a column."""

    field: str
    value: str
    message: str
    lines: list[int]
    count: int
    doubt: bool = False


@dataclass
class Likely:
    """A row that looks like a record, by its key, or like an earlier row of the file."""

    line: int
    record: str = ""
    earlier_line: int | None = None


@dataclass
class Report:
    """`wrong` holds the first of them; `wrong_cells` and `wrong_rows` count them all.

    `counts` are what saving would make, in words with their numbers; `days` as ISO has them.
    """

    rows: int = 0
    wrong_cells: int = 0
    wrong_rows: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    counts: list[tuple[str, int]] = field(default_factory=list)
    days: list[tuple[str, int]] = field(default_factory=list)
    known: int = 0
    likely_rows: int = 0
    likely: list[Likely] = field(default_factory=list)
    likely_elsewhere: bool = False

    @property
    def to_save(self) -> int:
        return self.rows - self.known

    @property
    def more_wrong(self) -> int:
        """Wrong cells beyond those that are shown."""
        return self.wrong_cells - sum(wrong.count for wrong in self.wrong)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Report":
        report = cls(**kept)
        report.wrong = [Wrong(**wrong) for wrong in kept.get("wrong", [])]
        report.likely = [Likely(**likely) for likely in kept.get("likely", [])]
        return report


class Collector:
    """Gathers what is wrong, the same wrong word once, as many as a page shows."""

    def __init__(self, of_words: Container[str]) -> None:
        """`of_words` are the fields of which one wrong word is mended once for all its rows."""
        self._of_words = of_words
        self.cells = self.rows = 0
        self._found: dict[tuple[str, str, str, int], Wrong] = {}

    def add(self, problems: Iterable[Problem]) -> None:
        self.rows += 1
        for problem in problems:
            self.cells += 1
            alone = problem.field not in self._of_words or not problem.value
            key = (problem.field, problem.value, problem.message, problem.line if alone else 0)
            found = self._found.get(key)
            if found is None:
                if len(self._found) >= MOST_SHOWN:
                    continue
                said = (problem.field, problem.value, problem.message)
                found = Wrong(*said, [], 0, problem.doubt)
                self._found[key] = found
            found.count += 1
            if len(found.lines) < LINES_SHOWN:
                found.lines.append(problem.line)

    def report(self, rows: int) -> Report:
        return Report(rows, self.cells, self.rows, list(self._found.values()))
