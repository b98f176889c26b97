"""Reducing cases: everything linked to a person is cut, and the bare counted facts stay.

The one lawful exception to "never deleted" (Data Protection Act 2018, section 39). It works through
lists that one person proposed and another approved, and nothing else opens the guards of the
tables. The database itself lets no other case be marked as reduced.

Of an outcome there stay its day, borough, teams, kind, strand, offence and detail, which of its
case's suspects it was, and whether it counts; so every figure, the proof and what was published
hold to the last cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pghistory
import pgtrigger
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import BooleanField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from pghistory.models import Context

from accounts.models import User
from audit.erasure import erase
from audit.flags import Flag
from audit.models import LogRow, Review
from cases.actions.traces import CUT, Traces, cut_traces
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
    Reduction,
    ReductionCase,
    RiskAssessment,
    SentBack,
    Suspect,
)
from cases.retention import due_by
from core.days import DatabaseNow, LondonMidnight, london_day
from core.locks import alone

CHUNK = 500
"""Cases in one transaction: what a killed worker loses, and how long others wait."""
REASON = "Retention: review, and reduction approved by a second person"

State = ReductionCase.State


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


def _unless_blank(field: str, words: str) -> models.Case:
    return models.Case(When(**{field: ""}, then=Value("")), default=Value(words))


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
        "void_reason": _unless_blank("void_reason", CUT),
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


def work_on(pk: UUID) -> bool:
    """Reduces an approved list to its end; says False where somebody else is at it.

    Each chunk is a transaction, so whoever comes after a killed worker goes on from the last one.
    """
    with alone(pk) as free:
        if not free:
            return False
        reduction = (
            Reduction.objects.select_related("proposed_by", "decided_by")
            .filter(pk=pk, state=Reduction.State.APPROVED)
            .first()
        )
        if reduction is not None:
            while reduce_some(reduction):
                pass
            if not cut_traces(reduction, _erase(reduction)):
                return False
            Reduction.objects.filter(pk=pk).update(
                state=Reduction.State.DONE, finished_at=DatabaseNow()
            )
        return True


def would_go(cases: "QuerySet[Case]") -> Iterator[tuple[str, int, str]]:
    """What reducing these cases would touch: by table, how many rows, and what becomes of them."""
    for cut in (*BLANKED, *GONE):
        rows = cut.rows(cases.order_by().values("pk"))
        label = str(cut.model._meta.verbose_name_plural)
        yield label, rows.count(), "removed" if cut.blank is None else "cut to what counts"


def _erase(reduction: Reduction) -> Any:
    """The erasure of log and history, in the names of the two people of a list."""
    proposer, approver = reduction.proposed_by, reduction.decided_by

    def erase_rows(model: type[models.Model], rows: Any, blank: dict[str, Any]) -> int:
        return erase(
            model,
            rows,
            blank,
            by=approver.get_username() if approver else "",
            second=proposer.get_username(),
            reason=REASON,
        )

    return erase_rows


@transaction.atomic
def reduce_some(reduction: Reduction) -> bool:
    """Reduces the next cases of an approved list, all or none; says whether there were any."""
    waiting = ReductionCase.objects.filter(reduction=reduction, state=State.WAITING)
    listed = list(waiting.select_for_update().order_by("pk")[:CHUNK])
    if not listed:
        return False
    reduction.worked_at = timezone.now()
    reduction.save(update_fields=["worked_at"])
    cases = [one.case_id for one in listed]
    # A hold, or an entry under way, is waited for; whoever comes later finds the case reduced.
    locked = Case.objects.filter(pk__in=cases).order_by("pk")
    held = {case.pk for case in locked.select_for_update() if case.held_at}
    today = london_day(timezone.now())
    due = set(due_by(locked, today).values_list("pk", flat=True))
    for one in listed:
        clear = State.REDUCED if one.case_id in due else State.CONTACT
        one.state = State.HELD if one.case_id in held else clear
    chosen = {one.case_id: one for one in listed if one.state == State.REDUCED}
    if chosen:
        for pk, traces in _traces(list(chosen)).items():
            chosen[pk].traces = sorted(traces)
        _reduce(list(chosen), reduction)
    ReductionCase.objects.bulk_update(listed, ["state", "traces"])
    return True


def _traces(cases: list[int]) -> dict[int, set[str]]:
    """By case, the references and numbers that it goes by, now or in any state before."""
    found: dict[int, set[str]] = {}
    for cut in (*BLANKED, *GONE):
        for column in cut.traces:
            rows = cut.rows(cases)
            path = cut.paths[0]
            now = rows.values_list(path, column)
            keys = dict(rows.values_list("pk", path))
            before = cut.history.objects.filter(pgh_obj__in=keys).values_list("pgh_obj", column)
            for case, value in (*now, *((keys[pk], value) for pk, value in before)):
                if value:
                    found.setdefault(case, set()).add(Traces.plain(value))
        if cut.page:
            for pk, case in cut.rows(cases).values_list("pk", cut.paths[0]):
                found.setdefault(case, set()).add(Traces.plain(f"{cut.page}{pk}/"))
    return found


def _reduce(cases: list[int], reduction: Reduction) -> None:
    keys = {cut: list(cut.rows(cases).values_list("pk", flat=True)) for cut in (*GONE, *BLANKED)}
    erase_rows = _erase(reduction)
    by: User | None = reduction.decided_by
    with pghistory.context(user=by.pk if by else None, action="reduce under retention"):
        for cut in BLANKED:
            cut.model._base_manager.filter(pk__in=keys[cut]).update(**(cut.blank or {}))
        with pgtrigger.ignore(*_guards()):
            for cut in GONE:
                rows = cut.model._base_manager.filter(pk__in=keys[cut])
                rows._raw_delete(rows.db)
    contexts: set[UUID] = set()
    for cut in (*GONE, *BLANKED):
        _cut_admin_log(cut.model, keys[cut])
        _cut_looks(cut, keys[cut], erase_rows)
        if cut.history is None:
            continue
        # Rows of an access list may have gone before; their history knows the case.
        of = Q(pgh_obj__in=keys[cut])
        if cut.model in {CaseAccess, Exclusion}:
            of |= Q(case__in=cases)
        events = cut.history.objects.filter(of)
        contexts |= set(events.values_list("pgh_context", flat=True)) - {None}
        erase_rows(cut.history, events, history_blank(cut))
    _cut_barred_tries(keys, erase_rows)
    # Who and which action stay; a reason is free text, and an address tells of a conflict.
    words = ["reason", "url"]
    Context.objects.filter(pk__in=contexts, metadata__has_any_keys=words).update(
        metadata=models.Func(F("metadata"), template=f"%(expressions)s - ARRAY{words}")
    )


def _guards() -> list[str]:
    """The triggers that would refuse the rows to go, or write them into history once more."""
    gone: set[Any] = {cut.model for cut in GONE}
    names = {"never_deleted", "lifted_by_two", "delete_delete"}
    return [
        f"{model._meta.label}:{trigger.name}"
        for model, trigger in pgtrigger.registered()
        if model in gone and trigger.name in names
    ]


def _cut_admin_log(model: type[models.Model], keys: list[Any]) -> None:
    """The admin's own log keeps what a row was called."""
    of = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=of, object_id__in=map(str, keys)).update(
        object_repr=CUT, change_message=""
    )


def _cut_looks(cut: Cut, keys: list[Any], erase_rows: Any) -> None:
    """Of looks at the rows there stay who, when and which code.

    Reasons are free text, as are an auditor's words on one; some flags tell whom the text named.
    """
    looks = LogRow.objects.filter(
        ~Q(action=LogRow.Action.ERASURE),
        object_type=cut.model._meta.label_lower, object_id__in=map(str, keys),
    )  # fmt: skip
    reviews = Review.objects.filter(~Q(words=""), sampled__row__in=looks)
    erase_rows(Review, reviews, {"words": CUT})
    erase_rows(LogRow, looks.exclude(reason=""), {"reason": CUT})
    names = looks.filter(flag__in=[Flag.OWN_NAME, Flag.COLLEAGUE_NAME])
    erase_rows(LogRow, names, {"flag": ""})


def _cut_barred_tries(keys: dict[Cut, list[Any]], erase_rows: Any) -> None:
    """A flag says of a refusal, whose row names a page and its numbers, that a case bars them."""
    numbers = [str(pk) for cut in BLANKED for pk in keys[cut]]
    number = models.Func(
        F("object_id"), Value(" "), Value(1),
        function="split_part", output_field=models.CharField(),
    )  # fmt: skip
    flagged = LogRow.objects.filter(flag=Flag.EXCLUDED_CASE, object_type__startswith="cases:")
    erase_rows(LogRow, flagged.alias(number=number).filter(number__in=numbers), {"flag": ""})
