from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.imports.actions import purge_imports
from cases.actions.drafts import purge_drafts


class Command(BaseCommand):
    help = "Remove the drafts and imports that nobody came back to for 14 days."

    def handle(self, *args: Any, **options: Any) -> None:
        drafts, imports = purge_drafts(), purge_imports()
        call_command("clearsessions")
        self.stdout.write(
            f"{drafts} draft{'' if drafts == 1 else 's'}"
            f" and {imports} import{'' if imports == 1 else 's'} removed."
        )
