"""Training of officers: programmes and their sessions."""

import pghistory
from django.db import models
from django.db.models import F, Q

from campaigns.models import Borough, Programme, Team
from core.models import Fact, counted_when, saved_once
from partners.choices import MOST_AT_ONCE
from partners.models.partner import Partner
from partners.querysets import TrainingSessionQuerySet


@pghistory.track()
class TrainingProgramme(models.Model):
    """A training that many officers are to have, such as Domestic Abuse Matters."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    purpose = models.TextField(blank=True, help_text="What officers learn.")
    paid_by = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        limit_choices_to={"about": Programme.About.TRAINING},
        help_text="The programme whose money pays for it, if it is kept here.",
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="training_programmes"
    )
    trainers = models.CharField(
        "who delivers it", max_length=200, blank=True, help_text="Their work, not their names."
    )
    question = models.CharField(
        "what is asked before and after",
        max_length=200,
        blank=True,
        help_text="A statement that officers agree with or not.",
    )
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True, help_text="Included; empty: it goes on.")
    headcount = models.PositiveIntegerField(help_text="Officers who are to be trained in the end.")
    target = models.PositiveIntegerField(
        help_text="Officers to be trained by the last day, or by now where it goes on."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="partners_trainingprogramme_ends_on_or_after_start",
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                violation_error_message="The last day must be the same as or after the first day.",
            ),
            models.CheckConstraint(
                name="partners_trainingprogramme_target_within_headcount",
                condition=Q(target__lte=F("headcount")),
                violation_error_message="The target cannot be more than the headcount.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(exclude=["day", "counted", "token"])
class TrainingSession(Fact):
    """A session of a training programme.

    `officers_attended` are attendances: an officer who comes to two sessions is two of them.
    `officers_trained` are those of them whom the programme trained for the first time, so over all
    sessions of one programme they add up to different officers, though no officer is named here.
    The trainer's register tells which they are.
    """

    token = saved_once()
    programme = models.ForeignKey(
        TrainingProgramme, on_delete=models.PROTECT, related_name="sessions"
    )
    partner = models.ForeignKey(
        Partner,
        on_delete=models.PROTECT,
        related_name="training_sessions",
        verbose_name="delivered by",
    )
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="training_sessions")
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="training_sessions"
    )
    officers_attended = models.PositiveIntegerField(help_text="All who came.")
    officers_trained = models.PositiveIntegerField(
        help_text="Of them, those whom the programme trained for the first time."
    )
    answered_before = models.PositiveIntegerField(
        default=0, help_text="Officers who answered the programme's question before the session."
    )
    agreed_before = models.PositiveIntegerField(default=0, help_text="Of them, who agreed.")
    answered_after = models.PositiveIntegerField(
        default=0, help_text="Officers who answered the same question after the session."
    )
    agreed_after = models.PositiveIntegerField(default=0, help_text="Of them, who agreed.")
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
            models.CheckConstraint(
                name="partners_trainingsession_officers_fit_a_stadium",
                condition=Q(officers_attended__lte=MOST_AT_ONCE),
                violation_error_message="Enter 100,000 officers or fewer.",
            ),
            models.CheckConstraint(
                name="partners_trainingsession_trained_were_there",
                condition=Q(officers_trained__lte=F("officers_attended")),
                violation_error_message="No more officers can be trained than came.",
            ),
            models.CheckConstraint(
                name="partners_trainingsession_answers_are_of_those_there",
                condition=Q(
                    answered_before__lte=F("officers_attended"),
                    answered_after__lte=F("officers_attended"),
                    agreed_before__lte=F("answered_before"),
                    agreed_after__lte=F("answered_after"),
                ),
                violation_error_message=(
                    "No more can answer than came, and no more agree than answered."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {self.borough}"
