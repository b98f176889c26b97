import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from campaigns.models import Borough, Campaign
from cases.models import Case, Outcome
from config.demo.story import CAMPAIGN, load
from partners.models import EngagementEvent, TrainingSession
from summaries.actions import AlreadyRunning
from summaries.models import BoroughReturn, Restatement, SummaryRun

COUNTED = (
    *(Borough, User, Campaign, Case, Outcome, EngagementEvent, TrainingSession),
    *(Restatement, BoroughReturn),
)


class Command(BaseCommand):
    help = "Load the demo: the published campaign, the year before and one that runs today."

    def handle(self, *args: Any, **options: Any) -> None:
        """All or nothing, and once: a second call changes nothing."""
        if Campaign.objects.filter(slug=CAMPAIGN).exists():
            self.stdout.write("The demo is there already; nothing was changed.")
            return
        if Borough.objects.exists() or User.objects.exists():
            raise CommandError("The demo needs an empty database, and this one is in use.")
        started = time.monotonic()
        try:
            with transaction.atomic():
                run = load(timezone.now())
                if run.state != SummaryRun.State.PUBLISHED:
                    raise CommandError(f"{run.cells_differing} totals differ; nothing was loaded.")
        except AlreadyRunning as error:
            raise CommandError(str(error)) from None
        for model in COUNTED:
            label = model._meta.verbose_name_plural
            self.stdout.write(f"{model._default_manager.count():>8,} {label}")
        if settings.MAILS_KEPT:
            call_command("digest", stdout=self.stdout)
        self.stdout.write(f"The demo was loaded in {time.monotonic() - started:.1f} seconds.")
