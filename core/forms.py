"""Forms in the manner of the GOV.UK Design System.

A form renders itself with `{{ form }}` or field by field with `{{ form.name.as_field_group }}`, and
its errors with `{{ form.error_summary }}`. The admin keeps Django's own renderer.
"""

import calendar
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.renderers import TemplatesSetting
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from core.days import london_day
from core.spoken import subject, word

CLASSES: dict[type[forms.Widget], str] = {
    # A list of checkboxes is a kind of radio list to Django, so it is asked for first.
    forms.CheckboxSelectMultiple: "govuk-checkboxes__input",
    forms.RadioSelect: "govuk-radios__input",
    forms.CheckboxInput: "govuk-checkboxes__input",
    forms.Select: "govuk-select",
    forms.Textarea: "govuk-textarea",
    forms.FileInput: "govuk-file-upload",
    forms.TextInput: "govuk-input",
    forms.PasswordInput: "govuk-input govuk-password-input__input govuk-js-password-input-input",
}
"""The class of a control by its widget, the first that fits."""


class PageBoundField(BoundField):
    """A field of a form on a page, with what its template asks."""

    @property
    def label_text(self) -> str:
        optional = not self.field.required and getattr(self.field, "optional_hint", True)
        return f"{self.label} (optional)" if optional else str(self.label)

    @property
    def shape(self) -> str:
        """Which of the Design System's components the field is."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return "checkboxes"
        if isinstance(widget, forms.RadioSelect):
            return "radios"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        if isinstance(widget, forms.PasswordInput):
            return "password"
        return "date" if isinstance(widget, DayInput) else "input"

    @property
    def first_id(self) -> str:
        """The control that a link of the error summary leads to."""
        grouped = self.shape in {"radios", "checkboxes", "date"}
        return f"{self.auto_id}_0" if grouped else self.auto_id

    @property
    def inline(self) -> bool:
        """Whether two short choices stand side by side."""
        choices = list(getattr(self.field, "choices", []))
        return (
            self.shape == "radios"
            and len(choices) == 2
            and not self._reveals
            and all(len(str(label)) < 12 for _, label in choices)
        )

    @property
    def options(self) -> Iterator[tuple[BoundWidget, list[BoundField]]]:
        """Each choice, with the fields that choosing it reveals."""
        for option in self.subwidgets:
            revealed = self._reveals.get(str(option.data["value"]), [])
            yield option, [self.form[name] for name in revealed]

    @property
    def _reveals(self) -> Mapping[str, Sequence[str]]:
        return getattr(self.field.widget, "reveals", {})

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        base = next((name for kind, name in CLASSES.items() if isinstance(widget, kind)), "")
        if base:
            own = [base, widget.attrs.get("class", "")]
            if self.errors and "__" not in base.split()[0]:
                own.append(f"{base.split()[0]}--error")
            built["class"] = " ".join(filter(None, own))
        if self.errors and isinstance(widget, DayInput):
            built["data-error"] = True
        return built


class PageRenderer(TemplatesSetting):
    form_template_name = "govuk/form.html"
    field_template_name = "govuk/field.html"
    bound_field_class = PageBoundField


class PageFormMixin(forms.BaseForm):
    """What a form on a page shares, be it of a model or not."""

    default_renderer = PageRenderer
    use_required_attribute = False
    SPOKEN: ClassVar[Mapping[str, str]] = {}
    """What errors call the fields whose label is no noun: {"starts": "the time it starts"}."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            word(field, name, self.SPOKEN.get(name, ""))

    @property
    def error_summary(self) -> SafeString:
        return self.render("govuk/error_summary.html")

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """Each error with its control; those that have none of their own lead to the first."""
        fields = [cast(PageBoundField, field) for field in self.visible_fields()]
        first = fields[0].first_id if fields else ""
        unseen = [self.non_field_errors(), *(field.errors for field in self.hidden_fields())]
        links = [(first, str(message)) for errors in unseen for message in errors]
        for field in fields:
            links += [(field.first_id, str(message)) for message in field.errors]
        return links

    @property
    def error_title(self) -> str:
        """What the page's title starts with."""
        return "Error: " if self.errors else ""

    def refuse(self, error: ValidationError) -> None:
        """What the database's own rules said, at the fields that the form has."""
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, messages in by_field.items():
            for message in messages:
                self.add_error(self.place_of(name), message)

    def place_of(self, name: str) -> str | None:
        """The field at which to say what is wrong with one of the row; None says it on top."""
        return name if name in self.fields else None

    @property
    def plain_fields(self) -> list[BoundField]:
        """The visible fields, but for those that a choice of another reveals."""
        revealed = {
            name
            for field in self.fields.values()
            for names in getattr(field.widget, "reveals", {}).values()
            for name in names
        }
        return [field for field in self.visible_fields() if field.name not in revealed]


class PageForm(PageFormMixin, forms.Form):
    pass


class FilterForm(PageForm):
    """A form that narrows a list: nothing in it is asked for, so nothing is called optional."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.optional_hint = False  # type: ignore[attr-defined]


class PageModelForm(PageFormMixin, forms.ModelForm[Any]):
    pass


class DayInput(forms.MultiWidget):
    """Three text boxes: day, month, year."""

    template_name = "govuk/day.html"
    use_fieldset = True
    PARTS: ClassVar[tuple[tuple[str, int], ...]] = (("day", 2), ("month", 2), ("year", 4))

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.TextInput(
                {
                    "class": f"govuk-input govuk-date-input__input govuk-input--width-{width}",
                    "inputmode": "numeric",
                }
            )
            for part, width in self.PARTS
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        return value if isinstance(value, list) else [None] * 3

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        # The error's class belongs to each box, which keeps its own.
        attrs = dict(attrs or {})
        error = "govuk-input--error" if attrs.pop("data-error", None) else ""
        context = super().get_context(name, value, attrs)
        context["widget"]["quick"] = context["widget"]["attrs"].pop("data-quick", False)
        for box, (part, _) in zip(context["widget"]["subwidgets"], self.PARTS, strict=True):
            box["label"] = part.capitalize()
            box["attrs"].pop("data-quick", None)
            box["attrs"]["class"] = f"{box['attrs']['class']} {error}".strip()
        return context


MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}


class DayField(forms.Field):
    """A day as a person types it: 25 11 2021, 25 nov 21.

    With `past`, a day after London's today is refused.
    """

    widget = DayInput

    def __init__(self, *, past: bool = False, **kwargs: Any) -> None:
        self.past = past
        super().__init__(**kwargs)
        if past:
            # Buttons for today and yesterday, which a script adds.
            self.widget.attrs["data-quick"] = True

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        typed = [str(part or "").strip() for part in value]
        if not any(typed):
            return None
        missing = [part for (part, _), text in zip(DayInput.PARTS, typed, strict=True) if not text]
        if missing:
            raise ValidationError(
                f"{self._name} must include a {' and a '.join(missing)}", "missing"
            )
        found = parse_day(*typed)
        if found is None:
            raise ValidationError(f"{self._name} must be a real date", "impossible")
        return found

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.past and value and value > london_day(timezone.now()):
            raise ValidationError(f"{self._name} must be today or in the past", "future")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != self.to_python(initial))
        except ValidationError:
            return True

    @property
    def _name(self) -> str:
        return subject(self, "The date")


def parse_day(day: str, month: str, year: str) -> date | None:
    """The day that three words name; None where there is no such day."""
    number = MONTHS.get(month.lower().rstrip(".")) or _whole(month)
    whole_year = _whole(year)
    if whole_year is not None and len(year) == 2:
        whole_year += 2000
    if not (1900 <= (whole_year or 0) <= 2999):
        return None
    try:
        return date(whole_year or 0, number or 0, _whole(day) or 0)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else None


class ClockField(forms.CharField):
    """A time of day as a person types it: 1430, 14:30, 1430hrs, 2.30pm, 9am, midday.

    With `day`, a past one: a script adds a button for now, which fills in that field as well.
    """

    def __init__(self, *, day: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"class": "govuk-input--width-5", "autocomplete": "off"}
        if day:
            self.widget.attrs |= {"data-now": True, "data-day": day}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, time):
            return value
        text = super().to_python(value)
        if not text:
            return None
        found = parse_clock(text)
        if found is None:
            name = subject(self, "The time")
            raise ValidationError(f"{name} must be a time, like 1430 or 2.30pm", "invalid")
        return found

    def run_validators(self, value: Any) -> None:
        """A time has none of the validators of a text."""


CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]?([0-9]{2}))?\s*(?:([ap]\.?m\.?)|h(?:ou)?rs)?")


def parse_clock(text: str) -> time | None:
    """The time that a text names; None where it names none."""
    text = text.strip().lower()
    if text in {"midday", "noon", "midnight"}:
        return time(0 if text == "midnight" else 12)
    match = CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3].startswith("p") else 0)
    elif match[2] is None:
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None


class RadioField(forms.ChoiceField):
    """One of a few, which all stand in sight."""

    widget = forms.RadioSelect


class ConditionalRadios(forms.RadioSelect):
    """Radios of which some reveal further fields of the form: `reveals={"other": ["note"]}`.

    Our own script hides the others: that of the Design System says `aria-expanded` of a radio,
    which has no such state.
    """

    def __init__(
        self, *args: Any, reveals: Mapping[str, Sequence[str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.reveals = dict(reveals or {})


class Autocomplete(forms.Select):
    """A select that a script turns into a box to type in; `keywords` are more words to find by."""

    def __init__(
        self, *args: Any, keywords: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.attrs.setdefault("data-module", "app-autocomplete")
        self.keywords = dict(keywords or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.keywords:
            option["attrs"]["data-keywords"] = self.keywords[str(value)]
        return option


class RemoteAutocomplete(forms.TextInput):
    """A text box to which a script adds suggestions.

    The page named `url_name` answers a POST of `q` with `[{"value", "label", "hint"}]`.
    """

    def __init__(self, url_name: str, attrs: dict[str, Any] | None = None) -> None:
        own = {"data-module": "app-remote-autocomplete", "autocomplete": "off"}
        super().__init__(own | (attrs or {}))
        self.url_name = url_name

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        url = reverse(self.url_name)
        return super().get_context(name, value, {**(attrs or {}), "data-url": url})
