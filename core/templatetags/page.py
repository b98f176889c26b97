"""Days, times and numbers in the words that pages use, and what a person may do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.days import LONDON, DayRange
from core.spoken import lowered

register = template.Library()


class Person(Protocol):
    def may(self, permission: str) -> bool: ...


@register.filter
def thousands(count: int) -> str:
    """1504 as "1,504"."""
    return f"{count:,}"


def rounded(value: float, places: int) -> Decimal:
    """As `floatformat` has it, halves up, so that pages, charts and files say the same."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@register.filter
def by_how_much(difference: int) -> str:
    """Like "+2"; a true minus sign where there is less."""
    return f"{difference:+,}".replace("-", "\N{MINUS SIGN}")


@register.filter
def long_day(day: date) -> str:
    """Like "25 November 2021"."""
    return f"{day.day} {day:%B %Y}"


@register.filter
def week_day(day: date) -> str:
    """Like "Sat 27 November", so that a weekend shows without colour."""
    return f"{day:%a} {day.day} {day:%B}"


@register.filter
def span(days: DayRange) -> str:
    """Like "25 November to 10 December 2021"; what both ends share is said once."""
    first, last = days.first, days.last
    if first == last:
        return long_day(first)
    if first.year != last.year:
        start = long_day(first)
    elif first.month != last.month:
        start = f"{first.day} {first:%B}"
    else:
        start = f"{first.day}"
    return f"{start} to {long_day(last)}"


@register.filter
def clock(when: datetime) -> str:
    """Like "2:30am", on London's clock."""
    local = when.astimezone(LONDON)
    if (local.hour, local.minute) in {(0, 0), (12, 0)}:
        return "midday" if local.hour else "midnight"
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'pm' if local.hour >= 12 else 'am'}"


@register.filter
def moment(when: datetime) -> str:
    """Like "2:30am on Monday 22 November 2021", on London's clock."""
    local = when.astimezone(LONDON)
    return f"{clock(when)} on {local:%A} {long_day(local.date())}"


@register.filter
def short_moment(when: datetime) -> SafeString:
    """Like "22 Nov 2021 02:30" on London's clock, for tables: each half stays in one piece."""
    local = when.astimezone(LONDON)
    return format_html(
        '<time datetime="{}">{}</time> <time>{}</time>',
        local.isoformat(timespec="minutes"),
        f"{local.day} {local:%b %Y}",
        f"{local:%H:%M}",
    )


@register.filter
def listed(names: Sequence[object]) -> str:
    """Like "Lambeth, Lewisham and Southwark"."""
    words = [str(name) for name in names]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


@register.filter
def lower_first(label: str) -> str:
    """A label inside a sentence; one that begins with a name or letters stays as it is."""
    return label if label.startswith("Clare") else lowered(label)


@register.simple_tag(takes_context=True)
def within(context: Mapping[str, Any], part: str, also: str, but: str) -> bool:
    """Whether the page lies at the address of a part or below it, or below `also`; never `but`."""
    path = context["request"].path
    inside = [address for address in (part, also) if address]
    return path.startswith(tuple(inside)) and not (but and path.startswith(but))


@register.filter
def may(person: Person, permission: str) -> bool:
    """Whether to show a way in; the view itself decides again."""
    return person.may(permission)
