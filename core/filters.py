"""Lists that a form narrows: the choices as removable tags, the order, a page of rows at a time.

Filters narrow and never widen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from core.forms import DayField
from core.pages import Count, Page, cheap_count, keyset_page
from core.spoken import in_words


@dataclass(frozen=True)
class Tag:
    """A filter that is on, in words, and the address of the list without it."""

    words: str
    without: str


@dataclass(frozen=True)
class Heading:
    """A heading that sorts: the address that it leads to, and how the list is sorted by it now."""

    address: str
    sorted: str


class DayFilter(django_filters.Filter):
    field_class = DayField


class ListFilter(django_filters.FilterSet):
    """A filter of a list: a form of the page's kind, its choices as removable tags, and its order.

    `sorts` has the fields of each order by its name, the last of which tells rows apart; the first
    one, falling, holds unless `sort` names another. "-entered" is the order "entered", falling.
    """

    sorts: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @property
    def sort(self) -> str:
        asked = self.data.get("sort", "")
        return asked if asked.removeprefix("-") in self.sorts else f"-{next(iter(self.sorts))}"

    @property
    def order(self) -> tuple[str, ...]:
        return self.sorts[self.sort.removeprefix("-")]

    @property
    def rising(self) -> bool:
        return not self.sort.startswith("-")

    @property
    def headings(self) -> dict[str, Heading]:
        """Each heading that sorts, by the name of its order; a second press turns it round."""
        found = {}
        for name in self.sorts:
            now = {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")
            query = self.data.copy()
            query.pop("page", None)
            query["sort"] = name if now == "descending" else f"-{name}"
            found[name] = Heading(f"?{query.urlencode()}", now)
        return found

    def tags(self) -> Iterator[Tag]:
        """Each choice that is on; of a form with mistakes, none."""
        if not self.form.is_valid():
            return
        for name, field in self.form.fields.items():
            value = self.form.cleaned_data.get(name)
            if not value:
                continue
            query = self.data.copy()
            for part in [name, *(f"{name}_{part}" for part in ("day", "month", "year"))]:
                query.pop(part, None)
            query.pop("page", None)
            yield Tag(f"{field.label}: {self.words(name, value)}", f"?{query.urlencode()}")

    def words(self, name: str, value: Any) -> str:
        """What is chosen in a field, as its tag says it."""
        return in_words(self.form.fields[name], value)


class FilteredList:
    """A list as somebody has narrowed it; with a mistake in the filter it shows no row."""

    related: tuple[str, ...] = ()

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def filter(self) -> ListFilter:
        raise NotImplementedError

    @property
    def form(self) -> Any:
        return self.filter.form

    @cached_property
    def tags(self) -> list[Tag]:
        return list(self.filter.tags())

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        """Every row that is chosen, in its order."""
        rows: QuerySet[Any] = self.filter.qs if self.form.is_valid() else self.filter.qs.none()
        falling = [f"{'' if self.filter.rising else '-'}{name}" for name in self.filter.order]
        return rows.select_related(*self.related).order_by(*falling)

    def turn_to(self, cursor: str) -> Page[Any]:
        """A page of the rows; ValueError where there is none of this name."""
        return keyset_page(self.rows, self.filter.order, cursor, rising=self.filter.rising)

    @cached_property
    def count(self) -> Count:
        return cheap_count(self.rows)

    @property
    def query(self) -> str:
        """What is chosen, as an address has it, whatever the page."""
        query: QueryDict = self.request.GET.copy()
        query.pop("page", None)
        return query.urlencode()
