"""What the lists of partners and engagement can be narrowed to, and their orders."""

from typing import Any

import django_filters
from django import forms

from accounts.filters import CountedFilter, boroughs_in, team_filter
from campaigns.models import Team
from core.forms import Autocomplete, FilterForm
from partners.choices import EventKind, Topic
from partners.models import EngagementEvent, FollowUp, Partner

BOROUGHS = boroughs_in(lambda user: user.engagement_scope)
"""Those whose engagement the person may read of."""


class EventFilter(CountedFilter):
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
    borough = django_filters.ModelChoiceFilter(label="Borough", queryset=BOROUGHS, empty_label="")
    team = team_filter()
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

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        return rows.in_state(state)

    def about(self, rows: Any, _name: str, topic: str) -> Any:
        return rows.filter(topics__contains=[topic])

    def with_my_follow_ups(self, rows: Any, _name: str, wanted: bool) -> Any:
        if not wanted:
            return rows
        mine = FollowUp.objects.visible_to(self.request.user).open()
        return rows.filter(pk__in=mine.filter(owner=self.request.user).values("event"))
