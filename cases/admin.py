"""Cases and outcomes for administrators: in scope, amended with history, never deleted."""

from typing import Any

import pghistory
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import User
from cases.actions import check_merge, correct_borough
from cases.models import (
    Case,
    CaseAccess,
    Exclusion,
    Outcome,
    OutcomeSupport,
    PossibleDuplicate,
    Suspect,
)
from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline, WholeRowForm


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


class SuspectForm(WholeRowForm):
    def has_changed(self) -> bool:
        """A row added by hand is meant, even with nothing in it but the number it came with."""
        return self.instance.pk is None or super().has_changed()


class SuspectInline(ScopedInline):
    model = Suspect
    form = SuspectForm
    can_delete = False


class CaseAccessInline(ScopedInline):
    model = CaseAccess
    autocomplete_fields = ["user"]


class ExclusionInline(ScopedInline):
    model = Exclusion
    autocomplete_fields = ["user"]


@admin.register(Case)
class CaseAdmin(CaseLinkedAdmin):
    case = "pk"
    list_display = ["reference", "system", "borough", "team", "status", "restricted"]
    list_filter = ["system", "status", "restricted", "borough", "team"]
    search_fields = ["reference_key"]
    list_select_related = ["borough", "team"]
    autocomplete_fields = ["officer"]
    readonly_fields = ["opened_at"]
    inlines = [SuspectInline, CaseAccessInline, ExclusionInline]

    def save_model(
        self, request: HttpRequest, obj: Case, form: ModelForm[Any], change: bool
    ) -> None:
        """A corrected borough takes the case's outcomes along."""
        if change and "borough" in form.changed_data and isinstance(request.user, User):
            correct_borough(case=obj, borough=obj.borough, by=request.user)
        super().save_model(request, obj, form, change)


@admin.register(Suspect)
class SuspectAdmin(CaseLinkedAdmin):
    list_display = ["__str__", "case"]
    list_filter = ["case__system"]
    list_select_related = ["case"]
    autocomplete_fields = ["case"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A suspect stays in the case to which the outcomes tie it."""
        return ["case"] if obj else []


class SupportInline(ScopedInline):
    model = OutcomeSupport
    can_delete = False


class OutcomeForm(WholeRowForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        into = cleaned.get("merged_into")
        if into and "merged_into" in self.changed_data:
            check_merge(self.instance, into)
        return cleaned


@admin.register(Outcome)
class OutcomeAdmin(CaseLinkedAdmin):
    form = OutcomeForm
    list_display = [
        "case",
        "kind",
        "happened_at",
        "borough",
        "team",
        "offence",
        "detail",
        "counted",
    ]
    list_filter = [
        "kind",
        "strand",
        "happened_at",
        "borough",
        "team",
        "offence",
        # Named, since a generated column would have its values asked of every row.
        ("counted", admin.BooleanFieldListFilter),
    ]
    search_fields = ["custody_record"]
    list_select_related = ["case", "borough", "team"]
    autocomplete_fields = ["case", "suspect", "team", "voided_by", "merged_into", "merged_by"]
    readonly_fields = ["day", "detail", "counted", "recorded_at", "logged_by"]
    inlines = [SupportInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The token travels with a new form, so that sending it twice makes one row."""
        return [*self.readonly_fields, "id"] if obj else [*self.readonly_fields]

    def save_model(
        self, request: HttpRequest, obj: Outcome, form: ModelForm[Any], change: bool
    ) -> None:
        if not change:
            # Django drops the key of a new row that has rows inside its page.
            obj.pk = form.cleaned_data["id"]
            obj.logged_by_id = request.user.pk
        with pghistory.context(action="administrator"):
            super().save_model(request, obj, form, change)


@admin.register(OutcomeSupport)
class OutcomeSupportAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    case = "outcome__case"
    list_display = ["outcome", "team"]
    list_filter = ["team"]
    search_fields = ["outcome__case__reference_key"]
    list_select_related = ["outcome__case", "team"]


@admin.register(CaseAccess)
class CaseAccessAdmin(CaseLinkedAdmin):
    list_display = ["case", "user"]
    search_fields = ["user__name__icontains"]
    list_filter = ["case__system"]
    list_select_related = ["case", "user"]
    autocomplete_fields = ["case", "user"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of cases that the person may know of: a list of the excluded would tell them."""
        cases = Case.objects.visible_to(request.user)
        return super().get_queryset(request).filter(case__in=cases)


@admin.register(Exclusion)
class ExclusionAdmin(CaseAccessAdmin):
    pass


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    case = "outcome__case"
    list_display = ["outcome", "earlier", "state", "flagged_at", "decided_by"]
    list_filter = ["state"]
    search_fields = ["outcome__case__reference_key"]
    list_select_related = ["outcome__case", "earlier__case", "decided_by"]
