from django.contrib import admin

from campaigns.models import (
    BasicCommandUnit,
    Borough,
    Campaign,
    CommandMembership,
    Milestone,
    Programme,
    ProgrammeYear,
    Team,
)
from core.admin import ScopedAdmin, ScopedInline


@admin.register(Campaign)
class CampaignAdmin(ScopedAdmin):
    list_display = ["name", "first_day", "last_day", "baseline"]
    list_filter = ["baseline"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["boroughs"]


@admin.register(Borough)
class BoroughAdmin(ScopedAdmin):
    list_display = ["name", "ons_code", "population", "population_year", "in_london"]
    list_filter = ["in_london", "memberships__command"]
    search_fields = ["name", "ons_code"]


class MembershipInline(ScopedInline):
    model = CommandMembership


@admin.register(BasicCommandUnit)
class BasicCommandUnitAdmin(ScopedAdmin):
    list_display = ["name", "code"]
    search_fields = ["name", "code"]
    inlines = [MembershipInline]


@admin.register(CommandMembership)
class CommandMembershipAdmin(ScopedAdmin):
    list_display = ["borough", "command", "first_day", "end_day"]
    list_filter = ["command"]
    search_fields = ["borough__name", "command__name"]
    list_select_related = ["borough", "command"]


@admin.register(Team)
class TeamAdmin(ScopedAdmin):
    list_display = ["name", "kind", "command"]
    list_filter = ["kind"]
    search_fields = ["name"]
    list_select_related = ["command"]
    prepopulated_fields = {"slug": ["name"]}


class MilestoneInline(ScopedInline):
    model = Milestone


class ProgrammeYearInline(ScopedInline):
    model = ProgrammeYear


@admin.register(Programme)
class ProgrammeAdmin(ScopedAdmin):
    list_display = ["name", "about", "first_day", "last_day"]
    list_filter = ["about", "first_day"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ProgrammeYearInline, MilestoneInline]


@admin.register(ProgrammeYear)
class ProgrammeYearAdmin(ScopedAdmin):
    list_display = ["programme", "label", "planned_pounds", "spent_pounds"]
    list_filter = ["programme"]
    search_fields = ["programme__name"]
    list_select_related = ["programme"]


@admin.register(Milestone)
class MilestoneAdmin(ScopedAdmin):
    list_display = ["name", "programme", "due_day", "reached_day"]
    list_filter = ["programme"]
    search_fields = ["name"]
    list_select_related = ["programme"]
