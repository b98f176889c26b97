"""From a filled-in form to an entry: its case, its suspect, and what belongs to its kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from psycopg.errors import ForeignKeyViolation

from accounts.models import User
from cases.actions.outcomes import add_outcome, flag_duplicates, void_outcome
from cases.choices import NOTICES, Applicant, DisclosureRoute, Kind, OrderKind, OrderStatus
from cases.entry import Entry
from cases.models import (
    Case,
    DisclosureApplication,
    Draft,
    Outcome,
    ProtectiveOrder,
    SentBack,
    Suspect,
)
from core.days import DatabaseNow, london_day

UNDO_WITHIN = timedelta(hours=12)
"""A shift."""


FIND_OR_MAKE = """
WITH used AS (
    DELETE FROM cases_draft WHERE id = %(draft)s AND owner_id = %(officer)s RETURNING id
), turn AS (
    SELECT %(draft)s::uuid IS NULL OR EXISTS (SELECT FROM used) AS ours
), found AS (
    SELECT c.id, s.id AS suspect_id,
        restricted OR EXISTS (SELECT FROM cases_exclusion AS e WHERE e.case_id = c.id) AS hidden
    FROM cases_case AS c
    LEFT JOIN cases_suspect AS s ON s.case_id = c.id AND s.number = %(suspect)s
    WHERE (SELECT ours FROM turn)
        AND reference_key = upper(replace(%(reference)s, ' ', '')) AND system = %(system)s
        AND (system <> 'cad' OR reference_date = %(day)s)
    ORDER BY c.id DESC LIMIT 1
), made AS (
    INSERT INTO cases_case
        (reference, system, reference_date, borough_id, team_id, officer_id, status, restricted)
    SELECT %(reference)s, %(system)s, %(day)s::date, %(borough)s, %(team)s::bigint, %(officer)s,
        'open', false
    FROM turn WHERE ours AND NOT EXISTS (SELECT FROM found) ON CONFLICT DO NOTHING RETURNING id
), place AS (
    SELECT id, suspect_id, false AS new, hidden FROM found
    UNION ALL SELECT id, NULL, true, false FROM made
), added AS (
    INSERT INTO cases_suspect (case_id, number) SELECT id, %(suspect)s::smallint FROM place
    WHERE suspect_id IS NULL AND %(suspect)s IS NOT NULL ON CONFLICT DO NOTHING RETURNING id
)
SELECT ours, place.id, coalesce(suspect_id, (SELECT id FROM added)), new, hidden
FROM turn LEFT JOIN place ON true
"""
"""A case and its suspect in one question, with the draft's end, where one is used: not five.

Each has its price, and an officer waits. Of two submits of a draft the second waits here, for the
first to end, and it is not its turn. Where another makes one of the two at the same moment, its id
is for the next question to find.
"""


@dataclass(frozen=True)
class Likeness:
    """Entries that may be the same event: those in sight, and whether there are others."""

    seen: list[Outcome]
    elsewhere: bool

    def __bool__(self) -> bool:
        return bool(self.seen) or self.elsewhere


class Alike(Exception):
    """The entry looks like others, of which whoever logs it has not been asked."""


def log_entry(*, by: User, token: UUID, entry: Entry, different: bool = False) -> bool:
    """Saves an entry, finding or making its case and suspect; says if the case is hidden from some.

    It takes the draft away: the second of two submits waits for the first, finds none and gets
    Draft.DoesNotExist. An order or notice, and a Clare's Law application, begin their life on the
    case with it. Raises Alike unless it is `different`, or ValidationError by field.
    """
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, action="log outcome"):
            return _logged(by, token, entry, different)
    except IntegrityError as refused:
        if isinstance(refused.__cause__, ForeignKeyViolation):
            raise ValidationError("What you chose is no longer there. Choose again.") from None
        if not Outcome.objects.filter(pk=token).exists():
            raise
        # A late request kept a draft of what had just been saved.
        Draft.objects.filter(pk=token).delete()
        raise Draft.DoesNotExist from None


def _logged(by: User, token: UUID, entry: Entry, different: bool) -> bool:
    place, suspect = place_of(entry, by, draft=token), None
    if entry.suspect_number is not None:
        suspect = Suspect(pk=place.suspect_id, case_id=place.case_id, number=entry.suspect_number)
    outcome = Outcome(
        pk=token,
        case_id=place.case_id,
        suspect=suspect,
        kind=entry.kind,
        happened_at=entry.happened_at,
        borough=entry.borough,
        team=entry.team,
        logged_by=by,
        **entry.codes,
    )
    add_outcome(outcome, entry.supporting_teams)
    # On a case that is new there is no other entry; there may be one of the custody record.
    if not place.new or outcome.custody_record:
        alike = flag_duplicates(outcome)
        if alike and not different and _told(outcome, by):
            raise Alike
    row = begun(outcome, entry.other_order, by)
    if row is not None:
        row.save(force_insert=True)
    return place.hidden


def likely_duplicates(*, by: User, entry: Entry) -> Likeness:
    """Entries that an entry looks like, as far as the person may be told."""
    case = Case.objects.called(entry.reference, entry.reference_day).first()
    if case is None and not entry.codes.get("custody_record"):
        return Likeness([], elsewhere=False)
    suspect = Suspect.objects.filter(case=case, number=entry.suspect_number or 0).first()
    unsaved = Outcome(
        case=case, suspect=suspect, kind=entry.kind, happened_at=entry.happened_at, **entry.codes
    )
    return _told(unsaved, by)


def _told(outcome: Outcome, by: User) -> Likeness:
    """One that is out of the person's scope is only hinted at; one on a restricted case, or on a
    case that bars them, is not even that.
    """
    like = Outcome.objects.likely_duplicates_of(outcome)
    if not like.exists():
        # Nearly always; who may know of which is the dearer question.
        return Likeness([], elsewhere=False)
    seen = like.visible_to(by).select_related("case", "team", "borough", "suspect")
    return Likeness(list(seen[:5]), like.known_elsewhere_to(by).exists())


class Place(NamedTuple):
    """Where an entry goes; whether its case is new, and whether somebody may not know of it."""

    case_id: int
    suspect_id: int | None
    new: bool
    hidden: bool


def place_of(entry: Entry, by: User, draft: UUID | None = None) -> Place:
    """The case of the reference and the suspect, made where there is none, whoever may see them.

    It takes the draft away, where one is named; Draft.DoesNotExist if the person has no such.
    """
    asked = {
        "draft": draft,
        "reference": entry.reference.text,
        "system": entry.reference.system.value,
        "day": entry.reference_day if entry.reference.needs_its_day else None,
        "suspect": entry.suspect_number,
        "borough": entry.borough.pk,
        "team": entry.team.pk if entry.team else None,
        "officer": by.pk,
    }
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FIND_OR_MAKE, asked)
            [(ours, *place)] = cursor.fetchall()
            if not ours:
                raise Draft.DoesNotExist
            case_id, suspect_id, *_ = place
            if case_id and (suspect_id or entry.suspect_number is None):
                return Place(*place)
            asked["draft"] = None


def begun(
    outcome: Outcome, other_order: str, by: User
) -> ProtectiveOrder | DisclosureApplication | None:
    """What an order or an application begins on its case, not saved yet; nothing for other kinds.

    What follows from it is told of there from here on.
    """
    day = london_day(outcome.happened_at)
    if outcome.kind == Kind.ORDER:
        notice = OrderKind(outcome.order_kind) in NOTICES
        return ProtectiveOrder(
            case_id=outcome.case_id,
            suspect_id=outcome.suspect_id,
            kind=outcome.order_kind,
            other_kind=other_order,
            status=OrderStatus.NOTICE_ISSUED if notice else OrderStatus.GRANTED,
            given_at=outcome.happened_at if notice else None,
            granted_on=None if notice else day,
            outcome=outcome,
            recorded_by=by,
        )
    if outcome.kind == Kind.DISCLOSURE_APPLICATION:
        police = outcome.route == DisclosureRoute.RIGHT_TO_KNOW
        return DisclosureApplication(
            case_id=outcome.case_id,
            route=outcome.route,
            applicant=Applicant.POLICE if police else Applicant.PERSON_AT_RISK,
            received_on=day,
            outcome=outcome,
            recorded_by=by,
        )
    return None


@transaction.atomic
def undo_entry(*, by: User, outcome: Outcome) -> bool:
    """Takes back one's own entry within the shift; says whether it could."""
    if not may_undo(outcome, by):
        return False
    void_outcome(outcome=outcome, by=by, reason="Undone by the officer who logged it")
    return True


def may_undo(outcome: Outcome, by: User) -> bool:
    """Whether an entry is the person's own and of this shift."""
    young = timezone.now() - outcome.recorded_at < UNDO_WITHIN
    return young and outcome.logged_by_id == by.pk and bool(outcome.counted)


@transaction.atomic
def send_back(*, by: User, outcome: Outcome, reason: str) -> SentBack:
    """Asks whoever logged an entry to look at it again; one question at a time."""
    asked = SentBack(outcome=outcome, reason=reason.strip(), sent_by=by)
    asked.full_clean()
    with pghistory.context(user=by.pk, action="send back"):
        asked.save()
    return asked


@transaction.atomic
def answer_sent_back(*, by: User, outcome: Outcome, answer: str = "") -> None:
    """Settles what a supervisor asked; an answer given already stays."""
    # Correcting or voiding answers too, and gives what was done its name in history.
    with pghistory.context(user=by.pk):
        SentBack.objects.filter(outcome=outcome, answered_at=None).update(
            answered_at=DatabaseNow(), answered_by=by, answer=answer.strip()
        )
