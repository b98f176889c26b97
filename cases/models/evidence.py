"""Devices sent to be examined."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.choices import DeviceKind, EvidenceResult
from cases.models.case import Case, of_live_case
from cases.querysets import CaseLinkedQuerySet
from core.days import DatabaseNow
from core.models import never_deleted, one_of
from core.templatetags.page import long_day


@pghistory.track()
class EvidenceSubmission(models.Model):
    """A device sent to a digital forensics hub, until it comes back with a result."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    device = models.CharField(max_length=12, choices=DeviceKind.choices)
    exhibit = models.CharField("exhibit reference", max_length=40, blank=True)
    hub = models.CharField(max_length=80)
    sent_on = models.DateField("sent on")
    returned_on = models.DateField("returned on", null=True, blank=True)
    result = models.CharField(max_length=16, choices=EvidenceResult.choices, blank=True)
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = CaseLinkedQuerySet["EvidenceSubmission"].as_manager()

    class Meta:
        ordering = ["-sent_on", "-pk"]
        triggers = [*never_deleted(), of_live_case()]
        indexes = [
            models.Index(
                fields=["sent_on"], name="cases_evidence_outstanding", condition=Q(returned_on=None)
            )
        ]
        constraints = [
            one_of("cases_evidencesubmission_device_is_known", device=DeviceKind.values),
            models.CheckConstraint(
                name="cases_evidencesubmission_returned_after_sent",
                condition=Q(returned_on=None) | Q(returned_on__gte=F("sent_on")),
                violation_error_message="It cannot come back before it was sent.",
            ),
            models.CheckConstraint(
                name="cases_evidencesubmission_result_when_returned",
                condition=Q(result="", returned_on=None)
                | (~Q(result="") & Q(returned_on__isnull=False)),
                violation_error_message="Say when it came back and with what result.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_device_display()}, sent {long_day(self.sent_on)}"
