import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.check_seals import Result, exported
from audit.verify import verify


class Command(BaseCommand):
    help = (
        "Check the log against its seals. Exit 1 with the first row or seal that was touched,"
        " 2 if the exported seals cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--against", type=Path, help="seals that seal_log --export printed before"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        result = verify(_kept(options["against"]) if options["against"] else {})
        if options["json"]:
            self.stdout.write(json.dumps({"agrees": not result.fault, **asdict(result)}, indent=1))
        elif not result.fault:
            self.stdout.write(str(result))
        if result.fault:
            raise CommandError(str(result))
        if _late(result):
            since = f"since {result.last_sealed_at}" if result.last_sealed_at else "yet"
            self.stderr.write(f"Nothing was sealed {since}: is the worker running?")


def _late(result: Result) -> bool:
    """Whether rows wait for a seal longer than twice the gap between two."""
    gap = timedelta(minutes=2 * settings.SEAL_EVERY_MINUTES)
    last = result.last_sealed_at
    return bool(result.unsealed) and (
        not last or timezone.now() - datetime.fromisoformat(last) > gap
    )


def _kept(path: Path) -> dict[int, str]:
    """The digests of exported seals, by number."""
    try:
        return exported(path)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{path} does not hold exported seals: {error}", returncode=2) from None
