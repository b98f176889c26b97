"""What can be asked of campaigns and boroughs."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Coalesce

from core.days import ONE_DAY

if TYPE_CHECKING:
    from campaigns.models import BasicCommandUnit, Borough, Campaign, Programme


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running_on(self, day: date) -> Self:
        return self.filter(first_day__lte=day, last_day__gte=day)

    def of_the_morning(self, day: date) -> Self:
        """Those that run, or ended the day before."""
        return self.filter(first_day__lte=day, last_day__gte=day - ONE_DAY)

    def of_the_day(self, day: date) -> "Campaign | None":
        """The campaign that runs, else the last that began, else the next to start."""
        return (
            self.running_on(day).first() or self.filter(first_day__lte=day).first() or self.last()
        )


class BoroughQuerySet(models.QuerySet["Borough"]):
    def of_london(self) -> Self:
        return self.filter(in_london=True)

    def policed_by(self, command_code: str, day: date) -> Self:
        """The boroughs that a command polices on a day."""
        return self.filter(policing_on(day), memberships__command__code=command_code)


class CommandQuerySet(models.QuerySet["BasicCommandUnit"]):
    def policing(self, borough_ids: Iterable[int], day: date) -> Self:
        """The commands that police any of these boroughs on a day."""
        found = self.filter(policing_on(day), memberships__borough__in=borough_ids)
        return found.distinct()


def policing_on(day: date) -> models.Q:
    """Where a membership of a command holds on a day."""
    goes_on = models.Q(memberships__end_day=None) | models.Q(memberships__end_day__gt=day)
    return goes_on & models.Q(memberships__first_day__lte=day)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def with_money(self) -> Self:
        """With `planned_pounds` and `spent_pounds`, the sums of its years."""
        return self.annotate(
            planned_pounds=Coalesce(models.Sum("years__planned_pounds"), Decimal()),
            spent_pounds=Coalesce(models.Sum("years__spent_pounds"), Decimal()),
        )
