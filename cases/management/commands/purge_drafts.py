from typing import Any

from django.core.management.base import BaseCommand

from cases.actions import purge_drafts


class Command(BaseCommand):
    help = "Remove the drafts that nobody came back to for 14 days."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = purge_drafts()
        self.stdout.write(f"{removed} draft{'' if removed == 1 else 's'} removed.")
