"""Training of officers: how far a programme has come, and one session of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Sum

from accounts.history import Change, history
from accounts.models import User
from accounts.permissions import Permission
from core.days import london_day
from core.pages import Page, keyset_page
from core.templatetags.page import clock, long_day, rounded, thousands
from partners.models import TrainingProgramme, TrainingSession
from partners.querysets import TrainingSessionQuerySet

COUNTS = {
    "sessions": Count("pk"),
    "trained": Sum("officers_trained", default=0),
    "attended": Sum("officers_attended", default=0),
    "answered_before": Sum("answered_before", default=0),
    "agreed_before": Sum("agreed_before", default=0),
    "answered_after": Sum("answered_after", default=0),
    "agreed_after": Sum("agreed_after", default=0),
}


def share(part: int, whole: int) -> str:
    """Like "72%"; of nobody there is no share."""
    return f"{rounded(100 * part / whole, 0)}%" if whole else "none"


@dataclass(frozen=True)
class Answers:
    """How many answered the programme's question at one end of their session, and agreed."""

    when: str
    answered: int
    agreed: int

    @property
    def share(self) -> str:
        return share(self.agreed, self.answered)


@dataclass(frozen=True)
class Trained:
    """What the sessions of one part of a programme come to."""

    label: str
    sessions: int
    trained: int
    attended: int
    answered_before: int
    agreed_before: int
    answered_after: int
    agreed_after: int

    @property
    def again(self) -> int:
        """Attendances of officers whom the programme had trained before."""
        return self.attended - self.trained

    @property
    def answers(self) -> list[Answers]:
        return [
            Answers("Before the session", self.answered_before, self.agreed_before),
            Answers("After the session", self.answered_after, self.agreed_after),
        ]


@dataclass(frozen=True)
class Standing:
    """How far a programme has come, for somebody who may see some boroughs, or all."""

    programme: TrainingProgramme
    whole: Trained
    everywhere: bool

    @property
    def of_target(self) -> str:
        return share(self.whole.trained, self.programme.target)

    @property
    def of_headcount(self) -> str:
        return share(self.whole.trained, self.programme.headcount)


def standings(user: User, programmes: Iterable[TrainingProgramme]) -> list[Standing]:
    """Of each programme; what one has no session of that they may see, it has none of."""
    rows = _counted(user).values("programme").order_by("programme").annotate(**COUNTS)
    found = {row.pop("programme"): row for row in rows}
    nothing = dict.fromkeys(COUNTS, 0)
    return [
        Standing(programme, Trained("Total", **found.get(programme.pk, nothing)), _all(user))
        for programme in programmes
    ]


def _counted(user: User) -> TrainingSessionQuerySet:
    return TrainingSession.objects.visible_to(user).counted()


def _all(user: User) -> bool:
    return user.engagement_scope.everywhere


@dataclass(frozen=True)
class ProgrammePage:
    """One programme: how far, where, by which teams, and with what effect."""

    programme: TrainingProgramme
    user: User
    cursor: str = ""

    @cached_property
    def standing(self) -> Standing:
        counts = self._rows.aggregate(**COUNTS)
        return Standing(self.programme, Trained("Total", **counts), _all(self.user))

    @property
    def parts(self) -> list[tuple[str, str, list[Trained]]]:
        """The same by borough and by team, each with its heading; both add up to the whole."""
        return [
            ("By borough", "Borough", self._by("borough__name", "")),
            ("By team", "Team", self._by("team__name", "No team is given")),
        ]

    def _by(self, field: str, none: str) -> list[Trained]:
        rows = self._rows.values(field).order_by(field).annotate(**COUNTS)
        return [Trained(row.pop(field) or none, **row) for row in rows]

    @property
    def _rows(self) -> TrainingSessionQuerySet:
        return _counted(self.user).filter(programme=self.programme)

    @cached_property
    def page(self) -> Page[TrainingSession]:
        """The sessions, void ones too, the latest first; ValueError where there is no such page."""
        rows = TrainingSession.objects.visible_to(self.user).filter(programme=self.programme)
        return keyset_page(
            rows.select_related("borough", "team"), ("happened_at", "pk"), self.cursor, size=20
        )

    @property
    def may_log(self) -> bool:
        return self.user.may(Permission.WRITE_RECORDS)


@dataclass(frozen=True)
class SessionPage:
    session: TrainingSession
    user: User

    @property
    def rows(self) -> Iterator[tuple[str, str]]:
        session = self.session
        starts = session.happened_at
        yield "When", f"{long_day(london_day(starts))}, {clock(starts)}"
        yield "Borough", str(session.borough)
        yield "Team", str(session.team or "Not given")
        yield "Delivered by", str(session.partner)
        yield "Officers who came", thousands(session.officers_attended)
        yield "Officers trained for the first time", thousands(session.officers_trained)

    @property
    def answers(self) -> list[Answers]:
        session = self.session
        return [
            Answers("Before the session", session.answered_before, session.agreed_before),
            Answers("After the session", session.answered_after, session.agreed_after),
        ]

    @cached_property
    def changes(self) -> list[Change]:
        return history(self.session, self.user)

    @property
    def may_write(self) -> bool:
        return self.user.may_write_in(self.session.borough_id)
