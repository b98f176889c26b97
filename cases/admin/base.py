"""What the admin of every row of a case shares."""

from typing import Any

from django.db.models import Q, QuerySet
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
