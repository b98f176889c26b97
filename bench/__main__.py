"""`python -m bench [PART ...] [ROWS ...]`: each part beside the bare work, in one run."""

import os
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402  (Django is set up first)

from accounts.permissions import BoroughScope  # noqa: E402
from bench.dashboard import bench_dashboard  # noqa: E402
from bench.facts import LAST_DAY, load  # noqa: E402
from bench.imports import bench_imports  # noqa: E402
from bench.lists import bench_lists  # noqa: E402
from bench.memory import bench_memory  # noqa: E402
from bench.retention import bench_retention  # noqa: E402
from bench.saving import bench_saving  # noqa: E402
from bench.timing import compare, heading  # noqa: E402
from core.days import DayRange  # noqa: E402
from summaries.actions import fill, make_room  # noqa: E402
from summaries.counting import CELL, cells_sql  # noqa: E402
from summaries.figures import By, Window, figures  # noqa: E402
from summaries.measures import BY_SLUG, Slice  # noqa: E402
from summaries.models import SummaryRun  # noqa: E402
from summaries.proof import prove  # noqa: E402

SIZES = [100_000, 10_000_000]
DAY = date.fromisoformat(LAST_DAY) - timedelta(days=400)
CAMPAIGN = Window(
    DayRange.inclusive(DAY - timedelta(days=8), DAY + timedelta(days=7)),
    BoroughScope(everywhere=False, borough_ids=frozenset(range(1, 35))),
)


def run(sql: str) -> Callable[[], None]:
    """A statement with its answer fetched, under the settings that the nightly run has too."""

    def execute() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            make_room()
            cursor.execute(sql)
            if cursor.description:
                cursor.fetchall()

    return execute


def nightly_fill() -> None:
    with transaction.atomic():
        make_room()
        done = SummaryRun.objects.create()
        fill(done)
        done.state, done.finished_at = SummaryRun.State.PUBLISHED, done.counted_to
        done.save()


def empty() -> None:
    run("TRUNCATE summaries_dailytotal, summaries_summaryrun, summaries_restatement")()


def change_one_day() -> None:
    run(f"UPDATE cases_outcome SET offence_note = offence_note WHERE day = '{DAY}'")()


def recount_day_bare() -> None:
    cells = cells_sql(f"JOIN (SELECT '{DAY}'::date AS day) AS one USING (day)")
    with transaction.atomic():
        every = ", ".join(f"'{slice_}'" for slice_ in Slice)
        run(f"DELETE FROM summaries_dailytotal WHERE slice IN ({every}) AND day = '{DAY}'")()
        run(f"INSERT INTO summaries_dailytotal ({CELL}) SELECT {CELL} FROM ({cells}) AS cells")()


def mark_one_in_a_hundred() -> None:
    run(
        "INSERT INTO summaries_changedday (day, borough_id, cause)"
        " SELECT day, borough_id, 'amended' FROM"
        " (SELECT DISTINCT day, borough_id FROM summaries_dailytotal WHERE slice = '') AS places"
        " WHERE mod(abs(hashtext(day::text || borough_id)), 100) = 0"
    )()
    run("ANALYZE summaries_changedday")()


def bench_totals(rows: int) -> None:
    heading(f"{rows:,} outcomes: fill, proof and figures")
    cells = cells_sql()
    compare(
        "first fill / INSERT..SELECT into the index",
        nightly_fill,
        run(f"INSERT INTO summaries_dailytotal ({CELL}) SELECT {CELL} FROM ({cells}) AS cells"),
        before=empty,
        times=3,
        budget=0.5,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE summaries_dailytotal")
    facts = "FROM cases_outcome WHERE counted GROUP BY"
    compare(
        "proof / GROUP BY of all that is broken down",
        prove_with_room,
        run(
            "SELECT count(*) FROM (SELECT day, borough_id, kind, offence, team_id, detail, count(*)"
            f" {facts} 1, 2, 3, 4, 5, 6) AS cells"
        ),
        times=3,
        budget=1.3,
    )
    compare(
        "proof / GROUP BY of the headline alone",
        prove_with_room,
        run(f"SELECT day, borough_id, kind, count(*) {facts} 1, 2, 3"),
        times=3,
        budget=None,  # It forms no breakdown, and the proof checks them all.
    )
    compare(
        "fill after one day changed / bare recount",
        nightly_fill,
        recount_day_bare,
        before=change_one_day,
        times=7,
        budget=1.5,
    )
    connection.cursor().execute("VACUUM ANALYZE summaries_dailytotal")
    mark_one_in_a_hundred()
    stored = (
        "SELECT measure, borough_id, sum(count) FROM summaries_dailytotal WHERE slice = ''"
        " AND measure = 'arrests'"
        f" AND day >= '{CAMPAIGN.days.first}' AND day < '{CAMPAIGN.days.end}'"
        " AND borough_id = ANY(ARRAY[{}]) GROUP BY 1, 2"
    ).format(", ".join(str(n) for n in range(1, 35)))

    def stored_alone() -> None:
        with connection.cursor() as cursor:
            cursor.execute(stored)
            cursor.fetchall()

    compare(
        "arrests by borough, 1% marked / stored",
        lambda: figures(CAMPAIGN, By.BOROUGH, [BY_SLUG["arrests"]]),
        stored_alone,
        times=400,
        budget=1.5,
    )


def prove_with_room() -> None:
    with transaction.atomic():
        make_room()
        assert prove().equal


PARTS: dict[str, Callable[[int], None]] = {
    "totals": bench_totals,
    "lists": bench_lists,
    "logging": bench_saving,
    "dashboard": bench_dashboard,
    "imports": bench_imports,
    "retention": bench_retention,
    "memory": bench_memory,
}


def main() -> None:
    words = sys.argv[1:]
    parts = [bench for part, bench in PARTS.items() if part in words] or PARTS.values()
    for rows in [int(word) for word in words if word not in PARTS] or SIZES:
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            load(rows)
            for bench in parts:
                bench(rows)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


main()
