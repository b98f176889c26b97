"""Whether a row can become an entry: the fields of the log form judge its cells, row after row."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID, uuid5

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from campaigns.models import Borough, Team
from cases.choices import Kind
from cases.entry import Entry
from cases.forms.log import LogForm, contradictions, entry_of, not_asked
from cases.imports.columns import WORDS, plain
from cases.imports.files import Row
from core.days import london_day
from core.forms import ClockField, DayField

Judge = Callable[[str], tuple[Any, str]]
"""From the text of a cell to the value of its field, or to the words of what is wrong."""
Cells = dict[str, str]
"""The texts of a row by field."""

MOST_ALIKE = 20
"""Rows about one suspect, or custody record, of one kind on one day. More are a placeholder."""
ROWS = UUID("5f0d8f51-1f6c-4b56-9a3d-6f0c1f1a7f52")
"""The namespace of what rows mean, from which the ids of their entries follow."""

KINDS = {
    plain(word): Kind(code)
    for word, code in [
        *((kind.value, kind.value) for kind in Kind),
        *((kind.label, kind.value) for kind in Kind),
        *WORDS["kind"].items(),
    ]
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell, in words; the field says which cell of the row."""

    line: int
    field: str
    value: str
    message: str


@dataclass(frozen=True)
class Fit:
    """A row that can be saved, and the id of its entry."""

    line: int
    token: UUID
    entry: Entry


@dataclass(frozen=True)
class Matching:
    """Which column holds which field, what holds where a row is silent, and what was mended.

    `mends` has "rows": {line: {field: text}, or None to leave the row out}, and "values":
    {field: {what it says: what is meant, or None to leave such rows out}}.
    """

    columns: Mapping[str, int]
    defaults: Mapping[str, str]
    mends: Mapping[str, Any]
    header_row: int

    def rows(self, kept: Iterable[Row]) -> Iterator[tuple[int, Cells]]:
        """The rows of the file by field, as they are meant."""
        columns, defaults = list(self.columns.items()), dict(self.defaults)
        of_rows, of_values = self.mends.get("rows", {}), self.mends.get("values", {})
        for line, cells in kept:
            if line <= self.header_row:
                continue
            width = len(cells)
            row = {name: cells[place] for name, place in columns if place < width}
            mended = of_rows.get(str(line), {})
            if mended is None or not _mend(row, mended, of_values):
                continue
            for name, text in defaults.items():
                if not row.get(name):
                    row[name] = text
            yield line, row


def _mend(row: Cells, mended: Cells, of_values: Mapping[str, Mapping[str, str | None]]) -> bool:
    """Puts a row right; says whether it stays in."""
    for name, meant in of_values.items():
        text = row.get(name, "")
        if text in meant:
            instead = meant[text]
            if instead is None:
                return False
            row[name] = instead
    row.update(mended)
    return True


class Checker:
    """Judges rows as the log form judges the same fields, for one person at one moment.

    What was judged is remembered, since most columns say the same few things over and over.
    """

    def __init__(self, user: User, now: datetime) -> None:
        self.user, self.now = user, now
        self._teams = {plain(word): team for team in Team.objects.all() for word in _names(team)}
        self._forms: dict[Kind, list[tuple[str, Judge]]] = {}
        self._same: Counter[UUID] = Counter()
        self._alike: Counter[int] = Counter()

    def check(self, line: int, row: Cells) -> Fit | list[Problem]:
        """The entry that a row is, with its id; or all that is wrong with it."""
        kind = KINDS.get(plain(row.get("kind", "")))
        if kind is None:
            wrong = "Select the kind of outcome"
            wrong += " from the list" if row.get("kind") else ""
            return [Problem(line, "kind", row.get("kind", ""), wrong)]
        row = _moment_taken_apart(row)
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
                return Fit(line, self._token(entry), entry)
        return [Problem(line, name, row.get(name, ""), words) for name, words in found]

    def _token(self, entry: Entry) -> UUID:
        """The same for the same row of another file; rows alike in one file are told apart."""
        token = uuid5(ROWS, meaning(entry))
        self._same[token] += 1
        return token if self._same[token] == 1 else uuid5(token, str(self._same[token]))

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
        if isinstance(field, forms.ModelMultipleChoiceField):
            return lru_cache(4096)(_several(field, self._teams))
        if isinstance(field, forms.ModelChoiceField):
            if name == "team":
                return lru_cache(4096)(_one(field, self._teams))
            boroughs = cast("Iterable[Borough]", field.queryset)
            places = {plain(word): place for place in boroughs for word in _names(place)}
            return lru_cache(4096)(_one(field, places))
        if isinstance(field, forms.ChoiceField):
            return lru_cache(4096)(_cleaned_by(field, _codes(name, field)))
        if isinstance(field, DayField):
            return lru_cache(4096)(_cleaned_by(field, _day))
        if isinstance(field, ClockField):
            return lru_cache(4096)(_cleaned_by(field, _clock))
        if isinstance(field, forms.IntegerField):
            return lru_cache(4096)(_cleaned_by(field, _number))
        return _cleaned_by(field, str)


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


def _names(place: Borough | Team) -> tuple[str, ...]:
    return place.name, place.slug, getattr(place, "ons_code", None) or place.slug


def _cleaned_by(field: forms.Field, translated: Callable[[str], Any]) -> Judge:
    """The field's own judgement, of a cell put as its control would put it."""

    def judge(text: str) -> tuple[Any, str]:
        try:
            return field.clean(translated(text)), ""
        except ValidationError as error:
            return None, " ".join(error.messages)

    return judge


def _one(field: forms.Field, named: Mapping[str, Any]) -> Judge:
    def judge(text: str) -> tuple[Any, str]:
        if not text:
            return None, str(field.error_messages["required"]) if field.required else ""
        found = named.get(plain(text)) or named.get(_without_london(text))
        return found, "" if found else str(field.error_messages["invalid_choice"])

    return judge


def _several(field: forms.Field, named: Mapping[str, Any]) -> Judge:
    def judge(text: str) -> tuple[Any, str]:
        words = [text] if plain(text) in named else re.split(r"[;|\n,]", text)
        found = {named.get(plain(word)): None for word in words if word.strip()}
        wrong = str(field.error_messages["invalid_choice"]) if None in found else ""
        return list(found), wrong

    return judge


def _without_london(text: str) -> str:
    return re.sub(r"^(london )?borough of | (london )?borough$", "", plain(text))


def _codes(name: str, field: forms.ChoiceField) -> Callable[[str], str]:
    """From a code, its label or what people say for it to the code."""
    named = {plain(word): code for word, code in WORDS.get(name, {}).items()}
    for code, label in cast("list[tuple[str, str]]", field.choices):
        named |= {plain(code): code, plain(label): code}
        if name == "no_further_action_type" and code:
            number = str(int(code[2:]))
            named |= dict.fromkeys((number, f"ho{number}", f"outcome {number}"), code)
    return lambda text: named.get(plain(text), text)


DAY = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s./-]+(\d{1,2}|[a-z]{3,9}\.?)[\s./,-]+"
    r"(\d{4}|\d{2})",
    re.IGNORECASE | re.ASCII,
)
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
TIME_AFTER_DAY = re.compile(r"(?:,?\s+(?:at\s+)?|T)(\d{1,2}[:.h]?\d{2}.*|\d{1,2}\s*[ap]\.?m\.?)$")
SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
SERIALS_START = date(1899, 12, 30)
FRACTION = re.compile(r"0?(\.\d{3,}|\.\d)", re.ASCII)
SECONDS = re.compile(r"(\d{1,2}:\d{2}):\d{2}(?:[.,]\d+)?(\s*[ap]\.?m\.?|Z|\+00:00)?", re.IGNORECASE)


def _moment_taken_apart(row: Cells) -> Cells:
    """A row whose day has the time with it, as one whose time stands alone."""
    day, clock = _split(row.get("day", ""))
    if not clock:
        return row
    return row | {"day": day, "time": row.get("time") or clock}


@lru_cache(4096)
def _split(text: str) -> tuple[str, str]:
    """The day and the time in a cell; the time is empty where there is none."""
    serial = SERIAL.fullmatch(text)
    if serial:
        return serial[1], serial[2] or ""
    for shape in (DAY, ISO_DAY):
        match = shape.match(text)
        after = TIME_AFTER_DAY.fullmatch(text, match.end()) if match else None
        if match and after:
            return match[0], after[1]
    return text, ""


def _day(text: str) -> Any:
    """Day, month and year as the three boxes hold them; a day counted by Excel as a day."""
    if not text:
        return ["", "", ""]
    serial = SERIAL.fullmatch(text)
    if serial:
        return SERIALS_START + timedelta(days=int(serial[1]))
    iso = ISO_DAY.fullmatch(text)
    if iso:
        return [iso[3], iso[2], iso[1]]
    match = DAY.fullmatch(text)
    return list(match.groups()) if match else [text] * 3


def _clock(text: str) -> str:
    """A time as a person types it, without seconds; a fraction of Excel's day as a time."""
    if FRACTION.fullmatch(text):
        minutes = round(float(text) * 24 * 60) % (24 * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    seconds = SECONDS.fullmatch(text)
    if seconds is None:
        return text
    return seconds[1] + (seconds[2] if seconds[2] and seconds[2].lower()[-1] == "m" else "")


def _number(text: str) -> str:
    """A suspect as a number, also where the word stands before it."""
    return re.sub(r"^suspect\s*", "", text, flags=re.IGNORECASE)
