"""Cases and outcomes for administrators: in scope, amended with history, never deleted."""

from typing import Any

import pghistory
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from cases.models import (
    Case,
    CaseAccess,
    Exclusion,
    Outcome,
    OutcomeSupport,
    PossibleDuplicate,
    Suspect,
)
from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline


class SuspectInline(ScopedInline):
    model = Suspect
    can_delete = False


class CaseAccessInline(ScopedInline):
    model = CaseAccess
    autocomplete_fields = ["user"]


class ExclusionInline(ScopedInline):
    model = Exclusion
    autocomplete_fields = ["user"]


@admin.register(Case)
class CaseAdmin(ScopedAdmin):
    list_display = ["reference", "system", "borough", "team", "status", "restricted"]
    list_filter = ["system", "status", "restricted", "borough", "team"]
    # The whole reference: a part of one would read every row.
    search_fields = ["reference_key__exact"]
    list_select_related = ["borough", "team"]
    autocomplete_fields = ["officer"]
    readonly_fields = ["opened_at"]
    inlines = [SuspectInline, CaseAccessInline, ExclusionInline]


@admin.register(Suspect)
class SuspectAdmin(ScopedAdmin):
    list_display = ["__str__", "case"]
    search_fields = ["case__reference_key__exact"]
    list_filter = ["case__system"]
    list_select_related = ["case"]
    autocomplete_fields = ["case"]


class SupportInline(ScopedInline):
    model = OutcomeSupport
    can_delete = False


@admin.register(Outcome)
class OutcomeAdmin(ScopedAdmin):
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
    list_filter = ["kind", "strand", "happened_at", "borough", "team", "offence", "counted"]
    search_fields = ["case__reference_key__exact", "custody_record__exact"]
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
            obj.logged_by_id = request.user.pk
        with pghistory.context(action="administrator"):
            super().save_model(request, obj, form, change)


@admin.register(OutcomeSupport)
class OutcomeSupportAdmin(ReadOnlyAdmin):
    list_display = ["outcome", "team"]
    list_filter = ["team"]
    search_fields = ["outcome__case__reference_key__exact"]
    list_select_related = ["outcome__case", "team"]


@admin.register(CaseAccess)
class CaseAccessAdmin(ScopedAdmin):
    list_display = ["case", "user"]
    search_fields = ["case__reference_key__exact", "user__name"]
    list_filter = ["case__system"]
    list_select_related = ["case", "user"]
    autocomplete_fields = ["case", "user"]


@admin.register(Exclusion)
class ExclusionAdmin(CaseAccessAdmin):
    pass


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(ReadOnlyAdmin):
    list_display = ["outcome", "earlier", "state", "flagged_at", "decided_by"]
    list_filter = ["state"]
    search_fields = ["outcome__case__reference_key__exact"]
    list_select_related = ["outcome__case", "earlier__case", "decided_by"]
