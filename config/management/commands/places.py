from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from campaigns.models import BasicCommandUnit, Borough, Team
from cases.models import OrderAvailability
from config.demo.places import load_places

PLACES = (Borough, BasicCommandUnit, Team, OrderAvailability)


class Command(BaseCommand):
    help = "Enter London's boroughs, commands, teams and pilots of orders, for a force that starts."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing, and only where there are none yet."""
        if any(model._default_manager.exists() for model in PLACES):
            raise CommandError(
                "There are boroughs, commands, teams or pilots already; add to them in the admin."
            )
        load_places()
        for model in PLACES:
            label = model._meta.verbose_name_plural
            self.stdout.write(f"{model._default_manager.count():>4} {label}")
