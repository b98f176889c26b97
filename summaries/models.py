"""Stored totals, the marks that say where they are out of date, and the runs that renew them.

And what people signed of them.
"""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from campaigns.models import Borough, Campaign
from core.days import DatabaseNow, DayRange, LondonDay
from core.models import append_only
from summaries.measures import Slice
from summaries.querysets import (
    BoroughReturnQuerySet,
    DailyTotalQuerySet,
    RestatementQuerySet,
    SummaryRunQuerySet,
)


class DailyTotal(models.Model):
    """One cell: how many of a measure on a London day in a borough; no row stands for zero.

    `slice` is empty for the headline, else the breakdown that `key` is a value of. The borough has
    no database foreign key, so that a first fill can be built aside and swapped in.
    """

    day = models.DateField()
    borough = models.ForeignKey(
        Borough, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    measure = models.CharField(max_length=40)
    slice = models.CharField(max_length=8, blank=True, choices=[(s.value, s.name) for s in Slice])
    key = models.CharField(max_length=40, blank=True)
    count = models.BigIntegerField()

    objects = DailyTotalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                # The breakdown first, so that a campaign's headline is one short stretch of it.
                fields=["slice", "day", "borough", "measure", "key"],
                include=["count"],
                name="summaries_dailytotal_cell_once",
            ),
            models.CheckConstraint(
                name="summaries_dailytotal_no_stored_zero", condition=Q(count__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.key} {self.day}".replace("  ", " ")


class ChangedDay(models.Model):
    """A mark that facts of a day and borough changed since they were counted.

    Written by the triggers on the fact tables, in the same transaction as the change, and removed
    by the fill that counts it. An append-only queue: a unique mark would lose an update when the
    fill deletes it while the writer is uncommitted, or make writers wait for each other.
    """

    class Cause(models.TextChoices):
        ENTERED = "entered", "Late entry"
        AMENDED = "amended", "Amendment"
        VOIDED = "voided", "Void"
        RESTORED = "restored", "Void undone"
        MERGED = "merged", "Duplicate merged"
        UNMERGED = "unmerged", "Merge undone"
        ERASED = "erased", "Row erased"
        RECOUNT = "recount", "Recount asked for"

    day = models.DateField()
    borough = models.ForeignKey(
        Borough, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    cause = models.CharField(max_length=8, choices=Cause.choices)
    source = models.CharField(
        max_length=30,
        blank=True,
        db_default="",
        help_text="The table whose rows changed; empty where any may have.",
    )

    class Meta:
        indexes = [models.Index(fields=["day", "borough"], name="summaries_changed_day_borough")]

    def __str__(self) -> str:
        return f"{self.day}: {self.get_cause_display().lower()}"


class SummaryRun(models.Model):
    """One nightly run: what it counted, whether the proof agreed, and until when it speaks."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PUBLISHED = "published", "Published"
        UNPROVED = "unproved", "Not published: the proof disagreed"
        FAILED = "failed", "Failed"
        INTERRUPTED = "interrupted", "Interrupted"

    state = models.CharField(max_length=11, choices=State.choices, default=State.RUNNING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty for the timetable and the command line.",
    )
    job = models.CharField(
        max_length=40, blank=True, help_text="The queue's name for the request, if it came by it."
    )
    started_at = models.DateTimeField(db_default=DatabaseNow())
    finished_at = models.DateTimeField(null=True, blank=True)
    counted_to = models.DateTimeField(
        null=True, blank=True, help_text="Every change until then is counted."
    )
    days_filled = models.PositiveIntegerField(
        "days in boroughs filled", default=0, help_text="One day in one borough is one."
    )
    cells_written = models.PositiveIntegerField(default=0)
    cells_proved = models.PositiveIntegerField(default=0)
    cells_differing = models.PositiveIntegerField(default=0)
    differences = models.JSONField(default=list, blank=True, help_text="The first hundred.")
    definitions = models.JSONField(
        default=dict, blank=True, help_text="What each measure meant, as a digest."
    )
    error = models.CharField(max_length=500, blank=True)

    objects = SummaryRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state="running"),
                name="summaries_summaryrun_one_at_a_time",
            ),
            models.CheckConstraint(
                name="summaries_summaryrun_finished_or_running",
                condition=Q(state="running", finished_at=None)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="summaries_summaryrun_published_is_proved",
                condition=~Q(state="published")
                | Q(counted_to__isnull=False, cells_differing=0, error=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%d %b %Y %H:%M}: {self.get_state_display().lower()}"


class Restatement(models.Model):
    """The ledger: by how much a cell of an already counted day changed, where and why."""

    run = models.ForeignKey(SummaryRun, on_delete=models.PROTECT, related_name="restatements")
    day = models.DateField()
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="restatements")
    measure = models.CharField(max_length=40)
    slice = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=40, blank=True)
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    causes = ArrayField(models.CharField(max_length=8, choices=ChangedDay.Cause.choices))

    objects = RestatementQuerySet.as_manager()

    class Meta:
        ordering = ["-run", "-day", "borough"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "day", "borough", "measure", "slice", "key"],
                name="summaries_restatement_cell_once_a_run",
            ),
            models.CheckConstraint(
                name="summaries_restatement_is_a_change", condition=~Q(before=F("after"))
            ),
        ]
        indexes = [
            # What changed in a campaign's days; the rule above finds what changed in a run.
            models.Index(fields=["day", "borough"], name="summaries_restated_day_borough"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}: {self.before} to {self.after}"

    @property
    def why(self) -> str:
        """The causes in words, like "Late entry, amendment"."""
        return ", ".join(ChangedDay.Cause(cause).label for cause in self.causes).capitalize()


SIGNED_MEANWHILE = (
    "Somebody has signed this return since you opened it. Check it again before you sign."
)


class AllZero(Func):
    """Whether every count among frozen figures is 0, in SQL."""

    template = "(NOT jsonb_path_exists(%(expressions)s, '$[*].count ? (@ <> 0)'))"
    arity = 1

    def __init__(self, expression: str, **extra: object) -> None:
        super().__init__(expression, output_field=models.BooleanField(), **extra)


@pghistory.track()
class BoroughReturn(models.Model):
    """What a supervisor signed of a borough's figures, frozen: a signature is never taken back.

    Signing again adds the next number. The highest number of a campaign, borough and days is the
    signature that stands, so there is one, and the ones before it stay to be read. The seals over
    the log cover its history, so that a row altered past the database's rules is found.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    borough = models.ForeignKey(Borough, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField(help_text="Included.")
    number = models.PositiveSmallIntegerField(default=1, help_text="1, and one more each time.")
    figures = models.JSONField(help_text="Of each measure: its slug, unit and count.")
    nil = models.BooleanField("nil return", help_text="Every count is 0, and it was said so.")
    counted_at = models.DateTimeField(help_text="The moment that the figures are of.")
    signed_at = models.DateTimeField(db_default=DatabaseNow())
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = BoroughReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "borough", "first_day", "last_day", "number"],
                name="summaries_boroughreturn_number_once",
                violation_error_message=SIGNED_MEANWHILE,
            ),
            models.CheckConstraint(
                name="summaries_boroughreturn_numbered_from_one", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="summaries_boroughreturn_ends_on_or_after_start",
                condition=Q(last_day__gte=F("first_day")),
            ),
            models.CheckConstraint(
                name="summaries_boroughreturn_has_figures", condition=~Q(figures=[])
            ),
            models.CheckConstraint(
                name="summaries_boroughreturn_nil_when_all_is_zero",
                condition=Q(nil=AllZero("figures")),
                violation_error_message="A nil return is one of which every figure is 0.",
            ),
            models.CheckConstraint(
                name="summaries_boroughreturn_of_days_that_are_over",
                condition=Q(last_day__lt=LondonDay("counted_at")),
                violation_error_message="Only days that are over can be signed.",
            ),
            models.CheckConstraint(
                name="summaries_boroughreturn_signed_after_counted",
                condition=Q(signed_at__gte=F("counted_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borough}, {self.first_day} to {self.last_day}, signature {self.number}"

    @property
    def days(self) -> DayRange:
        return DayRange.inclusive(self.first_day, self.last_day)

    @property
    def counts(self) -> dict[str, int]:
        """What was signed, by the slug of the measure."""
        return {row["measure"]: row["count"] for row in self.figures}


class MailSent(models.Model):
    """An email that somebody was sent, once for a day and what it is about; figures, no case.

    It is written in the transaction that sends, so one that could not be sent comes again, and a
    job that is delivered twice waits for the first and sends nothing.
    """

    DIGEST: ClassVar[str] = "digest"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    about = models.CharField(
        max_length=40, help_text="The morning's figures, or the run that went wrong."
    )
    address = models.EmailField()
    covers = models.CharField(max_length=500, blank=True, help_text="The places of its figures.")
    sent_at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        ordering = ["-sent_at"]
        verbose_name = "email sent"
        verbose_name_plural = "emails sent"
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(
                fields=["day", "about", "person"], name="summaries_mailsent_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} of {self.day} to {self.person}"
