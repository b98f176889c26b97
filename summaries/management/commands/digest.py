from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from summaries.digest import figures_for, send_figures, supervisors_to_send


class Command(BaseCommand):
    help = "Send the morning's figures to each supervisor who was not sent them today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="print each email in place of sending it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        people = list(supervisors_to_send(now))
        if options["dry_run"]:
            for person in people:
                message = figures_for(person, now).message
                self.stdout.write(f"To: {message.to[0]}\nSubject: {message.subject}\n")
                self.stdout.write(str(message.body))
            return
        try:
            sent = sum(send_figures(person.pk, now) for person in people)
        except OSError as error:
            raise CommandError(f"The mail server does not take it: {error}. Try again.") from None
        self.stdout.write(f"{sent} email{'' if sent == 1 else 's'} sent")
