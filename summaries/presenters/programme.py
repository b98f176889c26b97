"""A programme over years: its money, its promises, and what it delivered, as far as we count it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.utils.safestring import SafeString

from accounts.models import User
from campaigns.models import Milestone, Programme, ProgrammeYear
from core.charts import Bar, bars
from core.days import ONE_DAY, DayRange
from core.templatetags.page import long_day, rounded
from partners.presenters.training import Standing, standings
from summaries.evidence import AT_LEAST, DigitalEvidence, digital_evidence
from summaries.figures import Window

LATELY = timedelta(days=365)


def pounds(amount: Decimal) -> str:
    """Like "£3,400,000"; pence count for nothing here."""
    return f"£{rounded(float(amount), 0):,}"


def short_pounds(amount: Decimal) -> str:
    """Like "£3.4m", where there is little room."""
    millions = rounded(float(amount) / 1_000_000, 2)
    return f"£{millions.normalize():f}m" if millions >= 1 else pounds(amount)


@dataclass(frozen=True)
class Year:
    """What one financial year was to cost, and cost."""

    label: str
    planned: str
    spent: str
    differs: str

    @classmethod
    def of(cls, label: str, planned: Decimal, spent: Decimal) -> "Year":
        over = spent - planned
        words = f"{pounds(abs(over))} {'more' if over > 0 else 'less'}" if over else "As planned"
        return cls(label, pounds(planned), pounds(spent), words)


@dataclass(frozen=True)
class Promise:
    """A milestone, and how its day was kept."""

    milestone: Milestone
    today: date

    @property
    def words(self) -> str:
        due, reached = self.milestone.due_day, self.milestone.reached_day
        if reached is None:
            return "Overdue" if due < self.today else "To come"
        late = (reached - due).days
        if late <= 0:
            return f"Reached on {long_day(reached)}, in time"
        return f"Reached on {long_day(reached)}, {late} day{'' if late == 1 else 's'} late"

    @property
    def colour(self) -> str:
        """Of the tag that says it."""
        due, reached = self.milestone.due_day, self.milestone.reached_day
        if reached is None:
            return "red" if due < self.today else "grey"
        return "green" if reached <= due else "yellow"


@dataclass(frozen=True)
class Examined:
    """What became of the devices of some days, in words."""

    label: str
    days: DayRange
    devices: DigitalEvidence

    @property
    def median(self) -> str:
        return _days(self.devices.median_days)

    @property
    def longest(self) -> str:
        return _days(self.devices.longest_days)

    @property
    def share_helped(self) -> str:
        share = 100 * self.devices.helped / self.devices.returned
        return f"{rounded(share, 0)}%"


@dataclass(frozen=True)
class ProgrammePage:
    programme: Programme
    user: User
    today: date

    @property
    def days(self) -> DayRange:
        return DayRange.inclusive(self.programme.first_day, self.programme.last_day)

    @property
    def delivers(self) -> list[str]:
        return [line for line in self.programme.delivers.splitlines() if line.strip()]

    @cached_property
    def _money(self) -> list[ProgrammeYear]:
        return list(self.programme.years.all())

    @property
    def years(self) -> list[Year]:
        return [Year.of(y.label, y.planned_pounds, y.spent_pounds) for y in self._money]

    @property
    def total(self) -> Year:
        programme = self.programme
        return Year.of("Total", programme.planned_pounds, programme.spent_pounds)

    @property
    def drawing(self) -> SafeString:
        """Planned beside spent, year by year."""
        marks = [
            Bar(f"{year.label}, {what}", float(amount), short_pounds(amount))
            for year in self._money
            for what, amount in (("planned", year.planned_pounds), ("spent", year.spent_pounds))
        ]
        return bars("Money by year", "Planned and spent, from zero", marks, unit="in the year")

    @cached_property
    def promises(self) -> list[Promise]:
        return [Promise(one, self.today) for one in self.programme.milestones.all()]

    @property
    def everywhere(self) -> bool:
        return self.user.figures_scope.everywhere

    @property
    def of_evidence(self) -> bool:
        return self.programme.about == Programme.About.EVIDENCE

    @property
    def of_training(self) -> bool:
        return self.programme.about == Programme.About.TRAINING

    @cached_property
    def trainings(self) -> list[Standing]:
        """What it pays for, and how far each has come."""
        return standings(self.user, self.programme.trainings.select_related("partner"))

    @cached_property
    def examined(self) -> list[Examined]:
        """In the programme's own days, and lately: what it built outlasts it."""
        lately = DayRange(self.today - LATELY, self.today + ONE_DAY)
        return [
            Examined(label, days, digital_evidence(Window(days, self.user.figures_scope)))
            for label, days in (("In its own days", self.days), ("In the last year", lately))
        ]

    @property
    def least(self) -> int:
        return AT_LEAST


def _days(number: float | None) -> str:
    """Like "1 day" or "12.5 days"."""
    whole = rounded(number or 0, 1).normalize()
    return f"{whole:f} day{'' if whole == 1 else 's'}"
