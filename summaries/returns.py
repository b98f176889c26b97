"""A borough's return: what was signed of its figures, how it stands now, and who is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.permissions import EVERYWHERE, BoroughScope, Permission
from campaigns.models import Borough, Campaign
from core.days import DayRange, london_day
from core.models import told
from core.snapshots import one_snapshot
from summaries.figures import By, Window, apart, figures
from summaries.measures import HEADLINES, Measure
from summaries.models import SIGNED_MEANWHILE, BoroughReturn
from summaries.querysets import BoroughReturnQuerySet

REMINDED_FOR = timedelta(days=28)
"""After its end a campaign asks for returns that long; its pages show them for ever."""


class Signed(TypedDict):
    """One figure as it is frozen."""

    measure: str
    unit: str
    count: int


@dataclass(frozen=True)
class Counted:
    """The figures of a borough's days as they can be signed, all of one moment."""

    figures: list[Signed]
    at: datetime

    @property
    def nil(self) -> bool:
        return not any(row["count"] for row in self.figures)

    @property
    def digest(self) -> str:
        """The figures in one word, for a form to say which it showed."""
        return "-".join(str(row["count"]) for row in self.figures)


def frozen(counts: dict[str, int]) -> list[Signed]:
    """The headline figures as a signature keeps them, from counts by slug."""
    return [
        {"measure": m.slug, "unit": m.unit.value, "count": counts.get(m.slug, 0)} for m in HEADLINES
    ]


def counted(borough: Borough, days: DayRange) -> Counted:
    """The figures of now, and the moment that they are of."""
    with one_snapshot():
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            (at,) = cursor.fetchone()
        counts = _counts(days, [borough])[borough.pk]
    return Counted(frozen(counts), at)


def sign_return(
    *,
    by: User,
    campaign: Campaign,
    borough: Borough,
    days: DayRange,
    after: int,
    checked: str,
) -> BoroughReturn:
    """Signs the figures that were checked, after so many signatures of the same days.

    ValidationError where the figures are others by now, where somebody else has signed, or where
    the days are not over. Two who sign at once make one signature: the database takes one of each
    number.
    """
    if BoroughReturn.objects.of(campaign, days).filter(borough=borough).count() != after:
        raise ValidationError(SIGNED_MEANWHILE)
    now = counted(borough, days)
    if now.digest != checked:
        raise ValidationError(
            "The figures changed while you were checking them. Check them again before you sign."
        )
    signature = BoroughReturn(
        campaign=campaign,
        borough=borough,
        first_day=days.first,
        last_day=days.last,
        number=after + 1,
        figures=now.figures,
        nil=now.nil,
        counted_at=now.at,
        signed_by=by,
    )
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, action="sign return"):
            signature.save()
    except IntegrityError as refused:
        raise told(signature, refused) from refused
    return signature


def may_sign(user: User, borough: Borough) -> bool:
    """A supervisor, of a borough of their own work."""
    scope = user.scope
    return user.may(Permission.SUPERVISE) and (scope.everywhere or borough.pk in scope.borough_ids)


def signable(campaign: Campaign, now: datetime) -> list[DayRange]:
    """What can be signed: the whole campaign once it is over, then each day that is."""
    over = campaign.days.until(london_day(now))
    days = [DayRange.inclusive(day, day) for day in over]
    whole = [over] if len(over) > 1 and over == campaign.days else []
    return [*whole, *reversed(days)]


def due(campaign: Campaign, now: datetime) -> DayRange | None:
    """The days whose return is asked for: the whole campaign, or yesterday while it runs."""
    return next(iter(signable(campaign, now)), None)


class State(StrEnum):
    """How a return stands."""

    WAITS = "Not signed"
    DIFFERS = "Differs now"
    NIL = "Signed, nil"
    SIGNED = "Signed"


@dataclass(frozen=True)
class Line:
    """One measure: what was signed of it, if anything, and what it is now."""

    measure: Measure
    signed: int | None
    now: int

    @property
    def by(self) -> int:
        return 0 if self.signed is None else self.now - self.signed


@dataclass(frozen=True)
class Standing:
    """What stands of a borough's return for some days, beside the figures of now."""

    borough: Borough
    days: DayRange
    signature: BoroughReturn | None
    lines: list[Line]

    @property
    def state(self) -> State:
        if self.signature is None:
            return State.WAITS
        if any(line.by for line in self.lines):
            return State.DIFFERS
        return State.NIL if self.signature.nil else State.SIGNED

    @property
    def waits(self) -> bool:
        """Whether a supervisor is asked to sign, for the first time or again."""
        return self.state in {State.WAITS, State.DIFFERS}

    @property
    def differing(self) -> list[Line]:
        return [line for line in self.lines if line.by]

    @property
    def number(self) -> int:
        """How many signatures there are."""
        return self.signature.number if self.signature else 0


def asked_boroughs(campaign: Campaign, scope: BoroughScope) -> list[Borough]:
    """London's boroughs of a campaign, within a scope. Of the other places nobody is asked."""
    return list(scope.limit(campaign.boroughs.of_london(), "pk").order_by("name"))


def standings(
    campaign: Campaign,
    days: DayRange,
    boroughs: Sequence[Borough],
    signatures: BoroughReturnQuerySet,
) -> list[Standing]:
    """How the return of each borough stands, as far as these signatures tell."""
    counts = _counts(days, boroughs)
    of_these = signatures.of(campaign, days).filter(borough__in=boroughs).standing()
    signed = {row.borough_id: row for row in of_these.select_related("signed_by")}
    return [
        Standing(b, days, signed.get(b.pk), _lines(signed.get(b.pk), counts[b.pk]))
        for b in boroughs
    ]


def states(campaign: Campaign, days: DayRange, boroughs: Sequence[Borough]) -> list[State]:
    """How the return of each borough stands, and nothing of what is in it."""
    found = standings(campaign, days, boroughs, BoroughReturn.objects.all())
    return [standing.state for standing in found]


def waiting_returns(
    campaign: Campaign, now: datetime, scope: BoroughScope = EVERYWHERE
) -> list[Standing]:
    """The boroughs of a scope whose return is due, and not signed or different by now."""
    days = due(campaign, now)
    if days is None or london_day(now) > campaign.last_day + REMINDED_FOR:
        return []
    boroughs = asked_boroughs(campaign, scope)
    found = standings(campaign, days, boroughs, BoroughReturn.objects.all())
    return [standing for standing in found if standing.waits]


def _counts(days: DayRange, boroughs: Sequence[Borough]) -> dict[int, dict[str, int]]:
    """The headline counts by slug, of each borough."""
    ids = frozenset(borough.pk for borough in boroughs)
    window = Window(days, BoroughScope(False, ids))
    found = figures(window, By.BOROUGH, HEADLINES)
    different = {m: apart(window, m) for m in HEADLINES if not m.additive}
    return {
        pk: {m.slug: parts.get(str(pk), 0) for m, parts in found.items()}
        | {m.slug: counts.get(pk, 0) for m, counts in different.items()}
        for pk in ids
    }


def _lines(signature: BoroughReturn | None, now: dict[str, int]) -> list[Line]:
    """Each figure of a return, beside what was signed of it."""
    signed = signature.counts if signature else {}
    return [Line(m, signed.get(m.slug), now[m.slug]) for m in HEADLINES]
