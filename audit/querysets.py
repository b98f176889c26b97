"""What can be asked of the log, in words that its indexes serve at any size."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from core.days import DayRange, start_of

if TYPE_CHECKING:
    from audit.changes import Rows
    from audit.models import LogRow

LOOSE = timedelta(minutes=1)
"""A row has its number before its time, by less than this."""


def page_of(kind: str) -> str:
    """The page of a record, by which its refusals are known: "cases:case" of "cases.case"."""
    return kind.replace(".", ":", 1)


class Says(Func):
    """Whether a JSON column agrees with a path, as a GIN index finds it."""

    arg_joiner = " @@ "
    template = "(%(expressions)s::jsonpath)"
    output_field = BooleanField()


class LogQuerySet(QuerySet["LogRow"]):
    def reads(self) -> Self:
        """What showed somebody something of a record."""
        return self.filter(action__in=self.model.READS)

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        """Rows on records of these kinds, and refusals of their own pages."""
        return self.filter(object_type__in=[of for kind in kinds for of in (kind, page_of(kind))])

    def by(self, usernames: Collection[str]) -> Self:
        return self.filter(actor__in=usernames)

    def since(self, moment: datetime) -> Self:
        """From a moment on. The numbers of rows rise with time, and the list is in their order."""
        first = self._first_number(moment - LOOSE)
        return self.none() if first is None else self.filter(pk__gte=first, at__gte=moment)

    def before(self, moment: datetime) -> Self:
        end = self._first_number(moment + LOOSE)
        rows = self.filter(at__lt=moment)
        return rows if end is None else rows.filter(pk__lt=end)

    def between(self, days: DayRange) -> Self:
        return self.since(start_of(days.first)).before(start_of(days.end))

    def _first_number(self, moment: datetime) -> int | None:
        rows = self.model._default_manager.filter(at__gte=moment)
        return rows.order_by("at").values_list("pk", flat=True).first()

    def searched_for(self, words: str) -> Self:
        """Rows with these words, whole, among their search terms, in capitals or not."""
        spellings = sorted({words, words.lower(), words.upper(), words.replace(" ", "").upper()})
        path = " || ".join(f"$.* == {json.dumps(one)}" for one in spellings)
        return self.exclude(details={}).filter(Says(F("details"), Value(path)))

    def with_reason(self) -> Self:
        return self.exclude(reason="")

    def for_reason(self, words: str) -> Self:
        """Rows with these words in their reason, or with this code."""
        return self.with_reason().filter(Q(reason__icontains=words) | Q(reason_code=words))

    def about(self, rows: "Iterable[Rows]") -> Self:
        """Rows of the log on any of these records, and refusals of their own pages."""
        wanted = Q(pk__in=[])
        for some in rows:
            keys = [str(key) for key in some.keys]
            kinds = [some.object_type, page_of(some.object_type)]
            wanted |= Q(object_type__in=kinds, object_id__in=keys)
        return self.filter(wanted)
