"""What stays chosen for a shift: team, borough and day, in the session on the server."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from cases.entry import Entry
from core.days import london_day

LENGTH = timedelta(hours=12)
RENEWED_AFTER = timedelta(minutes=30)
_KEY = "shift"


def keep_choices(request: HttpRequest, entry: Entry) -> None:
    """Remembers what the next entry is likely to share; nothing that tells of a case."""
    choices = {
        "borough": entry.borough.pk,
        "team": entry.team.pk if entry.team else None,
        "day": london_day(entry.happened_at).isoformat(),
    }
    kept = request.session.get(_KEY, {})
    now = timezone.now().timestamp()
    # Written anew only when there is something to write: most entries follow one like it.
    if kept | choices != kept or now - kept["at"] > RENEWED_AFTER.total_seconds():
        request.session[_KEY] = choices | {"at": now}


def kept_choices(request: HttpRequest) -> dict[str, Any]:
    """What was chosen last in this shift; nothing once it is over."""
    kept = request.session.get(_KEY)
    if not kept or timezone.now().timestamp() - kept["at"] > LENGTH.total_seconds():
        return {}
    return {
        "borough": kept["borough"],
        "team": kept["team"],
        "day": date.fromisoformat(kept["day"]),
    }
