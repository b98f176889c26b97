"""What is known of a case besides its outcomes: notes, risk, referrals and flags."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.choices import FlagKind, MaracReason, NoteKind, RiskLevel, RiskTool
from cases.models.case import Case, of_live_case
from cases.querysets import CaseLinkedQuerySet
from core.days import DatabaseNow
from core.models import append_only, never_deleted
from core.templatetags.page import long_day


class CaseNoteQuerySet(CaseLinkedQuerySet["CaseNote"]):
    pass


class RiskAssessmentQuerySet(CaseLinkedQuerySet["RiskAssessment"]):
    pass


class MaracReferralQuerySet(CaseLinkedQuerySet["MaracReferral"]):
    pass


class CaseFlagQuerySet(CaseLinkedQuerySet["CaseFlag"]):
    pass


class CaseNote(models.Model):
    """A note on a case, never changed: a mistake is put right by another note."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=NoteKind.choices, default=NoteKind.FACT)
    text = models.TextField("note", max_length=4000)
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = CaseNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at"]
        triggers = [*append_only(), of_live_case()]
        constraints = [
            models.CheckConstraint(
                name="cases_casenote_says_something",
                condition=Q(text__regex=r"\S"),
                violation_error_message="Write the note.",
            ),
            models.CheckConstraint(
                name="cases_casenote_kind_is_known", condition=Q(kind__in=NoteKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"Note on {self.case}"


class RiskAssessment(models.Model):
    """A level of risk by a tool, at a time. The latest one stands; the others are its history."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="risk_assessments")
    tool = models.CharField(max_length=10, choices=RiskTool.choices)
    level = models.CharField(max_length=12, choices=RiskLevel.choices)
    assessed_at = models.DateTimeField("assessed")
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = RiskAssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-assessed_at", "-pk"]
        triggers = [*append_only(), of_live_case()]
        constraints = [
            models.CheckConstraint(
                name="cases_riskassessment_level_is_known",
                condition=Q(level__in=RiskLevel.values, tool__in=RiskTool.values),
            ),
            models.CheckConstraint(
                name="cases_riskassessment_assessed_before_recorded",
                condition=Q(assessed_at__lte=F("recorded_at")),
                violation_error_message="When it was assessed must be today or in the past.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tool_display()}: {self.get_level_display().lower()}"


@pghistory.track()
class MaracReferral(models.Model):
    """A referral to the multi-agency risk assessment conference."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="marac_referrals")
    reason = models.CharField(max_length=10, choices=MaracReason.choices)
    referred_on = models.DateField("referred on")
    heard_on = models.DateField("heard on", null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = MaracReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-referred_on", "-pk"]
        verbose_name = "MARAC referral"
        triggers = [*never_deleted(), of_live_case()]
        constraints = [
            models.CheckConstraint(
                name="cases_maracreferral_reason_is_known",
                condition=Q(reason__in=MaracReason.values),
            ),
            models.CheckConstraint(
                name="cases_maracreferral_heard_after_referred",
                condition=Q(heard_on=None) | Q(heard_on__gte=F("referred_on")),
                violation_error_message="It cannot be heard before it was referred.",
            ),
        ]

    def __str__(self) -> str:
        return f"MARAC referral of {long_day(self.referred_on)}"


@pghistory.track()
class CaseFlag(models.Model):
    """A marker on a case, with its source and a day to look at it again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=16, choices=FlagKind.choices)
    source = models.CharField(
        max_length=80, help_text="Where this is known from, like custody or the crime report."
    )
    review_on = models.DateField("look at it again on", null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = CaseFlagQuerySet.as_manager()

    class Meta:
        ordering = ["kind"]
        triggers = [*never_deleted(), of_live_case()]
        constraints = [
            models.CheckConstraint(
                name="cases_caseflag_kind_is_known", condition=Q(kind__in=FlagKind.values)
            ),
            models.CheckConstraint(
                name="cases_caseflag_removal_says_who_and_when",
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(removed_at=None),
                name="cases_caseflag_once_a_case",
                violation_error_message="The case has this flag already.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
