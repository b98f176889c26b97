"""Outcomes and what hangs on them: amended with history, never deleted."""

from typing import Any

import pghistory
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from cases.actions.outcomes import check_merge
from cases.admin.base import CaseLinkedAdmin
from cases.models import ImportedOutcome, Outcome, OutcomeSupport, PossibleDuplicate, SentBack
from core.admin import ReadOnlyAdmin, ScopedInline, WholeRowForm


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


class OutcomeLinkedAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    case = "outcome__case"
    search_fields = ["outcome__case__reference_key"]


@admin.register(OutcomeSupport)
class OutcomeSupportAdmin(OutcomeLinkedAdmin):
    list_display = ["outcome", "team"]
    list_filter = ["team"]
    list_select_related = ["outcome__case", "team"]


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(OutcomeLinkedAdmin):
    list_display = ["outcome", "earlier", "state", "flagged_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["outcome__case", "earlier__case", "decided_by"]


@admin.register(SentBack)
class SentBackAdmin(OutcomeLinkedAdmin):
    list_display = ["outcome", "sent_at", "sent_by", "answered_at"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["outcome__case", "sent_by"]
    ordering = ["-pk"]


@admin.register(ImportedOutcome)
class ImportedOutcomeAdmin(OutcomeLinkedAdmin):
    list_display = ["outcome", "line", "batch"]
    list_filter = ["batch__state"]
    list_select_related = ["outcome__case", "batch"]
    ordering = ["-pk"]
