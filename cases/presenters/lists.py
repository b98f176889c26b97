"""The lists of outcomes and of cases: what is chosen, a page of it, what can be done with it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.permissions import Permission, SignedInRequest
from cases.exports import CASES, OUTCOMES, ROWS_AT_MOST, ROWS_OF_A_SPREADSHEET, Columns
from cases.filters import CaseFilter, ListFilter, OutcomeFilter
from cases.models import Case, Outcome, SavedFilter
from core.pages import Count, Page, cheap_count, keyset_page


@dataclass(frozen=True)
class Listing:
    """What is listed, by the name that its addresses and saved filters have."""

    name: SavedFilter.Page
    model: type[Outcome] | type[Case]
    filter: type[ListFilter]
    related: tuple[str, ...]
    columns: Columns
    reassigning: str
    """What a supervisor can do with the chosen ones."""

    @property
    def template(self) -> str:
        return f"cases/{self.name}.html"

    @property
    def address(self) -> str:
        return f"cases:{self.name}"


LISTS: dict[str, Listing] = {
    listing.name: listing
    for listing in (
        Listing(
            SavedFilter.Page.OUTCOMES,
            Outcome,
            OutcomeFilter,
            ("case", "suspect", "borough", "team", "logged_by"),
            OUTCOMES,
            "Change the lead team",
        ),
        Listing(
            SavedFilter.Page.CASES,
            Case,
            CaseFilter,
            ("borough", "team", "officer"),
            CASES,
            "Assign cases",
        ),
    )
}


@dataclass(frozen=True)
class ListPage:
    """A list as somebody has narrowed it; with a mistake in the filter it shows no row."""

    of: Listing
    request: SignedInRequest

    @cached_property
    def filter(self) -> ListFilter:
        rows = self.of.model.objects.visible_to(self.request.user)
        return self.of.filter(self.request.GET, queryset=rows, request=self.request)

    @property
    def form(self) -> Any:
        return self.filter.form

    @cached_property
    def tags(self) -> list[Any]:
        return list(self.filter.tags())

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        """Every row that is chosen, in its order."""
        rows: QuerySet[Any] = self.filter.qs if self.form.is_valid() else self.filter.qs.none()
        falling = [f"{'' if self.filter.rising else '-'}{name}" for name in self.filter.order]
        return rows.select_related(*self.of.related).order_by(*falling)

    def turn_to(self, cursor: str) -> Page[Any]:
        """A page of the rows; ValueError where there is none of this name."""
        return keyset_page(self.rows, self.filter.order, cursor, rising=self.filter.rising)

    @cached_property
    def count(self) -> Count:
        return cheap_count(self.rows)

    @cached_property
    def exportable(self) -> int:
        """How many rows an export would hold, counted as far as that matters."""
        return self.rows.order_by()[: ROWS_AT_MOST + 1].count()

    @property
    def fits_a_spreadsheet(self) -> bool:
        return self.exportable <= ROWS_OF_A_SPREADSHEET

    @property
    def too_many_to_export(self) -> bool:
        return self.exportable > ROWS_AT_MOST

    @property
    def query(self) -> str:
        """What is chosen, as an address has it, whatever the page."""
        query: QueryDict = self.request.GET.copy()
        query.pop("page", None)
        return query.urlencode()

    @cached_property
    def kept(self) -> "list[SavedFilter]":
        """The filters of this list that the person may use, their own first."""
        rows = SavedFilter.objects.visible_to(self.request.user).filter(page=self.of.name)
        found = list(rows.select_related("owner"))
        return sorted(found, key=lambda one: one.owner_id != self.request.user.pk)

    @property
    def may_reassign(self) -> bool:
        return self.request.user.may(Permission.SUPERVISE)
