"""What of each table goes when a case is reduced, and what stays.

Of an outcome there stay its day, borough, teams, kind, strand, offence and detail, which of its
case's suspects it was, and whether it counts; so every figure, the proof and what was published
hold to the last cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from cases.actions.traces import CUT
from cases.choices import CaseStatus, Offence
from cases.models import (
    BreakGlass,
    Case,
    CaseAccess,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    EvidenceSubmission,
    Exclusion,
    ImportedOutcome,
    Lifting,
    MaracReferral,
    OrderBreach,
    Outcome,
    OutcomeSupport,
    PossibleDuplicate,
    ProtectiveOrder,
    RiskAssessment,
    SentBack,
    Suspect,
)
from core.days import DatabaseNow, LondonMidnight


@dataclass(frozen=True, eq=False)
class Cut:
    """What of a table goes: by column what stands there afterwards, or, without any, whole rows.

    `paths` lead from a row to its case. `kept` are the columns that stay as they are; a test holds
    that every column is in one of the two.
    """

    model: type[models.Model]
    paths: tuple[str, ...] = ("case",)
    blank: dict[str, Any] | None = None
    kept: frozenset[str] = frozenset()
    traces: tuple[str, ...] = ()
    """Columns by whose values other rows may speak of the case."""
    page: str = ""
    """Where its pages begin, which its number follows: a kept form says where it is sent."""

    def rows(self, cases: "Sequence[int] | QuerySet[Any]") -> "QuerySet[Any]":
        of_cases = Q()
        for path in self.paths:
            of_cases |= Q(**{f"{path}__in": cases})
        return self.model._base_manager.filter(of_cases)

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def history(self) -> Any:
        """The table of its history, where it has one."""
        return getattr(self.model, "pgh_event_model", None)


OF_CASE = Cut(
    Case,
    paths=("pk",),
    blank={
        "reference": Concat(Value("reduced-"), F("pk"), output_field=models.CharField()),
        "reference_date": None,
        "officer": None,
        "status": CaseStatus.CLOSED,
        # Whoever was barred stays so without being named: nobody sees it.
        "restricted": models.Case(
            When(Exists(Exclusion.objects.filter(case=OuterRef("pk"))), then=Value(True)),
            default=F("restricted"),
            output_field=BooleanField(),
        ),
        "opened_at": LondonMidnight("opened_at"),
        "retained_until": None,
        "reduced_at": DatabaseNow(),
    },
    # A case under a hold is never reduced, so the hold's own columns are empty.
    kept=frozenset(
        {"id", "reference_key", "system", "borough", "team", "review_group", "review_date"}
        | {"held_at", "held_by", "hold_reason"}
    ),
    traces=("reference",),
    page="/cases/",
)
OF_OUTCOMES = Cut(
    Outcome,
    blank={
        # A time of day is somebody's; the day is what counts.
        **{
            clock: LondonMidnight(clock)
            for clock in ("happened_at", "recorded_at", "voided_at", "merged_at")
        },
        "offence_note": models.Case(
            When(offence=Offence.OTHER, then=Value(CUT)), default=Value("")
        ),
        "bail_until": None,
        "custody_record": "",
        "logged_by": None,
        "void_reason": models.Case(When(void_reason="", then=Value("")), default=Value(CUT)),
    },
    # Who made it void or merged it answers for a count that changed; the database wants it said.
    kept=frozenset(
        {"id", "kind", "strand", "case", "suspect", "borough", "team", "offence", "day", "detail"}
        | {"order_kind", "caution_kind", "route", "bail_kind", "charging_authority"}
        | {"no_further_action_type", "counted", "voided_by", "merged_into", "merged_by"}
    ),
    traces=("custody_record",),
    page="/outcomes/",
)
BLANKED = (OF_OUTCOMES, OF_CASE)
GONE = (
    Cut(SentBack, paths=("outcome__case",)),
    Cut(ImportedOutcome, paths=("outcome__case",)),
    Cut(PossibleDuplicate, paths=("outcome__case", "earlier__case")),
    Cut(OrderBreach, paths=("order__case",)),
    Cut(ProtectiveOrder, traces=("court_reference",)),
    Cut(DisclosureApplication, traces=("reference",)),
    Cut(EvidenceSubmission, traces=("exhibit",)),
    Cut(MaracReferral),
    Cut(RiskAssessment),
    Cut(CaseFlag),
    Cut(CaseNote),
    Cut(CaseAccess),
    Cut(Exclusion),
    Cut(Lifting),
    Cut(BreakGlass, page="/break-glass/reviews/"),
)
"""In the order in which they let each other go."""
STAYS: tuple[type[models.Model], ...] = (Suspect, OutcomeSupport)
"""A suspect is a number within the case, and tells apart whom distinct suspects count."""

PEOPLE_ON_DUTY = frozenset(
    {"logged_by", "voided_by", "merged_by", "recorded_by", "removed_by", "sent_by", "answered_by"}
    | {"asked_by", "decided_by", "reviewed_by"}
)
"""What history keeps of any row, beside its keys: who of the staff did what is the log's own.

Not who made an exclusion: where that is the excluded person, they declared a conflict.
"""
KEYS_OF_CASE = frozenset({"id", "case", "outcome", "order", "suspect"})


def history_blank(cut: Cut) -> dict[str, Any]:
    """By column, what stands in a row of history afterwards.

    Of a row that stays, it loses what the row loses; of one that goes, all but keys and staff.
    """
    fields = {field.name: field for field in cut.history._meta.concrete_fields}
    if cut.blank is None:
        lost = set(fields) - PEOPLE_ON_DUTY - KEYS_OF_CASE
    else:
        lost = set(cut.blank) - PEOPLE_ON_DUTY - {"status", "restricted", "reduced_at"}
        lost |= {"hold_reason"} & set(fields)
    return {str(fields[name].column): _nothing(fields[name]) for name in lost if "pgh_" not in name}


def _nothing(field: "models.Field[Any, Any]") -> Any:
    """What says least in a column."""
    if field.null:
        return None
    empty: dict[str, Any] = {
        "BooleanField": False,
        "DateField": date(1970, 1, 1),
        "DateTimeField": datetime(1970, 1, 1, tzinfo=UTC),
        "ForeignKey": 0,
    }
    return empty.get(field.get_internal_type(), "")


def would_go(cases: "QuerySet[Case]") -> Iterator[tuple[str, int, str]]:
    """What reducing these cases would touch: by table, how many rows, and what becomes of them."""
    for cut in (*BLANKED, *GONE):
        rows = cut.rows(cases.order_by().values("pk"))
        label = str(cut.model._meta.verbose_name_plural)
        yield label, rows.count(), "removed" if cut.blank is None else "cut to what counts"
