"""The page on which an officer checks an entry before saving it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from accounts.models import User
from cases.actions.drafts import seal_entry
from cases.actions.entries import Likeness, likely_duplicates
from cases.choices import CautionKind, ChargingAuthority, Kind, Strand
from cases.entry import Entry
from cases.models import Case, Outcome
from core.days import LONDON
from core.templatetags.page import listed, long_day


@dataclass(frozen=True)
class Row:
    """One answer, with the id of the control that changes it."""

    label: str
    value: str
    control: str = ""


def code_row(name: str, value: Any) -> Row | None:
    """A field that only some outcomes have, in words; nothing where it says nothing."""
    if value in (None, "") or (name == "strand" and value == Strand.DOMESTIC_ABUSE):
        return None
    field = Outcome._meta.get_field(name)
    label = str(getattr(field, "verbose_name", name))
    words = dict(getattr(field, "choices", None) or ()).get(value, value)
    return Row(
        label[:1].upper() + label[1:],
        long_day(words) if isinstance(words, date) else str(words),
        f"id_{name}",
    )


@dataclass
class CheckPage:
    """An entry in words, what to be warned of, and what it looks like."""

    entry: Entry
    user: User
    token: UUID
    asked: bool
    """Whether they left out to say that it is a different event."""

    @cached_property
    def likeness(self) -> Likeness:
        return likely_duplicates(by=self.user, entry=self.entry)

    @property
    def unanswered(self) -> bool:
        return self.asked and bool(self.likeness)

    @property
    def seal(self) -> str:
        return seal_entry(owner=self.user, token=self.token, entry=self.entry)

    @property
    def rows(self) -> Iterator[Row]:
        entry = self.entry
        yield Row("Reference", self._reference, "id_reference")
        if entry.suspect_number is not None:
            yield Row("Suspect", f"Suspect {entry.suspect_number}", "id_suspect_number")
        moment = entry.happened_at.astimezone(LONDON)
        yield Row("Day", f"{moment:%A} {long_day(moment.date())}", "id_day_0")
        if entry.kind != Kind.DISCLOSURE_APPLICATION or moment.time().hour:
            yield Row("Time", f"{moment:%H:%M}", "id_time")
        yield from self._codes()
        yield Row("Borough of the offence", str(entry.borough), "id_borough")
        yield Row("Lead team", str(entry.team or "Not given"), "id_team")
        if entry.supporting_teams:
            yield Row("Teams that helped", listed(entry.supporting_teams), "id_supporting_teams_0")

    @property
    def _reference(self) -> str:
        day = self.entry.reference_day
        of_day = f" of {long_day(day)}" if day and self.entry.reference.needs_its_day else ""
        return f"{self.entry.reference.text} ({self.entry.reference.system.label}{of_day})"

    def _codes(self) -> Iterator[Row]:
        for name, value in self.entry.codes.items():
            row = code_row(name, value)
            if row is not None:
                yield row
        if self.entry.other_order:
            yield Row("Which other order", self.entry.other_order, "id_other_order")

    @property
    def warnings(self) -> Iterator[str]:
        """What may be right all the same."""
        entry = self.entry
        if entry.reference.odd:
            yield "The reference looks unlike those of CRIS, CONNECT or CAD. Check it."
        called = Case.objects.visible_to(self.user).called(entry.reference, entry.reference_day)
        case = called.select_related("borough").first()
        if case is not None and case.borough_id != entry.borough.pk:
            yield f"The case is in {case.borough}; this entry will count in {entry.borough}."
        by_police = {ChargingAuthority.POLICE, ChargingAuthority.POLICE_EMERGENCY}
        if entry.codes.get("charging_authority") in by_police:
            yield (
                "In domestic abuse the Crown Prosecution Service decides to charge, save in an"
                " emergency. Check who decided."
            )
        if entry.codes.get("caution_kind") == CautionKind.SIMPLE:
            yield "A simple caution is rarely right in domestic abuse. Check the disposal."
