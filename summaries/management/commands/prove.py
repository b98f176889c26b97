import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from summaries.proof import prove


class Command(BaseCommand):
    help = "Recount everything by another route and compare. Exit 0 when equal, 1 when not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the proof as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        proof = prove()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(proof)))
        else:
            self.stdout.write(f"{proof.cells} cells compared, {proof.differing} differ.")
            for d in proof.differences:
                self.stdout.write(d.words)
        if not proof.equal:
            sys.exit(1)
