"""A field that holds several codes of one list, kept to that list by the database."""

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class CodesField(ArrayField[list[str], list[str]]):
    """Codes of a `TextChoices`, each at most once on a form; none is an empty list."""

    def __init__(self, codes: type[models.TextChoices] | None = None, **kwargs: Any) -> None:
        if codes is not None:
            kwargs["base_field"] = models.CharField(max_length=30, choices=codes.choices)
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(**kwargs)

    @property
    def labels(self) -> dict[str, str]:
        """The codes in words."""
        return {code: str(label) for code, label in self.base_field.choices or ()}

    def formfield(self, *_: Any, **kwargs: Any) -> Any:
        """Boxes to tick, in the place of codes to type."""
        kwargs.pop("form_class", None)
        return super(ArrayField, self).formfield(
            form_class=forms.MultipleChoiceField,
            choices=self.base_field.choices,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


def known(name: str, **fields: type[models.TextChoices]) -> models.CheckConstraint:
    """The rule that a field of codes holds no other code."""
    [(field, codes)] = fields.items()
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{field}__contained_by": list(codes.values)})
    )
