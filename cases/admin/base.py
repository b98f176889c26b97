"""What the admin of every row of a case shares."""

from typing import Any

from django.db.models import ForeignKey, Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from cases.models import Case
from core.admin import ScopedAdmin


class CaseLinkedAdmin(ScopedAdmin):
    """Rows of a case, found by its whole reference, whatever its spaces and letters' case.

    A part of a reference would read every row; so would an OR over two tables, hence the ids first.
    """

    case = "case"
    search_fields = ["case__reference_key"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        cases = Case.objects.visible_to(request.user).filter(
            reference_key=term.replace(" ", "").upper()
        )
        found = Q(**{f"{self.case}__in": list(cases.values_list("pk", flat=True))})
        for lookup in self.search_fields:
            found |= Q(**{lookup: term})
        return queryset.filter(found), False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is left of a reduced case is to be read."""
        of = obj
        for name in self.case.split("__") if obj and not isinstance(obj, Case) else ():
            of = getattr(of, name)
        return getattr(of, "reduced_at", None) is None

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """A row is added to a case that is not reduced."""
        if db_field.remote_field.model is Case:
            kwargs["queryset"] = Case.objects.visible_to(request.user).filter(reduced_at=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
