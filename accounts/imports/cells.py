"""Cells as the fields of a form judge them: each text is put as the field's control would put it.

What was judged is remembered, since most columns say the same few things over and over.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from accounts.imports.columns import plain
from core.forms import ClockField, DayField
from core.templatetags.page import listed

Judge = Callable[[str], tuple[Any, str]]
"""From the text of a cell to the value of its field, or to the words of what is wrong."""
REMEMBERED = 4096


def judge_of(
    field: forms.Field, words: Mapping[str, str], rows: Mapping[str, Any], *, unknown: str = ""
) -> Judge:
    """The judge of a field.

    `words` are what people also write for a code; `rows` are what a field of rows chooses from, as
    `named` has them; `unknown` says of several what to do with those that there are not.
    """
    if isinstance(field, forms.ModelMultipleChoiceField):
        judge = _several(field, rows, unknown)
    elif isinstance(field, forms.ModelChoiceField):
        judge = _one(field, rows)
    elif isinstance(field, forms.MultipleChoiceField):
        judge = _cleaned_by(field, _lists(_codes(field, words)))
    elif isinstance(field, forms.ChoiceField):
        codes = _codes(field, words)
        judge = _cleaned_by(field, lambda text: codes.get(plain(text), text))
    elif isinstance(field, DayField):
        judge = _cleaned_by(field, _day)
    elif isinstance(field, ClockField):
        judge = _cleaned_by(field, _clock)
    elif isinstance(field, forms.IntegerField):
        judge = _cleaned_by(field, _number)
    else:
        return _cleaned_by(field, str)
    return lru_cache(REMEMBERED)(judge)


def named(rows: Iterable[Any]) -> dict[str, Any]:
    """Boroughs, teams or partners by each name that they have."""
    return {
        plain(name): row
        for row in rows
        for name in (row.name, row.slug, getattr(row, "ons_code", None) or row.slug)
    }


def _cleaned_by(field: forms.Field, translated: Callable[[str], Any]) -> Judge:
    """The field's own judgement."""

    def judge(text: str) -> tuple[Any, str]:
        try:
            return field.clean(translated(text)), ""
        except ValidationError as error:
            return None, " ".join(error.messages)

    return judge


def _one(field: forms.Field, rows: Mapping[str, Any]) -> Judge:
    def judge(text: str) -> tuple[Any, str]:
        if not text:
            return None, str(field.error_messages["required"]) if field.required else ""
        found = rows.get(plain(text)) or rows.get(_without_london(text))
        return found, "" if found else str(field.error_messages["invalid_choice"])

    return judge


def _several(field: forms.Field, rows: Mapping[str, Any], unknown: str) -> Judge:
    def judge(text: str) -> tuple[Any, str]:
        parts = _parts(text, rows)
        missing = [part for part in parts if plain(part) not in rows]
        if missing:
            words = unknown or str(field.error_messages["invalid_choice"])
            return None, words.format(listed([f"“{part}”" for part in missing]))
        return list({rows[plain(part)]: None for part in parts}), ""

    return judge


def _parts(text: str, known: Container[str]) -> list[str]:
    """What stands between semicolons; between commas too, unless a name has them in it."""
    found: list[str] = []
    for part in re.split(r"[;|\n]", text):
        inner = part.split(",")
        split = plain(part) not in known and any(plain(one) in known for one in inner)
        found += inner if split else [part]
    return [part.strip() for part in found if part.strip()]


def _without_london(text: str) -> str:
    return re.sub(r"^(london )?borough of | (london )?borough$", "", plain(text))


def _codes(field: forms.ChoiceField, words: Mapping[str, str]) -> dict[str, str]:
    """A code by itself, by its label and by what people say for it."""
    codes = {plain(word): code for word, code in words.items()}
    for code, label in cast("list[tuple[str, str]]", field.choices):
        codes |= {plain(code): code, plain(label): code}
    return codes


def _lists(codes: Mapping[str, str]) -> Callable[[str], list[str]]:
    return lambda text: [codes.get(plain(part), part) for part in _parts(text, codes)]


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


def moment_taken_apart(row: dict[str, str], day: str, clock: str) -> dict[str, str]:
    """A row whose day has the time with it, as one whose time stands alone in `clock`."""
    alone, time = taken_apart(row.get(day, ""))
    return row | {day: alone, clock: row.get(clock) or time} if time else row


@lru_cache(REMEMBERED)
def taken_apart(text: str) -> tuple[str, str]:
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
    """A number, also where a word stands before it, as in "Suspect 2"."""
    return re.sub(r"^[a-z]+\s+(?=\d)", "", text, flags=re.IGNORECASE)
