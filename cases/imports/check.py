"""Whether a row can become an entry: the fields of the log form judge its cells, row after row."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

from django import forms

from accounts.imports.cells import Judge, judge_of, moment_taken_apart, named
from accounts.imports.check import Cells, Checker, Fit, Problem
from accounts.imports.columns import plain
from accounts.models import User
from campaigns.models import Borough, Team
from cases.choices import Kind
from cases.entry import Entry
from cases.forms.log import LogForm, contradictions, entry_of, not_asked
from cases.imports.columns import WORDS
from core.days import london_day

MOST_ALIKE = 20
"""Rows about one suspect, or custody record, of one kind on one day. More are a placeholder."""

KINDS = {
    plain(word): Kind(code)
    for word, code in [
        *((kind.value, kind.value) for kind in Kind),
        *((kind.label, kind.value) for kind in Kind),
        *WORDS["kind"].items(),
    ]
}


class OutcomeChecker(Checker[Entry]):
    """Judges rows as the log form judges the same fields."""

    def __init__(self, user: User, now: datetime) -> None:
        super().__init__(user, now)
        self._teams = named(Team.objects.all())
        self._forms: dict[Kind, list[tuple[str, Judge]]] = {}
        self._alike: Counter[int] = Counter()

    def check(self, line: int, row: Cells) -> Fit[Entry] | list[Problem]:
        """The entry that a row is, with its id; or all that is wrong with it."""
        kind = KINDS.get(plain(row.get("kind", "")))
        if kind is None:
            wrong = "Select the kind of outcome"
            wrong += " from the list" if row.get("kind") else ""
            return [Problem(line, "kind", row.get("kind", ""), wrong)]
        row = moment_taken_apart(row, "day", "time")
        cleaned: dict[str, Any] = {}
        found: list[tuple[str, str]] = []
        for name, judge in self._judges(kind):
            value, message = judge(row.get(name, ""))
            if message:
                found.append((name, message))
            else:
                cleaned[name] = value
        hidden = not_asked(cleaned)
        for name in {name for name, _ in found} & hidden:
            cleaned[name] = dict(self._judges(kind))[name]("")[0]
        found = [(name, message) for name, message in found if name not in hidden]
        found += contradictions(cleaned, self.now)
        if not found:
            entry = entry_of(kind, cleaned)
            found += self._placeholders(entry)
            if not found:
                return self.fit(line, meaning(entry), entry)
        return [Problem(line, name, row.get(name, ""), words) for name, words in found]

    def _placeholders(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """A reference or custody record that stands for many; each pair would be a duplicate."""
        what = entry.codes["offence"] if entry.kind == Kind.CHARGE else ""
        what = entry.codes.get("order_kind", what)
        event = (entry.kind, what, london_day(entry.happened_at))
        case = hash((entry.reference.key, entry.reference_day, entry.suspect_number, event))
        self._alike[case] += 1
        if self._alike[case] > MOST_ALIKE:
            yield (
                "reference",
                f"More than {MOST_ALIKE} rows say this of one suspect on one day:"
                " check the reference",
            )
        record = entry.codes.get("custody_record")
        if record:
            custody = hash((record, event))
            self._alike[custody] += 1
            if self._alike[custody] > MOST_ALIKE:
                yield (
                    "custody_record",
                    f"More than {MOST_ALIKE} rows have this custody record on one day: check it",
                )

    def _judges(self, kind: Kind) -> list[tuple[str, Judge]]:
        if kind not in self._forms:
            fields = LogForm(kind=kind, user=self.user).fields
            self._forms[kind] = [(name, self._judge(name, field)) for name, field in fields.items()]
        return self._forms[kind]

    def _judge(self, name: str, field: forms.Field) -> Judge:
        rows = self._teams
        if name == "borough":
            offered = cast("forms.ModelChoiceField[Borough]", field)
            rows = named(cast("Iterable[Borough]", offered.queryset))
        return judge_of(field, WORDS.get(name, {}), rows)


def meaning(entry: Entry) -> str:
    """What an entry says, in one way only."""
    said = (
        entry.kind.value,
        entry.reference.key,
        entry.reference_day if entry.reference.needs_its_day else "",
        entry.suspect_number,
        int(entry.happened_at.timestamp()),
        entry.borough.pk,
        entry.team.pk if entry.team else "",
        *sorted(team.pk for team in entry.supporting_teams),
        entry.other_order,
        *(f"{name}={value}" for name, value in entry.codes.items() if value),
    )
    return "\x1f".join(map(str, said))
