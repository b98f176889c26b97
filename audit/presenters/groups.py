"""The log gathered by person, record, day or reason: who looked, when and why.

The law lets the log be used to check that reading was lawful, and not to measure people (Data
Protection Act 2018, section 62(4)). So people come in the order of their names, and a person's rows
are counted only on one record, flag, reason or request, never as their work as a whole.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest
from django.urls import reverse

from audit.models import LogRow
from audit.presenters.rows import WAYS, LogList
from audit.words import people, thing, who
from core.days import LondonDay
from core.templatetags.page import long_day

GATHERED_AT_MOST = 10_000
"""The latest rows that match; a narrower filter reaches older ones."""
SHOWN_AT_MOST = 200
ONE_MATTER = {"object_id", "flag", "reasoned", "request_id", "sought"}
"""With one of these filters on, rows are about a matter and not about somebody's work."""


COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    "person": (("actor",), "actor"),
    "record": (("object_type", "object_id"), "-latest"),
    "day": (("day",), "-day"),
    "reason": (("reason_code", "reason"), "-latest"),
}
"""What rows have in common, by the way to gather them, and the order of what comes out."""


@dataclass(frozen=True)
class Group:
    """Rows that have something in common."""

    words: str
    address: str
    """The list of these rows alone; for a reason none, since an address would hold it."""
    times: int
    earliest: datetime
    latest: datetime
    reasons: list[str]


class GroupPage(LogList):
    gathered_at_most = GATHERED_AT_MOST

    def __init__(self, request: HttpRequest, by: str) -> None:
        super().__init__(request)
        self.by = by

    @property
    def heading(self) -> str:
        return WAYS[self.by]

    @cached_property
    def of_one_matter(self) -> bool:
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return any(chosen.get(name) for name in ONE_MATTER)

    @property
    def full(self) -> bool:
        """Whether there may be more groups than are shown."""
        return len(self.groups) == SHOWN_AT_MOST

    @property
    def too_wide(self) -> bool:
        return self.by == "person" and not self.of_one_matter

    @property
    def counts(self) -> bool:
        """Whether numbers are shown: never those of everything that one person did."""
        return self.of_one_matter or not self.filter.data.get("person")

    @cached_property
    def groups(self) -> list[Group]:
        if self.too_wide:
            return []
        columns, order = COLUMNS[self.by]
        latest = self.rows.order_by("-pk")[:GATHERED_AT_MOST]
        rows = LogRow.objects.filter(pk__in=latest.values("pk"))
        if self.by == "record":
            rows = rows.exclude(object_id="")
        if self.by == "reason":
            rows = rows.with_reason()
        if self.by == "day":
            rows = rows.annotate(day=LondonDay("at"))
        found: list[dict[str, Any]] = list(
            rows.order_by()
            .values(*columns)
            .annotate(
                times=Count("pk"),
                earliest=Min("at"),
                latest=Max("at"),
                reasons=ArrayAgg("reason", filter=~Q(reason=""), distinct=True, default=[]),
            )
            .order_by(order)[:SHOWN_AT_MOST]
        )
        known = people(row.get("actor", "") for row in found)
        return [self._group(row, known) for row in found]

    def _group(self, row: dict[str, Any], known: dict[str, Any]) -> Group:
        common = {name: row[name] for name in ("times", "earliest", "latest", "reasons")}
        words, more = self._told(row, known)
        return Group(words=words, address=self._list(more) if more else "", **common)

    def _told(self, row: dict[str, Any], known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """A group in words, and what the list's filter takes on to show it."""
        if self.by == "person":
            person = known.get(row["actor"])
            return who(row["actor"], known), {"person": person.pk} if person else {}
        if self.by == "record":
            kind, number = row["object_type"], row["object_id"]
            return thing(kind, number), {"object_type": kind, "object_id": number}
        if self.by == "day":
            day: date = row["day"]
            return long_day(day), {
                f"{end}_{part}": getattr(day, part)
                for end in ("first", "last")
                for part in ("day", "month", "year")
            }
        return ": ".join(filter(None, [row["reason_code"], row["reason"]])), {}

    def _list(self, more: dict[str, Any]) -> str:
        query = self.request.GET.copy()
        for name, value in more.items():
            query[name] = str(value)
        return f"{reverse('audit:log')}?{query.urlencode()}"
