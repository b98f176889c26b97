"""Which outcome came from which row of a spreadsheet."""

from django.db import models

from accounts.models import ImportedRow
from cases.models.outcome import Outcome
from cases.querysets import CaseLinkedQuerySet


class ImportedOutcomeQuerySet(CaseLinkedQuerySet["ImportedOutcome"]):
    paths = (("outcome__case__", "outcome__borough"),)


class ImportedOutcome(ImportedRow):
    """Which row of which import an outcome came from."""

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="imported_row")

    objects = ImportedOutcomeQuerySet.as_manager()
