"""What an officer has to do, and what they did last."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import KeptForm, User
from accounts.permissions import Permission
from accounts.reminders import REMINDERS, Reminder
from campaigns.models import Campaign
from cases.actions.entries import may_undo
from cases.choices import Kind
from cases.clocks import Clock, running_clocks
from cases.models import Draft, Exclusion, Lifting, Outcome, PossibleDuplicate, SentBack
from cases.reading import reviews_waiting
from core.days import london_day

LATEST = 10
CLOCKS = 20


@dataclass(frozen=True)
class Desk:
    """The desk of a person at a time."""

    user: User
    now: datetime

    @property
    def may_write(self) -> bool:
        return self.user.may(Permission.WRITE_RECORDS)

    @property
    def supervises(self) -> bool:
        return self.user.may(Permission.SUPERVISE)

    @property
    def first_kinds(self) -> list[Kind]:
        """The kinds that most entries are."""
        return [Kind.ARREST, Kind.CHARGE, Kind.ORDER, Kind.NO_FURTHER_ACTION]

    @property
    def has_boroughs(self) -> bool:
        scope = self.user.scope
        return scope.everywhere or bool(scope.borough_ids)

    @cached_property
    def campaigns(self) -> list[tuple[Campaign, int]]:
        """Those that run in the person's boroughs, and which of their days it is."""
        today = london_day(self.now)
        running = Campaign.objects.running_on(today)
        theirs = self.user.scope.limit(running, "boroughs").distinct()
        return [(campaign, campaign.days.number(today)) for campaign in theirs]

    @cached_property
    def asked(self) -> list[SentBack]:
        """Entries of theirs that a supervisor asks them to look at."""
        rows = SentBack.objects.visible_to(self.user).filter(
            outcome__logged_by=self.user, answered_at=None
        )
        return list(rows.select_related("outcome__case", "sent_by"))

    @cached_property
    def unfinished(self) -> list[tuple[Draft, Kind]]:
        rows = Draft.objects.visible_to(self.user)
        return [(draft, Kind(draft.form)) for draft in rows if draft.form in Kind]

    @cached_property
    def kept(self) -> list[KeptForm]:
        """What they typed and did not send."""
        return list(KeptForm.objects.visible_to(self.user))

    @cached_property
    def _running(self) -> list[Clock]:
        return running_clocks(self.user, self.now)

    @property
    def clocks(self) -> list[Clock]:
        """The most urgent ones."""
        return self._running[:CLOCKS]

    @property
    def clocks_left_out(self) -> int:
        return len(self._running[CLOCKS:])

    @property
    def nothing_to_do(self) -> bool:
        others = self.supervises and (self.likely_pairs or self.unanswered or self.conflicts)
        own = self.asked or self.unfinished or self.kept or self.clocks or self.reminders
        return not (own or others or self.to_lift or self.reviews)

    @cached_property
    def latest(self) -> list[tuple[Outcome, bool]]:
        """Their last entries, and whether each can still be undone."""
        rows = Outcome.objects.visible_to(self.user).filter(logged_by=self.user)
        latest = rows.select_related("case", "suspect").order_by("-recorded_at")[:LATEST]
        return [(outcome, may_undo(outcome, self.user)) for outcome in latest]

    @cached_property
    def reminders(self) -> list[Reminder]:
        return [line for remind in REMINDERS for line in remind(self.user, self.now)]

    @cached_property
    def likely_pairs(self) -> int:
        """Pairs that wait for a supervisor's decision."""
        rows = PossibleDuplicate.objects.visible_to(self.user)
        return rows.waiting().count()

    @cached_property
    def unanswered(self) -> int:
        """Entries sent back in the supervisor's boroughs, and not answered."""
        return SentBack.objects.visible_to(self.user).filter(answered_at=None).count()

    @cached_property
    def conflicts(self) -> list[Exclusion]:
        """People who said that they know somebody in a case, until a supervisor has seen to it."""
        rows = Exclusion.objects.visible_to(self.user).conflicts_not_seen_to()
        return list(rows.select_related("user", "case__officer"))

    @cached_property
    def to_lift(self) -> list[Lifting]:
        """What somebody else asks to be lifted, and this person may decide."""
        if not self.user.may(Permission.GUARD_CASES):
            return []
        rows = Lifting.objects.visible_to(self.user).waiting_for(self.user)
        return list(rows.select_related("excluded", "asked_by", "case"))

    @cached_property
    def reviews(self) -> int:
        """Cases opened by break-glass that wait for their review."""
        return reviews_waiting(self.user)
