"""Engagement and training: who the force worked with, where, and how many it reached."""

import pghistory
from django.db import models
from django.db.models import F, Q

from campaigns.models import Borough, Team
from core.days import DatabaseNow
from core.models import Fact, counted_when
from partners.querysets import EngagementEventQuerySet, TrainingSessionQuerySet


class Partner(models.Model):
    """An organisation that helps people who suffer domestic abuse, or trains those who do."""

    class Kind(models.TextChoices):
        SUPPORT = "support", "Support service"
        PERPETRATOR = "perpetrator", "Work with perpetrators"
        TRAINING = "training", "Training and standards"
        COMMUNITY = "community", "Community or faith group"
        VENUE = "venue", "Venue or transport"

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    website = models.URLField(blank=True)
    may_be_named = models.BooleanField("agreed to be named in public", default=False)
    may_be_named_since = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="partners_partner_agreement_has_its_date",
                condition=Q(may_be_named=True, may_be_named_since__isnull=False)
                | Q(may_be_named=False, may_be_named_since=None),
                violation_error_message="Agreement to be named needs its date; no agreement, none.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["day", "counted"])
class EngagementEvent(Fact):
    """A stall, webinar, talk or visit of the Engagement Bus.

    Counted, once done, as one event, and by its attendances: people there, not unique people.
    """

    class Kind(models.TextChoices):
        STALL = "stall", "Public stall"
        WEBINAR = "webinar", "Webinar"
        BUS = "bus", "Engagement Bus"
        PRESENTATION = "presentation", "Presentation"
        MEETING = "meeting", "Community meeting"
        SCHOOL = "school", "School visit"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    class ReachMethod(models.TextChoices):
        CLICKER = "clicker", "Clicker"
        SIGN_IN = "sign_in", "Sign-in sheet"
        ESTIMATE = "estimate", "Estimate"
        ONLINE = "online", "Online attendees"

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.PLANNED)
    place = models.CharField(max_length=200, blank=True, help_text="Empty when it is online.")
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="events")
    ends_at = models.DateTimeField(null=True, blank=True)
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
        Partner, through="Participation", related_name="events"
    )
    topics = models.CharField(max_length=300, blank=True)
    audience = models.CharField(max_length=200, blank=True)
    attendances = models.PositiveIntegerField(default=0)
    reach_method = models.CharField(max_length=8, choices=ReachMethod.choices, blank=True)
    feedback = models.TextField(blank=True, help_text="No names of people who attended.")
    counted = counted_when(Q(status="done", voided_at=None))

    objects = EngagementEventQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-happened_at"]
        indexes = [models.Index(fields=["day", "borough"], name="partners_event_day_borough")]
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
                name="partners_engagementevent_kind_is_known",
                condition=Q(
                    kind__in=["stall", "webinar", "bus", "presentation", "meeting", "school"]
                ),
            ),
            models.CheckConstraint(
                name="partners_engagementevent_status_is_known",
                condition=Q(status__in=["planned", "done", "cancelled"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Participation(models.Model):
    """A partner's part in an event."""

    event = models.ForeignKey(
        EngagementEvent, on_delete=models.CASCADE, related_name="participations"
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="participations")
    part = models.CharField(max_length=120, blank=True, help_text="Like host, speaker, adviser.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "partner"], name="partners_participation_once_an_event"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} at {self.event}"


@pghistory.track(exclude=["day", "counted"])
class TrainingSession(Fact):
    """A session of a training programme, counted by the officers trained in it."""

    programme = models.CharField(max_length=120, help_text="Like Domestic Abuse Matters.")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="training_sessions")
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="training_sessions")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="training_sessions"
    )
    officers_trained = models.PositiveIntegerField()
    counted = counted_when(Q(voided_at=None))

    objects = TrainingSessionQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-happened_at"]
        indexes = [models.Index(fields=["day", "borough"], name="partners_train_day_borough")]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="partners_trainingsession_happened_before_recorded",
                condition=Q(happened_at__lte=F("recorded_at")),
                violation_error_message="When it happened must be today or in the past.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {self.borough}"
