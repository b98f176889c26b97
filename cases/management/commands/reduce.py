from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cases.actions import reduce
from cases.actions.cuts import would_go
from cases.actions.retention import approved
from cases.models import Case, Reduction, ReductionCase
from cases.retention import due
from core.days import london_day


class Command(BaseCommand):
    help = "Reduce the cases of the lists that two people agreed on."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would go, and cut nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for state in (Reduction.State.APPROVED, Reduction.State.PROPOSED):
                listed = ReductionCase.objects.filter(state="waiting", reduction__state=state)
                self._say(str(state.label), Case.objects.filter(pk__in=listed.values("case")))
            self._say("Due and on no list", due(Case.objects.all(), london_day(timezone.now())))
            return
        for pk in approved():
            done = reduce.work_on(pk)
            self.stdout.write(f"List {pk}: {'done' if done else 'a worker is at it'}.")

    def _say(self, which: str, cases: Any) -> None:
        self.stdout.write(f"{which}: {cases.count():,} cases")
        for label, number, what in would_go(cases):
            self.stdout.write(f"{number:>12,} {label} {what}")
