"""Reducing cases: everything linked to a person is cut, and the bare counted facts stay.

The one lawful exception to "never deleted" (Data Protection Act 2018, section 39). It works through
lists that one person proposed and another approved, and nothing else opens the guards of the
tables. The database itself lets no other case be marked as reduced.

What goes and what stays is in `cases.actions.cuts`.
"""

from typing import Any
from uuid import UUID

import pghistory
import pgtrigger
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.utils import timezone
from pghistory.models import Context

from accounts.models import User
from audit.erasure import erase
from audit.flags import Flag
from audit.models import LogRow, Review
from cases.actions.cuts import BLANKED, GONE, Cut, history_blank
from cases.actions.traces import CUT, Traces, cut_traces
from cases.models import Case, CaseAccess, Exclusion, Reduction, ReductionCase
from cases.retention import due_by
from core.days import DatabaseNow, london_day
from core.locks import alone

CHUNK = 500
"""Cases in one transaction: what a killed worker loses, and how long others wait."""
REASON = "Retention: review, and reduction approved by a second person"

State = ReductionCase.State


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
