"""Spreadsheets that are brought in: how far each has come, and which record came from which row."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models.people import User
from accounts.permissions import Permission
from core.days import DatabaseNow, london_day
from core.querysets import ScopedQuerySet, Viewer


class ImportQuerySet(ScopedQuerySet["Import"]):
    """Their own; for a supervisor also those of others, once saved, of which they may see all."""

    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.READ_RECORDS)):
            return self.none()
        seen = Q(owner=user)
        if user.may(Permission.SUPERVISE):
            for kind in ImportedRow.__subclasses__():
                every: Any = kind._default_manager
                rows = every.filter(batch=OuterRef("pk"))
                hidden = rows.exclude(pk__in=every.visible_to(user).values("pk"))
                seen |= Q(Exists(rows), ~Exists(hidden), state__in=["saved", "undone"])
        return self.filter(seen)


class ImportFileQuerySet(ScopedQuerySet["ImportFile"]):
    def _scope(self, user: Viewer) -> Self:
        own = Import.objects.visible_to(user)
        return self.filter(batch__in=own.filter(owner=user) if isinstance(user, User) else own)


class Import(models.Model):
    """A spreadsheet on its way to becoming records, and afterwards the record that it did.

    Until it is saved only its owner sees it, and it goes after 14 days. What it holds goes when it
    is saved; which rows became which records stays.
    """

    class Of(models.TextChoices):
        """What its rows become; `accounts.imports.subject` has what goes with each."""

        OUTCOMES = "outcomes", "Outcomes"
        EVENTS = "events", "Events"

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
    of = models.CharField("what is brought in", max_length=8, choices=Of.choices)
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
    """As `accounts.imports.check.Matching` reads them."""
    rows = models.PositiveIntegerField(null=True, blank=True)
    """Rows below the headings, once all were read."""
    done = models.PositiveIntegerField(default=0)
    """How many of them the work under way has come to."""
    result = models.JSONField(default=dict, blank=True)
    """What the last check found, in the shape of `accounts.imports.report.Report`."""
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
                name="accounts_import_of_is_known", condition=Q(of__in=["outcomes", "events"])
            ),
            models.CheckConstraint(
                name="accounts_import_state_is_known",
                condition=Q(
                    state__in=[
                        *("to_match", "checking", "to_mend", "ready"),
                        *("saving", "saved", "undone", "refused"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="accounts_import_refusal_says_why",
                condition=~Q(state="refused") | Q(refusal__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="accounts_import_saved_says_when",
                condition=Q(state__in=["saved", "undone"], saved_at__isnull=False)
                | (~Q(state__in=["saved", "undone"]) & Q(saved_at=None)),
            ),
            models.CheckConstraint(
                name="accounts_import_undone_says_who_and_when",
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
    """Which row of which import a record came from.

    Each app adds the record, and says who may see the row: who may see all of an import's, as a
    supervisor, may undo it.
    """

    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField("row")

    class Meta:
        abstract = True
        ordering = ["line"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "line"], name="%(app_label)s_%(class)s_line_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.line} of the {self.batch.words[:1].lower()}{self.batch.words[1:]}"
