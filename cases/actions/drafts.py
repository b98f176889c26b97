"""Drafts: what was typed and not sent yet, kept on the server for its owner alone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import KEPT_FOR, KeptForm, User
from cases.models import Draft, Outcome
from core.days import DatabaseNow

LARGEST = 20_000
"""Characters of a draft; the longest form that a person fills in has a tenth of that."""


def keep_draft(*, owner: User, token: UUID, form: str, fields: Mapping[str, Any]) -> bool:
    """Keeps what was typed; not where it is too long, somebody else's or saved as an entry."""
    if sum(len(str(value)) for value in fields.values()) > LARGEST:
        return False
    if Outcome.objects.filter(pk=token).exists():
        return False
    draft = Draft.objects.filter(pk=token).first()
    if draft is not None and draft.owner_id != owner.pk:
        return False
    Draft.objects.update_or_create(
        pk=token,
        defaults={
            "owner": owner,
            "form": form,
            "fields": dict(fields),
            "saved_at": DatabaseNow(),
        },
    )
    return True


def purge_drafts() -> int:
    """Removes the drafts and kept forms that nobody came back to; says how many."""
    before = timezone.now() - KEPT_FOR
    drafts, _ = Draft.objects.filter(saved_at__lt=before).delete()
    forms, _ = KeptForm.objects.filter(kept_at__lt=before).delete()
    return drafts + forms
