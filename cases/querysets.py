"""What can be asked of cases and outcomes, and who may ask it."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import BooleanField, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Upper

from accounts.models import User
from accounts.permissions import Permission
from campaigns.models import Team
from cases.choices import Kind
from cases.parts import condition
from cases.references import Reference
from core.days import DatabaseNow, DayRange, LondonDay
from core.querysets import M, ScopedQuerySet, Viewer

if TYPE_CHECKING:
    from cases.models import (
        BreakGlass,
        Case,
        CaseAccess,
        Exclusion,
        Lifting,
        Outcome,
        PossibleDuplicate,
    )

LIKELY_DUPLICATE_WITHIN = timedelta(hours=24)


class CaseLinkedQuerySet(ScopedQuerySet[M]):
    """Rows of a case, seen by whoever may read records in its borough and is not barred from it.

    `paths` leads from the row to what is scoped: the prefix of each case it speaks of, and the
    field that holds the borough. A restricted case exists only for its access list. A case held
    open by break-glass is seen on the pages of its records, which alone say so of the person. An
    exclusion beats all of it.
    """

    paths: tuple[tuple[str, str], ...] = (("case__", "case__borough"),)

    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.READ_RECORDS)):
            return self.none()
        rows = self
        for case, borough in self.paths:
            seen = user.scope.condition(borough) & (
                Q(**{f"{case}restricted": False})
                | Q(**{f"{case}pk__in": user.case_access.values("case")})
            )
            if user.opened:
                seen |= Q(**{f"{case}pk__in": user.opened})
            rows = rows.filter(seen, ~Q(**{f"{case}pk__in": user.exclusions.values("case")}))
        return rows


class BegunQuerySet(CaseLinkedQuerySet[M]):
    """Rows of a case that an entry may have begun, by their field `outcome`."""

    def standing(self) -> Self:
        """Those whose entry counts, or that have none: what was logged by mistake is no work."""
        return self.filter(Q(outcome=None) | Q(outcome__counted=True))


class OutcomeLinkedQuerySet(CaseLinkedQuerySet[M]):
    paths = (("outcome__case__", "outcome__borough"),)


class OwnQuerySet(ScopedQuerySet[M]):
    """Rows that only their owner sees, as long as they may read records at all."""

    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.READ_RECORDS)):
            return self.none()
        return self.filter(owner=user)


class CaseQuerySet(CaseLinkedQuerySet["Case"]):
    paths = (("", "borough"),)

    def called(self, reference: Reference, day: date | None = None) -> Self:
        """The case of a reference; of a CAD number, the one of its day."""
        # The database's own capitals: it and Python differ on a letter like ß.
        key = Upper(Value(reference.text.replace(" ", "")))
        found = self.filter(reference_key=key, system=reference.system)
        return found.filter(reference_date=day) if reference.needs_its_day else found

    def flagged(self, kind: str) -> Self:
        """Cases on which a flag of this kind stands."""
        return self.filter(flags__kind=kind, flags__removed_at=None)


class OutcomeQuerySet(CaseLinkedQuerySet["Outcome"]):
    paths = (("case__", "borough"),)

    def counted(self) -> Self:
        """Neither voided nor merged into another entry."""
        return self.filter(counted=True)

    def between(self, days: DayRange) -> Self:
        return self.filter(day__gte=days.first, day__lt=days.end)

    def in_part(self, code: str, end: datetime | None) -> Self:
        """A part that no column tells (`cases.parts`), of days that end before `end`."""
        # Made of our own codes and numbers alone.
        sql = RawSQL(condition(code, end), (), output_field=BooleanField())  # noqa: S611
        return self.filter(sql)

    def entered_late(self) -> Self:
        """Outcomes entered on a later London day than their own."""
        return self.filter(day__lt=LondonDay("recorded_at"))

    def of_team(self, team: Team) -> Self:
        """Outcomes that a team led or helped with."""
        return self.filter(
            Q(team=team)
            | Q(pk__in=self.model._default_manager.filter(support__team=team).values("pk"))
        )

    def in_open_flags(self) -> Self:
        """Outcomes in a pair that waits for a decision."""
        pairs = Q(flags__state="open", flags__earlier__counted=True)
        pairs |= Q(later_flags__state="open", later_flags__outcome__counted=True)
        alike = self.model._default_manager.filter(pairs, counted=True)
        return self.filter(pk__in=alike.values("pk"))

    def sent_back_unanswered(self) -> Self:
        """Outcomes that a supervisor asks about; one question stands at a time."""
        return self.filter(sent_back__isnull=False, sent_back__answered_at=None)

    def known_elsewhere_to(self, user: User) -> Self:
        """Rows out of a person's scope whose existence may be hinted at.

        A restricted case, or one that bars the person, is never hinted at.
        """
        return (
            self.filter(case__restricted=False)
            .exclude(case__in=user.exclusions.values("case"))
            .exclude(pk__in=self.visible_to(user).values("pk"))
        )

    def likely_duplicates_of(self, outcome: "Outcome") -> Self:
        """Counted entries that look like the same event.

        Same kind within 24 hours, and the same custody record or the same suspect of the case
        (where none was chosen, the same case without a suspect). Two offences charged, or two
        kinds of order, are two events.
        """
        same = Q(case=outcome.case_id, suspect=outcome.suspect_id)
        if outcome.custody_record:
            same |= Q(custody_record=outcome.custody_record)
        if outcome.kind == Kind.CHARGE:
            same &= Q(offence=outcome.offence)
        if outcome.kind == Kind.ORDER:
            same &= Q(order_kind=outcome.order_kind)
        return (
            self.counted()
            .filter(
                same,
                kind=outcome.kind,
                happened_at__gt=outcome.happened_at - LIKELY_DUPLICATE_WITHIN,
                happened_at__lt=outcome.happened_at + LIKELY_DUPLICATE_WITHIN,
            )
            .exclude(pk=outcome.pk)
        )


class PossibleDuplicateQuerySet(CaseLinkedQuerySet["PossibleDuplicate"]):
    """A pair is seen by whoever may see both of its outcomes."""

    paths = (("outcome__case__", "outcome__borough"), ("earlier__case__", "earlier__borough"))

    def waiting(self) -> Self:
        """Pairs that nobody has decided on and of which both still count."""
        return self.filter(state="open", outcome__counted=True, earlier__counted=True)


class CaseAccessQuerySet(CaseLinkedQuerySet["CaseAccess"]):
    pass


class ExclusionQuerySet(CaseLinkedQuerySet["Exclusion"]):
    """Seen by whoever may read the case, so never by the excluded."""

    def conflicts_not_seen_to(self) -> Self:
        """Conflicts that somebody declared and no supervisor has seen to yet."""
        return self.filter(declared=True, seen_at=None)


class LiftingQuerySet(CaseLinkedQuerySet["Lifting"]):
    def waiting_for(self, user: User) -> Self:
        """What somebody else asked, and this person may decide."""
        rows = self.filter(decided_at=None).exclude(asked_by=user)
        if not user.may(Permission.SUPERVISE):
            rows = rows.filter(excluded__isnull=False)
        return rows if may_exclude(user) else rows.filter(excluded=None)


class BreakGlassQuerySet(ScopedQuerySet["BreakGlass"]):
    """Seen by whoever opened the case, and by reviewers outside their chain.

    A reviewer is an auditor, or a supervisor of the whole force who may know of the case, of
    neither the team nor the boroughs of the person.
    """

    def _scope(self, user: Viewer) -> Self:
        if not isinstance(user, User):
            return self.none()
        seen = Q(pk__in=[])
        if user.may(Permission.READ_RECORDS):
            seen |= Q(user=user)
        if user.may(Permission.REVIEW_BREAK_GLASS):
            seen |= self._reviewable(user)
        return self.filter(seen, ~Q(case__in=user.exclusions.values("case")))

    @staticmethod
    def _reviewable(user: User) -> Q:
        others = ~Q(user=user)
        if user.team_id:
            others &= ~Q(user__team=user.team_id)
        others &= ~Q(user__boroughs__in=user.boroughs.values("pk"))
        if user.may(Permission.SUPERVISE):
            # The supervisors of the force are one chain.
            others &= Q(user__whole_force=False) if user.whole_force else Q(pk__in=[])
            others &= Q(case__restricted=False) | Q(case__in=user.case_access.values("case"))
        return others

    def lasting(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at=None, ends_at__gt=DatabaseNow())

    def waiting_for(self, user: User) -> Self:
        """Those of other people that nobody has reviewed."""
        return self.filter(verdict="").exclude(user=user)


def may_exclude(user: User) -> bool:
    """Whether a person may bar others from the cases that they see."""
    return user.may(Permission.GUARD_CASES) and user.whole_force
