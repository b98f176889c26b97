"""Whether a row can become an event: the fields of an event's forms judge its cells."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms

from accounts.imports.cells import Judge, judge_of, moment_taken_apart, named, taken_apart
from accounts.imports.check import SURE, Cells, Checker, Fit, Problem
from accounts.imports.columns import plain
from accounts.models import User
from accounts.wording import doubt
from campaigns.models import Borough, Team
from core.forms import PageForm
from partners.choices import EventStatus
from partners.forms.events import (
    EventForm,
    OutcomeOfEventForm,
    WhyForm,
    contradictions,
    contradictions_of_counts,
    counts_in,
    facts_of,
    starts_at,
)
from partners.imports.columns import ONLINE, WORDS
from partners.models import Partner

Facts = dict[str, Any]
"""The fields of an event, and its partners and supporting teams."""
Found = list[tuple[str, str]]

COUNTED = ("attendances", "conversations", "leaflets", "safeguarding_handoffs")
NOT_DONE = "Only an event that is done has this: empty the cell, or change the state"
NOT_PLANNED = (
    "Only an event that is done or cancelled has this: empty the cell, or change the state"
)
NOT_BEGUN = "Only an event that has begun can be done: say planned, or check the day"
NO_PARTNER = "The directory does not have {}: correct the name, or add the partner there first"
LINK = re.compile(r"(https?://|www\.)\S+$", re.IGNORECASE)
TIME = r"([^-–—]{0,9}\d[^-–—]{0,9}?)"
RANGE = re.compile(rf"{TIME}\s*(?:[-–—]|\bto\b|\buntil\b)\s*{TIME}", re.IGNORECASE)
"""Two times in one cell."""


class StateForm(PageForm):
    state = forms.ChoiceField(label="State", choices=EventStatus.choices)


class EventChecker(Checker[Facts]):
    """Judges rows as the forms of an event judge the same fields: before it, and after it."""

    def __init__(self, user: User, now: datetime) -> None:
        super().__init__(user, now)
        self._teams = named(Team.objects.all())
        self._state = self._judges(StateForm())
        self._event = self._judges(EventForm(user=user))
        self._counts = self._judges(OutcomeOfEventForm())
        self._why = self._judges(WhyForm())

    def _judges(self, form: PageForm) -> dict[str, Judge]:
        return {
            name: judge_of(
                *(field, WORDS.get(name, {}), self._rows(name, field)),
                unknown=NO_PARTNER if name == "partners" else "",
            )
            for name, field in form.fields.items()
            if not field.widget.is_hidden
        }

    def _rows(self, name: str, field: forms.Field) -> Mapping[str, Any]:
        if name not in {"borough", "partners"}:
            return self._teams
        offered = cast("forms.ModelChoiceField[Borough | Partner]", field)
        return named(cast("Iterable[Borough | Partner]", offered.queryset))

    def check(self, line: int, row: Cells) -> Fit[Facts] | list[Problem]:
        """The event that a row is, with its id; or all that is wrong with it."""
        cells = row
        row = moment_taken_apart(row, "day", "starts")
        row = _where_said(_times_taken_apart(self._clocks_alone(row)))
        said, found = _cleaned(self._state, row)
        typed, wrong = _cleaned(self._event, row)
        found += [*wrong, *contradictions(typed)]
        after, wrong, text = self._after(said.get("state"), row)
        problems = [
            Problem(line, name, cells.get(name, ""), words) for name, words in found + wrong
        ]
        if (doubtful := doubt(text)) and row.get(SURE) != row["feedback"]:
            problems.append(Problem(line, "feedback", cells["feedback"], doubtful, doubt=True))
        begins = typed.get("day") and typed.get("starts") and starts_at(typed)
        if said.get("state") == EventStatus.DONE and begins and begins > self.now:
            # Not by its word, which is right in other rows.
            problems.append(Problem(line, "state", "", NOT_BEGUN))
        if problems:
            return problems
        facts = facts_of(typed) | {"status": said["state"]} | after
        return self.fit(line, meaning(facts), facts)

    def _clocks_alone(self, row: Cells) -> Cells:
        """A row whose start and end say its day once more, as an export has them, without that."""
        judge = self._event["day"]
        for name in ("starts", "ends"):
            day, clock = taken_apart(row.get(name, ""))
            if clock and judge(day) == judge(row.get("day", "")):
                row = row | {name: clock}
        return row

    def _after(self, state: str | None, row: Cells) -> tuple[Facts, Found, str]:
        """What came of an event, or why it did not take place; and its free text."""
        if state == EventStatus.DONE:
            typed, found = _cleaned(self._counts, row)
            found += contradictions_of_counts(typed)
            return ({} if found else counts_in(typed)), found, typed.get("feedback", "")
        found = [(name, NOT_DONE) for name in COUNTED if row.get(name, "0") not in {"", "0"}]
        if state == EventStatus.CANCELLED:
            reason, wrong = self._why["reason"](row.get("feedback", ""))
            found += [("feedback", wrong)] if wrong else []
            return {"cancel_reason": reason}, found, reason or ""
        if row.get("feedback"):
            found.append(("feedback", NOT_PLANNED))
        return {}, (found if state else []), ""


def meaning(facts: Facts) -> str:
    """What tells an event from others. What else a row says may change while it is planned."""
    said = (
        *(plain(facts["title"]), facts["kind"], int(facts["happened_at"].timestamp())),
        *(facts["borough"].pk, plain(facts["place"])),
    )
    return "\x1f".join(map(str, said))


def _cleaned(judges: Mapping[str, Judge], row: Cells) -> tuple[Facts, Found]:
    """The values of the fields that are in order, and what is wrong with the others."""
    typed: Facts = {}
    found: Found = []
    for name, judge in judges.items():
        value, message = judge(row.get(name, ""))
        if message:
            found.append((name, message))
        else:
            typed[name] = value
    return typed, found


def _times_taken_apart(row: Cells) -> Cells:
    """A row whose start has the end with it, as one whose end stands alone."""
    both = RANGE.fullmatch(row.get("starts", ""))
    return row | {"starts": both[1], "ends": row.get("ends") or both[2]} if both else row


def _where_said(row: Cells) -> Cells:
    """A row that says whether it is online, by its place where it says so no other way."""
    place = row.get("place", "")
    online = plain(place) in ONLINE or LINK.match(place)
    where = row.get("where") or (EventForm.ONLINE if online else EventForm.PLACE)
    return row | {"where": where, "place": "" if online else place}
