"""Who may read a case and who must not; and what was opened by break-glass."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from accounts.models import User
from accounts.permissions import Permission
from audit.models import LogRow
from cases.clocks import next_working_day
from cases.models import BreakGlass, Case, CaseAccess, Exclusion, Lifting
from cases.querysets import may_exclude
from core.days import ONE_DAY, london_day, start_of


@dataclass(frozen=True)
class AccessPage:
    """The access list, the exclusions and the askings of a case, as one person may change them."""

    case: Case
    user: User

    @cached_property
    def listed(self) -> list[CaseAccess]:
        rows = CaseAccess.objects.visible_to(self.user).filter(case=self.case)
        return list(rows.select_related("user").order_by("user__name"))

    @cached_property
    def excluded(self) -> list[Exclusion]:
        rows = Exclusion.objects.visible_to(self.user).filter(case=self.case)
        return list(rows.select_related("user", "made_by"))

    @cached_property
    def waiting(self) -> list[tuple[Lifting, bool]]:
        """What is asked to be lifted, and whether this person may decide it."""
        rows = Lifting.objects.visible_to(self.user).filter(case=self.case, decided_at=None)
        mine = {*rows.waiting_for(self.user).values_list("pk", flat=True)}
        return [(row, row.pk in mine) for row in rows.select_related("excluded", "asked_by")]

    @property
    def may_restrict(self) -> bool:
        return self.user.may(Permission.SUPERVISE)

    @property
    def may_exclude(self) -> bool:
        return may_exclude(self.user)


@dataclass(frozen=True)
class Opening:
    """An opening by break-glass, as its reviewer sees it at a time."""

    row: BreakGlass
    now: datetime

    @property
    def due(self) -> datetime:
        """The end of the working day after it; a review later than that is late."""
        return start_of(self.last_day + ONE_DAY)

    @property
    def last_day(self) -> date:
        return next_working_day(london_day(self.row.opened_at))

    @property
    def late(self) -> bool:
        return not self.row.verdict and self.now >= self.due

    @property
    def ended_at(self) -> datetime:
        return self.row.ended_at or self.row.ends_at

    @cached_property
    def reads(self) -> list[LogRow]:
        """What they read of the case meanwhile, from the log."""
        rows = LogRow.objects.filter(
            action=LogRow.Action.BREAK_GLASS,
            actor=self.row.user.username,
            at__gte=self.row.opened_at,
            at__lte=self.ended_at,
            reason=self.row.reason,
        ).exclude(object_type=BreakGlass._meta.label_lower)
        return list(rows.order_by("pk"))
