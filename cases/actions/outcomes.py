"""Changes of outcomes: logged, corrected, voided, merged."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from campaigns.models import Borough, Team
from cases.choices import Kind
from cases.models import Case, Outcome, OutcomeSupport, PossibleDuplicate
from cases.querysets import LIKELY_DUPLICATE_WITHIN
from core.days import DatabaseNow
from core.locks import locked
from core.models import check_fields, told

FIXED = frozenset(
    {"id", "recorded_at", "logged_by", "voided_at", "voided_by", "void_reason"}
    | {"merged_into", "merged_at", "merged_by"}
)
"""What an amendment may not touch: each has an action of its own, or is history."""
FLAGGING = 20211127
"""The advisory lock under which duplicates are flagged, to the end of the transaction.

Whoever saves rows takes it after them and before the search, so of two entries of one event at the
same moment the later to search sees the other. One entry shares it, and holds the keys of its own
case and custody record alone; an import, which has too many keys, holds the whole of it.
"""

ALIKE = f"""
s.kind = e.kind AND (s.kind <> 'charge' OR s.offence = e.offence)
    AND (s.kind <> 'order' OR s.order_kind = e.order_kind)
    AND e.happened_at > s.happened_at - interval '{LIKELY_DUPLICATE_WITHIN.total_seconds()} s'
    AND e.happened_at < s.happened_at + interval '{LIKELY_DUPLICATE_WITHIN.total_seconds()} s'
"""
"""The rule of `OutcomeQuerySet.likely_duplicates_of`, of what is saved and what is there."""
FLAG = f"""
INSERT INTO cases_possibleduplicate (outcome_id, earlier_id, state)
SELECT s.id, e.id, 'open'
FROM (
    SELECT %(id)s::uuid AS id, %(kind)s::text AS kind, %(offence)s::text AS offence,
        %(case_id)s::bigint AS case_id, %(suspect_id)s::bigint AS suspect_id,
        %(order_kind)s::text AS order_kind, %(custody_record)s::text AS custody_record,
        %(happened_at)s::timestamptz AS happened_at
) AS s JOIN cases_outcome AS e ON (
    e.case_id = s.case_id AND e.suspect_id IS NOT DISTINCT FROM s.suspect_id
    OR s.custody_record <> '' AND e.custody_record = s.custody_record
) WHERE e.id <> s.id AND e.counted AND {ALIKE} ON CONFLICT DO NOTHING
"""
"""With its values spelled out, since to plan a join of the table with itself takes longer."""


def log_outcome(
    *,
    by: User,
    token: UUID,
    case: Case,
    kind: Kind,
    happened_at: datetime,
    supporting_teams: Iterable[Team] = (),
    **fields: Any,
) -> tuple[Outcome, bool]:
    """Logs an outcome once, whatever is submitted twice; says whether this call made it.

    It counts in the case's borough unless another is given. Likely duplicates are kept and flagged.
    ValidationError names the fields that are wrong.
    """
    if "borough" not in fields:
        fields["borough"] = case.borough
    outcome = Outcome(
        pk=token, case=case, kind=kind, happened_at=happened_at, logged_by=by, **fields
    )
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, action="log outcome"):
            add_outcome(outcome, supporting_teams)
            flag_duplicates(outcome)
    except IntegrityError:
        # The second of two submits; at the same moment, it has waited for the first.
        known = Outcome.objects.filter(pk=token).first()
        if known is None:
            raise
        return known, False
    return outcome, True


def add_outcome(outcome: Outcome, supporting_teams: Iterable[Team]) -> None:
    """The part of an action that saves a new outcome; ValidationError where a rule refuses it."""
    check_fields(outcome)
    try:
        outcome.save(force_insert=True)
    except IntegrityError as refused:
        raise told(outcome, refused) from None
    OutcomeSupport.objects.bulk_create(
        OutcomeSupport(outcome=outcome, team=team) for team in supporting_teams
    )


def flag_duplicates(outcome: Outcome) -> bool:
    """The part of an action that queues what looks like the same event; says whether any does."""
    # Cases before custody records: two entries do not lock crosswise.
    keys = [f"case {outcome.case_id}"]
    if outcome.custody_record:
        keys.append(f"custody {outcome.custody_record}")
    locks = ", ".join(
        f"pg_advisory_xact_lock({FLAGGING}, hashtext(%(key{n})s))" for n in range(len(keys))
    )
    with connection.cursor() as cursor:
        # Two statements of one question: what is flagged is searched for once the locks are held.
        cursor.execute(
            f"SELECT pg_advisory_xact_lock_shared({FLAGGING}), {locks}; {FLAG}",
            vars(outcome) | {f"key{n}": key for n, key in enumerate(keys)},
        )
        while cursor.nextset():
            pass
        return bool(cursor.rowcount)


@transaction.atomic
def amend_outcome(*, outcome: Outcome, by: User, **changes: Any) -> Outcome:
    """Corrects fields of an outcome; the database keeps what they were."""
    # A foreign key goes by two names, with and without "_id".
    fixed = FIXED & {Outcome._meta.get_field(name).name for name in changes}
    if fixed:
        raise ValueError(f"Not to be amended: {', '.join(sorted(fixed))}")
    current = locked(outcome)
    for field, value in changes.items():
        setattr(current, field, value)
    check_fields(current)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, action="amend outcome"):
            current.save(update_fields=changes)
    except IntegrityError as refused:
        raise told(current, refused) from None
    current.refresh_from_db()
    return current


@transaction.atomic
def void_outcome(*, outcome: Outcome, by: User, reason: str) -> Outcome:
    """Takes an outcome out of every count; the row stays, with who, when and why."""
    current = locked(outcome)
    if current.voided_at is not None:
        return current
    if not reason.strip():
        raise ValidationError({"void_reason": "Say why this entry is void."})
    current.voided_at, current.voided_by, current.void_reason = DatabaseNow(), by, reason.strip()
    return _saved(current, by, "void outcome", "voided_at", "voided_by", "void_reason")


@transaction.atomic
def restore_outcome(*, outcome: Outcome, by: User) -> Outcome:
    """Undoes a void; history keeps that it was."""
    current = locked(outcome)
    current.voided_at, current.voided_by, current.void_reason = None, None, ""
    return _saved(current, by, "restore outcome", "voided_at", "voided_by", "void_reason")


@transaction.atomic
def merge_outcome(*, duplicate: Outcome, into: Outcome, by: User) -> Outcome:
    """Counts two entries of one event once; the duplicate keeps its own team's credit."""
    # In the order of their ids, so that two people merging the same pair do not lock crosswise.
    in_order = Outcome.objects.select_for_update().order_by("pk")
    both = in_order.in_bulk([duplicate.pk, into.pk])
    current, survivor = both[duplicate.pk], both[into.pk]
    check_merge(current, survivor)
    current.merged_into, current.merged_at, current.merged_by = survivor, DatabaseNow(), by
    _decide(current, survivor, PossibleDuplicate.State.MERGED, by)
    return _saved(current, by, "merge outcome", "merged_into", "merged_at", "merged_by")


def check_merge(duplicate: Outcome, into: Outcome) -> None:
    """ValidationError where a merge would leave an event that nobody counts."""
    if not into.counted or duplicate.pk == into.pk:
        raise ValidationError("Merge it into another entry that still counts.")
    if duplicate.duplicates.exists():
        raise ValidationError("Other entries are merged into this one: merge it the other way.")


@transaction.atomic
def unmerge_outcome(*, duplicate: Outcome, by: User) -> Outcome:
    """Counts a merged entry again, and keeps the pair apart from now on."""
    current = locked(duplicate)
    if current.merged_into is None:
        return current
    _decide(current, current.merged_into, PossibleDuplicate.State.APART, by)
    current.merged_into, current.merged_at, current.merged_by = None, None, None
    return _saved(current, by, "unmerge outcome", "merged_into", "merged_at", "merged_by")


@transaction.atomic
def keep_apart(*, pair: PossibleDuplicate, by: User) -> None:
    """Settles that two entries are two events; both go on counting."""
    _decide(pair.outcome, pair.earlier, PossibleDuplicate.State.APART, by)


def _decide(one: Outcome, other: Outcome, state: PossibleDuplicate.State, by: User) -> None:
    for outcome, earlier in ((one, other), (other, one)):
        PossibleDuplicate.objects.filter(outcome=outcome, earlier=earlier).update(
            state=state, decided_at=DatabaseNow(), decided_by=by
        )


def _saved(outcome: Outcome, by: User, action: str, *fields: str) -> Outcome:
    with pghistory.context(user=by.pk, action=action):
        outcome.save(update_fields=fields)
    outcome.refresh_from_db()
    return outcome


@transaction.atomic
def correct_borough(*, case: Case, borough: Borough, by: User) -> None:
    """Moves a case, and each outcome that counts where the case was, to the right borough."""
    with pghistory.context(user=by.pk, action="correct borough"):
        move_borough(case, borough)


@transaction.atomic
def move_borough(case: Case, borough: Borough) -> None:
    """The part of an action that moves a case; the action says who, and by which name."""
    current = locked(case)
    current.outcomes.filter(borough=current.borough).update(borough=borough)
    current.borough = borough
    current.save(update_fields=["borough"])
