"""Where events were held and where none was: a tile map, and the gaps in words."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from campaigns.maps import BoroughMap, borough_map
from campaigns.models import Borough, Campaign
from core.days import DayRange, london_day
from partners.choices import EventStatus
from partners.models import EngagementEvent

ENOUGH_FOR_A_MAP = 5


@dataclass(frozen=True)
class PlacesPage:
    """The events of a campaign by borough, as far as the person may read of them."""

    user: User
    campaign: Campaign

    @property
    def days(self) -> DayRange:
        return self.campaign.days

    @cached_property
    def boroughs(self) -> list[Borough]:
        """The boroughs of London that took part and that the person may read of."""
        rows = self.campaign.boroughs.filter(in_london=True)
        return list(self.user.engagement_scope.limit(rows, "pk"))

    @cached_property
    def _events(self) -> list[tuple[int, str, date]]:
        rows = EngagementEvent.objects.visible_to(self.user).between(self.days)
        rows = rows.filter(voided_at=None, borough__in=self.boroughs).order_by("happened_at")
        return list(rows.values_list("borough_id", "status", "day"))

    @cached_property
    def held(self) -> Counter[int]:
        """How many were held in each borough."""
        return Counter(place for place, state, _ in self._events if state == EventStatus.DONE)

    @property
    def over(self) -> bool:
        """Whether no event can come any more."""
        return self.days.end <= london_day(timezone.now())

    @property
    def number(self) -> int:
        return self.held.total()

    @cached_property
    def map(self) -> BoroughMap | None:
        """A map where there is enough to make one; a few numbers read better as a table."""
        if len(self.boroughs) < ENOUGH_FOR_A_MAP:
            return None
        addresses = {borough.pk: self.address(borough) for borough in self.boroughs}
        return borough_map(self.boroughs, self.held, addresses, unit="events held", places=0)

    def address(self, borough: Borough) -> str:
        """The list of the events that a tile counts."""
        query = {"campaign": self.campaign.pk, "state": "done", "borough": borough.pk}
        return f"{reverse('partners:events')}?{urlencode(query)}"

    @property
    def rows(self) -> list[tuple[Borough, int, str]]:
        """Each borough, its number and the list of them."""
        return [(one, self.held[one.pk], self.address(one)) for one in self.boroughs]

    @cached_property
    def gaps(self) -> list[tuple[Borough, date | None]]:
        """The boroughs where none was held, each with the day of the first that is planned."""
        first: dict[int, date] = {}
        for place, state, day in self._events:
            if state == EventStatus.PLANNED:
                first.setdefault(place, day)
        return [
            (borough, first.get(borough.pk))
            for borough in self.boroughs
            if not self.held[borough.pk]
        ]
