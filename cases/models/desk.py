"""What an officer has in hand: drafts, and entries sent back."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.datastructures import MultiValueDict

from cases.models.outcome import Outcome
from cases.querysets import OutcomeLinkedQuerySet, OwnQuerySet
from core.days import DatabaseNow
from core.models import never_deleted
from core.templatetags.page import moment


class Draft(models.Model):
    """A form as far as it was filled in. Its id is the token of the entry that it will become.

    Only its owner sees it. It goes when the form is sent, or after 14 days.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    form = models.CharField(max_length=60)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(db_default=DatabaseNow())

    objects = OwnQuerySet["Draft"].as_manager()

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return f"Draft of {moment(self.saved_at)}"

    @property
    def posted(self) -> MultiValueDict[str, str]:
        """What it holds, as if it were posted."""
        return MultiValueDict(self.fields)


@pghistory.track()
class SentBack(models.Model):
    """An entry that a supervisor asks its officer to look at again, until that is done."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="sent_back")
    reason = models.CharField("what to look at", max_length=500)
    sent_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    answer = models.CharField(max_length=500, blank=True)

    objects = OutcomeLinkedQuerySet["SentBack"].as_manager()

    class Meta:
        ordering = ["-sent_at"]
        verbose_name_plural = "entries sent back"
        triggers = never_deleted()
        constraints = [
            models.CheckConstraint(
                name="cases_sentback_says_why",
                condition=Q(reason__regex=r"\S"),
                violation_error_message="Say what to look at.",
            ),
            models.CheckConstraint(
                name="cases_sentback_answer_says_who_and_when",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["outcome"],
                condition=Q(answered_at=None),
                name="cases_sentback_once_at_a_time",
                violation_error_message="This entry has been sent back already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} sent back"
