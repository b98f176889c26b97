import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.seals import export, export_rows, seal
from core.snapshots import one_snapshot


class Command(BaseCommand):
    help = (
        "Seal the log as it stands. With --export, print every seal instead, to keep elsewhere;"
        " with --rows too, write what they cover, for audit/check_seals.py."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--export", action="store_true", help="print the seals, one a line, and add none"
        )
        parser.add_argument(
            "--rows",
            type=Path,
            help="with --export: write the log itself to this new file, as sensitive as the log",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rows"] and not options["export"]:
            raise CommandError("--rows goes with --export")
        if options["export"]:
            self._export(options["rows"])
            return
        made = seal()
        rows = sum(made.parts.values_list("rows", flat=True))
        self.stdout.write(f"Seal {made.pk} covers {rows} rows: {made.digest}")

    def _export(self, rows: Path | None) -> None:
        """Both at one moment, so that they agree."""
        with one_snapshot():
            for made in export():
                self.stdout.write(json.dumps(made))
            if rows:
                self._write(rows)

    def _write(self, path: Path) -> None:
        """Readable by its owner alone, and never over another file."""
        try:
            path.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise CommandError(f"{path} cannot be made: {error}") from None
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in export_rows())
