import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from audit.seals import export, seal


class Command(BaseCommand):
    help = "Seal the log as it stands. With --export, print every seal as JSON, to keep elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--export", action="store_true", help="print the seals, and add none")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["export"]:
            self.stdout.write(json.dumps(export(), indent=1))
            return
        made = seal()
        rows = sum(part.rows for part in made.parts.all())
        self.stdout.write(f"Seal {made.pk} covers {rows} rows: {made.digest}")
