"""The forms of bringing in a spreadsheet: the file or the cells, and what each column holds."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.imports.columns import Columns, letter
from accounts.imports.files import LARGEST_FILE, MOST_COLUMNS
from accounts.imports.subject import subject_of
from accounts.models import Import, User
from core.forms import PageForm

MEGABYTES = LARGEST_FILE // 1024 // 1024
TOO_LARGE = f"The file must be {MEGABYTES} MB or smaller"


class StartForm(PageForm):
    file = forms.FileField(
        label="Spreadsheet",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"data-largest": LARGEST_FILE, "data-too-large": TOO_LARGE}),
    )
    cells = forms.CharField(
        label="Or paste cells",
        required=False,
        strip=False,
        help_text="Copied from a spreadsheet, with the headings.",
        widget=forms.Textarea({"rows": 6, "wrap": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, of: Columns, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "file"
        ].help_text = (
            f"Excel workbook (.xlsx) or CSV, up to {MEGABYTES} MB and {of.most_rows:,} rows."
        )
        for field in self.fields.values():
            field.optional_hint = False  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise ValidationError(TOO_LARGE)
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = bool(cleaned.get("file")), bool(cleaned.get("cells", "").strip())
        if given == (False, False) and not self.errors:
            self.add_error("file", "Choose a file, or paste cells")
        if given == (True, True):
            self.add_error("cells", "Either choose a file or paste cells, not both")
        return cleaned

    @property
    def content(self) -> bytes:
        """What was sent; pasted cells as a text file."""
        file = self.cleaned_data["file"]
        return bytes(file.read()) if file else str(self.cleaned_data["cells"]).encode()

    @property
    def name(self) -> str:
        file = self.cleaned_data["file"]
        return str(file.name) if file else "Pasted cells"


class MatchForm(PageForm):
    """What each column of a file holds, and what holds where a row does not say."""

    SPOKEN = {"kind": "a kind", "borough": "a borough"}

    headings = forms.BooleanField(required=False)

    def __init__(self, *args: Any, batch: Import, user: User, **kwargs: Any) -> None:
        self.batch = batch
        self.of = subject_of(batch).columns
        self.rows: dict[int, list[str]] = dict(batch.sample)
        places = {f"column_{place}": name for name, place in batch.columns.items()}
        said = {name: batch.defaults.get(name, "") for name in self.of.for_every_row}
        kwargs.setdefault("initial", {"headings": bool(batch.header_row), **said, **places})
        super().__init__(*args, **kwargs)
        self.fields["headings"].label = f"Row {self.first_row} holds the headings"
        words = subject_of(batch).words(user)
        for name in self.of.for_every_row:
            heading = self.of.by_field[name].heading
            choices = [("", "Each row says"), *((word, word) for word in words[name])]
            self._choose(name, f"{heading}, where a row does not say", choices)
        choices = [("", "Leave out"), *((c.field, c.heading) for c in self.of.every)]
        for place in range(self.width):
            self._choose(f"column_{place}", self._label(place), choices)

    def _choose(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        field = forms.ChoiceField(label=label, choices=choices, required=False)
        field.optional_hint = False  # type: ignore[attr-defined]
        self.fields[name] = field

    @property
    def width(self) -> int:
        return min(max(map(len, self.rows.values()), default=0), MOST_COLUMNS)

    @property
    def first_row(self) -> int:
        """The number of the row that holds the headings, if one does."""
        return self.batch.header_row or self.of.heading_row(self.rows.items())

    def _label(self, place: int) -> str:
        heading = self._cell(self.first_row, place) if self.batch.header_row else ""
        return f"Column {letter(place)}{': ' if heading else ''}{heading}"

    def _cell(self, row: int, place: int) -> str:
        cells = self.rows.get(row, [])
        return cells[place] if place < len(cells) else ""

    @property
    def columns(self) -> list[tuple[Any, list[str]]]:
        """Each column's control, with the first values in it."""
        below = [row for row in self.rows if row > self.batch.header_row][:3]
        return [
            (self[f"column_{place}"], [text for row in below if (text := self._cell(row, place))])
            for place in range(self.width)
        ]

    @property
    def plain_fields(self) -> list[Any]:
        """The fields beside the table of columns."""
        return [self[name] for name in ("headings", *self.of.for_every_row)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        taken: dict[str, int] = {}
        for place in range(self.width):
            name = cleaned.get(f"column_{place}", "")
            if name and name in taken:
                self.add_error(
                    f"column_{place}",
                    f"Columns {letter(taken[name])} and {letter(place)} cannot both be"
                    f" “{self.of.by_field[name].heading}”",
                )
            elif name:
                taken[name] = place
        self.matched = taken
        for column in self.of.missing(taken, self.defaults):
            self.add_error(None, f"Choose the column that holds “{column.heading}”")
        return cleaned

    @property
    def header_row(self) -> int:
        return self.first_row if self.cleaned_data["headings"] else 0

    @property
    def defaults(self) -> Mapping[str, str]:
        said = {name: self.cleaned_data.get(name, "") for name in self.of.for_every_row}
        return {name: text for name, text in said.items() if text}
