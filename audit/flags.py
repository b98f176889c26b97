"""What an auditor should look at: a flag on the rows of the log, set as they are written."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Model, Q
from django.db.models.functions import Lower
from django.http import HttpRequest

from audit.models import LogRow
from core.days import DatabaseNow

Flag = LogRow.Flag

OFTEN = 5
OFTEN_WITHIN = timedelta(days=7)
MANY_WITHIN = timedelta(hours=1)
FREE_TEXT = frozenset({"reference", "q", "search", "name", "text"})
"""The search terms that people type; the others are chosen from lists."""
SHORTEST_NAME = 3
WORDS_AT_MOST = 1_000


def mark(request: HttpRequest, flag: LogRow.Flag) -> None:
    """Every row that this request writes from here on carries the flag."""
    request.flag = flag  # type: ignore[attr-defined]


def of(request: HttpRequest) -> str:
    """The flag that a row of this request carries."""
    return getattr(request, "flag", "")


def named(user: Any, text: str) -> str:
    """Whose name is in a text: the person's own, else a colleague's."""
    words = re.findall(r"[^\W\d_][\w.'’-]*", text.lower())[:WORDS_AT_MOST]
    if not (words and user.is_authenticated):
        return ""
    own = {part for part in user.get_full_name().lower().split() if len(part) >= SHORTEST_NAME}
    if (own | {user.get_username().lower()}) & {*words}:
        return Flag.OWN_NAME
    return Flag.COLLEAGUE_NAME if _names_a_colleague(words) else ""


def _names_a_colleague(words: list[str]) -> bool:
    """By username or whole name; where one word is all there is, by surname too."""
    people = get_user_model()._default_manager.annotate(lower_name=Lower("name"))
    known = Q(username__in=words) | Q(lower_name__in=[*_runs(words, 2), *_runs(words, 3)])
    if len(words) == 1 and len(words[0]) >= SHORTEST_NAME:
        known |= Q(lower_name__endswith=f" {words[0]}")
    return people.filter(known).exists()


def _runs(words: list[str], length: int) -> Iterable[str]:
    return (" ".join(words[n : n + length]) for n in range(len(words) - length + 1))


def repeated(request: HttpRequest, record: Model) -> bool:
    """Whether the person has read the record so often that this look is one too many.

    The page says whether they have a task there, which the log cannot know.
    """
    looks = LogRow.objects.filter(
        action=LogRow.Action.CONSULTATION,
        actor=request.user.get_username(),
        object_type=record._meta.label_lower,
        object_id=str(record.pk),
        at__gte=DatabaseNow() - OFTEN_WITHIN,
    )
    return looks[: OFTEN - 1].count() == OFTEN - 1


def many(request: HttpRequest, record: Model) -> bool:
    """Whether the person opened as many others within the hour as `LOOKS_AN_HOUR` lets pass."""
    others = (
        LogRow.objects.filter(
            action=LogRow.Action.CONSULTATION,
            actor=request.user.get_username(),
            at__gte=DatabaseNow() - MANY_WITHIN,
        )
        .exclude(object_type=record._meta.label_lower, object_id=str(record.pk))
        .order_by()
        .values("object_type", "object_id")
        .distinct()
    )
    return others[: settings.LOOKS_AN_HOUR].count() == settings.LOOKS_AN_HOUR
