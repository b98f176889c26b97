"""The log: who read, exported, was refused, signed in; the seals over it, and its reviews.

Text columns, no foreign keys to live rows: the log outlives what it speaks of. Changes of records
are in the history tables, which the seals cover too (docs/decisions/0014-seals.md).
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from audit.querysets import LogQuerySet
from core.days import DatabaseNow, DayRange
from core.models import append_only, one_of


class LogRow(models.Model):
    """One thing that somebody did or was refused (Data Protection Act 2018, section 62)."""

    class Action(models.TextChoices):
        CONSULTATION = "consultation", "Read a record"
        SEARCH = "search", "Listed or searched records"
        DISCLOSURE = "disclosure", "Exported or disclosed"
        COMBINATION = "combination", "Combined records"
        ERASURE = "erasure", "Erased"
        REFUSED = "refused", "Was refused"
        SIGN_IN = "sign_in", "Signed in"
        SIGN_IN_FAILED = "sign_in_failed", "Failed to sign in"
        SIGN_OUT = "sign_out", "Signed out"
        SIGN_IN_CHANGE = "sign_in_change", "Changed how somebody signs in"
        BREAK_GLASS = "break_glass", "Opened by break-glass"

    class Flag(models.TextChoices):
        OWN_NAME = "own_name", "Looked for their own name"
        COLLEAGUE_NAME = "colleague_name", "Looked for a colleague's name"
        EXCLUDED_CASE = "excluded_case", "Tried a case that they are excluded from"
        REPEATED = "repeated", "Looked at one record again and again, without a task there"
        MANY = "many", "Opened many different records within an hour"
        BREAK_GLASS = "break_glass", "Used break-glass, or tried to"

    READS: ClassVar[tuple[Action, ...]] = (
        *(Action.CONSULTATION, Action.SEARCH, Action.DISCLOSURE, Action.BREAK_GLASS),
    )
    """What shows somebody something of a record."""

    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    actor = models.CharField(max_length=60, blank=True, help_text="Username; empty if not known.")
    role = models.CharField("role at the time", max_length=14, blank=True)
    action = models.CharField(max_length=14, choices=Action.choices)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    reason_code = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    recipient = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    session = models.CharField(
        max_length=64, blank=True, help_text="A digest; never the session's own key."
    )
    address = models.GenericIPAddressField(null=True, blank=True)
    results = models.PositiveIntegerField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    flag = models.CharField(
        max_length=14, choices=Flag.choices, blank=True, help_text="Why an auditor should look."
    )

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "log row"
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_logrow_actor"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_logrow_object"),
            models.Index(fields=["at"], name="audit_logrow_at"),
            models.Index(fields=["-id"], name="audit_logrow_flagged", condition=~Q(flag="")),
            models.Index(fields=["action", "-id"], name="audit_logrow_action"),
            models.Index(fields=["request_id"], name="audit_logrow_request"),
            models.Index(fields=["-id"], name="audit_logrow_reasoned", condition=~Q(reason="")),
            GinIndex(fields=["details"], name="audit_logrow_terms", condition=~Q(details={})),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_logrow_disclosure_names_its_recipient",
                condition=~Q(action="disclosure") | Q(recipient__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="audit_logrow_break_glass_says_why",
                condition=~Q(action="break_glass")
                | (Q(reason__regex=r"\S") & Q(reason_code__regex=r"\S")),
            ),
            one_of(
                "audit_logrow_flag_is_known",
                flag=[
                    *("", "own_name", "colleague_name", "excluded_case"),
                    *("repeated", "many", "break_glass"),
                ],
            ),
        ]
        triggers = [
            *append_only(),
            # The clock is the database's own, whatever a writer sends.
            pgtrigger.Trigger(
                name="stamped",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="NEW.at := clock_timestamp(); RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.object_type} {self.object_id}".strip(": ")


class Seal(models.Model):
    """A digest over the rows that came since the seal before, chained to it."""

    sealed_at = models.DateTimeField(editable=False)
    previous = models.CharField(max_length=64, blank=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)

    class Meta:
        ordering = ["pk"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"Seal {self.pk}, {self.digest[:12]}"


class SealedPart(models.Model):
    """What a seal says of one table: the rows up to `last_id`, and a digest over theirs.

    `columns` are those that the digests cover; one that a table gains later changes no seal.
    `leaves` holds 16 bytes a row, its id and the start of its digest, so that an altered or
    missing row can be named. `salts` holds 16 bytes a row, without which a digest cannot be tried
    against guesses; no seal covers them, and a row's own is wiped when its content is erased.
    """

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="parts")
    table = models.CharField(max_length=63, editable=False)
    last_id = models.BigIntegerField(editable=False)
    rows = models.PositiveIntegerField(editable=False)
    columns = ArrayField(models.CharField(max_length=63), editable=False)
    digest = models.CharField(max_length=64, editable=False)
    leaves = models.BinaryField(editable=False)
    salts = models.BinaryField(editable=False)

    class Meta:
        ordering = ["seal", "table"]
        triggers = append_only()
        indexes = [models.Index(fields=["table", "last_id"], name="audit_sealedpart_last")]
        constraints = [
            models.UniqueConstraint(fields=["seal", "table"], name="audit_sealedpart_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} to {self.last_id}"


class ErasedRow(models.Model):
    """A row of the log whose content was erased under retention (`audit/erasure.py`).

    `sealed` is the digest under which the row was sealed, `left` the SHA-256 of what the erasure
    left of it; both are empty where no seal covered the row yet, so that there is nothing to keep.
    """

    table = models.CharField(max_length=63, editable=False)
    row_id = models.BigIntegerField(editable=False)
    sealed = models.CharField(max_length=64, blank=True, editable=False)
    left = models.CharField(max_length=64, blank=True, editable=False)
    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    log_row = models.ForeignKey(
        LogRow,
        on_delete=models.PROTECT,
        related_name="erased_rows",
        help_text="Who erased it, with whom, and why.",
    )

    class Meta:
        ordering = ["pk"]
        triggers = append_only()
        indexes = [models.Index(fields=["table", "row_id"], name="audit_erasedrow_row")]
        constraints = [
            models.CheckConstraint(
                name="audit_erasedrow_keeps_two_digests_or_none",
                condition=Q(sealed="", left="")
                | Q(sealed__regex=r"^[0-9a-f]{64}$", left__regex=r"^[0-9a-f]{64}$"),
            )
        ]

    def __str__(self) -> str:
        return f"Row {self.row_id} of {self.table}"


class Sample(models.Model):
    """Reads drawn by chance for an auditor to look at.

    The seed, the number of the last row that could be drawn and what was asked for make the same
    draw again, so nobody can say that rows were picked.
    """

    AT_MOST = 200

    drawn_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    drawn_by = models.CharField(max_length=60, editable=False)
    seed = models.BigIntegerField(editable=False)
    last_row = models.BigIntegerField(editable=False)
    of_rows = models.PositiveIntegerField("drawn from", editable=False)
    size = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(AT_MOST)]
    )
    first_day = models.DateField()
    last_day = models.DateField()
    person = models.CharField(max_length=60, blank=True)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    flag = models.CharField(max_length=14, blank=True, choices=LogRow.Flag.choices)

    class Meta:
        ordering = ["-pk"]
        triggers = append_only()
        constraints = [
            models.CheckConstraint(
                name="audit_sample_has_a_size", condition=Q(size__gte=1, size__lte=200)
            ),
            models.CheckConstraint(
                name="audit_sample_ends_after_it_starts", condition=Q(last_day__gte=F("first_day"))
            ),
            models.CheckConstraint(
                name="audit_sample_says_by_whom", condition=Q(drawn_by__regex=r"\S")
            ),
        ]

    def __str__(self) -> str:
        return f"Sample {self.pk}"

    @property
    def days(self) -> DayRange:
        return DayRange.inclusive(self.first_day, self.last_day)


class SampledRow(models.Model):
    """A row of the log that was drawn."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="rows")
    row = models.ForeignKey(LogRow, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(fields=["sample", "row"], name="audit_sampledrow_once")
        ]

    def __str__(self) -> str:
        return f"Row {self.row_id} of sample {self.sample_id}"


class Review(models.Model):
    """What an auditor found of a row that was drawn. A later one stands; the earlier ones stay."""

    class Verdict(models.TextChoices):
        IN_ORDER = "in_order", "In order"
        ASKED_ABOUT = "asked_about", "Asked about"
        REFERRED = "referred", "Referred"

    sampled = models.ForeignKey(SampledRow, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=11, choices=Verdict.choices)
    words = models.CharField(max_length=500, blank=True)
    reviewed_by = models.CharField(max_length=60, editable=False)
    reviewed_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        ordering = ["pk"]
        triggers = append_only()
        constraints = [
            one_of(
                "audit_review_verdict_is_known", verdict=["in_order", "asked_about", "referred"]
            ),
            models.CheckConstraint(
                name="audit_review_says_what_is_not_in_order",
                condition=Q(verdict="in_order") | Q(words__regex=r"\S"),
                violation_error_message="Say who was asked, or to whom it was referred, and why.",
            ),
            models.CheckConstraint(
                name="audit_review_says_by_whom", condition=Q(reviewed_by__regex=r"\S")
            ),
        ]

    def __str__(self) -> str:
        return self.get_verdict_display()
