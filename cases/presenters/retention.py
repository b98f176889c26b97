"""The cases that are due for review, and the lists of those to be reduced."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count as CountOf
from django.utils import timezone

from accounts.models import User
from cases.actions.retention import AT_MOST, may_decide
from cases.models import Case, Reduction, ReductionCase
from cases.querysets import CaseQuerySet
from cases.retention import due, with_due_day
from core.days import london_day
from core.pages import Count, Page, cheap_count, keyset_page

STALLED_AFTER = timedelta(seconds=60)
State = ReductionCase.State


@dataclass(frozen=True)
class QueuePage:
    """What waits for one reviewer: due cases, or those on hold, within what they may see."""

    user: User
    held: bool = False

    @cached_property
    def found(self) -> CaseQuerySet:
        rows = Case.objects.visible_to(self.user)
        if self.held:
            return with_due_day(rows.filter(held_at__isnull=False))
        return due(rows, london_day(timezone.now()))

    def turn_to(self, cursor: str) -> Page[Case]:
        """A page, the longest due first; ValueError where there is none of this name."""
        rows = self.found.select_related("borough", "held_by")
        order = ("held_at", "pk") if self.held else ("review_date", "pk")
        return keyset_page(rows, order, cursor, rising=True)

    @cached_property
    def count(self) -> Count:
        return cheap_count(self.found)

    @property
    def at_most(self) -> int:
        return AT_MOST

    @cached_property
    def reductions(self) -> list[Reduction]:
        """The latest lists, those that wait for somebody first."""
        rows = Reduction.objects.visible_to(self.user).select_related("proposed_by", "decided_by")
        found = list(rows.annotate(cases=CountOf("listed"))[:20])
        return sorted(found, key=lambda one: one.state in {"done", "refused"})


@dataclass(frozen=True)
class ReductionPage:
    """One list, whatever has become of it so far."""

    reduction: Reduction
    user: User

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many of its cases are in which state."""
        rows = ReductionCase.objects.visible_to(self.user).filter(reduction=self.reduction)
        found = rows.order_by().values_list("state").annotate(number=CountOf("pk"))
        return dict(found)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - self.counts.get(State.WAITING, 0)

    @property
    def working(self) -> bool:
        return self.reduction.state == Reduction.State.APPROVED

    @property
    def stalled(self) -> bool:
        """Whether nobody has worked on it for so long that somebody should be asked again."""
        last = self.reduction.worked_at or self.reduction.decided_at
        return self.working and last is not None and timezone.now() - last > STALLED_AFTER

    @property
    def progress(self) -> str:
        if self.done < self.total:
            return f"{self.done:,} of {self.total:,} cases are done."
        where, rows = self.reduction.seeking_in, self.reduction.rows_sought
        if not where:
            return "All cases are done. What names them elsewhere is looked for next."
        so_far = f", {rows:,} row{'' if rows == 1 else 's'} so far" if rows else ""
        return f"Looking for what names them in {where}{so_far}."

    @property
    def results(self) -> list[tuple[str, int]]:
        """What became of the cases, in words."""
        return [
            (state.label, self.counts[state])
            for state in State
            if state != State.WAITING and state in self.counts
        ]

    @property
    def may_decide(self) -> bool:
        waits = self.reduction.state == Reduction.State.PROPOSED
        return waits and may_decide(self.user, self.reduction)

    def turn_to(self, cursor: str) -> Page[Any]:
        """A page of its cases; ValueError where there is none of this name."""
        rows = ReductionCase.objects.visible_to(self.user).filter(reduction=self.reduction)
        return keyset_page(rows.select_related("case__borough"), ("pk",), cursor, rising=True)
