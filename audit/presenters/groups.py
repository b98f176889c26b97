"""The log gathered by person, record, day or reason: who looked, when and why.

The law lets the log be used to check that reading was lawful, and not to measure people (Data
Protection Act 2018, section 62(4)). So people come in the order of their names, and a person's rows
are counted only on one record, flag, reason or request, never as their work as a whole.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from audit.presenters.rows import WAYS, LogList
from audit.words import people, thing, who
from core.days import london_day
from core.templatetags.page import long_day

GATHERED_AT_MOST = 10_000
"""The latest rows that match; a narrower filter reaches older ones."""
SHOWN_AT_MOST = 200
ONE_MATTER = {"object_id", "flag", "reasoned", "request_id", "sought"}
"""With one of these filters on, rows are about a matter and not about somebody's work."""


READ = ("at", "actor", "object_type", "object_id", "reason_code", "reason")
Key = tuple[Any, ...]
KEYS: dict[str, Callable[[Any], Key]] = {
    "person": lambda row: (row.actor,),
    "record": lambda row: (row.object_type, row.object_id) if row.object_id else (),
    "day": lambda row: (london_day(row.at),),
    "reason": lambda row: (row.reason_code, row.reason) if row.reason else (),
}
"""What rows have in common, by the way to gather them; nothing for those that are left out."""


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
        """People by their names, all else the latest first."""
        if self.too_wide:
            return []
        gathered: dict[Key, list[Any]] = defaultdict(list)
        for row in self.rows.values_list(*READ, named=True)[:GATHERED_AT_MOST]:
            gathered[KEYS[self.by](row)].append(row)
        gathered.pop((), None)
        keys, known = list(gathered), {}
        if self.by == "person":
            known = people(actor for [actor] in keys)
            keys.sort(key=lambda key: str(known.get(key[0], key[0])))
        return [self._group(key, gathered[key], known) for key in keys[:SHOWN_AT_MOST]]

    def _group(self, key: Key, rows: list[Any], known: dict[str, Any]) -> Group:
        words, more = self._told(key, known)
        return Group(
            words=words,
            address=self._list(more) if more else "",
            times=len(rows),
            earliest=rows[-1].at,
            latest=rows[0].at,
            reasons=sorted({row.reason for row in rows} - {""}),
        )

    def _told(self, key: Key, known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """A group in words, and what the list's filter takes on to show it."""
        if self.by == "person":
            person = known.get(key[0])
            return who(key[0], str(person or "")), {"person": person.pk} if person else {}
        if self.by == "record":
            return thing(*key), dict(zip(("object_type", "object_id"), key, strict=True))
        if self.by == "day":
            [day] = key
            return long_day(day), {
                f"{end}_{part}": getattr(day, part)
                for end in ("first", "last")
                for part in ("day", "month", "year")
            }
        return ": ".join(filter(None, key)), {}

    def _list(self, more: dict[str, Any]) -> str:
        query = self.request.GET.copy()
        for name, value in more.items():
            query[name] = str(value)
        return f"{reverse('audit:log')}?{query.urlencode()}"
