"""Writing the log: one row for each thing that somebody did.

Pages say what they show through `consulted`, `listed` and `disclosed`; refusals come from the
middleware, sign-ins from Django's signals. A row that cannot be written fails the request: nobody
reads a record without leaving one.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from audit import flags
from audit.models import LogRow

Action = LogRow.Action
NEVER_WRITTEN = "credential"
"""The part of an address that opens by itself what it names."""


def consulted(request: HttpRequest, record: Model, *, code: str = "", reason: str = "") -> None:
    """Somebody read one record, for a reason where one was asked for.

    Auditors go through the log, so its own rows are not counted as many.
    """
    if not (flags.of(request) or isinstance(record, LogRow)) and flags.many(request, record):
        flags.mark(request, flags.Flag.MANY)
    _write(request, Action.CONSULTATION, record=record, reason_code=code, reason=reason)


def broke_glass(request: HttpRequest, record: Model, *, code: str, reason: str) -> None:
    """Somebody opened a case by break-glass, or read a record of it."""
    flags.mark(request, flags.Flag.BREAK_GLASS)
    _write(request, Action.BREAK_GLASS, record=record, reason_code=code, reason=reason)


def broke_no_glass(
    request: HttpRequest, what: type[Model], terms: Mapping[str, Any], *, code: str, reason: str
) -> None:
    """Somebody tried break-glass and opened nothing."""
    if not flags.of(request):
        flags.mark(request, flags.Flag.BREAK_GLASS)
    _write(
        request,
        Action.REFUSED,
        object_type=what._meta.label_lower,
        reason_code=code,
        reason=reason,
        details=dict(terms),
    )


def erased(request: HttpRequest, record: Model) -> None:
    """Somebody removes a record for good; called while it still has its key."""
    _write(request, Action.ERASURE, record=record)


def wrote(request: HttpRequest, record: Model, text: str) -> None:
    """Somebody wrote words; a row where they name themselves or a colleague."""
    if flag := flags.named(request.user, text):
        _write(request, Action.CONSULTATION, record=record, flag=flag, details={"wrote": True})


def listed(
    request: HttpRequest, what: type[Model], results: int, terms: Mapping[str, Any] | None = None
) -> None:
    """Somebody read a list of records, by these filters or search terms."""
    terms = dict(terms or {})
    typed = " ".join(str(terms[name]) for name in sorted(flags.FREE_TEXT & terms.keys()))
    _write(
        request,
        Action.SEARCH,
        object_type=what._meta.label_lower,
        results=results,
        details=terms,
        flag=flags.of(request) or flags.named(request.user, typed),
    )


def disclosed(
    request: HttpRequest,
    what: type[Model],
    results: int,
    *,
    recipient: str,
    reason: str = "",
    terms: Mapping[str, Any] | None = None,
    object_id: str = "",
) -> None:
    """Somebody took records out of the product, or told somebody what is in one."""
    _write(
        request,
        Action.DISCLOSURE,
        object_type=what._meta.label_lower,
        object_id=object_id,
        results=results,
        recipient=recipient,
        reason=reason,
        details=dict(terms or {}),
    )


def refused(request: HttpRequest, status: int) -> None:
    """Somebody was told that a page is not theirs, or that they may not do this."""
    match = request.resolver_match
    parts = match.kwargs.items() if match else ()
    _write(
        request,
        Action.REFUSED,
        object_type=match.view_name[:40] if match and match.view_name else "",
        object_id=" ".join(str(value) for name, value in parts if name != NEVER_WRITTEN)[:40],
        details={"status": status, "method": request.method},
    )


def signed(
    request: HttpRequest | None, action: LogRow.Action, actor: str, role: str = "", **details: Any
) -> None:
    """Somebody signed in or out, or failed to."""
    LogRow.objects.create(
        action=action, **_where(request), actor=actor[:60], role=role, details=details
    )


def sign_in_refused(request: HttpRequest, why: str) -> None:
    """The force's identity provider sent somebody who is not let in."""
    signed(request, Action.SIGN_IN_FAILED, "", why=_storable({"why": why})["why"])


def sign_in_changed(request: HttpRequest, person: Model, what: str, **details: Any) -> None:
    """Somebody changed how they, or another, sign in: a password, a second step, a session."""
    _write(request, Action.SIGN_IN_CHANGE, record=person, details={"what": what, **details})


def _write(
    request: HttpRequest, action: LogRow.Action, *, record: Model | None = None, **fields: Any
) -> None:
    if record is not None:
        fields |= {"object_type": record._meta.label_lower, "object_id": str(record.pk)}
    fields.setdefault("flag", flags.of(request))
    if "details" in fields:
        fields["details"] = _storable(fields["details"])
    LogRow.objects.create(action=action, **_who(request), **_where(request), **fields)


def _storable(details: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, without the NUL that the database's texts cannot hold."""
    return {
        key.replace("\0", ""): value.replace("\0", "") if isinstance(value, str) else value
        for key, value in details.items()
    }


def _who(request: HttpRequest) -> dict[str, str]:
    user = request.user
    if not user.is_authenticated:
        return {"actor": "", "role": ""}
    return {"actor": user.get_username(), "role": getattr(user, "role", "")}


def _where(request: HttpRequest | None) -> dict[str, Any]:
    if request is None:
        return {}
    session = getattr(request, "session", None)
    key = session.session_key if session is not None else None
    return {
        "request_id": getattr(request, "id", ""),
        "session": sha256(key.encode()).hexdigest() if key else "",
        "address": request.META.get("REMOTE_ADDR") or None,
    }
