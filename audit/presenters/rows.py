"""Rows of the log in words: a filtered list of them, one by itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from audit.changes import tracked
from audit.filters import LogFilter, sought
from audit.models import LogRow, SealedPart
from audit.words import names, role_of, said, thing, who
from core.filters import FilteredList, ListFilter
from core.templatetags.page import moment


@dataclass(frozen=True)
class Line:
    """One row of the log, in words."""

    row: LogRow
    name: str
    """Empty where nobody is known by the username."""

    @property
    def who(self) -> str:
        return who(self.row.actor, self.name)

    @property
    def role(self) -> str:
        return role_of(self.row.role)

    @property
    def thing(self) -> str:
        return thing(self.row.object_type, self.row.object_id)

    @property
    def record_address(self) -> str:
        """The page of the record that it speaks of, if it speaks of one."""
        if not self.row.object_id or tracked(self.row.object_type) is None:
            return ""
        return reverse("audit:record", args=[self.row.object_type, self.row.object_id])

    @property
    def said(self) -> list[tuple[str, str]]:
        return list(said(self.row.details))

    @property
    def why(self) -> str:
        return ": ".join(filter(None, [self.row.reason_code, self.row.reason]))

    @property
    def _sealed(self) -> str:
        """The number and the digest of the seal that covers it."""
        parts = SealedPart.objects.filter(table=LogRow._meta.db_table, last_id__gte=self.row.pk)
        part = parts.defer("leaves").select_related("seal").order_by("last_id").first()
        return f"{part.seal_id}, {part.seal.digest}" if part else "None yet"

    @property
    def facts(self) -> Iterator[tuple[str, str, str]]:
        """Everything that the row says: a label, the words, and where they lead."""
        row, list_ = self.row, reverse("audit:log")
        told = [
            ("When", moment(row.at), ""),
            ("Who", self.who, ""),
            ("Role at the time", self.role, ""),
            ("What was done", row.get_action_display(), ""),
            ("Record", self.thing, self.record_address),
            *((label, words, "") for label, words in self.said),
            ("Rows", "" if row.results is None else f"{row.results:,}", ""),
            ("Reason", self.why, ""),
            ("Recipient", row.recipient, ""),
            ("Flag", row.get_flag_display(), ""),
            ("Request", row.request_id, f"{list_}?request_id={row.request_id}"),
            ("Session", row.session[:12], ""),
            ("Address", row.address or "", ""),
            ("Seal", self._sealed, ""),
        ]
        return ((label, words, address) for label, words, address in told if words)


def lines(rows: Iterable[LogRow]) -> list[Line]:
    found = list(rows)
    known = names(row.actor for row in found)
    return [Line(row, known.get(row.actor, "")) for row in found]


WAYS = {"person": "By person", "record": "By record", "day": "By day", "reason": "By reason"}
"""How the rows that are chosen can be gathered."""


class LogList(FilteredList):
    """The log as an auditor has narrowed it, row by row or gathered `by` something."""

    by = ""

    @property
    def ways(self) -> list[tuple[str, str, bool]]:
        """The ways to read the same rows: words, address, whether it is this one."""
        addresses = [("List", reverse("audit:log"), "")]
        addresses += [(words, reverse("audit:groups", args=[by]), by) for by, words in WAYS.items()]
        return [(words, f"{page}?{self.query}", by == self.by) for words, page, by in addresses]

    @cached_property
    def filter(self) -> ListFilter:
        found: ListFilter = LogFilter(
            self.request.GET, queryset=LogRow.objects.all(), request=self.request
        )
        return found

    @property
    def terms(self) -> dict[str, Any]:
        """What was asked for, as the log keeps it."""
        terms = self.request.GET.dict()
        return terms | {"sought": sought(self.request)[1]} if "sought" in terms else terms
