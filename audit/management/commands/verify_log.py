import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.models import Seal
from audit.seals import verify


class Command(BaseCommand):
    help = "Check the log against its seals. Exit 1 with the first row that was touched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--against", type=Path, help="seals that seal_log --export printed before"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = _kept(options["against"]) if options["against"] else {}
        fault = verify(kept)
        if fault is not None:
            raise CommandError(f"Seal {fault.seal}: {fault.words}.")
        self.stdout.write(f"The log agrees with its {Seal.objects.count()} seals.")


def _kept(path: Path) -> dict[int, str]:
    """The digests of exported seals, by number."""
    try:
        return {made["number"]: made["digest"] for made in json.loads(path.read_text())}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} does not hold exported seals: {error}") from None
