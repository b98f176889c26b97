"""What an officer has filled in, or a row of a spreadsheet says, before it is an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Self

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

    def as_data(self) -> dict[str, Any]:
        """What `from_data` takes, in types that JSON has, and days and moments."""
        return vars(self) | {
            "reference": self.reference.text,
            "borough": self.borough.pk,
            "team": self.team and self.team.pk,
            "supporting_teams": [team.pk for team in self.supporting_teams],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The same entry; of borough and teams no more than saving asks, which is their keys."""
        day = data["reference_day"]
        return cls(
            **{
                **data,
                "kind": Kind(data["kind"]),
                "reference": Reference.of(data["reference"]),
                "reference_day": day and date.fromisoformat(day),
                "happened_at": datetime.fromisoformat(data["happened_at"]),
                "borough": Borough(pk=data["borough"]),
                "team": data["team"] and Team(pk=data["team"]),
                "supporting_teams": [Team(pk=pk) for pk in data["supporting_teams"]],
            }
        )
