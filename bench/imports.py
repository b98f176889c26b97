"""Bringing in a spreadsheet: reading, checking and saving beside a bulk_create of the same rows."""

import csv
import io
import os
import random
import resource
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from accounts.imports.actions import ask_to_save, match_columns, start_import, work_on
from accounts.imports.check import Fit, Matching
from accounts.imports.files import read
from accounts.models import Import, User
from bench.facts import LAST_DAY
from bench.timing import compare, heading
from campaigns.models import Borough, Team
from cases.entry import Entry
from cases.forms.log import CODES
from cases.imports.subject import OUTCOMES
from cases.models import Case, Outcome, Suspect

BATCH = 2_000
MOST_ROWS = OUTCOMES.columns.most_rows
HEADINGS = ["Kind", "Reference", "Date", "Time", "Offence", "Order", "Route", "Kind of bail"]
HEADINGS += ["Home Office outcome type", "Custody record", "Borough", "Team"]
KINDS = {
    "Arrest": 46,
    "No further action": 18,
    "Charge": 12,
    "Pre-charge bail": 14,
    "Voluntary attendance": 5,
    "Order or notice": 3,
    "Clare's Law application": 2,
}


def spreadsheet(rows: int, chance: random.Random) -> bytes:
    """A CSV file of outcomes of new cases, with the kinds of real demand."""
    boroughs = list(Borough.objects.values_list("name", flat=True))
    teams = list(Team.objects.values_list("name", flat=True))
    last = datetime.fromisoformat(LAST_DAY)  # A cell has no time zone.
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    kinds = chance.choices(list(KINDS), list(KINDS.values()), k=rows)
    for number, kind in enumerate(kinds):
        moment = last - timedelta(minutes=chance.randrange(1440 * 1800))
        writer.writerow(
            [
                kind,
                f"01/{2_000_000 + number}/25",
                f"{moment:%d/%m/%Y}",
                f"{moment:%H:%M}",
                chance.choice(["ABH", "Stalking", "Common assault or battery", "Rape"]),
                "DVPO" if kind.startswith("Order") else "",
                "Right to Ask" if kind.startswith("Clare") else "",
                "Bail with conditions" if kind.startswith("Pre") else "",
                "16" if kind.startswith("No") else "",
                f"01LX/{number}/25" if kind == "Arrest" else "",
                chance.choice(boroughs),
                chance.choice(teams),
            ]
        )
    return text.getvalue().encode()


def bring_in(user: User, content: bytes) -> None:
    """All of an import, from the file to the last row."""
    batch = start_import(by=user, of=OUTCOMES, name="bench.csv", content=content)
    match_columns(
        batch=batch, header_row=batch.header_row, columns=batch.columns, defaults=batch.defaults
    )
    work_on(batch.pk)
    batch.refresh_from_db()
    ask_to_save(batch=batch)
    work_on(batch.pk)
    batch.refresh_from_db()
    assert batch.state == Import.State.SAVED


def checked(user: User, content: bytes) -> Iterator[Fit[Entry]]:
    """The rows of the file as entries, ready to be written."""
    checker, columns = OUTCOMES.checker(user, timezone.now()), OUTCOMES.columns
    matching = Matching(columns.guess(HEADINGS), OUTCOMES.silent, {}, 1)
    for line, row in matching.rows(read(content, columns)):
        fit = checker.check(line, row)
        assert isinstance(fit, Fit)
        yield fit


def create_rows(user: User, fits: list[Fit[Entry]], cases: dict[str, tuple[Case, Suspect]]) -> None:
    Outcome.objects.bulk_create(
        (
            Outcome(
                id=fit.token,
                kind=fit.entry.kind,
                case=cases[fit.entry.reference.key][0],
                suspect=cases[fit.entry.reference.key][1],
                happened_at=fit.entry.happened_at,
                borough=fit.entry.borough,
                team=fit.entry.team,
                logged_by=user,
                **{name: fit.entry.codes[name] for name in CODES if name in fit.entry.codes},
            )
            for fit in fits
        ),
        batch_size=BATCH,
    )


def create_cases(user: User, fits: list[Fit[Entry]]) -> dict[str, tuple[Case, Suspect]]:
    made = Case.objects.bulk_create(
        (
            Case(
                reference=fit.entry.reference.text,
                system=fit.entry.reference.system,
                borough=fit.entry.borough,
                team=fit.entry.team,
                officer=user,
            )
            for fit in fits
        ),
        batch_size=BATCH,
    )
    suspects = Suspect.objects.bulk_create(
        (Suspect(case=case, number=1) for case in made), batch_size=BATCH
    )
    return {
        fit.entry.reference.key: pair
        for fit, pair in zip(fits, zip(made, suspects, strict=True), strict=True)
    }


def bench_imports(rows: int) -> None:
    """Into a database of `rows` outcomes."""
    heading(f"{rows:,} outcomes: {MOST_ROWS:,} more as CSV")
    user = User.objects.create_user("importer", name="I", role="supervisor", whole_force=True)
    _times(user, spreadsheet(MOST_ROWS, random.Random(rows)))
    for number in (MOST_ROWS // 10, MOST_ROWS):
        content = spreadsheet(number, random.Random(rows))
        grown = _memory(undone(user, partial(bring_in, user, content)))
        print(f"memory of an import of {number:,} rows, {len(content) / 1e6:.1f} MB: {grown} MB")


def undone(user: User, work: Callable[[], object]) -> Callable[[], None]:
    """Work that leaves nothing behind, under the history that each action has."""

    def execute() -> None:
        with transaction.atomic(), pghistory.context(user=user.pk, action="bench"):
            work()
            transaction.set_rollback(True)

    return execute


def _times(user: User, content: bytes) -> None:
    fits = list(checked(user, content))
    importing = undone(user, partial(bring_in, user, content))
    compare(
        "import / bulk_create of cases, suspects, rows",
        importing,
        undone(user, lambda: create_rows(user, fits, create_cases(user, fits))),
        times=1,
        budget=2,
    )
    with transaction.atomic():
        there = create_cases(user, fits)
        compare(
            "import into cases there / bulk_create of rows",
            importing,
            undone(user, lambda: create_rows(user, fits, there)),
            times=1,
            budget=2,
        )
        transaction.set_rollback(True)


def _memory(work: Callable[[], object]) -> int:
    """Megabytes by which a process grows at most while it works, measured in a child of its own."""
    connection.close()
    reading, writing = os.pipe()
    if os.fork() == 0:
        before = resident()
        work()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        os.write(writing, str(peak - before).encode())
        os._exit(0)
    os.wait()
    return int(os.read(reading, 20) or -1)


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024 // 1024
