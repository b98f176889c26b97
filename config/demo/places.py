"""Where and who with: boroughs, commands, teams, pilots and the programmes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import slugify

from campaigns.models import (
    BasicCommandUnit,
    Borough,
    CommandMembership,
    Milestone,
    Programme,
    ProgrammeYear,
    Team,
)
from cases.choices import OrderKind
from cases.models import OrderAvailability
from config.demo.tables import rows, toml
from core.days import DayRange

ELSEWHERE = ("Outside London", "Not known")
SPECIALIST_TEAMS = (
    "Digital Operations",
    "Met Intelligence Unit",
    "Predatory Offender Units",
    "Prisons Intelligence Unit",
    "Special Constabulary",
    "Taskforce",
)
COMMANDS_SINCE = date(2018, 1, 1)
"""The year in which twelve commands took over from the boroughs' own; no exact day is held."""

PILOT_KINDS = (OrderKind.DAPN, OrderKind.DAPO)
PILOT_BOROUGHS = ("bromley", "croydon", "sutton")
PILOT = DayRange.inclusive(date(2024, 11, 27), date(2026, 3, 31))
"""Where and when domestic abuse protection notices and orders can be had, by S.I. 2024/1191 and,
for the last day, S.I. 2025/1222. What holds after it an administrator adds; the older notices and
orders were never repealed, so they can be had everywhere.
"""


@dataclass(frozen=True)
class Places:
    """What the rest of the demo happens in; boroughs and teams by slug."""

    boroughs: dict[str, Borough]
    teams: dict[str, Team]
    command_team: dict[Borough, Team]

    @property
    def london(self) -> list[Borough]:
        return [borough for borough in self.boroughs.values() if borough.in_london]

    @property
    def specialists(self) -> list[Team]:
        return [team for team in self.teams.values() if team.kind == Team.Kind.SPECIALIST]


def load_places() -> Places:
    """London's boroughs, commands, teams and pilots of orders, into a database that has none."""
    known = rows("boroughs")
    boroughs = Borough.objects.bulk_create(
        [
            *(_borough(row) for row in known),
            *(Borough(name=name, slug=slugify(name), in_london=False) for name in ELSEWHERE),
        ]
    )
    names = {row["bcu_code"]: row["bcu_name"] for row in known}
    commands = BasicCommandUnit.objects.bulk_create(
        BasicCommandUnit(code=code, name=name) for code, name in names.items()
    )
    teams = Team.objects.bulk_create(
        [
            *(_team(command.name, Team.Kind.COMMAND, command) for command in commands),
            *(_team(name, Team.Kind.SPECIALIST) for name in SPECIALIST_TEAMS),
        ]
    )
    command_of = {command.code: command for command in commands}
    team_of = {team.command: team for team in teams if team.command}
    policed = [
        (borough, command_of[row["bcu_code"]])
        for borough, row in zip(boroughs, known, strict=False)
    ]
    CommandMembership.objects.bulk_create(
        CommandMembership(borough=borough, command=command, first_day=COMMANDS_SINCE)
        for borough, command in policed
    )
    by_slug = {borough.slug: borough for borough in boroughs}
    OrderAvailability.objects.bulk_create(
        OrderAvailability(
            kind=kind, borough=by_slug[slug], first_day=PILOT.first, end_day=PILOT.end
        )
        for kind in PILOT_KINDS
        for slug in PILOT_BOROUGHS
    )
    return Places(
        boroughs=by_slug,
        teams={team.slug: team for team in teams},
        command_team={borough: team_of[command] for borough, command in policed},
    )


def _borough(row: dict[str, str]) -> Borough:
    return Borough(
        name=row["name"],
        slug=slugify(row["name"]),
        ons_code=row["ons_code"],
        population=int(row["population"]),
        population_year=int(row["population_year"]),
        tile_row=int(row["tile_row"]),
        tile_col=int(row["tile_col"]),
    )


def _team(name: str, kind: Team.Kind, command: BasicCommandUnit | None = None) -> Team:
    return Team(name=name, slug=slugify(name), kind=kind, command=command)


def load_programmes() -> list[Programme]:
    """Digital forensics, and the training."""
    return [_programme(**said) for said in toml("programmes")["programme"]]


def _programme(
    years: list[tuple[int, int, int]], milestones: list[tuple[str, date, date]], **fields: Any
) -> Programme:
    programme = Programme.objects.create(slug=slugify(fields["name"]), **fields)
    ProgrammeYear.objects.bulk_create(
        ProgrammeYear(programme=programme, year=year, planned_pounds=planned, spent_pounds=spent)
        for year, planned, spent in years
    )
    Milestone.objects.bulk_create(
        Milestone(programme=programme, name=name, due_day=due, reached_day=reached)
        for name, due, reached in milestones
    )
    return programme
