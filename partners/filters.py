"""What the lists of partners and engagement can be narrowed to, and their orders."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from campaigns.models import Borough, Campaign, Team
from core.filters import DayFilter, ListFilter
from core.forms import Autocomplete, FilterForm
from partners.choices import EventKind, Topic
from partners.models import EngagementEvent, FollowUp, Partner


def _boroughs(request: HttpRequest) -> "QuerySet[Borough]":
    """Those whose engagement the person may read of."""
    if not isinstance(request.user, User):
        return Borough.objects.none()
    return request.user.engagement_scope.limit(Borough.objects.all(), "pk")


class EventFilter(ListFilter):
    sorts = {"happened": ("happened_at", "pk"), "entered": ("recorded_at", "pk")}
    """Beside what its form shows, a figure's link says in hidden fields what it counts."""

    campaign = django_filters.ModelChoiceFilter(
        label="Campaign", queryset=Campaign.objects.all(), method="in_campaign", empty_label=""
    )
    first = DayFilter(label="From", field_name="day", lookup_expr="gte")
    last = DayFilter(label="To", field_name="day", lookup_expr="lte")
    state = django_filters.ChoiceFilter(
        label="State",
        choices=[
            ("planned", "Planned"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("void", "Void"),
            ("waiting", "Over, no results yet"),
        ],
        method="in_state",
        empty_label="",
    )
    kind = django_filters.ChoiceFilter(label="Kind", choices=EventKind.choices, empty_label="")
    topic = django_filters.ChoiceFilter(
        label="Topic", choices=Topic.choices, method="about", empty_label=""
    )
    borough = django_filters.ModelChoiceFilter(label="Borough", queryset=_boroughs, empty_label="")
    team = django_filters.ModelChoiceFilter(
        label="Team",
        queryset=Team.objects.all(),
        method="with_team",
        empty_label="",
        widget=Autocomplete,
    )
    partner = django_filters.ModelChoiceFilter(
        label="Partner",
        queryset=Partner.objects.all(),
        field_name="partners",
        empty_label="",
        widget=Autocomplete,
    )
    to_do = django_filters.BooleanFilter(
        label="I have a follow-up to do", method="with_my_follow_ups", widget=forms.CheckboxInput
    )
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
        null_label="Not stated",
        null_value="not_stated",
        widget=forms.HiddenInput,
    )
    helped = django_filters.ModelChoiceFilter(
        label="Helping team",
        field_name="supporting_teams",
        queryset=Team.objects.all(),
        widget=forms.HiddenInput,
    )

    class Meta:
        model = EngagementEvent
        fields: tuple[str, ...] = ()
        form = FilterForm

    def in_campaign(self, rows: Any, _name: str, campaign: Campaign) -> Any:
        return rows.between(campaign.days).filter(borough__in=campaign.boroughs.all())

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        return rows.in_state(state)

    def about(self, rows: Any, _name: str, topic: str) -> Any:
        return rows.filter(topics__contains=[topic])

    def with_my_follow_ups(self, rows: Any, _name: str, wanted: bool) -> Any:
        if not wanted:
            return rows
        mine = FollowUp.objects.visible_to(self.request.user).open()
        return rows.filter(pk__in=mine.filter(owner=self.request.user).values("event"))

    def with_team(self, rows: Any, _name: str, team: Team) -> Any:
        """Lead or helping."""
        return rows.of_team(team)
