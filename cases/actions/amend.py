"""Correcting an entry as a whole: what it said before is kept."""

from datetime import datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from campaigns.models import Team
from cases.actions.entries import begun, place_of
from cases.actions.outcomes import amend_outcome
from cases.entry import Entry
from cases.models import (
    Case,
    DisclosureApplication,
    Outcome,
    OutcomeSupport,
    ProtectiveOrder,
    Suspect,
)
from core.locks import locked

FOLLOWS = ("status", "given_at", "granted_on", "received_on", "applicant")
"""What a row on the case has from its entry, until the row itself is worked on."""


@transaction.atomic
def amend_entry(*, by: User, outcome: Outcome, entry: Entry) -> Outcome:
    """Corrects an entry as a whole; history keeps what it was.

    What began on the case with it follows. Raises ValidationError by field.
    """
    current = locked(outcome)
    with pghistory.context(user=by.pk, action="amend outcome"):
        case = _case(current.case, entry, by)
        wanted = {
            "case": case,
            "suspect": _suspect(case, entry.suspect_number),
            "happened_at": _to_the_minute(entry.happened_at, current.happened_at),
            "borough": entry.borough,
            "team": entry.team,
            **entry.codes,
        }
        changes = {name: value for name, value in wanted.items() if getattr(current, name) != value}
        amended = amend_outcome(outcome=current, by=by, **changes) if changes else current
        _credit(amended, entry.supporting_teams)
        _follow(current, amended, entry.other_order, by)
    return amended


def _case(now: Case, entry: Entry, by: User) -> Case:
    """The case it is on as long as the reference is the same, whatever its shape tells of."""
    same = entry.reference.key == now.reference_key
    if same and (now.reference_date is None or entry.reference_day == now.reference_date):
        return now
    return Case.objects.get(pk=place_of(entry, by).case_id)


def _suspect(case: Case, number: int | None) -> Suspect | None:
    if number is None:
        return None
    return Suspect.objects.get_or_create(case=case, number=number)[0]


def _to_the_minute(wanted: datetime, was: datetime) -> datetime:
    """The form shows no seconds, so a time left as it was keeps them."""
    return was if wanted == was.replace(second=0, microsecond=0) else wanted


def _credit(outcome: Outcome, teams: list[Team]) -> None:
    """The teams that helped, and no others."""
    OutcomeSupport.objects.filter(outcome=outcome).exclude(team__in=teams).delete()
    OutcomeSupport.objects.bulk_create(
        (OutcomeSupport(outcome=outcome, team=team) for team in teams), ignore_conflicts=True
    )


def _follow(was: Outcome, now: Outcome, other_order: str, by: User) -> None:
    """What began on the case with an entry goes along, in what it still has from the entry."""
    before, after = begun(was, "", by), begun(now, other_order, by)
    if before is None or after is None:
        return
    row = type(after)._default_manager.select_for_update().filter(outcome=now).first()
    if row is None:
        return
    if isinstance(row, ProtectiveOrder) and isinstance(after, ProtectiveOrder):
        _keep_its_nature(row, after)
        row.kind, row.other_kind, row.suspect_id = after.kind, after.other_kind, after.suspect_id
    elif isinstance(row, DisclosureApplication) and isinstance(after, DisclosureApplication):
        row.route = after.route
    row.case_id = after.case_id
    for name in FOLLOWS:
        if hasattr(row, name) and getattr(row, name) == getattr(before, name):
            setattr(row, name, getattr(after, name))
    row.full_clean()
    row.save()


def _keep_its_nature(row: ProtectiveOrder, after: ProtectiveOrder) -> None:
    """A notice that has gone its way is no order, nor the other way round."""
    if row.is_notice != after.is_notice and row.status not in {"notice_issued", "granted"}:
        raise ValidationError(
            {"order_kind": "It has moved on since. Make this entry void, and log the right one"}
        )
