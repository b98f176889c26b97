"""What lists of rows that count can all be narrowed to: campaign, days, boroughs and teams."""

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from accounts.permissions import BoroughScope
from campaigns.models import Borough, Campaign, Team
from core.filters import DayFilter, ListFilter
from core.forms import Autocomplete

NOT_STATED = "not_stated"
"""What an empty key of a breakdown is called in addresses and outputs."""
STATED_BY_NONE = (NOT_STATED, "Not stated")
"""The same as something to choose."""


def boroughs_in(scope: Callable[[User], BoroughScope]) -> Callable[[HttpRequest], Any]:
    """What a filter by borough offers: those of a scope of the person; nobody another's."""

    def offered(request: HttpRequest) -> "QuerySet[Borough]":
        if not isinstance(request.user, User):
            return Borough.objects.none()
        return scope(request.user).limit(Borough.objects.all(), "pk")

    return offered


def team_filter() -> django_filters.ModelChoiceFilter:
    """Lead or helping."""
    return django_filters.ModelChoiceFilter(
        label="Team",
        queryset=Team.objects.all(),
        method="with_team",
        empty_label="",
        widget=Autocomplete,
    )


class CountedFilter(ListFilter):
    """Beside what its form shows, a figure's link says what its count is narrowed to; that stands
    in hidden fields, and goes as a tag does.
    """

    sorts = {"happened": ("happened_at", "pk"), "entered": ("recorded_at", "pk")}

    campaign = django_filters.ModelChoiceFilter(
        label="Campaign", queryset=Campaign.objects.all(), method="in_campaign", empty_label=""
    )
    first = DayFilter(label="From", field_name="day", lookup_expr="gte")
    last = DayFilter(label="To", field_name="day", lookup_expr="lte")
    boroughs = django_filters.ModelMultipleChoiceFilter(
        label="Boroughs",
        field_name="borough",
        queryset=Borough.objects.all(),
        widget=forms.MultipleHiddenInput,
    )
    lead = django_filters.ModelChoiceFilter(
        label="Lead team",
        field_name="team",
        queryset=Team.objects.all(),
        null_label=STATED_BY_NONE[1],
        null_value=NOT_STATED,
        widget=forms.HiddenInput,
    )

    def in_campaign(self, rows: Any, _name: str, campaign: Campaign) -> Any:
        return rows.between(campaign.days).filter(borough__in=campaign.boroughs.all())

    def with_team(self, rows: Any, _name: str, team: Team) -> Any:
        return rows.of_team(team)
