"""Who may, who must not, and who for once did read a case."""

from datetime import timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.choices import BreakGlassReason, Verdict
from cases.models.case import Case, of_live_case
from cases.querysets import (
    BreakGlassQuerySet,
    CaseAccessQuerySet,
    ExclusionQuerySet,
    LiftingQuerySet,
)
from core.days import DatabaseNow
from core.models import never_deleted

BREAK_GLASS_AT_MOST = timedelta(hours=1)


@pghistory.track()
class CaseAccess(models.Model):
    """A place on the access list of a restricted case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="access_list")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="case_access"
    )

    objects = CaseAccessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "case access lists"
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_caseaccess_once"),
        ]
        triggers = [
            of_live_case(),
            pgtrigger.Trigger(
                name="list_not_emptied",
                when=pgtrigger.After,
                operation=pgtrigger.Delete | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT 1 FROM cases_case
                        WHERE id = OLD.case_id AND restricted AND reduced_at IS NULL)
                        AND NOT EXISTS (
                            SELECT 1 FROM cases_caseaccess WHERE case_id = OLD.case_id
                        ) THEN
                        RAISE EXCEPTION 'A restricted case keeps somebody on its access list';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} may read {self.case}"


@pghistory.track()
class Exclusion(models.Model):
    """Someone who must not know of a case. It beats every role, and they are not told.

    A conflict that somebody declares is one as well; the supervisors of the case see it on their
    desks until one of them has seen to it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exclusions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exclusions"
    )
    reason = models.CharField(max_length=500)
    declared = models.BooleanField("declared by the person", default=False)
    made_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = ExclusionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"],
                name="cases_exclusion_once",
                violation_error_message="They are excluded from this case already.",
            ),
            models.CheckConstraint(
                name="cases_exclusion_says_why", condition=Q(reason__regex=r"\S")
            ),
            models.CheckConstraint(
                name="cases_exclusion_seen_says_who_and_when",
                condition=Q(seen_at=None, seen_by=None)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
            ),
        ]
        triggers = [
            of_live_case(),
            pgtrigger.Trigger(
                name="lifted_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM cases_lifting
                        WHERE case_id = OLD.case_id AND excluded_id = OLD.user_id AND agreed
                            AND decided_at >= transaction_timestamp()
                    ) THEN
                        RAISE EXCEPTION 'A second person agrees before an exclusion is lifted';
                    END IF;
                    RETURN OLD;
                """,
            ),
            pgtrigger.ReadOnly(name="stays_whose_it_is", fields=["case", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} is excluded from {self.case}"


@pghistory.track()
class Lifting(models.Model):
    """Somebody asks that a restriction, or one person's exclusion, be lifted; another decides."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="liftings")
    excluded = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose exclusion; nobody where it is the case's restriction.",
    )
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )
    agreed = models.BooleanField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = LiftingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = [*never_deleted(), of_live_case()]
        constraints = [
            models.CheckConstraint(name="cases_lifting_says_why", condition=Q(reason__regex=r"\S")),
            models.CheckConstraint(
                name="cases_lifting_decision_says_who_when_what",
                condition=Q(agreed=None, decided_at=None, decided_by=None)
                | Q(agreed__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_lifting_takes_two_people",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.UniqueConstraint(
                fields=["case", "excluded"],
                condition=Q(decided_at=None),
                nulls_distinct=False,
                name="cases_lifting_once_at_a_time",
                violation_error_message="Somebody has asked for this already.",
            ),
        ]

    def __str__(self) -> str:
        what = f"the exclusion of {self.excluded}" if self.excluded else "the restriction"
        return f"Lift {what}"


@pghistory.track()
class BreakGlass(models.Model):
    """A case that somebody opened though it is not theirs: for a while, and for one reason.

    It lasts until `ends_at`, or until they close it. Somebody outside their chain reviews it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="break_glass")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="break_glass"
    )
    reason_code = models.CharField(max_length=20, choices=BreakGlassReason.choices)
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField("closed early at", null=True, blank=True)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    review = models.CharField("what the reviewer found", max_length=500, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "opening by break-glass"
        verbose_name_plural = "openings by break-glass"
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(verdict=""), name="cases_breakglass_waiting"
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_breakglass_says_why",
                condition=Q(reason__regex=r"\S", reason_code__in=BreakGlassReason.values),
            ),
            models.CheckConstraint(
                name="cases_breakglass_lasts_an_hour_at_most",
                condition=Q(
                    ends_at__gt=F("opened_at"), ends_at__lte=F("opened_at") + BREAK_GLASS_AT_MOST
                ),
            ),
            models.CheckConstraint(
                name="cases_breakglass_closed_while_it_lasts",
                condition=Q(ended_at=None)
                | Q(ended_at__gte=F("opened_at"), ended_at__lte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="cases_breakglass_review_says_who_when_what",
                condition=Q(verdict="", review="", reviewed_at=None, reviewed_by=None)
                | Q(
                    verdict__in=Verdict.values,
                    review__regex=r"\S",
                    reviewed_at__isnull=False,
                    reviewed_at__gte=F("opened_at"),
                    reviewed_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="cases_breakglass_reviewed_by_another",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("user")),
            ),
        ]
        triggers = [
            *never_deleted(),
            of_live_case(),
            pgtrigger.ReadOnly(
                name="granted_once",
                fields=["case", "user", "reason_code", "reason", "opened_at", "ends_at"],
            ),
            pgtrigger.Trigger(
                name="never_for_the_excluded",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM cases_exclusion
                        WHERE case_id = NEW.case_id AND user_id = NEW.user_id
                    ) THEN
                        RAISE EXCEPTION 'Nobody opens a case that they are excluded from';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} opened by {self.user}"
