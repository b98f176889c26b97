"""Drafts: what was typed and not sent yet, kept on the server for its owner alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils import timezone

from accounts.models import User
from cases.models import Draft, Outcome
from core.days import DatabaseNow

KEPT_FOR = timedelta(days=14)
LARGEST = 20_000
"""Characters of a draft; the longest form that a person fills in has a tenth of that."""
_SALT = "cases.drafts"


def seal_draft(*, owner: User, token: UUID) -> str:
    """What a form carries to say whose draft it is, for when the session has ended meanwhile."""
    return signing.dumps({"owner": owner.pk, "token": str(token)}, salt=_SALT)


def owner_of_seal(seal: str, token: UUID) -> User | None:
    """Whose draft a form's seal speaks of; nobody where it is forged, old or of another form."""
    try:
        said = signing.loads(seal, salt=_SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    if said["token"] != str(token):
        return None
    return User.objects.filter(pk=said["owner"], is_active=True).first()


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
    """Removes the drafts that nobody came back to; says how many."""
    removed, _ = Draft.objects.filter(saved_at__lt=timezone.now() - KEPT_FOR).delete()
    return removed
