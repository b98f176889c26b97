from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo.people import DEMO_SECRET, demo_code, demo_people


class Command(BaseCommand):
    help = "Print the one-time code that each demo sign-in takes now."

    def handle(self, *args: Any, **options: Any) -> None:
        if not demo_people().exists():
            raise CommandError("There is no demo here, or nobody signs in to it.")
        code, seconds = demo_code()
        self.stdout.write(f"{code}  (good for another {seconds} seconds, once for each sign-in)")
        self.stdout.write(f"For an authenticator app, the key is {DEMO_SECRET}")
