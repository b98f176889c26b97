from django.contrib import admin
from django.db import models

from core.admin import ReadOnlyAdmin, ScopedAdmin, ScopedInline
from partners.models import (
    ConfirmationLink,
    Contact,
    EngagementEvent,
    FollowUp,
    ImportedEvent,
    Participation,
    Partner,
    TrainingProgramme,
    TrainingSession,
)


class ContactInline(ScopedInline):
    model = Contact


@admin.register(Partner)
class PartnerAdmin(ScopedAdmin):
    list_display = ["name", "kind", "london_wide", "may_be_named", "review_on", "retired_on"]
    list_filter = ["kind", "may_be_named", "london_wide", "link_result", "boroughs"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["boroughs"]
    readonly_fields = ["link_checked_at", "link_result"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = [ContactInline]


@admin.register(Contact)
class ContactAdmin(ScopedAdmin):
    list_display = ["name", "role", "partner", "basis", "review_on"]
    list_filter = ["basis", "review_on", "partner"]
    search_fields = ["name", "partner__name"]
    list_select_related = ["partner"]
    autocomplete_fields = ["partner"]


class ParticipationInline(ScopedInline):
    model = Participation
    autocomplete_fields = ["partner"]


class FollowUpInline(ScopedInline):
    model = FollowUp
    autocomplete_fields = ["owner", "done_by"]


@admin.register(EngagementEvent)
class EngagementEventAdmin(ScopedAdmin):
    list_display = ["title", "kind", "day", "borough", "team", "status", "attendances"]
    list_filter = ["kind", "status", "happened_at", "borough", "team"]
    search_fields = ["title", "place"]
    list_select_related = ["borough", "team"]
    filter_horizontal = ["supporting_teams"]
    readonly_fields = ["day", "recorded_at", "counted", "series"]
    inlines = [ParticipationInline, FollowUpInline]


@admin.register(Participation)
class ParticipationAdmin(ScopedAdmin):
    list_display = ["event", "partner", "part"]
    list_filter = ["partner"]
    search_fields = ["event__title", "partner__name"]
    list_select_related = ["event", "partner"]
    autocomplete_fields = ["event", "partner"]


@admin.register(FollowUp)
class FollowUpAdmin(ScopedAdmin):
    list_display = ["what", "event", "owner", "due_on", "done_at"]
    list_filter = ["due_on"]
    search_fields = ["what", "event__title"]
    list_select_related = ["event", "owner"]
    autocomplete_fields = ["event", "owner", "done_by"]


@admin.register(ConfirmationLink)
class ConfirmationLinkAdmin(ReadOnlyAdmin):
    """What partners answered; the product makes the links, and nobody can read one again."""

    list_display = ["participation", "made_at", "expires_at", "answered_at", "attended"]
    list_filter = ["made_at"]
    search_fields = ["participation__partner__name", "participation__event__title"]
    list_select_related = ["participation__partner", "participation__event"]
    exclude = ["digest"]


@admin.register(ImportedEvent)
class ImportedEventAdmin(ReadOnlyAdmin):
    list_display = ["event", "line", "batch"]
    list_filter = ["batch__state"]
    search_fields = ["event__title"]
    list_select_related = ["event", "batch"]
    ordering = ["-pk"]


@admin.register(TrainingProgramme)
class TrainingProgrammeAdmin(ScopedAdmin):
    list_display = ["name", "partner", "paid_by", "first_day", "last_day", "target", "headcount"]
    list_filter = ["first_day"]
    search_fields = ["name"]
    list_select_related = ["partner", "paid_by"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["partner"]


@admin.register(TrainingSession)
class TrainingSessionAdmin(ScopedAdmin):
    list_display = [
        *("programme", "partner", "day", "borough", "team"),
        *("officers_attended", "officers_trained"),
    ]
    list_filter = ["programme", "happened_at", "borough", "team"]
    search_fields = ["programme__name", "partner__name"]
    list_select_related = ["programme", "partner", "borough", "team"]
    readonly_fields = ["day", "recorded_at", "counted"]
