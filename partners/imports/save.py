"""Rows of events that fit, beside the events that there are, and saved."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.imports.check import Fit
from accounts.imports.columns import plain
from accounts.imports.report import PAIRS_SHOWN, Likely, Report
from accounts.imports.subject import RowsRefused
from accounts.models import Import, User
from core.days import london_day
from core.models import told
from core.spoken import lowered
from partners.actions import bring_in_event
from partners.choices import EventKind, EventStatus
from partners.imports.check import Facts
from partners.models import EngagementEvent, ImportedEvent

SAVING = 20211128
"""The lock by which one import of events is saved at a time."""
Key = tuple[object, ...]


class HeldEvents:
    """The rows of one file, in memory: events are few."""

    def __init__(self, fits: Iterable[list[Fit[Facts]]]) -> None:
        self.fits = [fit for chunk in fits for fit in chunk]

    def report(self, rows: int, user: User) -> Report:
        """No event of a borough that one writes in is a secret to them."""
        known = self._known()
        likely = list(self._likely(known, user))
        return Report(
            rows=rows,
            known=len(known),
            counts=list(self._counts()),
            days=sorted(Counter(_day(fit).isoformat() for fit in self.fits).items()),
            likely_rows=len({one.line for one in likely}),
            likely=likely[:PAIRS_SHOWN],
        )

    def save(self, batch: Import) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SAVING])
        known = self._known()
        for fit in self.fits:
            if fit.token not in known:
                _save(batch, fit)

    def _known(self) -> set[UUID]:
        """The ids of those that are there already, but for what an undo took out."""
        there = EngagementEvent.objects.filter(token__in=[fit.token for fit in self.fits])
        found = there.values_list("token", "voided_at", "imported_row__batch__undone_at")
        return {token for token, void, undone in found if void is None or void != undone}

    def _counts(self) -> Iterator[tuple[str, int]]:
        kinds = Counter(fit.entry["kind"] for fit in self.fits)
        yield from ((str(kind.label), kinds[kind]) for kind in EventKind if kinds[kind])
        states = Counter(fit.entry["status"] for fit in self.fits)
        for state in EventStatus:
            if states[state]:
                yield f"Of these, {lowered(str(state.label))}", states[state]

    def _likely(self, known: set[UUID], user: User) -> Iterator[Likely]:
        """New rows beside events of the same day and borough that may be the same."""
        there: dict[Key, int] = {}
        days = {_day(fit) for fit in self.fits}
        seen = EngagementEvent.objects.visible_to(user).filter(voided_at=None, day__in=days)
        for event in seen.exclude(token__in=known):
            for key in _keys(event.title, event.kind, event.happened_at, event.borough_id):
                there[key] = event.pk
        earlier: dict[Key, int] = {}
        for fit in self.fits:
            facts = fit.entry
            keys = _keys(facts["title"], facts["kind"], facts["happened_at"], facts["borough"].pk)
            if fit.token not in known:
                records = {there[key] for key in keys if key in there}
                yield from (Likely(fit.line, str(record)) for record in sorted(records))
                lines = {earlier[key] for key in keys if key in earlier}
                yield from (Likely(fit.line, earlier_line=line) for line in sorted(lines))
            for key in keys:
                earlier.setdefault(key, fit.line)


def _keys(title: str, kind: str, happened_at: datetime, borough: int) -> list[Key]:
    """What two events share that may be one: the name on a day, or the kind at a moment."""
    return [(borough, london_day(happened_at), plain(title)), (borough, kind, happened_at)]


def _day(fit: Fit[Facts]) -> date:
    return london_day(fit.entry["happened_at"])


def _save(batch: Import, fit: Fit[Facts]) -> None:
    try:
        with transaction.atomic():
            event = bring_in_event(token=fit.token, **fit.entry)
            origin = {"batch": batch, "line": fit.line}
            ImportedEvent.objects.update_or_create(event=event, defaults=origin)
    except IntegrityError as refused:
        [words] = told(EngagementEvent(), refused).messages
        raise RowsRefused(words, [fit.line]) from refused
