"""The page of one case."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import CommandMembership
from cases.actions.cases import next_statuses
from cases.choices import CaseStatus, FlagKind, RiskLevel
from cases.models import Case, CaseFlag, CaseNote, MaracReferral, Outcome, RiskAssessment, Suspect
from cases.presenters.clocks import CaseWork
from cases.presenters.log import Row
from cases.presenters.timeline import Item, sorts_for, timeline
from cases.reading import works_on
from cases.retention import due_day
from core.days import london_day
from core.templatetags.page import long_day, moment

RISK_COLOURS = {RiskLevel.HIGH: "red", RiskLevel.MEDIUM: "orange", RiskLevel.STANDARD: "blue"}
STATUS_COLOURS = {CaseStatus.CLOSED: "grey", CaseStatus.AT_COURT: "purple"}
WARNINGS = {FlagKind.WEAPONS, FlagKind.VIOLENCE, FlagKind.DO_NOT_CONTACT, FlagKind.SAFE_TIMES}
"""Flags that somebody's safety hangs on; they stand first."""


@dataclass
class CasePage:
    """A case as one reader sees it, at a time."""

    case: Case
    user: User
    now: datetime
    sort: str = ""

    @cached_property
    def work(self) -> CaseWork:
        return CaseWork.of(self.case, self.user, self.now)

    @property
    def status_colour(self) -> str:
        return STATUS_COLOURS.get(CaseStatus(self.case.status), "blue")

    @property
    def rows(self) -> Iterator[Row]:
        case = self.case
        yield Row("System", case.get_system_display())
        yield Row("Borough of the offence", str(case.borough))
        if self._command:
            yield Row("Command", self._command)
        yield Row("Team", str(case.team or "None"))
        if case.reduced_at:
            return
        yield Row("Officer in the case", str(case.officer or "Nobody yet"))
        yield Row("Opened here", moment(case.opened_at))
        if self.may_review:
            yield Row("Review", self._review)

    @property
    def _review(self) -> str:
        """The group and the day, for whoever reviews."""
        group = f"Group {self.case.get_review_group_display()}"
        day = due_day(self.case)
        return f"{group}; due on {long_day(day)}" if day else f"{group}; never due"

    @property
    def _command(self) -> str:
        day = london_day(self.now)
        found = (
            CommandMembership.objects.filter(borough=self.case.borough_id, first_day__lte=day)
            .exclude(end_day__lte=day)
            .select_related("command")
            .first()
        )
        return str(found.command) if found else ""

    @cached_property
    def moves(self) -> list[CaseStatus]:
        return [] if self.case.reduced_at else next_statuses(self.case)

    @cached_property
    def entries(self) -> list[Outcome]:
        rows = Outcome.objects.visible_to(self.user).filter(case=self.case)
        return list(rows.select_related("suspect", "team").order_by("-happened_at", "-pk"))

    @cached_property
    def suspects(self) -> list[tuple[Suspect, list[Outcome]]]:
        """Each suspect with what became of them, the earliest first."""
        of: dict[int | None, list[Outcome]] = defaultdict(list)
        for entry in reversed(self.entries):
            of[entry.suspect_id].append(entry)
        known = Suspect.objects.visible_to(self.user).filter(case=self.case)
        return [(suspect, of[suspect.pk]) for suspect in known]

    @cached_property
    def risks(self) -> list[RiskAssessment]:
        rows = RiskAssessment.objects.visible_to(self.user).filter(case=self.case)
        return list(rows.select_related("recorded_by"))

    @property
    def risk_tag(self) -> tuple[str, str] | None:
        """The level that stands now, and its colour."""
        if not self.risks:
            return None
        level = RiskLevel(self.risks[0].level)
        return f"Risk: {level.label.lower()}", RISK_COLOURS.get(level, "grey")

    @property
    def suggests_marac(self) -> bool:
        """Whether risk is high and nobody has referred the case."""
        high = bool(self.risks) and self.risks[0].level == RiskLevel.HIGH
        return high and not self.referrals

    @cached_property
    def referrals(self) -> list[MaracReferral]:
        return list(MaracReferral.objects.visible_to(self.user).filter(case=self.case))

    @cached_property
    def flags(self) -> list[tuple[CaseFlag, str]]:
        """The flags that stand, those of safety first, with their colours."""
        rows = CaseFlag.objects.visible_to(self.user).filter(case=self.case, removed_at=None)
        found = sorted(rows, key=lambda flag: flag.kind not in WARNINGS)
        return [(flag, "red" if flag.kind in WARNINGS else "yellow") for flag in found]

    @cached_property
    def notes(self) -> list[CaseNote]:
        rows = CaseNote.objects.visible_to(self.user).filter(case=self.case)
        return list(rows.select_related("recorded_by"))

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """What the timeline can be narrowed to."""
        return list(sorts_for(self.user).items())

    @cached_property
    def timeline(self) -> list[Item]:
        return timeline(self.case, self.user, self.sort)

    @property
    def may_write(self) -> bool:
        return works_on(self.user, self.case) and self.user.may(Permission.WRITE_RECORDS)

    @property
    def may_guard(self) -> bool:
        return works_on(self.user, self.case) and self.user.may(Permission.GUARD_CASES)

    @property
    def may_review(self) -> bool:
        return works_on(self.user, self.case) and self.user.may(Permission.REVIEW_RETENTION)

    @property
    def may_transfer(self) -> bool:
        own = self.case.officer_id == self.user.pk
        return self.may_write and (own or self.user.may(Permission.SUPERVISE))
