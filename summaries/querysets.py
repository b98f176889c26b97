"""What can be asked of totals, runs and returns."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.models import User
from campaigns.models import Campaign
from core.days import DayRange
from core.querysets import M, ScopedQuerySet, Viewer

if TYPE_CHECKING:
    from summaries.models import BoroughReturn, DailyTotal, Restatement, SummaryRun


class FiguresQuerySet(ScopedQuerySet[M]):
    """Counts, seen by whoever may see figures of their borough."""

    def _scope(self, user: Viewer) -> Self:
        return user.figures_scope.limit(self) if isinstance(user, User) else self.none()


class DailyTotalQuerySet(FiguresQuerySet["DailyTotal"]):
    pass


class RestatementQuerySet(FiguresQuerySet["Restatement"]):
    pass


class BoroughReturnQuerySet(FiguresQuerySet["BoroughReturn"]):
    def of(self, campaign: Campaign, days: DayRange) -> Self:
        return self.filter(campaign=campaign, first_day=days.first, last_day=days.last)

    def standing(self) -> Self:
        """The last signature of each borough; for one campaign and its days."""
        return self.order_by("borough_id", "-number").distinct("borough_id")


class SummaryRunQuerySet(models.QuerySet["SummaryRun"]):
    def published(self) -> Self:
        return self.filter(state="published")

    def carried_out(self, job: str) -> "SummaryRun | None":
        """The run that a request of the queue led to, if it came to its end."""
        return self.filter(job=job, state__in=["published", "unproved"]).first() if job else None

    def latest_published(self) -> "SummaryRun | None":
        return self.published().order_by("-counted_to").first()
