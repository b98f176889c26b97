"""Orders, disclosures, evidence and safeguarding: what goes on in a case beside its outcomes."""

from typing import Any

import pghistory
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest

from cases.admin.base import CaseLinkedAdmin
from cases.models import (
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    EvidenceSubmission,
    MaracReferral,
    OrderAvailability,
    OrderBreach,
    ProtectiveOrder,
    RiskAssessment,
)
from core.admin import ReadOnlyAdmin, ScopedAdmin


class RecordedAdmin(CaseLinkedAdmin):
    """Rows that keep who recorded them, and when."""

    autocomplete_fields = ["case"]
    readonly_fields = ["recorded_at", "recorded_by"]
    list_select_related = ["case"]
    ordering = ["-pk"]

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool
    ) -> None:
        if not change:
            obj.recorded_by_id = request.user.pk
        with pghistory.context(action="administrator"):
            super().save_model(request, obj, form, change)


@admin.register(ProtectiveOrder)
class ProtectiveOrderAdmin(RecordedAdmin):
    list_display = ["case", "kind", "status", "granted_on", "served_at", "expires_on"]
    list_filter = ["kind", "status"]
    autocomplete_fields = ["case", "suspect", "outcome"]


@admin.register(OrderBreach)
class OrderBreachAdmin(RecordedAdmin):
    case = "order__case"
    list_display = ["order", "happened_at", "arrested"]
    list_filter = ["arrested", "order__kind"]
    search_fields = ["order__case__reference_key"]
    list_select_related = ["order__case"]
    autocomplete_fields = ["order"]


@admin.register(OrderAvailability)
class OrderAvailabilityAdmin(ScopedAdmin):
    list_display = ["kind", "borough", "first_day", "end_day"]
    list_filter = ["kind", "borough"]
    list_select_related = ["borough"]


@admin.register(DisclosureApplication)
class DisclosureApplicationAdmin(RecordedAdmin):
    list_display = ["case", "route", "applicant", "received_on", "stage", "closed_on"]
    list_filter = ["route", "stage", ("closed_on", admin.EmptyFieldListFilter)]
    autocomplete_fields = ["case", "outcome"]


@admin.register(EvidenceSubmission)
class EvidenceSubmissionAdmin(RecordedAdmin):
    list_display = ["case", "device", "hub", "sent_on", "returned_on", "result"]
    list_filter = ["device", "result", ("returned_on", admin.EmptyFieldListFilter)]


@admin.register(MaracReferral)
class MaracReferralAdmin(RecordedAdmin):
    list_display = ["case", "reason", "referred_on", "heard_on"]
    list_filter = ["reason", ("heard_on", admin.EmptyFieldListFilter)]


@admin.register(CaseFlag)
class CaseFlagAdmin(RecordedAdmin):
    list_display = ["case", "kind", "review_on", "removed_at"]
    list_filter = ["kind", ("removed_at", admin.EmptyFieldListFilter)]
    readonly_fields = [*RecordedAdmin.readonly_fields, "removed_at", "removed_by"]


@admin.register(CaseNote)
class CaseNoteAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    list_display = ["case", "kind", "recorded_at", "recorded_by"]
    list_filter = ["kind"]
    list_select_related = ["case", "recorded_by"]
    ordering = ["-pk"]


@admin.register(RiskAssessment)
class RiskAssessmentAdmin(ReadOnlyAdmin, CaseLinkedAdmin):
    list_display = ["case", "level", "tool", "assessed_at"]
    list_filter = ["level", "tool"]
    list_select_related = ["case"]
    ordering = ["-pk"]
