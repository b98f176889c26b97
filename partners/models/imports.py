"""Which event came from which row of a spreadsheet."""

from django.db import models

from accounts.models import ImportedRow
from partners.models.event import EngagementEvent
from partners.querysets import ImportedEventQuerySet


class ImportedEvent(ImportedRow):
    """Which row of which import an event came from."""

    event = models.OneToOneField(
        EngagementEvent, on_delete=models.PROTECT, related_name="imported_row"
    )

    objects = ImportedEventQuerySet.as_manager()
