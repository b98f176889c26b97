"""Pairs of entries that may be one event, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from accounts.models import User
from cases.models import Outcome, PossibleDuplicate
from cases.presenters.outcome import OutcomePage
from core.pages import Page, keyset_page

AT_ONCE = 10


@dataclass(frozen=True)
class Fact:
    """What each entry of a pair says of one thing."""

    label: str
    earlier: str
    later: str

    @property
    def differs(self) -> bool:
        return self.earlier != self.later


@dataclass(frozen=True)
class Pair:
    flag: PossibleDuplicate
    user: User

    @property
    def facts(self) -> Iterator[Fact]:
        earlier, later = (self._said(one) for one in (self.flag.earlier, self.flag.outcome))
        for label in [*earlier, *(label for label in later if label not in earlier)]:
            yield Fact(label, earlier.get(label, ""), later.get(label, ""))

    def _said(self, outcome: Outcome) -> dict[str, str]:
        return {"Case": outcome.case.reference, **dict(OutcomePage(outcome, self.user).said)}


@dataclass(frozen=True)
class DuplicatesPage:
    """The pairs that wait for a decision, the one that waits longest first."""

    user: User
    cursor: str

    @cached_property
    def page(self) -> Page[PossibleDuplicate]:
        """ValueError where there is no page of this name."""
        found = PossibleDuplicate.objects.visible_to(self.user).waiting()
        sides = [
            f"{side}__{name}"
            for side in ("outcome", "earlier")
            for name in ("case", "suspect", "borough", "team", "logged_by")
        ]
        rows = found.select_related(*sides).prefetch_related(
            "outcome__supporting_teams", "earlier__supporting_teams"
        )
        return keyset_page(rows, ("flagged_at", "pk"), self.cursor, rising=True, size=AT_ONCE)

    @property
    def pairs(self) -> list[Pair]:
        return [Pair(flag, self.user) for flag in self.page.rows]
