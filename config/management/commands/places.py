from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from campaigns.models import BasicCommandUnit, Borough, Team
from config.demo.places import load_places

PLACES = (Borough, BasicCommandUnit, Team)


class Command(BaseCommand):
    help = "Enter the boroughs of London, their commands and the teams, for a force that starts."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing, and only where there are none yet."""
        if any(model._default_manager.exists() for model in PLACES):
            raise CommandError(
                "There are boroughs, commands or teams already; add to them in the admin."
            )
        load_places()
        for model in PLACES:
            label = model._meta.verbose_name_plural
            self.stdout.write(f"{model._default_manager.count():>4} {label}")
