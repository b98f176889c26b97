"""Stalls, webinars, talks and visits of the Engagement Bus."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from campaigns.models import Borough, Team
from core.codes import CodesField, known
from core.days import DatabaseNow
from core.models import Fact, counted_when, saved_once
from partners.choices import MOST_AT_ONCE, EventKind, EventStatus, ReachMethod, Topic
from partners.models.partner import Partner
from partners.querysets import EngagementEventQuerySet, FollowUpQuerySet, ParticipationQuerySet


@pghistory.track(exclude=["day", "counted", "token"])
class EngagementEvent(Fact):
    """A stall, webinar, talk or visit of the Engagement Bus.

    Counted, once done, as one event, and by its attendances: people there, not unique people.
    What else was counted there (conversations, leaflets, hand-offs to safeguarding) stands in
    columns of its own, so that unlike units never meet in one figure. Nobody who came is named.
    """

    Kind = EventKind
    Status = EventStatus
    ReachMethod = ReachMethod

    token = saved_once()
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    status = models.CharField(
        max_length=9, choices=EventStatus.choices, default=EventStatus.PLANNED
    )
    place = models.CharField(max_length=200, blank=True, help_text="Empty when it is online.")
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="events")
    ends_at = models.DateTimeField("when it ends", null=True, blank=True)
    series = models.UUIDField(
        null=True, blank=True, editable=False, help_text="Shared by events that repeat."
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name="lead team",
    )
    supporting_teams = models.ManyToManyField(Team, blank=True, related_name="supported_events")
    partners: models.ManyToManyField[Partner, "Participation"] = models.ManyToManyField(
        Partner, through="Participation", related_name="engagement_events"
    )
    topics = CodesField(Topic)
    audience = models.CharField(max_length=200, blank=True)
    attendances = models.PositiveIntegerField(default=0, help_text="People there, not unique ones.")
    reach_method = models.CharField(
        "how attendances were counted", max_length=8, choices=ReachMethod.choices, blank=True
    )
    conversations = models.PositiveIntegerField(default=0, help_text="People spoken with.")
    leaflets = models.PositiveIntegerField("leaflets given out", default=0)
    safeguarding_handoffs = models.PositiveIntegerField(
        "hand-offs to safeguarding", default=0, help_text="How many; never who."
    )
    feedback = models.TextField(blank=True, help_text="No names of people who attended.")
    cancel_reason = models.CharField("why it was cancelled", max_length=300, blank=True)
    counted = counted_when(Q(status="done", voided_at=None))

    objects = EngagementEventQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-happened_at"]
        indexes = [
            models.Index(fields=["day", "borough"], name="partners_event_day_borough"),
            models.Index(fields=["series"], name="partners_event_series"),
        ]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="partners_engagementevent_ends_after_start",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("happened_at")),
                violation_error_message="It must end after it starts.",
            ),
            models.CheckConstraint(
                name="partners_engagementevent_done_is_past",
                condition=~Q(status="done") | Q(happened_at__lte=DatabaseNow()),
                violation_error_message="An event that has not started cannot be done.",
            ),
            models.CheckConstraint(
                name="partners_engagementevent_reach_says_how",
                condition=Q(attendances=0, reach_method="")
                | (Q(status="done") & ~Q(reach_method="")),
                violation_error_message=(
                    "Attendances need a way of counting, and an event that is done."
                ),
            ),
            models.CheckConstraint(
                name="partners_engagementevent_attendances_fit_a_stadium",
                condition=Q(attendances__lte=MOST_AT_ONCE),
                violation_error_message="Enter 100,000 attendances or fewer.",
            ),
            models.CheckConstraint(
                name="partners_engagementevent_counts_once_done",
                condition=Q(status="done")
                | Q(conversations=0, leaflets=0, safeguarding_handoffs=0),
                violation_error_message="Only an event that is done has counts.",
            ),
            models.CheckConstraint(
                name="partners_engagementevent_reason_is_of_a_cancelled_one",
                condition=Q(status="cancelled") | Q(cancel_reason=""),
                violation_error_message="Only a cancelled event says why it was cancelled.",
            ),
            models.CheckConstraint(
                name="partners_engagementevent_kind_is_known",
                condition=Q(kind__in=EventKind.values),
            ),
            models.CheckConstraint(
                name="partners_engagementevent_status_is_known",
                condition=Q(status__in=["planned", "done", "cancelled"]),
            ),
            models.CheckConstraint(
                name="partners_engagementevent_reach_method_is_known",
                condition=Q(reach_method__in=["", *ReachMethod.values]),
            ),
            known("partners_engagementevent_topics_are_known", topics=Topic),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """What it is, in a word."""
        return "Void" if self.voided_at else str(EventStatus(self.status).label)

    @property
    def online(self) -> bool:
        return not self.place


@pghistory.track()
class EventTeam(EngagementEvent.supporting_teams.through):  # type: ignore[name-defined,misc]
    """A supporting team, as a model so that history tells which helped, and since when."""

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.team} at {self.engagementevent}"


@pghistory.track()
class Participation(models.Model):
    """A partner's part in an event."""

    event = models.ForeignKey(
        EngagementEvent, on_delete=models.CASCADE, related_name="participations"
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="participations")
    part = models.CharField(max_length=120, blank=True, help_text="Like host, speaker, adviser.")

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "partner"], name="partners_participation_once_an_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} at {self.event}"


@pghistory.track(exclude=["token"])
class FollowUp(models.Model):
    """What is to be done after an event, by whom and until when."""

    token = saved_once()
    event = models.ForeignKey(EngagementEvent, on_delete=models.CASCADE, related_name="follow_ups")
    what = models.CharField(
        "what is to be done", max_length=200, help_text="No names of people who attended."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="follow_ups"
    )
    due_on = models.DateField("due by")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="partners_followup_done_says_who_and_when",
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                violation_error_message="What is done says who did it, and when: both, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.what
