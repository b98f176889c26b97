from django.contrib import admin
from django.db import models

from core.admin import ScopedAdmin, ScopedInline
from partners.models import EngagementEvent, Participation, Partner, TrainingSession


@admin.register(Partner)
class PartnerAdmin(ScopedAdmin):
    list_display = ["name", "kind", "may_be_named", "website"]
    list_filter = ["kind", "may_be_named"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


class ParticipationInline(ScopedInline):
    model = Participation
    autocomplete_fields = ["partner"]


@admin.register(EngagementEvent)
class EngagementEventAdmin(ScopedAdmin):
    list_display = ["title", "kind", "day", "borough", "team", "status", "attendances"]
    list_filter = ["kind", "status", "happened_at", "borough", "team"]
    search_fields = ["title", "topics"]
    list_select_related = ["borough", "team"]
    filter_horizontal = ["supporting_teams"]
    readonly_fields = ["day", "recorded_at", "counted"]
    inlines = [ParticipationInline]


@admin.register(Participation)
class ParticipationAdmin(ScopedAdmin):
    list_display = ["event", "partner", "part"]
    list_filter = ["partner"]
    search_fields = ["event__title", "partner__name"]
    list_select_related = ["event", "partner"]
    autocomplete_fields = ["event", "partner"]


@admin.register(TrainingSession)
class TrainingSessionAdmin(ScopedAdmin):
    list_display = ["programme", "partner", "day", "borough", "team", "officers_trained"]
    list_filter = ["programme", "happened_at", "borough", "team"]
    search_fields = ["programme", "partner__name"]
    list_select_related = ["partner", "borough", "team"]
    readonly_fields = ["day", "recorded_at", "counted"]
