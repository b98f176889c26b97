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
from campaigns.models import Borough, Team
from core.days import DatabaseNow, DayRange
from core.querysets import M, ScopedQuerySet, Viewer

if TYPE_CHECKING:
    from partners.models import (
        CalendarLink,
        ConfirmationLink,
        Contact,
        EngagementEvent,
        FollowUp,
        ImportedEvent,
        Participation,
        Partner,
        TrainingSession,
    )


class PartnerQuerySet(models.QuerySet["Partner"]):
    def current(self) -> Self:
        return self.filter(retired_on=None)

    def serving(self, *boroughs: Borough) -> Self:
        """Those that work in one of these boroughs, be it as one of all of London's."""
        chosen = self.model.boroughs.through._default_manager.filter(borough__in=boroughs)
        here = Q(pk__in=chosen.values("partner"))
        london = any(borough.in_london for borough in boroughs)
        return self.filter(here | Q(london_wide=True) if london else here)

    def offering(self, service: str) -> Self:
        return self.filter(offers__contains=[service])

    def helping(self, whom: str) -> Self:
        """Those that are there for somebody, be it because they are there for anyone."""
        return self.filter(Q(helps__contains=[whom]) | Q(helps=[]))

    def speaking(self, language: str) -> Self:
        """Those that speak a language; one that names none speaks English."""
        said = Q(languages__contains=[language])
        return self.filter(said | Q(languages=[]) if language == "english" else said)

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

    def of_team(self, team: Team) -> Self:
        """Those that a team leads, or helps with."""
        return self.filter(Q(team=team) | Q(pk__in=team.supported_events.values("pk")))

    def in_state(self, state: str) -> Self:
        """Those planned, done or cancelled, void, or waiting for somebody to say what came of them.

        A void one is nothing but void.
        """
        if state == "void":
            return self.filter(voided_at__isnull=False)
        if state == "waiting":
            return self.in_state("planned").filter(happened_at__lte=DatabaseNow())
        return self.filter(status=state, voided_at=None)


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


class ImportedEventQuerySet(ScopedQuerySet["ImportedEvent"]):
    """Seen by those who keep the records of the event's borough: who sees all of an import's may,
    as a supervisor, undo it.
    """

    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.READ_RECORDS)):
            return self.none()
        return user.scope.limit(self, "event__borough")


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
