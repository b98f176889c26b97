"""Cases and their suspects."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace, Upper

from campaigns.models import Borough, Team
from cases.choices import CaseStatus, ReferenceSystem
from cases.querysets import CaseQuerySet, SuspectQuerySet
from core.days import DatabaseNow
from core.models import never_deleted

RESTRICTED_HAS_A_LIST = pgtrigger.Trigger(
    name="restricted_has_a_list",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(new__restricted=True),
    func="""
        IF EXISTS (SELECT 1 FROM cases_case WHERE id = NEW.id AND restricted)
            AND NOT EXISTS (SELECT 1 FROM cases_caseaccess WHERE case_id = NEW.id) THEN
            RAISE EXCEPTION 'A restricted case has somebody on its access list';
        END IF;
        RETURN NULL;
    """,
)
"""Asked at the end of the transaction, since the case and its list change together."""
LIFTED_BY_TWO = pgtrigger.Trigger(
    name="lifted_by_two",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__restricted=True, new__restricted=False),
    func="""
        IF NOT EXISTS (
            SELECT 1 FROM cases_lifting
            WHERE case_id = NEW.id AND excluded_id IS NULL AND agreed
                AND decided_at >= transaction_timestamp()
        ) THEN
            RAISE EXCEPTION 'A second person agrees before a restriction is lifted';
        END IF;
        RETURN NEW;
    """,
)


@pghistory.track(exclude=["reference_key"])
class Case(models.Model):
    """A crime or incident of the master system, by its reference."""

    Status = CaseStatus

    reference = models.CharField(max_length=40, help_text="As typed, like 1234567/21.")
    reference_key = models.GeneratedField(
        expression=Upper(Replace("reference", Value(" "), Value(""))),
        output_field=models.CharField(max_length=40),
        db_persist=True,
    )
    system = models.CharField(max_length=7, choices=ReferenceSystem.choices)
    reference_date = models.DateField(
        null=True, blank=True, help_text="A CAD number restarts daily, so it needs its date."
    )
    borough = models.ForeignKey(
        Borough,
        on_delete=models.PROTECT,
        related_name="cases",
        verbose_name="borough of the offence",
    )
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name="officer in the case",
    )
    status = models.CharField(max_length=6, choices=CaseStatus.choices, default=CaseStatus.OPEN)
    restricted = models.BooleanField(
        default=False, help_text="Only the people on its access list know that it exists."
    )
    opened_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = [*never_deleted(), RESTRICTED_HAS_A_LIST, LIFTED_BY_TWO]
        indexes = [
            models.Index(fields=["reference_key"], name="cases_case_reference_key"),
            models.Index(fields=["borough", "-id"], name="cases_case_borough_latest"),
            models.Index(
                fields=["officer", "-id"],
                name="cases_case_officer_latest",
                condition=Q(officer__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "reference_key", "reference_date"],
                name="cases_case_reference_once",
                nulls_distinct=False,
                violation_error_message="There is a case with this reference already.",
            ),
            models.CheckConstraint(
                name="cases_case_has_reference",
                condition=Q(reference__regex=r"\S"),
                violation_error_message="Enter the reference.",
            ),
            models.CheckConstraint(
                name="cases_case_cad_has_its_date",
                condition=~Q(system="cad") | Q(reference_date__isnull=False),
                violation_error_message="A CAD number needs its date.",
            ),
            models.CheckConstraint(
                name="cases_case_status_is_known", condition=Q(status__in=CaseStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return self.reference


@pghistory.track()
class Suspect(models.Model):
    """A suspect of one case, known here by a number only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspects")
    number = models.PositiveSmallIntegerField(default=1)

    objects = SuspectQuerySet.as_manager()

    class Meta:
        ordering = ["case", "number"]
        triggers = never_deleted()
        constraints = [
            models.UniqueConstraint(
                fields=["case", "number"],
                name="cases_suspect_number_once_a_case",
                violation_error_message="The case has a suspect with this number already.",
            ),
            models.UniqueConstraint(fields=["id", "case"], name="cases_suspect_of_its_case"),
        ]

    def __str__(self) -> str:
        return f"Suspect {self.number}"
