"""The log: who read, exported, was refused, signed in; and the seals over it.

Text columns, no foreign keys to live rows: the log outlives what it speaks of. Changes of records
are in the history tables, which the seals cover too (docs/decisions/0014-seals.md).
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.days import DatabaseNow
from core.models import append_only


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

    class Meta:
        ordering = ["-pk"]
        verbose_name = "log row"
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_logrow_actor"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_logrow_object"),
            models.Index(fields=["at"], name="audit_logrow_at"),
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
    missing row can be named.
    """

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="parts")
    table = models.CharField(max_length=63, editable=False)
    last_id = models.BigIntegerField(editable=False)
    rows = models.PositiveIntegerField(editable=False)
    columns = ArrayField(models.CharField(max_length=63), editable=False)
    digest = models.CharField(max_length=64, editable=False)
    leaves = models.BinaryField(editable=False)

    class Meta:
        ordering = ["seal", "table"]
        triggers = append_only()
        constraints = [
            models.UniqueConstraint(fields=["seal", "table"], name="audit_sealedpart_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} to {self.last_id}"
