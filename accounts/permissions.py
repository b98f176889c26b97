"""What each role may do, and which boroughs a person's work covers."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User

Q = TypeVar("Q", bound="QuerySet[Model]")


class Permission(StrEnum):
    READ_RECORDS = auto()
    """Read cases and outcomes in the person's own boroughs."""
    WRITE_RECORDS = auto()
    """Log, correct and bring in entries, and work on cases, in the person's own boroughs."""
    SUPERVISE = auto()
    """Send entries back, move work between people and boroughs, settle possible duplicates."""
    REVIEW_RETENTION = auto()
    """Review cases whose clear period is over: retain, hold, propose to reduce."""
    APPROVE_REDUCTION = auto()
    """Approve or refuse what another proposed to reduce; it takes the whole force besides."""
    SEE_FIGURES = auto()
    """See counts for the person's own boroughs."""
    SEE_ALL_FIGURES = auto()
    """See counts for every borough."""
    ADMINISTER = auto()
    """Keep reference data, people and campaigns; run the nightly job."""


ROLE_PERMISSIONS: dict[str, frozenset[StrEnum]] = {
    "officer": frozenset(
        {Permission.READ_RECORDS, Permission.WRITE_RECORDS, Permission.SEE_FIGURES}
    ),
    "supervisor": frozenset(
        {
            Permission.READ_RECORDS,
            Permission.WRITE_RECORDS,
            Permission.SUPERVISE,
            Permission.REVIEW_RETENTION,
            Permission.APPROVE_REDUCTION,
            Permission.SEE_FIGURES,
            Permission.SEE_ALL_FIGURES,
        }
    ),
    "communications": frozenset({Permission.SEE_FIGURES, Permission.SEE_ALL_FIGURES}),
    "administrator": frozenset(
        {
            Permission.READ_RECORDS,
            Permission.REVIEW_RETENTION,
            Permission.APPROVE_REDUCTION,
            Permission.SEE_FIGURES,
            Permission.SEE_ALL_FIGURES,
            Permission.ADMINISTER,
        }
    ),
    "auditor": frozenset(),
}


@dataclass(frozen=True)
class BoroughScope:
    """The boroughs that something covers: every one, or the ids given (which may be none)."""

    everywhere: bool
    borough_ids: frozenset[int]

    def limit(self, rows: Q, field: str = "borough") -> Q:
        """The rows whose borough lies in the scope."""
        if self.everywhere:
            return rows
        return rows.filter(**{f"{field}__in": self.borough_ids})


EVERYWHERE = BoroughScope(everywhere=True, borough_ids=frozenset())
NOWHERE = BoroughScope(everywhere=False, borough_ids=frozenset())


class SignedInRequest(HttpRequest):
    """A request that has passed `core.access.requires`, so its user is one of ours."""

    user: "User"
