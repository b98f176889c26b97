"""Which outcome came from which row of a spreadsheet."""

from django.db import models

from accounts.models import ImportedRow
from cases.models.outcome import Outcome
from cases.querysets import OutcomeLinkedQuerySet


class ImportedOutcome(ImportedRow):
    """Which row of which import an outcome came from."""

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="imported_row")

    objects = OutcomeLinkedQuerySet["ImportedOutcome"].as_manager()
