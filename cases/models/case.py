"""Cases and their suspects."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Replace, Upper

from campaigns.models import Borough, Team
from cases.choices import CaseStatus, ReferenceSystem, ReviewGroup
from cases.querysets import CaseLinkedQuerySet, CaseQuerySet
from cases.references import PLACEHOLDER
from core.days import DatabaseNow
from core.models import never_deleted, one_of

RESTRICTED_HAS_A_LIST = pgtrigger.Trigger(
    name="restricted_has_a_list",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    timing=pgtrigger.Deferred,
    condition=pgtrigger.Q(new__restricted=True),
    func="""
        IF EXISTS (SELECT 1 FROM cases_case
            WHERE id = NEW.id AND restricted AND reduced_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM cases_caseaccess WHERE case_id = NEW.id) THEN
            RAISE EXCEPTION 'A restricted case has somebody on its access list';
        END IF;
        RETURN NULL;
    """,
)
"""Asked at the end of the transaction, since the case and its list change together.

A reduced case keeps its restriction and loses its list: it is out of everybody's sight for good.
"""
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

_DATES: pgtrigger.UpdateOf = pgtrigger.UpdateOf("review_group", "retained_until")  # type: ignore[no-untyped-call]
DATED = pgtrigger.Trigger(
    name="dated",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | _DATES,
    func="""
        NEW.review_date := CASE WHEN NEW.reduced_at IS NULL THEN GREATEST(NEW.retained_until,
            ((NEW.opened_at AT TIME ZONE 'Europe/London')::date + make_interval(years => (
                SELECT years FROM cases_reviewperiod WHERE "group" = NEW.review_group)))::date) END;
        RETURN NEW;
    """,
)
"""The review date as it is at opening; later contact puts it off (`cases.retention`)."""

REDUCED_ONCE = pgtrigger.Trigger(
    name="reduced_once",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        IF TG_OP = 'UPDATE' AND OLD.reduced_at IS NOT NULL THEN
            RAISE EXCEPTION 'A reduced case stays as it is' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'cases_case_reduced_for_good';
        END IF;
        IF NEW.reduced_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM cases_reductioncase AS listed
            JOIN cases_reduction AS list ON list.id = listed.reduction_id
            WHERE listed.case_id = NEW.id AND listed.state = 'waiting' AND list.state = 'approved'
        ) THEN
            RAISE EXCEPTION 'A case is reduced by two people' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'cases_case_reduced_by_two';
        END IF;
        RETURN NEW;
    """,
)
"""A list that is approved has a proposer and another who approved it: its own rule says so."""


def of_live_case() -> pgtrigger.Trigger:
    """The trigger by which nothing is added to a reduced case, nor changed in it.

    It waits for a reduction under way, as the foreign key itself would.
    """
    return pgtrigger.Trigger(
        name="of_live_case",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        declare=[("reduced", "TIMESTAMPTZ")],
        func="""
            SELECT reduced_at INTO reduced FROM cases_case
                WHERE id = NEW.case_id FOR KEY SHARE;
            IF reduced IS NOT NULL THEN
                RAISE EXCEPTION 'The case is reduced' USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'cases_case_takes_nothing_once_reduced';
            END IF;
            RETURN NEW;
        """,
    )


@pghistory.track(exclude=["reference_key", "review_date"])
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
    review_group = models.PositiveSmallIntegerField(
        choices=ReviewGroup.choices, default=ReviewGroup.SERIOUS, db_default=2
    )
    review_date = models.DateField(null=True, blank=True, editable=False)
    """Never later than the day on which the case is due, and put off to it each night."""
    retained_until = models.DateField("kept at least until", null=True, blank=True, editable=False)
    held_at = models.DateTimeField("held since", null=True, blank=True, editable=False)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    hold_reason = models.CharField(
        "reason for the hold", max_length=400, blank=True, db_default="", editable=False
    )
    reduced_at = models.DateTimeField("reduced", null=True, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = [*never_deleted(), RESTRICTED_HAS_A_LIST, LIFTED_BY_TWO, DATED, REDUCED_ONCE]
        indexes = [
            models.Index(
                fields=["review_date", "id"],
                name="cases_case_review",
                condition=Q(reduced_at=None, held_at=None),
            ),
            models.Index(fields=["reference_key"], name="cases_case_reference_key"),
            models.Index(fields=["opened_at", "id"], name="cases_case_opened"),
            models.Index(fields=["borough", "opened_at", "id"], name="cases_case_borough_opened"),
            models.Index(
                fields=["officer", "opened_at", "id"],
                name="cases_case_officer_opened",
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
                condition=~Q(system="cad")
                | Q(reference_date__isnull=False)
                | Q(reduced_at__isnull=False),
                violation_error_message="A CAD number needs its date.",
            ),
            one_of("cases_case_status_is_known", status=CaseStatus.values),
            one_of("cases_case_review_group_is_known", review_group=ReviewGroup.values),
            models.CheckConstraint(
                name="cases_case_hold_says_who_when_why",
                condition=Q(held_at=None, held_by=None, hold_reason="")
                | Q(held_at__isnull=False, held_by__isnull=False, hold_reason__regex=r"\S"),
                violation_error_message="To hold, say who, when and why: all three, or none.",
            ),
            models.CheckConstraint(
                name="cases_case_hold_beats_reduction",
                condition=Q(held_at=None) | Q(reduced_at=None),
            ),
            models.CheckConstraint(
                name="cases_case_placeholder_means_reduced",
                condition=(Q(reduced_at=None) & ~Q(reference_key__startswith=PLACEHOLDER))
                | Q(reduced_at__isnull=False, reference_key__startswith=PLACEHOLDER),
                violation_error_message="Only a reduced case is called that.",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


@pghistory.track()
class Suspect(models.Model):
    """A suspect of one case, known here by a number only."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspects")
    number = models.PositiveSmallIntegerField(default=1)

    objects = CaseLinkedQuerySet["Suspect"].as_manager()

    class Meta:
        ordering = ["case", "number"]
        triggers = [*never_deleted(), of_live_case()]
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
