"""Pages of long lists by keyset: each starts where the last one ended, so page 100,000 costs what
the first one does. No row is shown twice or left out because another came in between.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from core.querysets import M

T = TypeVar("T")
COUNTED_AT_MOST = 10_000
COUNT_WITHIN = "1500ms"


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows in order, and the cursors of the pages beside them, empty where there are none."""

    rows: list[M]
    before: str
    after: str


def keyset_page(
    rows: "QuerySet[M]",
    order: Sequence[str],
    cursor: str = "",
    *,
    rising: bool = False,
    size: int = 50,
) -> Page[M]:
    """A page of rows by the fields of `order`, the last of which tells rows apart.

    From the newest or greatest on, unless `rising`. ValueError on a cursor that is none of ours.
    """
    back, key = _read(cursor, len(order)) if cursor else (False, None)
    upwards = back != rising
    found = rows.order_by(*(f"{'' if upwards else '-'}{name}" for name in order))
    if key is not None:
        try:
            found = found.filter(_beyond(order, key, "gt" if upwards else "lt"))
        except ValidationError as error:
            raise ValueError("No such page") from error
    page = list(found[: size + 1])
    more, page = len(page) > size, page[:size]
    if back:
        page.reverse()
    earlier, later = (more, True) if back else (key is not None, more)
    return Page(
        rows=page,
        before=_write(page[0], order, back=True) if page and earlier else "",
        after=_write(page[-1], order, back=False) if page and later else "",
    )


def page_asked_for(request: HttpRequest, turn_to: Callable[[str], T]) -> T:
    """The page that an address names; where it is not there any more, the first one."""
    try:
        return turn_to(request.GET.get("page", ""))
    except ValueError:
        messages.warning(request, "That page is not there any more. This is the first one.")
        return turn_to("")


def _beyond(order: Sequence[str], key: Sequence[Any], side: str) -> Q:
    """The rows past a key, in words that an index over the fields serves."""
    first, *rest = order
    if not rest:
        return Q(**{f"{first}__{side}": key[0]})
    past = Q(**{f"{first}__{side}": key[0]}) | _beyond(rest, key[1:], side)
    return Q(**{f"{first}__{side}e": key[0]}) & past


def _write(row: Model, order: Sequence[str], *, back: bool) -> str:
    values = [getattr(row, name) for name in order]
    key = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps([back, *key]).encode()).decode().rstrip("=")


def _read(cursor: str, length: int) -> tuple[bool, list[str]]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        back, *key = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError) as error:
        raise ValueError("No such page") from error
    # The database's texts hold no NUL.
    if len(key) != length or not all(isinstance(part, str) and "\0" not in part for part in key):
        raise ValueError("No such page")
    return bool(back), key


@dataclass(frozen=True)
class Count:
    """How many rows there are, as far as it is cheap to know."""

    number: int
    exact: bool

    @property
    def words(self) -> str:
        return f"{self.number:,}" if self.exact else f"more than {self.number:,}"


def cheap_count(rows: "QuerySet[M]") -> Count:
    """Counts up to ten thousand rows, and not for longer than a moment."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{COUNT_WITHIN}'")
            number = rows.order_by()[: COUNTED_AT_MOST + 1].count()
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError:
        return Count(0, exact=False)
    return Count(min(number, COUNTED_AT_MOST), number <= COUNTED_AT_MOST)
