"""What each role may do, and which boroughs a person's work covers."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from audit.permissions import LogPermission

if TYPE_CHECKING:
    from accounts.models import User

R = TypeVar("R", bound="QuerySet[Model]")


class Permission(StrEnum):
    READ_RECORDS = auto()
    """Read cases and outcomes in the person's own boroughs."""
    WRITE_RECORDS = auto()
    """Log, correct and bring in entries, and work on cases and on engagement, in the person's own
    boroughs."""
    SUPERVISE = auto()
    """Send entries back, move work between people and boroughs, settle possible duplicates."""
    REVIEW_RETENTION = auto()
    """Review cases whose clear period is over: retain, hold, propose to reduce."""
    APPROVE_REDUCTION = auto()
    """Approve or refuse what another proposed to reduce; it takes the whole force besides."""
    GUARD_CASES = auto()
    """See who may read a case; with the whole force in their scope, exclude people from it."""
    REVIEW_BREAK_GLASS = auto()
    """Judge whether a case was rightly opened by somebody outside their own chain."""
    SEE_FIGURES = auto()
    """See counts for the person's own boroughs."""
    SEE_ALL_FIGURES = auto()
    """See counts for every borough."""
    SEE_ENGAGEMENT = auto()
    """Read of partners, engagement and training, as far as figures may be seen."""
    KEEP_DIRECTORY = auto()
    """Add, amend and retire partners, and keep the contacts there."""
    ADMINISTER = auto()
    """Keep reference data, people and campaigns; run the nightly job."""


ROLE_PERMISSIONS: dict[str, frozenset[StrEnum]] = {
    "officer": frozenset(
        {
            Permission.READ_RECORDS,
            Permission.WRITE_RECORDS,
            Permission.SEE_FIGURES,
            Permission.SEE_ENGAGEMENT,
        }
    ),
    "supervisor": frozenset(
        {
            Permission.READ_RECORDS,
            Permission.WRITE_RECORDS,
            Permission.SUPERVISE,
            Permission.REVIEW_RETENTION,
            Permission.APPROVE_REDUCTION,
            Permission.GUARD_CASES,
            Permission.REVIEW_BREAK_GLASS,
            Permission.SEE_FIGURES,
            Permission.SEE_ALL_FIGURES,
            Permission.SEE_ENGAGEMENT,
            Permission.KEEP_DIRECTORY,
        }
    ),
    "communications": frozenset(
        {Permission.SEE_FIGURES, Permission.SEE_ALL_FIGURES, Permission.SEE_ENGAGEMENT}
    ),
    "administrator": frozenset(
        {
            Permission.READ_RECORDS,
            Permission.REVIEW_RETENTION,
            Permission.APPROVE_REDUCTION,
            Permission.GUARD_CASES,
            Permission.SEE_FIGURES,
            Permission.SEE_ALL_FIGURES,
            Permission.SEE_ENGAGEMENT,
            Permission.KEEP_DIRECTORY,
            Permission.ADMINISTER,
        }
    ),
    # The log is nobody else's: an administrator cannot read it, and no role can change it.
    "auditor": frozenset(
        {*LogPermission, Permission.REVIEW_BREAK_GLASS, Permission.SEE_ENGAGEMENT}
    ),
}


def roles_that_may(permission: StrEnum) -> list[str]:
    return [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]


@dataclass(frozen=True)
class BoroughScope:
    """The boroughs that something covers: every one, or the ids given (which may be none)."""

    everywhere: bool
    borough_ids: frozenset[int]

    def covers(self, borough_id: int) -> bool:
        return self.everywhere or borough_id in self.borough_ids

    def limit(self, rows: R, field: str = "borough") -> R:
        """The rows whose borough lies in the scope."""
        return rows.filter(self.condition(field))

    def condition(self, field: str) -> Q:
        """The condition that a row's borough lies in the scope."""
        return Q() if self.everywhere else Q(**{f"{field}__in": self.borough_ids})


EVERYWHERE = BoroughScope(everywhere=True, borough_ids=frozenset())
NOWHERE = BoroughScope(everywhere=False, borough_ids=frozenset())


class SignedInRequest(HttpRequest):
    """A request that has passed `core.access.requires`, so its user is one of ours."""

    user: "User"
