"""Returns of the boroughs: who has signed, what stands beside the figures now, what waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from accounts.models import User
from accounts.permissions import Permission
from accounts.reminders import Reminder
from campaigns.models import Borough, Campaign
from core.days import ONE_DAY, DayRange, london_day
from core.snapshots import one_snapshot
from core.templatetags.page import listed, long_day, lower_first, span, thousands
from summaries.asked import Asked, Place
from summaries.forms import ReturnDaysForm, return_key
from summaries.measures import BY_SLUG
from summaries.models import BoroughReturn
from summaries.presenters.parts import Freshness
from summaries.returns import (
    REMINDED_FOR,
    Counted,
    Line,
    Standing,
    State,
    asked_boroughs,
    counted,
    due,
    may_sign,
    standings,
    states,
    waiting_returns,
)

COLOURS = {State.WAITS: "grey", State.DIFFERS: "orange", State.NIL: "green", State.SIGNED: "green"}


def address(name: str, campaign: Campaign, days: DayRange | None, *args: str) -> str:
    """A page of returns, for some days."""
    page = reverse(f"summaries:{name}", args=[campaign.slug, *args])
    return f"{page}?of={return_key(days)}" if days else page


class Tag(NamedTuple):
    words: str
    colour: str


def tag(standing: Standing) -> Tag:
    return Tag(standing.state.value, COLOURS[standing.state])


class Row(NamedTuple):
    """A borough, how its return stands, and where that is shown."""

    standing: Standing
    tag: Tag
    address: str


@dataclass(frozen=True)
class ReturnsPage:
    """Every borough that a person sees figures of: who has signed, and who has not."""

    campaign: Campaign
    form: ReturnDaysForm
    rows: list[Row]
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, user: User, form: ReturnDaysForm, now: datetime
    ) -> "ReturnsPage":
        days = form.days
        with one_snapshot():
            boroughs = asked_boroughs(campaign, user.figures_scope)
            signatures = BoroughReturn.objects.visible_to(user)
            found = standings(campaign, days, boroughs, signatures) if days else []
            freshness = Freshness.now(now)
        rows = [
            Row(one, tag(one), address("return", campaign, days, one.borough.slug)) for one in found
        ]
        return cls(campaign, form, rows, freshness)

    @property
    def title(self) -> str:
        return f"{self.form.error_title}Returns, {self.campaign.name}"

    def _in(self, state: State) -> list[Borough]:
        return [row.standing.borough for row in self.rows if row.standing.state is state]

    @property
    def signed(self) -> int:
        return len(self.rows) - len(self.waiting)

    @property
    def waiting(self) -> list[Borough]:
        return self._in(State.WAITS)

    @property
    def differing(self) -> list[Borough]:
        return self._in(State.DIFFERS)

    @property
    def not_yet(self) -> str:
        """From when on there is something to sign."""
        return f"The first return can be signed on {_from(self.campaign)}, once a day is over."


def _from(campaign: Campaign) -> str:
    return long_day(campaign.first_day + ONE_DAY)


class Figure(NamedTuple):
    """A measure of a return, and the address at which its figure is explained."""

    line: Line
    address: str


def _figures(campaign: Campaign, user: User, standing: Standing) -> list[Figure]:
    place = Place.of_campaign(campaign, user.figures_scope).borough(standing.borough)
    return [
        Figure(line, Asked(campaign, line.measure, standing.days, place).address)
        for line in standing.lines
    ]


class Signature(NamedTuple):
    """One signature among those of a borough, in words."""

    signed: BoroughReturn
    words: str

    @classmethod
    def of(cls, signed: BoroughReturn) -> "Signature":
        counts = [
            f"{BY_SLUG[slug].label if slug in BY_SLUG else slug} {thousands(count)}"
            for slug, count in signed.counts.items()
            if count
        ]
        return cls(signed, ", ".join(counts) or "Nil: every figure is 0")


@dataclass(frozen=True)
class ReturnPage:
    """One borough's return: what stands, how it differs, and every signature there was."""

    campaign: Campaign
    borough: Borough
    form: ReturnDaysForm
    standing: Standing | None
    figures: list[Figure]
    history: list[Signature]
    may_sign: bool
    freshness: Freshness

    @classmethod
    def of(
        cls, campaign: Campaign, borough: Borough, user: User, form: ReturnDaysForm, now: datetime
    ) -> "ReturnPage":
        signatures = BoroughReturn.objects.visible_to(user)
        with one_snapshot():
            standing, figures = None, []
            if form.days:
                [standing] = standings(campaign, form.days, [borough], signatures)
                figures = _figures(campaign, user, standing)
            of_all_days = signatures.filter(campaign=campaign, borough=borough)
            history = [Signature.of(row) for row in of_all_days.select_related("signed_by")]
            freshness = Freshness.now(now)
        return cls(
            campaign=campaign,
            borough=borough,
            form=form,
            standing=standing,
            figures=figures,
            history=history,
            may_sign=may_sign(user, borough),
            freshness=freshness,
        )

    @property
    def tag(self) -> Tag | None:
        return tag(self.standing) if self.standing else None

    @property
    def not_asked(self) -> str:
        """What came to be asked for only after the signature that stands."""
        if self.standing is None or self.standing.signature is None:
            return ""
        lines = [line for line in self.standing.lines if line.signed is None]
        return listed([lower_first(line.measure.label) for line in lines])

    @property
    def all_address(self) -> str:
        return address("returns", self.campaign, self.form.days)

    @property
    def sign_address(self) -> str:
        return address("sign_return", self.campaign, self.form.days, self.borough.slug)

    @property
    def not_yet(self) -> str:
        return f"A return of {self.borough} can be signed from {_from(self.campaign)} on."


@dataclass(frozen=True)
class SignPage:
    """What a supervisor is about to put their name to."""

    campaign: Campaign
    borough: Borough
    days: DayRange
    standing: Standing
    figures: list[Figure]
    counted: Counted

    @classmethod
    def of(cls, campaign: Campaign, borough: Borough, user: User, days: DayRange) -> "SignPage":
        with one_snapshot():
            signatures = BoroughReturn.objects.visible_to(user)
            [standing] = standings(campaign, days, [borough], signatures)
            return cls(
                campaign=campaign,
                borough=borough,
                days=days,
                standing=standing,
                figures=_figures(campaign, user, standing),
                counted=counted(borough, days),
            )

    @property
    def shown(self) -> dict[str, object]:
        """What the form carries of what was shown."""
        return {"after": self.standing.number, "checked": self.counted.digest}

    @property
    def declaration(self) -> str:
        if self.counted.nil:
            return (
                f"This is a nil return. I have checked that none of these happened in "
                f"{self.borough} on these days."
            )
        return f"I have checked these figures of {self.borough} and stand behind them."

    @property
    def verb(self) -> str:
        nil = " a nil return" if self.counted.nil else ""
        return f"Sign{nil}{' again' if self.standing.number else ''}"

    @property
    def own_address(self) -> str:
        return address("sign_return", self.campaign, self.days, self.borough.slug)

    @property
    def return_address(self) -> str:
        return address("return", self.campaign, self.days, self.borough.slug)


class Returned(NamedTuple):
    """How many of the boroughs asked have signed what is due now, and differ since."""

    days: DayRange
    signed: int
    differing: int
    asked: int
    whole: bool

    @classmethod
    def of(cls, campaign: Campaign, boroughs: list[Borough], now: datetime) -> "Returned | None":
        """Nothing before a day is over, and where no borough is asked."""
        days, asked = due(campaign, now), [b for b in boroughs if b.in_london]
        if days is None or not asked:
            return None
        found = states(campaign, days, asked)
        signed, differing = len(asked) - found.count(State.WAITS), found.count(State.DIFFERS)
        return cls(days, signed, differing, len(asked), days == campaign.days)


def returns_to_sign(user: User, now: datetime) -> list[tuple[Campaign, list[Standing]]]:
    """What a supervisor is asked to sign, by the campaigns that ask for it."""
    if not user.may(Permission.SUPERVISE):
        return []
    today = london_day(now)
    asking = Campaign.objects.filter(first_day__lt=today, last_day__gte=today - REMINDED_FOR)
    waiting = [(campaign, waiting_returns(campaign, now, user.scope)) for campaign in asking]
    return [(campaign, found) for campaign, found in waiting if found]


def reminders(user: User, now: datetime) -> list[Reminder]:
    """The same, one line a campaign."""
    return [_reminder(campaign, found) for campaign, found in returns_to_sign(user, now)]


def _reminder(campaign: Campaign, waiting: list[Standing]) -> Reminder:
    days = waiting[0].days
    if len(waiting) == 1:
        [only] = waiting
        verb = "is not signed" if only.state is State.WAITS else "differs from the figures now"
        page = address("return", campaign, days, only.borough.slug)
        return Reminder(f"The return of {only.borough} for {span(days)} {verb}", page)
    differing = sum(one.state is State.DIFFERS for one in waiting)
    parts = [
        f"{number} {verb}"
        for number, verb in (
            (len(waiting) - differing, "not signed"),
            (differing, "differing from the figures now"),
        )
        if number
    ]
    page = address("returns", campaign, days)
    return Reminder(f"Returns of your boroughs for {span(days)}: {' and '.join(parts)}", page)
