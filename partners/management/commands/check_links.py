from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from partners.actions.websites import record_check, to_check


class Command(BaseCommand):
    help = "Ask for the websites of partners that nobody asked for in the past six days."

    def handle(self, *args: Any, **options: Any) -> None:
        asked = to_check(timezone.now())
        for pk in asked:
            record_check(pk, timezone.now())
        self.stdout.write(f"{len(asked)} website{'' if len(asked) == 1 else 's'} asked for.")
