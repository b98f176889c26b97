"""Cases, their suspects, and the people who may or must not know of them."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace, Upper

from campaigns.models import Borough, Team
from cases.choices import CaseStatus, ReferenceSystem
from cases.querysets import CaseQuerySet, SuspectQuerySet
from core.days import DatabaseNow
from core.models import never_deleted


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
        triggers = never_deleted()
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


@pghistory.track()
class CaseAccess(models.Model):
    """A place on the access list of a restricted case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="access_list")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="case_access"
    )

    class Meta:
        verbose_name_plural = "case access lists"
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_caseaccess_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} may read {self.case}"


@pghistory.track()
class Exclusion(models.Model):
    """Someone who must not know of a case. It beats every role, and they are not told."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exclusions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exclusions"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="cases_exclusion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is excluded from {self.case}"
