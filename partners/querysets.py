"""What can be asked of partners, engagement and training.

Events and sessions hold no person's data, so whoever may read of engagement may see them; only the
scope narrows. Contacts do, so only those who work with partners see them.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import Borough
from core.days import DayRange
from core.querysets import M, ScopedQuerySet, Viewer

if TYPE_CHECKING:
    from partners.models import (
        CalendarLink,
        ConfirmationLink,
        Contact,
        EngagementEvent,
        FollowUp,
        Participation,
        Partner,
        TrainingSession,
    )


class PartnerQuerySet(models.QuerySet["Partner"]):
    def current(self) -> Self:
        return self.filter(retired_on=None)

    def serving(self, borough: Borough) -> Self:
        """Those that work in a borough, be it as one of all of London's."""
        here = Q(pk__in=borough.partners.values("pk"))
        return self.filter(here | Q(london_wide=True) if borough.in_london else here)

    def offering(self, service: str) -> Self:
        return self.filter(offers__contains=[service])

    def stale_on(self, day: date) -> Self:
        """Those whose review is due, or whose link did not answer."""
        return self.current().filter(Q(review_on__lte=day) | Q(link_result="broken"))


class ContactQuerySet(ScopedQuerySet["Contact"]):
    """People at partners, whoever they work with: seen by those who read records."""

    def _scope(self, user: Viewer) -> Self:
        may = isinstance(user, User) and user.may(Permission.READ_RECORDS)
        return self.all() if may else self.none()

    def due_for_review(self, day: date) -> Self:
        return self.filter(review_on__lte=day)


class EngagementQuerySet(ScopedQuerySet[M]):
    """Rows of a borough, and rows that hang on them; `borough` is the way to it."""

    borough: ClassVar[str] = "borough"

    def _scope(self, user: Viewer) -> Self:
        if not isinstance(user, User):
            return self.none()
        return user.engagement_scope.limit(self, self.borough)


class EngagementEventQuerySet(EngagementQuerySet["EngagementEvent"]):
    def counted(self) -> Self:
        return self.filter(counted=True)

    def between(self, days: DayRange) -> Self:
        return self.filter(day__gte=days.first, day__lt=days.end)

    def over_by(self, now: datetime) -> Self:
        """Planned events that have begun, so that somebody has to say what came of them."""
        return self.filter(status="planned", voided_at=None, happened_at__lte=now)


class TrainingSessionQuerySet(EngagementQuerySet["TrainingSession"]):
    def counted(self) -> Self:
        return self.filter(counted=True)

    def between(self, days: DayRange) -> Self:
        return self.filter(day__gte=days.first, day__lt=days.end)


class ParticipationQuerySet(EngagementQuerySet["Participation"]):
    borough = "event__borough"


class FollowUpQuerySet(EngagementQuerySet["FollowUp"]):
    borough = "event__borough"

    def open(self) -> Self:
        return self.filter(done_at=None, event__voided_at=None)


class ConfirmationLinkQuerySet(EngagementQuerySet["ConfirmationLink"]):
    borough = "participation__event__borough"

    def live_at(self, now: datetime) -> Self:
        """Those that can be answered: of an event that has begun and is not cancelled or void."""
        return self.filter(
            answered_at=None,
            withdrawn_at=None,
            expires_at__gt=now,
            participation__event__voided_at=None,
            participation__event__happened_at__lte=now,
        ).exclude(participation__event__status="cancelled")


class CalendarLinkQuerySet(ScopedQuerySet["CalendarLink"]):
    """A calendar is its owner's alone."""

    def _scope(self, user: Viewer) -> Self:
        may = isinstance(user, User) and user.may(Permission.SEE_ENGAGEMENT)
        return self.filter(owner=user) if may else self.none()

    def live_on(self, day: date) -> Self:
        """Those of people who may sign in, not suspended since, and asked for of late."""
        unused_since = day - timedelta(days=settings.CALENDAR_UNUSED_DAYS)
        return self.filter(
            owner__is_active=True, owner__session_epoch=F("epoch"), used_on__gt=unused_since
        )
