"""What came of asking for the websites of partners."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from partners.choices import LinkResult
from partners.links import check_link
from partners.models import Partner

AGAIN_AFTER = timedelta(days=6)
"""A little less than the week after which the timetable asks again."""


def to_check(now: datetime) -> list[int]:
    """The partners whose websites nobody asked for in the past days."""
    long_ago = Q(link_checked_at=None) | Q(link_checked_at__lte=now - AGAIN_AFTER)
    found = Partner.objects.current().exclude(website="").filter(long_ago)
    return list(found.values_list("pk", flat=True))


def record_check(
    pk: int, now: datetime, check: Callable[[str], LinkResult | None] = check_link
) -> None:
    """Asks for a partner's website and keeps what came of it, unless it was changed meanwhile."""
    for website in Partner.objects.filter(pk=pk).exclude(website="").values_list("website"):
        result = check(*website)
        if result is not None:
            same = Partner.objects.filter(pk=pk, website=website[0])
            same.update(link_checked_at=now, link_result=result)
