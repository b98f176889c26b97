"""Links that open something without a sign-in: to a partner's answer, and to a calendar."""

from hashlib import sha256

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from campaigns.models import Borough
from core.days import DatabaseNow, LondonDay
from partners.models.event import Participation
from partners.models.partner import Contact
from partners.querysets import CalendarLinkQuerySet, ConfirmationLinkQuerySet


def digest_of(token: str) -> str:
    """What is held of a link's token: enough to know it again, not enough to make the link."""
    return sha256(token.encode()).hexdigest()


@pghistory.track(exclude=["digest", "contact"])
class ConfirmationLink(models.Model):
    """A link by which a partner says once, until it expires, what of an event is so.

    The answer stands beside what the force entered and never replaces it by itself.
    """

    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="confirmation_links"
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    attended = models.BooleanField("they took part", null=True, blank=True)
    attendances = models.PositiveIntegerField("attendances they counted", null=True, blank=True)
    may_be_named = models.BooleanField("they may be named in public", null=True, blank=True)

    objects = ConfirmationLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="partners_confirmationlink_token_is_a_digest",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="partners_confirmationlink_expires_after_it_is_made",
                condition=Q(expires_at__gt=F("made_at")),
                violation_error_message="It must expire after it is made.",
            ),
            models.CheckConstraint(
                name="partners_confirmationlink_answer_is_whole_and_in_time",
                condition=Q(answered_at=None, attended=None, attendances=None, may_be_named=None)
                | Q(
                    answered_at__isnull=False,
                    answered_at__gte=F("made_at"),
                    answered_at__lt=F("expires_at"),
                    withdrawn_at=None,
                    attended__isnull=False,
                    may_be_named__isnull=False,
                ),
                violation_error_message="An answer comes once, whole, before the link expires.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="answered_once",
                operation=pgtrigger.Update,
                # A contact may be removed for good, whatever they once answered.
                condition=pgtrigger.Condition(
                    "OLD.answered_at IS NOT NULL AND to_jsonb(OLD) - 'contact_id'"
                    " IS DISTINCT FROM to_jsonb(NEW) - 'contact_id'"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Link for {self.participation}"


@pghistory.track(exclude=["digest", "epoch", "used_on"])
class CalendarLink(models.Model):
    """The address of a calendar of engagement events, which its owner's programs read by it.

    It shows what its owner may see at that moment. It ends with them: a suspension ends it for
    good, as it does their sessions, and so does nobody's asking for it for a while.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_links"
    )
    borough = models.ForeignKey(
        Borough,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where it has every borough that its owner may read of.",
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    epoch = models.PositiveIntegerField(editable=False)
    """The owner's `session_epoch` when the link was made: a later one has ended it."""
    made_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    used_on = models.DateField(
        "last opened on", db_default=LondonDay(DatabaseNow()), editable=False
    )

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        ordering = ["borough__name"]
        constraints = [
            models.UniqueConstraint(
                name="partners_calendarlink_once_a_borough",
                fields=["owner", "borough"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="partners_calendarlink_token_is_a_digest",
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.borough or 'all boroughs'}"

    @property
    def in_sight(self) -> bool:
        """Whether its owner may read of what it shows, at this moment."""
        scope = self.owner.engagement_scope
        if self.borough_id is None:
            return scope.everywhere or bool(scope.borough_ids)
        return scope.covers(self.borough_id)
