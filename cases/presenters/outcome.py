"""The page of one entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from accounts.history import Change, history, joined, latest_first
from accounts.models import User
from accounts.permissions import Permission
from cases.actions.entries import may_undo
from cases.forms.log import CODES
from cases.models import ImportedOutcome, Outcome, OutcomeSupport, SentBack
from cases.presenters.log import code_row
from cases.reading import works_on
from core.days import london_day
from core.templatetags.page import listed, long_day, moment


@dataclass(frozen=True)
class OutcomePage:
    """What an entry says, whether it counts, and what this person may do with it."""

    outcome: Outcome
    user: User

    @property
    def colour(self) -> str:
        """Of the tag that says whether it counts."""
        return {"Void": "red", "Merged": "yellow"}.get(self.outcome.state, "green")

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        """What it says, and which row of a spreadsheet it came from."""
        yield from self.said
        row = ImportedOutcome.objects.visible_to(self.user).filter(outcome=self.outcome)
        if origin := row.select_related("batch").first():
            yield "Brought in", str(origin)

    @property
    def said(self) -> Iterator[tuple[str, str]]:
        outcome = self.outcome
        reduced = outcome.case.reduced_at
        day = long_day(london_day(outcome.happened_at))
        yield "Happened", day if reduced else moment(outcome.happened_at)
        if outcome.suspect:
            yield "Suspect", str(outcome.suspect)
        for name in CODES:
            row = code_row(name, getattr(outcome, name))
            if row is not None:
                yield row.label, row.value
        if outcome.led_by:
            yield "Sought by", outcome.led_by.label
        yield "Borough of the offence", str(outcome.borough)
        yield "Lead team", str(outcome.team or "Not given")
        if self.helpers:
            yield "Teams that helped", self.helpers
        if not reduced:
            yield "Recorded", self._recorded

    @cached_property
    def helpers(self) -> str:
        return listed(list(self.outcome.supporting_teams.all()))

    @property
    def _recorded(self) -> str:
        by = f" by {self.outcome.logged_by}" if self.outcome.logged_by else ""
        return f"{moment(self.outcome.recorded_at)}{by}"

    @cached_property
    def changes(self) -> list[Change]:
        credits = joined(OutcomeSupport, "team", "Team that helped", outcome=self.outcome)
        both = [*history(self.outcome, self.user), *credits]
        return latest_first(both[::-1])

    @cached_property
    def question(self) -> SentBack | None:
        """What a supervisor asks, unanswered."""
        return (
            SentBack.objects.visible_to(self.user)
            .filter(outcome=self.outcome, answered_at=None)
            .select_related("sent_by")
            .first()
        )

    @property
    def may_write(self) -> bool:
        may = works_on(self.user, self.outcome.case) and self.user.may(Permission.WRITE_RECORDS)
        return bool(self.outcome.counted) and may

    @property
    def may_supervise(self) -> bool:
        return works_on(self.user, self.outcome.case) and self.user.may(Permission.SUPERVISE)

    @property
    def may_undo(self) -> bool:
        return self.may_write and may_undo(self.outcome, self.user)
