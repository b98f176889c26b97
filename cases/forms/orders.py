"""The forms of orders and notices: each asks only what its kind and its step need."""

from typing import Any, ClassVar, cast

from django import forms
from django.db.models import QuerySet

from cases.choices import NOTICES, OrderKind, OrderStatus
from cases.forms.work import WorkForm, initial_moments, moment_fields, reference_field
from cases.models import ProtectiveOrder, Suspect
from cases.orders import BY_A_CRIMINAL_COURT, first_statuses
from core.forms import ConditionalRadios, DayField

S = OrderStatus
NO_LONGER_BINDS = "The first day on which it no longer binds."
OPEN_ENDED = f"{NO_LONGER_BINDS} Leave it empty if the order stands until further order."


FACTS = {
    "given_at": ("given_day", "given_time"),
    "hearing_at": ("hearing_day", "hearing_time"),
    "served_at": ("served_day", "served_time"),
}
"""The fields of a fact that has two."""


class OrderForm(WorkForm):
    """A form of the facts that it is `asked` for, in the order in which they happen."""

    SPOKEN = {"suspect": "the respondent"}

    other_kind = forms.CharField(label="Which order it is", max_length=80, help_text="No names.")
    given_day, given_time = moment_fields("given_at", "it was given to the respondent")
    applied_on = DayField(label="Day of the application", past=True)
    hearing_day, hearing_time = moment_fields("hearing_at", "of the hearing", required=False)
    granted_on = DayField(label="Day it was granted", past=True)
    served_day, served_time = moment_fields("served_at", "it was served")
    expires_on = DayField(label="Day it ends", required=False, help_text=OPEN_ENDED)
    power_of_arrest = forms.BooleanField(label="A power of arrest is attached", required=False)
    court_reference = reference_field("Court reference")

    def __init__(self, *args: Any, kind: str, asked: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = {name for fact in asked for name in FACTS.get(fact, (fact,))}
        if kind != OrderKind.OTHER:
            wanted.discard("other_kind")
        if kind != OrderKind.OCCUPATION:
            wanted.discard("power_of_arrest")
        for name in set(OrderForm.base_fields) - wanted - set(WorkForm.base_fields):
            del self.fields[name]


def _respondent() -> "forms.ModelChoiceField[Suspect]":
    return forms.ModelChoiceField(
        label="Respondent", queryset=None, widget=forms.RadioSelect, empty_label=None
    )


class AddOrderForm(OrderForm):
    """An order or notice of a kind, as it is first recorded."""

    suspect = _respondent()
    status = forms.ChoiceField(label="Where it stands", widget=ConditionalRadios)

    WHEN: ClassVar[dict[str, tuple[str, ...]]] = {
        S.NOTICE_ISSUED: ("given_at", "hearing_at"),
        S.APPLIED: ("applied_on", "hearing_at"),
        S.GRANTED: ("granted_on", "expires_on"),
    }

    def __init__(self, *args: Any, kind: str, suspects: QuerySet[Suspect], **kwargs: Any) -> None:
        self.statuses = first_statuses(kind)
        asked = tuple(fact for status in self.statuses for fact in self.WHEN[status])
        super().__init__(
            *args,
            kind=kind,
            asked=("other_kind", *asked, "power_of_arrest", "court_reference"),
            **kwargs,
        )
        self.order_fields(["suspect", "other_kind", "status"])
        _offer(self, suspects)
        status = cast("forms.ChoiceField", self.fields["status"])
        status.choices = [(status.value, WORDS[status]) for status in self.statuses]
        if len(self.statuses) == 1:
            status.widget, status.initial = forms.HiddenInput(), self.statuses[0]
        else:
            self._reveal(status)

    def _reveal(self, status: forms.ChoiceField) -> None:
        """What each status asks stands below it, and is asked by `clean` alone."""
        status.widget.reveals = {
            status.value: [name for fact in self.WHEN[status] for name in FACTS.get(fact, (fact,))]
            for status in self.statuses
        }
        for name in ("applied_on", "granted_on"):
            self.fields[name].required = False
            self.fields[name].optional_hint = False  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = cleaned.get("status")
        for status in self.statuses:
            for fact in self.WHEN[status]:
                if status != chosen:
                    self._drop(fact)
        for fact in ("applied_on", "granted_on"):
            missing = fact in self.WHEN.get(chosen or "", ()) and not cleaned.get(fact)
            if missing and fact not in self.errors:
                self.add_error(fact, self.fields[fact].error_messages["required"])
        return cleaned

    def _drop(self, fact: str) -> None:
        """What was typed below another choice is not asked, and no mistake."""
        self.cleaned_data.pop(fact, None)
        for name in FACTS.get(fact, (fact,)):
            self.errors.pop(name, None)


WORDS: dict[str, str] = {S.NOTICE_ISSUED: "Given", S.APPLIED: "Applied for", S.GRANTED: "Granted"}


def _offer(form: OrderForm, suspects: QuerySet[Suspect]) -> None:
    """Whom an order is against, where the case has a suspect; the only one is chosen."""
    field = cast("forms.ModelChoiceField[Suspect]", form.fields["suspect"])
    field.queryset = suspects
    found = list(suspects[:2])
    if not found:
        del form.fields["suspect"]
    elif len(found) == 1:
        field.initial = found[0]


class StepForm(OrderForm):
    """The step that an order or notice takes next."""

    ASKED: ClassVar[dict[str, tuple[str, ...]]] = {
        S.INTERIM_GRANTED: ("granted_on", "expires_on", "power_of_arrest", "court_reference"),
        S.GRANTED: ("granted_on", "expires_on", "power_of_arrest", "court_reference"),
        S.ADJOURNED: ("hearing_at",),
        S.SERVED: ("served_at",),
        S.VARIED: ("expires_on",),
        S.RENEWED: ("expires_on",),
        S.DISCHARGED: ("expires_on",),
        S.EXPIRED: ("expires_on",),
    }

    def __init__(self, *args: Any, order: ProtectiveOrder, to: str, **kwargs: Any) -> None:
        asked = self.ASKED.get(to, ())
        if order.kind in NOTICES:
            asked = {S.APPLIED: ("applied_on", "hearing_at"), S.ADJOURNED: ("hearing_at",)}.get(
                OrderStatus(to), ()
            )
        kwargs["initial"] = {
            **{name: getattr(order, name) for name in ("expires_on", "court_reference")},
            "power_of_arrest": order.power_of_arrest,
            **({} if to == S.ADJOURNED else initial_moments(order, "hearing_at")),
        }
        super().__init__(*args, kind=order.kind, asked=asked, **kwargs)
        if to in {S.DISCHARGED, S.EXPIRED} and "expires_on" in self.fields:
            ended = self.fields["expires_on"]
            ended.required, ended.label, ended.help_text = True, "Day it ended", NO_LONGER_BINDS


class CorrectForm(OrderForm):
    """The facts of an order or notice as they are, to be put right."""

    suspect = _respondent()

    def __init__(
        self, *args: Any, order: ProtectiveOrder, suspects: QuerySet[Suspect], **kwargs: Any
    ) -> None:
        known = ("granted_on", "served_at", "applied_on", "given_at")
        asked = [name for name in known if getattr(order, name) is not None]
        if order.granted_on:
            asked.append("expires_on")
        if order.kind not in BY_A_CRIMINAL_COURT:
            asked.append("hearing_at")
        asked += ["other_kind", "power_of_arrest", "court_reference"]
        names = ("other_kind", "applied_on", "granted_on", "expires_on", "power_of_arrest")
        kwargs["initial"] = {
            **{name: getattr(order, name) for name in (*names, "court_reference", "suspect")},
            **initial_moments(order, "given_at", "hearing_at", "served_at"),
        }
        super().__init__(*args, kind=order.kind, asked=tuple(asked), **kwargs)
        self.order_fields(["suspect"])
        _offer(self, suspects)


class BreachForm(WorkForm):
    happened_day, happened_time = moment_fields("happened_at", "of the breach")
    arrested = forms.BooleanField(label="The respondent was arrested for it", required=False)
