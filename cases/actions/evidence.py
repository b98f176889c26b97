"""Changes of digital evidence: a device sent, and back with a result."""

from datetime import date
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from cases.actions.counted import recorded
from cases.models import Case, EvidenceSubmission
from core.locks import locked


@transaction.atomic
def send_evidence(*, by: User, case: Case, **facts: Any) -> EvidenceSubmission:
    with pghistory.context(user=by.pk, action="send evidence"):
        return recorded(EvidenceSubmission, by=by, case=case, **facts)


@transaction.atomic
def return_evidence(
    *, by: User, submission: EvidenceSubmission, returned_on: date, result: str
) -> EvidenceSubmission:
    """Records that a device is back; once it is, it stays back."""
    current = locked(submission)
    if current.returned_on is not None:
        raise ValidationError("This device is back already.")
    current.returned_on, current.result = returned_on, result
    with pghistory.context(user=by.pk, action="return evidence"):
        current.full_clean()
        current.save()
    return current
