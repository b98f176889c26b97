"""What an officer has filled in, or a row of a spreadsheet says, before it is an outcome."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from campaigns.models import Borough, Team
from cases.choices import Kind
from cases.references import Reference


@dataclass(frozen=True)
class Entry:
    """What an officer has filled in, checked field by field and not saved yet."""

    kind: Kind
    reference: Reference
    happened_at: datetime
    borough: Borough
    reference_day: date | None = None
    suspect_number: int | None = None
    team: Team | None = None
    supporting_teams: list[Team] = field(default_factory=list)
    other_order: str = ""
    codes: dict[str, Any] = field(default_factory=dict)
    """The offence and what else only some kinds have, by field of the outcome."""
