"""What a check found: everything that is wrong, or what saving would do. Kept as JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts.models import User
from cases.imports import staged
from cases.imports.check import Problem
from cases.models import Case, Outcome

MOST_SHOWN = 500
LINES_SHOWN = 10
PAIRS_SHOWN = 20
BY_VALUE = frozenset(
    {"kind", "offence", "order_kind", "caution_kind", "route", "bail_kind", "strand"}
    | {"charging_authority", "no_further_action_type", "borough", "team", "supporting_teams"}
)
"""Fields of which one wrong word is mended once for all rows that have it."""


@dataclass
class Wrong:
    """A wrong cell, or all rows that have the same wrong word in a column."""

    field: str
    value: str
    message: str
    lines: list[int]
    count: int

    @property
    def of_value(self) -> bool:
        return self.field in BY_VALUE and bool(self.value)


@dataclass
class Likely:
    """A row that looks like an entry, or like an earlier row of the file."""

    line: int
    outcome: str = ""
    earlier_line: int | None = None


@dataclass
class Report:
    """`wrong` holds the first of them; `wrong_cells` and `wrong_rows` count them all."""

    rows: int = 0
    wrong_cells: int = 0
    wrong_rows: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    kinds: list[tuple[str, int]] = field(default_factory=list)
    days: list[tuple[str, int]] = field(default_factory=list)
    known: int = 0
    new_cases: int = 0
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

    def __init__(self) -> None:
        self.cells = self.rows = 0
        self._found: dict[tuple[str, str, str, int], Wrong] = {}

    def add(self, problems: Iterable[Problem]) -> None:
        self.rows += 1
        for problem in problems:
            self.cells += 1
            alone = problem.field not in BY_VALUE or not problem.value
            key = (problem.field, problem.value, problem.message, problem.line if alone else 0)
            found = self._found.get(key)
            if found is None:
                if len(self._found) >= MOST_SHOWN:
                    continue
                found = Wrong(problem.field, problem.value, problem.message, [], 0)
                self._found[key] = found
            found.count += 1
            if len(found.lines) < LINES_SHOWN:
                found.lines.append(problem.line)

    def report(self, rows: int) -> Report:
        return Report(rows, self.cells, self.rows, list(self._found.values()))


def of_staged(rows: int, user: User) -> Report:
    """What saving the staged rows would do, as far as the person may be told."""
    known = Outcome.objects.visible_to(user).filter(pk__in=staged.known())
    entries = list(known.values_list("pk", flat=True))
    cases = Case.objects.visible_to(user).filter(pk__in=staged.cases())
    report = Report(rows=rows, known=len(entries))
    # A case out of sight is told of as if it were new: that it exists is a secret.
    report.new_cases = staged.references(
        without_cases=list(cases.values_list("pk", flat=True)), without_entries=entries
    )
    report.kinds = [(kind.label, count) for kind, count in staged.by_kind()]
    report.days = [(day.isoformat(), count) for day, count in staged.by_day()]
    _tell_likely(report, staged.pairs(), user)
    return report


def _tell_likely(report: Report, pairs: list[staged.Pair], user: User) -> None:
    """Those in sight are named, others only hinted at, and hidden ones not even that."""
    of_entries = Outcome.objects.filter(pk__in={p.earlier for p in pairs if not p.earlier_line})
    seen = set(of_entries.visible_to(user).values_list("pk", flat=True))
    report.likely_elsewhere = of_entries.known_elsewhere_to(user).exists()
    told = [
        Likely(pair.line, "" if pair.earlier_line else str(pair.earlier), pair.earlier_line)
        for pair in pairs
        if pair.earlier_line or pair.earlier in seen
    ]
    report.likely_rows = len({likely.line for likely in told})
    report.likely = told[:PAIRS_SHOWN]
