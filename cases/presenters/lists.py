"""The lists of outcomes and of cases: what is chosen, a page of it, what can be done with it."""

from dataclasses import dataclass
from functools import cached_property

from accounts.permissions import Permission, SignedInRequest
from cases.exports import CASES, OUTCOMES, ROWS_AT_MOST, ROWS_OF_A_SPREADSHEET, Columns
from cases.filters import CaseFilter, OutcomeFilter
from cases.models import Case, Outcome, SavedFilter
from core.filters import FilteredList, ListFilter


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


class ListPage(FilteredList):
    """A list of records, and what can be done with what is chosen of it."""

    request: SignedInRequest

    def __init__(self, of: Listing, request: SignedInRequest) -> None:
        super().__init__(request)
        self.of, self.related = of, of.related

    @cached_property
    def filter(self) -> ListFilter:
        rows = self.of.model.objects.visible_to(self.request.user)
        return self.of.filter(self.request.GET, queryset=rows, request=self.request)

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

    @cached_property
    def kept(self) -> "list[SavedFilter]":
        """The filters of this list that the person may use, their own first."""
        rows = SavedFilter.objects.visible_to(self.request.user).filter(page=self.of.name)
        found = list(rows.select_related("owner"))
        return sorted(found, key=lambda one: one.owner_id != self.request.user.pk)

    @property
    def may_reassign(self) -> bool:
        return self.request.user.may(Permission.SUPERVISE)
