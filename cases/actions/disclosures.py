"""Changes of Clare's Law applications: received, moved on stage by stage."""

from typing import Any
from uuid import UUID

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from cases.actions.counted import counted_outcome, sent_twice
from cases.choices import DisclosureStage, Kind
from cases.disclosures import next_stages
from cases.models import Case, DisclosureApplication
from core.days import start_of
from core.locks import locked


@transaction.atomic
def add_disclosure(*, by: User, case: Case, token: UUID, **facts: Any) -> DisclosureApplication:
    """Records an application, which counts from its receipt; what comes of it counts apart."""
    known = sent_twice(DisclosureApplication, by=by, case=case, **facts)
    if known is not None:
        return known
    application = DisclosureApplication(case=case, recorded_by=by, **facts)
    application.full_clean()
    application.outcome = counted_outcome(
        by=by,
        token=token,
        case=case,
        kind=Kind.DISCLOSURE_APPLICATION,
        happened_at=start_of(application.received_on),
        of="disclosure_application",
        route=application.route,
    )
    with pghistory.context(user=by.pk, action="add disclosure"):
        application.save()
    return application


@transaction.atomic
def change_disclosure(
    *, by: User, application: DisclosureApplication, to: str, **facts: Any
) -> DisclosureApplication:
    """Moves an application to a stage that makes sense next; an ending says on which day."""
    current = locked(application)
    if to not in next_stages(current.route, current.stage, current.decision):
        stands = current.get_stage_display().lower()
        raise ValidationError(f"This cannot be recorded now: the entry says {stands}.")
    current.stage = to
    for name, value in facts.items():
        setattr(current, name, value)
    if to == DisclosureStage.DISCLOSED:
        current.closed_on = current.disclosed_on
    with pghistory.context(user=by.pk, action="change disclosure"):
        current.full_clean()
        current.save()
    return current
