"""What the lists of outcomes and cases can be narrowed to, and their orders."""

from typing import Any

import django_filters
from django import forms

from accounts.filters import NOT_STATED, STATED_BY_NONE, CountedFilter, boroughs_in, team_filter
from campaigns.models import Team
from cases import parts
from cases.choices import DETAILS, CaseStatus, FlagKind, Kind, Offence, Strand
from cases.models import Case, Outcome
from core.days import ONE_DAY, start_of
from core.filters import ListFilter
from core.forms import Autocomplete, FilterForm

BOROUGHS = boroughs_in(lambda user: user.scope)
"""Those of the person's own work."""


class OutcomeFilter(CountedFilter):
    kind = django_filters.ChoiceFilter(label="Kind", choices=Kind.choices, empty_label="")
    offence = django_filters.ChoiceFilter(
        label="Offence",
        choices=[*Offence.choices, STATED_BY_NONE],
        method="of_offence",
        empty_label="",
        widget=Autocomplete,
    )
    borough = django_filters.ModelChoiceFilter(label="Borough", queryset=BOROUGHS, empty_label="")
    team = team_filter()
    state = django_filters.ChoiceFilter(
        label="State",
        choices=[("counts", "Counts"), ("void", "Void"), ("merged", "Merged")],
        method="in_state",
        empty_label="",
    )
    mine = django_filters.BooleanFilter(
        label="Logged by me", method="logged_by_me", widget=forms.CheckboxInput
    )
    late = django_filters.BooleanFilter(
        label="Entered after its day", method="entered_late", widget=forms.CheckboxInput
    )
    alike = django_filters.BooleanFilter(
        label="Possible duplicates", method="possible_duplicates", widget=forms.CheckboxInput
    )
    asked = django_filters.BooleanFilter(
        label="Sent back, not answered", method="sent_back", widget=forms.CheckboxInput
    )

    strand = django_filters.ChoiceFilter(
        label="Strand", choices=Strand.choices, widget=forms.HiddenInput
    )
    detail = django_filters.MultipleChoiceFilter(
        label="Detail",
        choices=[*DETAILS.items(), STATED_BY_NONE],
        method="with_detail",
        widget=forms.MultipleHiddenInput,
    )
    part = django_filters.ChoiceFilter(
        label="Only", choices=parts.choices, method="in_part", widget=forms.HiddenInput
    )

    class Meta:
        model = Outcome
        fields: tuple[str, ...] = ()
        form = FilterForm

    def of_offence(self, rows: Any, _name: str, offence: str) -> Any:
        return rows.filter(offence="" if offence == NOT_STATED else offence)

    def with_detail(self, rows: Any, _name: str, details: list[str]) -> Any:
        return rows.filter(detail__in=["" if d == NOT_STATED else d for d in details])

    def in_part(self, rows: Any, _name: str, code: str) -> Any:
        last = self.form.cleaned_data["last"]
        return rows.in_part(code, start_of(last + ONE_DAY) if last else None)

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        return {
            "counts": rows.counted(),
            "void": rows.filter(voided_at__isnull=False),
            "merged": rows.filter(merged_into__isnull=False),
        }[state]

    def logged_by_me(self, rows: Any, _name: str, on: bool) -> Any:
        return rows.filter(logged_by=self.request.user) if on else rows

    def entered_late(self, rows: Any, _name: str, on: bool) -> Any:
        return rows.entered_late() if on else rows

    def possible_duplicates(self, rows: Any, _name: str, on: bool) -> Any:
        return rows.in_open_flags() if on else rows

    def sent_back(self, rows: Any, _name: str, on: bool) -> Any:
        return rows.sent_back_unanswered() if on else rows


class CaseFilter(ListFilter):
    sorts = {"opened": ("opened_at", "pk"), "reference": ("reference_key", "pk")}
    status = django_filters.ChoiceFilter(label="Status", choices=CaseStatus.choices, empty_label="")
    borough = django_filters.ModelChoiceFilter(label="Borough", queryset=BOROUGHS, empty_label="")
    team = django_filters.ModelChoiceFilter(
        label="Team", queryset=Team.objects.all(), empty_label="", widget=Autocomplete
    )
    flag = django_filters.ChoiceFilter(
        label="Flag", choices=FlagKind.choices, method="flagged", empty_label=""
    )
    mine = django_filters.BooleanFilter(
        label="I am the officer in the case", method="of_mine", widget=forms.CheckboxInput
    )

    class Meta:
        model = Case
        fields: tuple[str, ...] = ()
        form = FilterForm

    def flagged(self, rows: Any, _name: str, kind: str) -> Any:
        return rows.flagged(kind)

    def of_mine(self, rows: Any, _name: str, on: bool) -> Any:
        return rows.filter(officer=self.request.user) if on else rows
