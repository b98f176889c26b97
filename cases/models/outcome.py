"""Outcomes: one row is one countable event."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat

from campaigns.models import Borough, Team
from cases.choices import (
    ORDER_LED_BY,
    BailKind,
    CautionKind,
    ChargingAuthority,
    DisclosureRoute,
    Kind,
    LedBy,
    NoFurtherActionType,
    Offence,
    OrderKind,
    Strand,
)
from cases.models.case import Case, Suspect, of_live_case
from cases.querysets import OutcomeLinkedQuerySet, OutcomeQuerySet, PossibleDuplicateQuerySet
from core.days import DatabaseNow
from core.models import Fact, counted_when, one_of

OF_ONE_KIND: dict[str, tuple[Kind, type[models.TextChoices]]] = {
    "order_kind": (Kind.ORDER, OrderKind),
    "caution_kind": (Kind.CAUTION, CautionKind),
    "route": (Kind.DISCLOSURE_APPLICATION, DisclosureRoute),
    "bail_kind": (Kind.BAIL, BailKind),
    "charging_authority": (Kind.CHARGE, ChargingAuthority),
    "no_further_action_type": (Kind.NO_FURTHER_ACTION, NoFurtherActionType),
}
"""Fields that one kind of outcome has and no other, and their codes."""
NEEDED = {
    "order_kind": "An order or notice needs its kind; nothing else has one.",
    "caution_kind": "A caution needs its kind; nothing else has one.",
    "route": "A Clare's Law application needs its route; nothing else has one.",
    "bail_kind": "Bail is with or without conditions; nothing else has a kind of bail.",
    "no_further_action_type": "No further action needs its Home Office type; nothing else has one.",
}
"""Those of them that the kind must have, and what is said where it has not."""


def _goes_with(field: str, kind: Kind) -> models.CheckConstraint:
    empty, of_kind = Q(**{field: ""}), Q(kind__in=[kind.value])
    both = (of_kind & ~empty) | (~of_kind & empty)
    return models.CheckConstraint(
        name=f"cases_outcome_{field}_goes_with_kind",
        condition=both if field in NEEDED else of_kind | empty,
        violation_error_message=NEEDED.get(field, "Only a charge has a charging authority."),
    )


MERGE_INTO_COUNTED = pgtrigger.Trigger(
    name="merged_into_counted",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    condition=pgtrigger.Q(new__merged_into__isnull=False),
    declare=[("survivor", "RECORD")],
    func="""
        IF TG_OP = 'UPDATE' AND OLD.merged_into_id IS NOT DISTINCT FROM NEW.merged_into_id THEN
            RETURN NEW;
        END IF;
        SELECT voided_at, merged_into_id INTO survivor
            FROM cases_outcome WHERE id = NEW.merged_into_id FOR UPDATE;
        IF survivor.voided_at IS NOT NULL OR survivor.merged_into_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM cases_outcome WHERE merged_into_id = NEW.id) THEN
            RAISE EXCEPTION 'An outcome is merged into one that counts, in one step'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'cases_outcome_merged_into_counted';
        END IF;
        RETURN NEW;
    """,
)
"""A chain or a ring of merges would leave an event that nobody counts."""


@pghistory.track(exclude=["day", "detail", "counted"])
class Outcome(Fact):
    """One countable event: an arrest, a charge, an order.

    `id` is the token that the form carries, so a double submit makes one row. It counts unless
    voided or merged into another entry of the same event. `detail` is the finer code of its kind.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, verbose_name="token")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    strand = models.CharField(
        max_length=15,
        choices=Strand.choices,
        default=Strand.DOMESTIC_ABUSE,
        db_default=Strand.DOMESTIC_ABUSE.value,
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="outcomes")
    suspect = models.ForeignKey(
        Suspect, on_delete=models.PROTECT, null=True, blank=True, related_name="outcomes"
    )
    borough = models.ForeignKey(
        Borough,
        on_delete=models.PROTECT,
        related_name="outcomes",
        verbose_name="borough of the offence",
        help_text="The borough that it counts in.",
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outcomes",
        verbose_name="lead team",
    )
    supporting_teams: models.ManyToManyField[Team, "OutcomeSupport"] = models.ManyToManyField(
        Team, through="OutcomeSupport", related_name="supported_outcomes"
    )
    offence = models.CharField(
        max_length=30,
        choices=Offence.choices,
        blank=True,
        default="",
        db_default="",
        verbose_name="offence",
    )
    offence_note = models.CharField(
        "other offence",
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="No names.",
    )
    order_kind = models.CharField(
        max_length=12, choices=OrderKind.choices, blank=True, default="", db_default=""
    )
    caution_kind = models.CharField(
        "kind of caution (disposal)",
        max_length=20,
        choices=CautionKind.choices,
        blank=True,
        default="",
        db_default="",
    )
    route = models.CharField(
        "Clare's Law route",
        max_length=20,
        choices=DisclosureRoute.choices,
        blank=True,
        default="",
        db_default="",
    )
    bail_kind = models.CharField(
        max_length=20, choices=BailKind.choices, blank=True, default="", db_default=""
    )
    bail_until = models.DateField(
        "bail ends on", null=True, blank=True, help_text="The day to answer bail."
    )
    charging_authority = models.CharField(
        max_length=16, choices=ChargingAuthority.choices, blank=True, default="", db_default=""
    )
    no_further_action_type = models.CharField(
        "Home Office outcome type",
        max_length=4,
        choices=NoFurtherActionType.choices,
        blank=True,
        default="",
        db_default="",
    )
    custody_record = models.CharField(max_length=30, blank=True, default="", db_default="")
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="logged_outcomes",
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    merged_at = models.DateTimeField(null=True, blank=True)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.GeneratedField(
        expression=Concat(
            "order_kind",
            "caution_kind",
            "route",
            "bail_kind",
            "charging_authority",
            "no_further_action_type",
        ),
        output_field=models.CharField(max_length=30),
        db_persist=True,
    )
    counted = counted_when(Q(voided_at=None, merged_into=None))

    objects = OutcomeQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-happened_at"]
        triggers = [*Fact.Meta.triggers, MERGE_INTO_COUNTED, of_live_case()]
        indexes = [
            models.Index(fields=["day", "borough"], name="cases_outcome_day_borough"),
            models.Index(fields=["-happened_at", "-id"], name="cases_outcome_latest"),
            models.Index(
                fields=["borough", "-happened_at", "-id"], name="cases_outcome_borough_latest"
            ),
            models.Index(fields=["-recorded_at", "-id"], name="cases_outcome_entered"),
            models.Index(
                fields=["custody_record"],
                name="cases_outcome_custody",
                condition=~Q(custody_record=""),
            ),
            models.Index(
                fields=["logged_by", "-recorded_at"],
                name="cases_outcome_logged_latest",
                condition=Q(logged_by__isnull=False),
            ),
            models.Index(
                fields=["bail_until"],
                name="cases_outcome_bail_until",
                condition=Q(bail_until__isnull=False),
            ),
        ]
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="cases_outcome_happened_before_recorded",
                condition=Q(happened_at__lte=F("recorded_at")),
                violation_error_message="When it happened must be today or in the past.",
            ),
            one_of("cases_outcome_kind_is_known", kind=Kind.values),
            one_of("cases_outcome_strand_is_known", strand=Strand.values),
            models.CheckConstraint(
                name="cases_outcome_suspect_goes_with_kind",
                condition=~Q(kind__in=["arrest", "charge", "caution"]) | Q(suspect__isnull=False),
                violation_error_message="Choose the suspect arrested, charged or cautioned.",
            ),
            models.CheckConstraint(
                name="cases_outcome_offence_goes_with_kind",
                condition=Q(kind__in=["order", "disclosure_application"]) | ~Q(offence=""),
                violation_error_message="Choose the offence.",
            ),
            models.CheckConstraint(
                name="cases_outcome_other_offence_is_named",
                condition=~Q(offence="other") | Q(offence_note__regex=r"\S"),
                violation_error_message="Say which other offence it was.",
            ),
            models.CheckConstraint(
                name="cases_outcome_bail_until_goes_with_kind",
                condition=Q(bail_until=None) | Q(kind="bail"),
                violation_error_message="Only bail has a day to answer it.",
            ),
            *(_goes_with(field, kind) for field, (kind, _) in OF_ONE_KIND.items()),
            *(
                one_of(f"cases_outcome_{field}_is_known", **{field: ["", *codes.values]})
                for field, (_, codes) in OF_ONE_KIND.items()
            ),
            one_of("cases_outcome_offence_is_known", offence=["", *Offence.values]),
            models.CheckConstraint(
                name="cases_outcome_merge_says_who_and_when",
                condition=Q(merged_into=None, merged_at=None, merged_by=None)
                | Q(merged_into__isnull=False, merged_at__isnull=False, merged_by__isnull=False),
                violation_error_message="To merge, say into what, who and when: all, or none.",
            ),
            models.CheckConstraint(
                name="cases_outcome_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                violation_error_message="An outcome cannot be merged into itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.case}"

    def clean(self) -> None:
        if self.suspect is not None and self.suspect.case_id != self.case_id:
            raise ValidationError({"suspect": "Choose a suspect of this case."})

    @property
    def state(self) -> str:
        """Whether it counts, in a word."""
        if self.voided_at:
            return "Void"
        return "Merged" if self.merged_into_id else "Counts"

    @property
    def led_by(self) -> LedBy | None:
        """Who sought an order or notice; None for other kinds."""
        return ORDER_LED_BY.get(self.order_kind)


@pghistory.track()
class OutcomeSupport(models.Model):
    """Credit for a team that helped; it never feeds a total."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="support")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")

    objects = OutcomeLinkedQuerySet["OutcomeSupport"].as_manager()

    class Meta:
        verbose_name_plural = "outcome support"
        constraints = [
            models.UniqueConstraint(fields=["outcome", "team"], name="cases_outcomesupport_once")
        ]

    def __str__(self) -> str:
        return f"{self.team} supported {self.outcome}"


class PossibleDuplicate(models.Model):
    """Two outcomes that look like one event, for a supervisor to merge or keep apart."""

    class State(models.TextChoices):
        OPEN = "open", "Waits for a decision"
        MERGED = "merged", "Merged"
        APART = "apart", "Kept apart"

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="flags")
    earlier = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="later_flags")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    flagged_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PossibleDuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["flagged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["outcome", "earlier"], name="cases_possibleduplicate_pair_once"
            ),
            models.CheckConstraint(
                name="cases_possibleduplicate_two_outcomes", condition=~Q(outcome=F("earlier"))
            ),
            models.CheckConstraint(
                name="cases_possibleduplicate_decided_says_who_and_when",
                condition=Q(state="open", decided_at=None, decided_by=None)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.get_state_display().lower()}"
