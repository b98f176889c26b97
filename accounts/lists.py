"""The lists of records that people narrow: what is chosen, what can be done with it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model

from accounts.models import SavedFilter
from accounts.permissions import Permission, SignedInRequest
from core.exports import ROWS_AT_MOST, ROWS_OF_A_SPREADSHEET, Columns
from core.filters import FilteredList, ListFilter


@dataclass(frozen=True)
class Listing:
    """What is listed: its page, its rows and how they are narrowed, and the columns of its file."""

    page: SavedFilter.Page
    model: type[Model]
    filter: type[ListFilter]
    related: tuple[str, ...]
    columns: Columns
    reassigning: str = ""
    """What a supervisor can do with the chosen ones, if anything."""
    related_many: tuple[str, ...] = ()
    """What else its rows or its file say of each, fetched for many at once."""

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.page.value

    @property
    def address(self) -> str:
        return self.page.address

    @property
    def template(self) -> str:
        return f"{self.address.replace(':', '/')}.html"


class ListPage(FilteredList):
    """A list of records, and what can be done with what is chosen of it."""

    request: SignedInRequest

    def __init__(self, of: Listing, request: SignedInRequest) -> None:
        super().__init__(request)
        self.of, self.related = of, of.related

    @cached_property
    def filter(self) -> ListFilter:
        every: Any = self.of.model._default_manager
        rows = every.visible_to(self.request.user).prefetch_related(*self.of.related_many)
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
        return bool(self.of.reassigning) and self.request.user.may(Permission.SUPERVISE)
