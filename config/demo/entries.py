"""What the officers of the demo entered: built in memory, then saved in bulk."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import User
from campaigns.models import Borough, Team
from cases.choices import Kind, ReferenceSystem, Strand
from cases.models import Case, Outcome, OutcomeSupport, Suspect
from config.demo.demand import MIX, pick, soon
from config.demo.people import People
from config.demo.places import Places
from core.days import london_day

CONNECT_SINCE = date(2024, 2, 28)
CLOSED_AFTER = timedelta(days=180)
LED_BY_COMMAND = 0.7
SUPPORTED = 0.12
BATCH = 2000


class Entries:
    """The cases and outcomes so far; `now` is the moment that nothing may lie beyond."""

    def __init__(self, rng: Random, places: Places, people: People, now: datetime) -> None:
        self.rng, self.places, self.now = rng, places, now
        self.loggers = people.loggers
        self.cases: list[Case] = []
        self.suspects: list[Suspect] = []
        self.outcomes: list[Outcome] = []
        self.support: list[OutcomeSupport] = []
        self._serials: Counter[tuple[str, str]] = Counter()
        # Unlike their names, the boroughs' letters and numbers are the demo's own.
        self._units = {borough: 10 + n for n, borough in enumerate(places.boroughs.values())}

    def open_case(
        self,
        borough: Borough,
        moment: datetime,
        team: Team | None = None,
        officer: User | None = None,
    ) -> Case:
        case = Case(
            borough=borough,
            team=team or self._lead_team(borough),
            officer=officer or self.rng.choice(self.loggers[borough]),
            opened_at=moment,
            status=Case.Status.CLOSED if self.now - moment > CLOSED_AFTER else Case.Status.OPEN,
            **self._reference(borough, moment),
        )
        self.cases.append(case)
        return case

    def new_suspect(self, case: Case, number: int = 1) -> Suspect:
        suspect = Suspect(case=case, number=number)
        self.suspects.append(suspect)
        return suspect

    def enter(
        self,
        kind: Kind,
        happened_at: datetime,
        *,
        case: Case,
        suspect: Suspect | None,
        team: Team | None = None,
        offence: str = "",
        strand: Strand = Strand.DOMESTIC_ABUSE,
        by: User | None = None,
        **codes: Any,
    ) -> Outcome:
        """One event in the case's borough, entered minutes to hours later; its team leads."""
        delay = soon(self.rng, timedelta(minutes=50), timedelta(hours=20))
        outcome = Outcome(
            id=UUID(int=self.rng.getrandbits(128), version=4),
            kind=kind,
            happened_at=happened_at,
            recorded_at=min(happened_at + delay, self.now),
            case=case,
            suspect=suspect,
            borough=case.borough,
            team=team or case.team,
            offence=offence,
            strand=strand,
            logged_by=by or self.rng.choice(self.loggers[case.borough]),
            **codes,
        )
        self.outcomes.append(outcome)
        return outcome

    def follow(
        self, start: Outcome, kind: Kind, happened_at: datetime, *, offence: str = "", **codes: Any
    ) -> bool:
        """Enters what came of an arrest or interview; False where that still lies ahead."""
        if happened_at >= self.now:
            return False
        self.enter(
            kind,
            happened_at,
            case=start.case,
            suspect=start.suspect,
            team=start.team,
            offence=offence or start.offence,
            strand=Strand(start.strand),
            **codes,
        )
        return True

    def again(self, outcome: Outcome, team: Team | None = None) -> Outcome:
        """The same event entered once more, as another team or a tired hand would."""
        return self.enter(
            Kind(outcome.kind),
            outcome.happened_at - timedelta(minutes=self.rng.randint(5, 40)),
            case=outcome.case,
            suspect=outcome.suspect,
            team=team or outcome.team,
            offence=outcome.offence,
            custody_record=outcome.custody_record,
            caution_kind=outcome.caution_kind,
            order_kind=outcome.order_kind,
            charging_authority=outcome.charging_authority,
        )

    def credit_support(self, outcome: Outcome) -> None:
        """Now and then another team helped."""
        if self.rng.random() < SUPPORTED:
            others = [team for team in self.places.specialists if team != outcome.team]
            helped = self.rng.sample(others, self.rng.choice((1, 1, 2)))
            self.support += (OutcomeSupport(outcome=outcome, team=team) for team in helped)

    def custody_record(self, borough: Borough, moment: datetime) -> str:
        first, second = divmod(self._units[borough], 26)
        station = f"01{chr(ord('K') + first)}{chr(ord('A') + second)}"
        year = f"{london_day(moment):%y}"
        return f"{station}/{self._serial(station, year)}/{year}"

    def hold_back(self, held: Iterable[Outcome]) -> list[Outcome]:
        """Takes outcomes out of the first saving: they are entered late."""
        late = list(held)
        ids = {outcome.pk for outcome in late}
        self.outcomes = [outcome for outcome in self.outcomes if outcome.pk not in ids]
        return late

    def save(self) -> None:
        """In bulk, with history kept by the database as for any other entry."""
        Case.objects.bulk_create(self.cases, batch_size=BATCH)
        Suspect.objects.bulk_create(self.suspects, batch_size=BATCH)
        Outcome.objects.bulk_create(self.outcomes, batch_size=BATCH)

    def _lead_team(self, borough: Borough) -> Team:
        command_team = self.places.command_team.get(borough)
        if command_team and self.rng.random() < LED_BY_COMMAND:
            return command_team
        return self.places.teams[pick(self.rng, MIX["specialist_team"])]

    def _reference(self, borough: Borough, moment: datetime) -> dict[str, str]:
        day = london_day(moment)
        year = f"{day:%y}"
        if day >= CONNECT_SINCE:
            serial = 5_400_000 + self._serial("connect", year)
            return {"system": ReferenceSystem.CONNECT, "reference": f"01/{serial}/{year}"}
        unit = str(self._units[borough])
        number = f"{unit}{self._serial(unit, year) + 20_000}"
        return {"system": ReferenceSystem.CRIS, "reference": f"{number}/{year}"}

    def _serial(self, series: str, year: str) -> int:
        """The next number of a series, some way on: others use the same series."""
        self._serials[series, year] += self.rng.randint(1, 40)
        return 1000 + self._serials[series, year]
