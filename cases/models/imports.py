"""Spreadsheets that are brought in: how far each has come, and which entry came from which row."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from accounts.permissions import Permission
from cases.models.outcome import Outcome
from cases.querysets import CaseLinkedQuerySet, OwnQuerySet
from core.days import DatabaseNow, london_day
from core.querysets import ScopedQuerySet, Viewer


class ImportedRowQuerySet(CaseLinkedQuerySet["ImportedRow"]):
    paths = (("outcome__case__", "outcome__borough"),)


class ImportQuerySet(OwnQuerySet["Import"]):
    """Their own; for a supervisor also those of others, once saved, of which they may see all."""

    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.SUPERVISE)):
            return super()._scope(user)
        rows = ImportedRow.objects.filter(batch=OuterRef("pk"))
        hidden = rows.exclude(pk__in=ImportedRow.objects.visible_to(user).values("pk"))
        of_others = Q(state__in=[Import.State.SAVED, Import.State.UNDONE])
        return self.filter(Q(owner=user) | of_others & Exists(rows) & ~Exists(hidden))


class ImportFileQuerySet(ScopedQuerySet["ImportFile"]):
    def _scope(self, user: Viewer) -> Self:
        own = Import.objects.visible_to(user)
        return self.filter(batch__in=own.filter(owner=user) if isinstance(user, User) else own)


class Import(models.Model):
    """A spreadsheet on its way to becoming entries, and afterwards the record that it did.

    Until it is saved only its owner sees it, and it goes after 14 days. What it holds goes when it
    is saved; which rows became which entries stays.
    """

    class State(models.TextChoices):
        TO_MATCH = "to_match", "Columns to be matched"
        CHECKING = "checking", "Being checked"
        TO_MEND = "to_mend", "To be mended"
        READY = "ready", "Ready to save"
        SAVING = "saving", "Being saved"
        SAVED = "saved", "Saved"
        UNDONE = "undone", "Undone"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imports"
    )
    name = models.CharField("file", max_length=100)
    state = models.CharField(max_length=8, choices=State.choices, default=State.TO_MATCH)
    started_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    worked_at = models.DateTimeField(db_default=DatabaseNow())
    """When somebody or the worker last did something about it."""
    header_row = models.PositiveIntegerField(default=0)
    """The row with the headings; 0 where there are none."""
    sample = models.JSONField(default=list, blank=True)
    """The first rows that hold something, each with its number."""
    columns = models.JSONField(default=dict, blank=True)
    """Field to place of its column, from 0."""
    defaults = models.JSONField(default=dict, blank=True)
    """Field to what holds for the rows that do not say."""
    mends = models.JSONField(default=dict, blank=True)
    """As `cases.imports.check.Matching` reads them."""
    rows = models.PositiveIntegerField(null=True, blank=True)
    """Rows below the headings, once all were read."""
    done = models.PositiveIntegerField(default=0)
    """How many of them the work under way has come to."""
    result = models.JSONField(default=dict, blank=True)
    """What the last check found, in the shape of `cases.imports.report.Report`."""
    refusal = models.CharField(max_length=300, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                name="cases_import_state_is_known",
                condition=Q(
                    state__in=[
                        *("to_match", "checking", "to_mend", "ready"),
                        *("saving", "saved", "undone", "refused"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="cases_import_refusal_says_why",
                condition=~Q(state="refused") | Q(refusal__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="cases_import_saved_says_when",
                condition=Q(state__in=["saved", "undone"], saved_at__isnull=False)
                | (~Q(state__in=["saved", "undone"]) & Q(saved_at=None)),
            ),
            models.CheckConstraint(
                name="cases_import_undone_says_who_and_when",
                condition=Q(state="undone", undone_at__isnull=False, undone_by__isnull=False)
                | (~Q(state="undone") & Q(undone_at=None, undone_by=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """Like "Import of 23 November 2026"."""
        day = london_day(self.started_at)
        return f"Import of {day.day} {day:%B %Y}"


class ImportFile(models.Model):
    """What a spreadsheet holds, until it is saved: as it came, then as `imports.files.normal`."""

    batch = models.OneToOneField(
        Import, on_delete=models.CASCADE, primary_key=True, related_name="file"
    )
    content = models.BinaryField()

    objects = ImportFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"File of {self.batch}"


class ImportedRow(models.Model):
    """Which row of which import an entry came from."""

    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="imported_rows")
    line = models.PositiveIntegerField("row")
    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="imported_row")

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="cases_importedrow_line_once"),
        ]

    def __str__(self) -> str:
        return f"Row {self.line} of the {self.batch.words[:1].lower()}{self.batch.words[1:]}"
