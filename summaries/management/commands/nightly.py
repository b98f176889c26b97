import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from summaries.actions import AlreadyRunning, run_nightly
from summaries.models import SummaryRun
from summaries.proof import Difference


class Command(BaseCommand):
    help = "Count the changed days, prove every total and publish what agrees. Exit 1 if it fails."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the run as JSON")
        parser.add_argument(
            "--recount", action="store_true", help="count every day anew, not only changed ones"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = run_nightly(recount=options["recount"])
        except AlreadyRunning as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(_facts(run)) if options["json"] else _sentence(run))
        if run.state != SummaryRun.State.PUBLISHED:
            raise CommandError(
                f"{run.cells_differing} cells differ, so nothing was published: "
                + "; ".join(Difference(**found).words for found in run.differences[:10])
            )


def _facts(run: SummaryRun) -> dict[str, Any]:
    return {
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
        "counted_to": run.counted_to and run.counted_to.isoformat(),
        "days_filled": run.days_filled,
        "cells_written": run.cells_written,
        "cells_proved": run.cells_proved,
        "cells_differing": run.cells_differing,
        "restatements": run.restatements.count(),
    }


def _sentence(run: SummaryRun) -> str:
    return (
        f"{run.get_state_display()}: {run.days_filled} changed days in boroughs, "
        f"{run.cells_written} cells written, {run.cells_proved} cells proved, "
        f"{run.restatements.count()} restated."
    )
