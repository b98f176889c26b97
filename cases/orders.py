"""What the law says of each kind of order and notice: its steps, its length, what a breach is."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from cases.choices import NOTICES, OrderKind, OrderStatus
from core.templatetags.page import long_day

if TYPE_CHECKING:
    from campaigns.models import Borough
    from cases.models import OrderAvailability

S, K = OrderStatus, OrderKind

AFTER_GIVING: dict[str, tuple[OrderStatus, ...]] = {
    S.NOTICE_ISSUED: (S.APPLIED, S.ADJOURNED, S.EXPIRED, S.WITHDRAWN),
    S.APPLIED: (S.ADJOURNED, S.EXPIRED, S.WITHDRAWN),
    S.ADJOURNED: (S.ADJOURNED, S.EXPIRED, S.WITHDRAWN),
}
"""The steps of a notice. It stands until the court has decided on the order applied for."""

_AT_COURT = (S.GRANTED, S.INTERIM_GRANTED, S.ADJOURNED, S.REFUSED, S.WITHDRAWN)
_IN_FORCE = (S.VARIED, S.RENEWED, S.DISCHARGED, S.EXPIRED)
AFTER_APPLYING: dict[str, tuple[OrderStatus, ...]] = {
    S.APPLIED: _AT_COURT,
    S.ADJOURNED: _AT_COURT,
    S.INTERIM_GRANTED: (S.SERVED, S.GRANTED, S.REFUSED, S.WITHDRAWN, S.DISCHARGED, S.EXPIRED),
    S.GRANTED: (S.SERVED, S.DISCHARGED, S.EXPIRED),
    S.SERVED: _IN_FORCE,
    S.VARIED: _IN_FORCE,
    S.RENEWED: _IN_FORCE,
    S.BREACHED: _IN_FORCE,
}
"""The steps of an order. A breach is recorded by itself, and the order goes on."""

NO_INTERIM = frozenset(
    {K.DVPO, K.STALKING, K.STALKING_INTERIM, K.SEXUAL_HARM, K.SEXUAL_HARM_INTERIM}
)
"""Without an interim state: their interim order, if there is one, is a kind of its own."""
BY_A_CRIMINAL_COURT = frozenset({K.RESTRAINING_CONVICTION, K.RESTRAINING_ACQUITTAL})
"""Made by the court that tries the case, so nobody applies for one."""
NOT_RENEWED = frozenset({K.DVPO})
NOTIFIES = frozenset({K.STALKING, K.STALKING_INTERIM, K.DAPO})
"""The respondent tells the police their name and address after service."""
IN_FORCE = frozenset({S.SERVED, S.VARIED, S.RENEWED, S.BREACHED})
NOTICE_IN_FORCE = frozenset(AFTER_GIVING)
GRANTED_NOT_SERVED = frozenset({S.GRANTED, S.INTERIM_GRANTED})


def first_statuses(kind: str) -> tuple[OrderStatus, ...]:
    """Where an order or notice of this kind can stand when it is first recorded."""
    if kind in NOTICES:
        return (S.NOTICE_ISSUED,)
    if kind in BY_A_CRIMINAL_COURT:
        return (S.GRANTED,)
    return (S.APPLIED, S.GRANTED)


def next_statuses(kind: str, status: str) -> tuple[OrderStatus, ...]:
    """The steps that make sense next; none once it has ended."""
    steps = (AFTER_GIVING if kind in NOTICES else AFTER_APPLYING).get(status, ())
    return tuple(
        step
        for step in steps
        if not (step == S.INTERIM_GRANTED and kind in NO_INTERIM)
        and not (step == S.RENEWED and kind in NOT_RENEWED)
    )


COUNTED_FROM = frozenset({S.NOTICE_ISSUED, S.GRANTED})
"""Where a notice or an order starts to count; an application counts in nothing."""

OF_A_NOTICE: dict[str, str] = {
    S.NOTICE_ISSUED: "Given",
    S.APPLIED: "Order applied for",
    S.ADJOURNED: "Hearing adjourned",
    S.EXPIRED: "Ended",
}
STEPS_OF_A_NOTICE: dict[str, str] = OF_A_NOTICE | {S.EXPIRED: "Court decided, notice ended"}
STEPS: dict[str, str] = {S.GRANTED: "Granted", S.SERVED: "Served"}


def status_words(kind: str, status: str) -> str:
    """Where an order or notice stands."""
    own = OF_A_NOTICE if kind in NOTICES else {}
    return own.get(status) or OrderStatus(status).label


def step_words(kind: str, step: str) -> str:
    """What happened next, for the officer to record."""
    own = STEPS_OF_A_NOTICE if kind in NOTICES else STEPS
    return own.get(step) or OrderStatus(step).label


COLOURS: dict[str, str] = {
    S.NOTICE_ISSUED: "green",
    S.SERVED: "green",
    S.VARIED: "green",
    S.RENEWED: "green",
    S.GRANTED: "orange",
    S.INTERIM_GRANTED: "orange",
    S.APPLIED: "blue",
    S.ADJOURNED: "blue",
    S.BREACHED: "red",
}
"""The colour of a status's tag; grey where it has ended."""


CRIMINAL = "A breach is a criminal offence: up to 5 years in prison."
BREACH: dict[str, str] = {
    K.DVPN: "A breach is not an offence: arrest, and bring them before the court.",
    K.DVPO: (
        "A breach is not an offence: arrest, and bring them before the court. "
        "It is a civil breach, with a fine or up to 2 months in prison."
    ),
    K.DAPN: "A breach is not an offence: arrest, and bring them before the court.",
    K.OTHER: "What a breach is depends on the order: read it.",
}
OCCUPATION_BREACH = {
    True: "A breach is contempt of court, not an offence. Arrest under the power attached.",
    False: "A breach is contempt of court, not an offence. No power of arrest is attached.",
}


def breach_words(kind: str, *, power_of_arrest: bool = False) -> str:
    """What a breach of this kind of order is, and what an officer can do."""
    if kind == K.OCCUPATION:
        return OCCUPATION_BREACH[power_of_arrest]
    return BREACH.get(kind, CRIMINAL)


def length_warning(kind: str, granted_on: date | None, ends_on: date | None) -> str:
    """What is odd about how long an order lasts; nothing if it may be so.

    `ends_on` is the first day on which it no longer binds.
    """
    if granted_on is None:
        return ""
    if kind == K.DVPO:
        if ends_on is None:
            return "This kind of order lasts 14 to 28 days. Add the day it ends."
        if not 14 <= (ends_on - granted_on).days <= 28:
            return "This kind of order lasts 14 to 28 days. Check the day it ends."
    years = {K.STALKING: 2, K.SEXUAL_HARM: 5}.get(OrderKind(kind), 0)
    if years and ends_on is not None and ends_on < years_after(granted_on, years):
        return f"This kind of order lasts at least {years} years. Check the day it ends."
    return ""


def unavailable(
    kind: str, borough: "Borough", day: date, known: "Iterable[OrderAvailability]"
) -> str:
    """What to check where a kind of order is had at some places and times, and not known there."""
    of_kind = [one for one in known if one.kind == kind]
    if not of_kind or any(one.covers(borough, day) for one in of_kind):
        return ""
    where = f"in {borough} on {long_day(day)}"
    return f"There is no record that this kind can be had {where}. Check before you go on."


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 1 March where it has no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
