"""Drafts: what was typed and not saved yet, kept on the server for its owner alone."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts.models import KEPT_FOR, KeptForm, User
from cases.entry import Entry
from cases.models import Draft, Outcome
from core.days import DatabaseNow

LARGEST = 20_000
"""Characters of a draft; the longest form that a person fills in has a tenth of that."""
_CHECKED = "cases.entries.1"
"""Another number when the fields of an entry change, so that no page of before is taken for one."""


class _Days(signing.JSONSerializer):
    """JSON that knows of days and moments."""

    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, separators=(",", ":"), cls=DjangoJSONEncoder).encode()


def seal_entry(*, owner: User, token: UUID, entry: Entry) -> str:
    """What the check page carries: that this entry was in order, so that just this is saved."""
    data = [owner.pk, str(token), entry.as_data()]
    return signing.dumps(data, salt=_CHECKED, serializer=_Days)


def checked_entry(*, seal: str, owner: User, token: UUID) -> Entry | None:
    """The entry that was in order when it was shown to its owner.

    Nothing where the seal is forged, old or of another form, or where their work has moved from
    the borough meanwhile: then it is to be checked anew.
    """
    try:
        *whose, data = signing.loads(seal, salt=_CHECKED, serializer=_Days, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    if whose != [owner.pk, str(token)] or not owner.scope.covers(data["borough"]):
        return None
    return Entry.from_data(data)


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
        defaults={"owner": owner, "form": form, "fields": dict(fields), "saved_at": DatabaseNow()},
    )
    return True


def purge_drafts() -> int:
    """Removes the drafts and kept forms that nobody came back to; says how many."""
    before = timezone.now() - KEPT_FOR
    drafts, _ = Draft.objects.filter(saved_at__lt=before).delete()
    forms, _ = KeptForm.objects.filter(kept_at__lt=before).delete()
    return drafts + forms
