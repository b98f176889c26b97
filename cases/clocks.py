"""The clocks that run in a case: by when, how urgent, and in which words.

Every function takes the time as an argument. `running_clocks` alone asks the database.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache, partial
from typing import Any

import holidays
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from campaigns.models import Team
from cases.choices import CaseStatus, Kind, OrderStatus
from cases.models import Case, DisclosureApplication, EvidenceSubmission, Outcome, ProtectiveOrder
from cases.orders import GRANTED_NOT_SERVED, IN_FORCE, NOTICE_IN_FORCE, NOTIFIES
from core.days import LONDON, ONE_DAY, london_day, start_of
from core.querysets import M, ScopedQuerySet
from core.templatetags.page import long_day, moment

HEARING_WITHIN = timedelta(hours=48)
SOON_BEFORE = timedelta(days=7)
SOON_BEFORE_HEARING = timedelta(hours=24)
EXPIRY_AHEAD = timedelta(days=14)
NOTIFY_DAYS = 3


class State(StrEnum):
    """How a clock stands, the most urgent first."""

    OVERDUE = "overdue"
    SOON = "soon"
    RUNNING = "running"
    MET = "met"

    @property
    def label(self) -> str:
        return STATE_TAGS[self][0]

    @property
    def colour(self) -> str:
        """The colour of its tag."""
        return STATE_TAGS[self][1]


STATE_TAGS = {
    State.OVERDUE: ("Overdue", "red"),
    State.SOON: ("Soon", "orange"),
    State.RUNNING: ("Running", "blue"),
    State.MET: ("Done", "green"),
}


@dataclass(frozen=True)
class Clock:
    """One thing to be done in a case, by when if it has a limit, and what a page says of it."""

    case: Case
    what: str
    state: State
    words: str
    due: date | datetime | None
    part: str
    """The id of the part of the case's page that it leads to."""

    @property
    def url(self) -> str:
        return f"{reverse('cases:case', args=[self.case.pk])}#{self.part}"

    @property
    def urgency(self) -> tuple[int, bool, datetime]:
        """Sorts the most urgent first; within a state, what is due first."""
        return [*State].index(self.state), self.due is None, _moment(self.due)


def _moment(due: date | datetime | None) -> datetime:
    """When a limit is reached: a day is at its end."""
    if isinstance(due, datetime):
        return due
    return start_of(due + ONE_DAY) if due else datetime.max.replace(tzinfo=UTC)


# The 48 hours of a notice


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def left_out(day: date) -> bool:
    """Whether the law leaves the day out of the 48 hours: Sunday, Christmas Day, bank holidays.

    A Saturday counts, unless it is Christmas Day. A holiday that falls on a Saturday is kept on the
    Monday; the list of the library names both days. Leaving out one too many would make the court
    too late, so where in doubt the earlier limit stands.
    """
    if day.weekday() == 6 or (day.month, day.day) == (12, 25):
        return True
    return day.weekday() != 5 and day in _bank_holidays(day.year)


def next_working_day(day: date) -> date:
    """The first day after this one on which offices work."""
    day += ONE_DAY
    while day.weekday() >= 5 or day in _bank_holidays(day.year):
        day += ONE_DAY
    return day


def hearing_due(given_at: datetime) -> datetime:
    """The end of the 48 hours in which the court must hear the application after a notice.

    They run from the moment at which the notice was given to the respondent. Section 27 of the
    Crime and Security Act 2010 and section 29 of the Domestic Abuse Act 2021 disregard whole days
    (`left_out`), so no time within one counts. They are hours that pass, not hours of the clock on
    the wall; the two agree, since London's clocks change on Sundays, which are left out.
    """
    at, left = given_at.astimezone(LONDON), HEARING_WITHIN
    while True:
        midnight = start_of(at.date() + ONE_DAY)
        if not left_out(at.date()):
            # In UTC, since Python subtracts wall clocks within one zone.
            passes = midnight.astimezone(UTC) - at.astimezone(UTC)
            if passes >= left:
                return (at.astimezone(UTC) + left).astimezone(LONDON)
            left -= passes
        at = midnight


def by_moment(when: datetime) -> str:
    """Like "by 6pm on Monday 29 November 2021"; a midnight is the end of the day before."""
    local = when.astimezone(LONDON)
    if (local.hour, local.minute) != (0, 0):
        return f"by {moment(when)}"
    before = local.date() - ONE_DAY
    return f"by midnight at the end of {before:%A} {long_day(before)}"


def hearing_clock(notice: ProtectiveOrder, now: datetime) -> Clock | None:
    """The hearing that a notice waits for; an adjourned one keeps the notice in force."""
    if not (notice.is_notice and notice.status in NOTICE_IN_FORCE and notice.given_at):
        return None
    hearing, due = notice.hearing_at, hearing_due(notice.given_at)
    if notice.status == OrderStatus.ADJOURNED:
        state, words = _adjourned(hearing, now)
        due = hearing or due
    else:
        state, words = _first_hearing(hearing, due, now)
    return Clock(notice.case, f"Hearing: {notice}", state, words, due, "orders")


def _first_hearing(hearing: datetime | None, due: datetime, now: datetime) -> tuple[State, str]:
    limit = by_moment(due)
    if hearing is None:
        return _by(due, now), f"Hearing {'was ' if now > due else ''}due {limit}"
    if hearing > due:
        state = State.OVERDUE if now > due else State.SOON
        return state, f"Listed for {moment(hearing)}: too late. Hearing due {limit}"
    if hearing > now:
        return _by(hearing, now), f"Hearing at {moment(hearing)}. It is due {limit}"
    return State.SOON, f"Hearing was at {moment(hearing)}. Record what the court decided"


def _adjourned(hearing: datetime | None, now: datetime) -> tuple[State, str]:
    if hearing is None:
        return State.SOON, "Adjourned, the notice stays in force. Add the new hearing"
    if hearing > now:
        words = f"Adjourned to {moment(hearing)}. The notice stays in force"
        return _by(hearing, now), words
    return State.SOON, f"Hearing was at {moment(hearing)}. Record what the court decided"


def _by(due: datetime, now: datetime) -> State:
    if now > due:
        return State.OVERDUE
    return State.SOON if due - now <= SOON_BEFORE_HEARING else State.RUNNING


# Orders


def service_clock(order: ProtectiveOrder) -> Clock | None:
    """An order that is granted and not served: nobody is bound by it yet."""
    if order.is_notice or order.status not in GRANTED_NOT_SERVED or order.served_at:
        return None
    words = "Granted, not yet served: duties have not started"
    return Clock(order.case, f"Service: {order}", State.SOON, words, None, "orders")


def notification_clock(order: ProtectiveOrder, now: datetime) -> Clock | None:
    """Name and address, which the respondent gives the police within 3 days from service.

    The day of service is the first of the three. Whether they did is kept in the master system, so
    this clock runs out by itself.
    """
    if order.kind not in NOTIFIES or order.status not in IN_FORCE or order.served_at is None:
        return None
    last = london_day(order.served_at) + timedelta(days=NOTIFY_DAYS - 1)
    if london_day(now) > last:
        return None
    words = f"The respondent must give name and address by the end of {last:%A} {long_day(last)}"
    return Clock(order.case, f"Name and address: {order}", State.SOON, words, last, "orders")


def expiry_clock(order: ProtectiveOrder, now: datetime) -> Clock | None:
    """The end of an order, from 14 days before it until somebody records that it ended."""
    ends, today = order.expires_on, london_day(now)
    if ends is None or order.is_notice or order.status not in IN_FORCE | GRANTED_NOT_SERVED:
        return None
    if ends - today > EXPIRY_AHEAD:
        return None
    what = f"End: {order}"
    if ends <= today:
        words = f"Ended on {long_day(ends)}. Record that it has expired"
        return Clock(order.case, what, State.OVERDUE, words, ends, "orders")
    words = f"Ends in {days(ends - today)}, on {long_day(ends)}"
    return Clock(order.case, what, State.SOON, words, ends, "orders")


def order_clocks(order: ProtectiveOrder, now: datetime) -> list[Clock]:
    """Every clock of an order or notice."""
    clocks = (
        hearing_clock(order, now),
        service_clock(order),
        notification_clock(order, now),
        expiry_clock(order, now),
    )
    return [clock for clock in clocks if clock]


# Disclosures, evidence, bail


def disclosure_due(received_on: date) -> date:
    """The last day of a Clare's Law application, from receipt to its end."""
    return received_on + timedelta(days=settings.DISCLOSURE_DAYS)


def disclosure_clock(application: DisclosureApplication, now: datetime) -> Clock:
    due, closed = disclosure_due(application.received_on), application.closed_on
    what = "Clare's Law application"
    if closed:
        took = f"Ended after {days(closed - application.received_on)}"
        over = closed - due
        words = f"{took}, {days(over)} over" if over.days > 0 else f"{took}, in time"
        return Clock(application.case, what, State.MET, words, due, "disclosures")
    state, words = _count_down(due, now)
    return Clock(application.case, what, state, words, due, "disclosures")


def evidence_clock(submission: EvidenceSubmission, now: datetime) -> Clock:
    """A device that is out; there is no limit, only how long it has been."""
    what = f"{submission.get_device_display()} at {submission.hub}"
    if submission.returned_on:
        words = f"Back after {days(submission.returned_on - submission.sent_on)}"
        return Clock(submission.case, what, State.MET, words, None, "evidence")
    out = london_day(now) - submission.sent_on
    words = f"Out for {days(out)}" if out.days else "Sent today"
    return Clock(submission.case, what, State.RUNNING, words, None, "evidence")


def bail_clock(bail: Outcome, now: datetime) -> Clock | None:
    if bail.bail_until is None:
        return None
    state, words = _count_down(bail.bail_until, now)
    verb = "ended" if state is State.OVERDUE else "ends"
    words = f"{words}: bail {verb} on {long_day(bail.bail_until)}"
    return Clock(bail.case, "Bail", state, words, bail.bail_until, "outcomes")


def _count_down(due: date, now: datetime) -> tuple[State, str]:
    left = due - london_day(now)
    if left.days < 0:
        return State.OVERDUE, f"{days(-left)} overdue"
    state = State.SOON if left <= SOON_BEFORE else State.RUNNING
    return state, f"{days(left)} left" if left.days else "Due today"


def days(length: timedelta) -> str:
    return "1 day" if length.days == 1 else f"{length.days} days"


# Of one person


ENDS_BAIL = [Kind.CHARGE, Kind.CAUTION, Kind.BAIL, Kind.RELEASED, Kind.NO_FURTHER_ACTION]


Narrow = Callable[[ScopedQuerySet[Any], str], ScopedQuerySet[Any]]
"""Which rows are meant; the word names the field of whoever recorded one."""


def running_clocks(user: User, now: datetime) -> list[Clock]:
    """What runs in the cases of an officer, or in what they recorded; the most urgent first."""
    return _running(user, now, partial(_of, user))


def overdue_clocks(
    user: User, boroughs: Iterable[int], now: datetime, team: Team | None = None
) -> list[Clock]:
    """What is overdue in the cases of some boroughs, or of a team there, that the person sees."""
    places = list(boroughs)
    found = _running(user, now, lambda rows, _by: _in(rows, places, team))
    return [clock for clock in found if clock.state == State.OVERDUE]


def _running(user: User, now: datetime, narrow: Narrow) -> list[Clock]:
    ahead = london_day(now) + EXPIRY_AHEAD
    orders = (
        ProtectiveOrder.objects.visible_to(user)
        .standing()
        .filter(
            Q(status__in=[*NOTICE_IN_FORCE, *GRANTED_NOT_SERVED])
            | Q(status__in=IN_FORCE, expires_on__lte=ahead)
            | Q(status__in=IN_FORCE, kind__in=NOTIFIES, served_at__gte=now - NOTIFY_DAYS * ONE_DAY)
        )
    )
    disclosures = DisclosureApplication.objects.visible_to(user).standing().filter(closed_on=None)
    evidence = EvidenceSubmission.objects.visible_to(user).filter(returned_on=None)
    clocks = [
        *(c for order in narrow(orders, "recorded_by") for c in order_clocks(order, now)),
        *(disclosure_clock(one, now) for one in narrow(disclosures, "recorded_by")),
        *(evidence_clock(one, now) for one in narrow(evidence, "recorded_by")),
        *bail_clocks(narrow(Outcome.objects.visible_to(user), "logged_by"), now),
    ]
    return in_order(clocks)


def bail_clocks(outcomes: ScopedQuerySet[Outcome], now: datetime) -> list[Clock]:
    """The bail among these outcomes that nothing has ended yet."""
    later = Outcome.objects.alias(who=Coalesce("suspect_id", 0)).filter(
        who=Coalesce(OuterRef("suspect_id"), 0),
        case=OuterRef("case"),
        kind__in=ENDS_BAIL,
        counted=True,
        happened_at__gt=OuterRef("happened_at"),
    )
    running = outcomes.filter(
        ~Exists(later), kind=Kind.BAIL, bail_until__isnull=False, counted=True
    ).exclude(case__status=CaseStatus.CLOSED)
    return [clock for bail in running if (clock := bail_clock(bail, now))]


def in_order(clocks: Iterable[Clock]) -> list[Clock]:
    return sorted(clocks, key=lambda clock: clock.urgency)


def _of(user: User, rows: ScopedQuerySet[M], by: str) -> ScopedQuerySet[M]:
    """Rows of the cases of an officer, or recorded by them.

    The ids of each come from an index of their own; an OR over two tables would read every row.
    """
    every = rows.model._default_manager.all()
    theirs = every.filter(case__officer=user).values("pk")
    recorded = every.filter(**{by: user}).values("pk")
    return rows.filter(pk__in=theirs.union(recorded)).select_related("case")


def _in(rows: ScopedQuerySet[M], boroughs: list[int], team: Team | None) -> ScopedQuerySet[M]:
    """Rows of the cases of some boroughs, or of a team there."""
    of_team = {"case__team": team} if team else {}
    return rows.filter(case__borough__in=boroughs, **of_team).select_related("case__borough")
