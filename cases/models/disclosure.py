"""Applications under the Domestic Violence Disclosure Scheme, known as Clare's Law."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.choices import Applicant, DisclosureDecision, DisclosureRoute, DisclosureStage, Recipient
from cases.models.case import Case, of_live_case
from cases.models.outcome import Outcome
from cases.querysets import BegunQuerySet
from core.days import DatabaseNow
from core.models import never_deleted, one_of


@pghistory.track()
class DisclosureApplication(models.Model):
    """An application to be told of a partner's past, from receipt to its end.

    The application, the decision to disclose and the disclosure are three facts, each with its own
    day. Applicant, person at risk and recipient may be three people; none is named here.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disclosure_applications")
    route = models.CharField(max_length=20, choices=DisclosureRoute.choices)
    applicant = models.CharField("who asked", max_length=15, choices=Applicant.choices)
    reference = models.CharField("application reference", max_length=40, blank=True)
    received_on = models.DateField("received on")
    stage = models.CharField(
        max_length=20, choices=DisclosureStage.choices, default=DisclosureStage.RECEIVED
    )
    decision = models.CharField(max_length=16, choices=DisclosureDecision.choices, blank=True)
    decided_on = models.DateField("decided on", null=True, blank=True)
    disclosed_on = models.DateField("disclosed on", null=True, blank=True)
    recipient = models.CharField(
        "who was told", max_length=20, choices=Recipient.choices, blank=True
    )
    closed_on = models.DateField("ended on", null=True, blank=True)
    outcome = models.OneToOneField(
        Outcome,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="disclosure_application",
    )
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = BegunQuerySet["DisclosureApplication"].as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = [*never_deleted(), of_live_case()]
        indexes = [
            models.Index(
                fields=["received_on"], name="cases_disclosure_running", condition=Q(closed_on=None)
            )
        ]
        constraints = [
            one_of("cases_disclosureapplication_stage_is_known", stage=DisclosureStage.values),
            models.CheckConstraint(
                name="cases_disclosureapplication_decision_has_its_day",
                condition=Q(decision="", decided_on=None)
                | (~Q(decision="") & Q(decided_on__isnull=False)),
                violation_error_message="Say what was decided and on which day: both, or neither.",
            ),
            models.CheckConstraint(
                name="cases_disclosureapplication_disclosure_has_its_facts",
                condition=Q(disclosed_on=None, recipient="")
                | (
                    Q(disclosed_on__isnull=False, decided_on__isnull=False)
                    & Q(decision=DisclosureDecision.DISCLOSE, disclosed_on__gte=F("decided_on"))
                    & ~Q(recipient="")
                ),
                violation_error_message=(
                    "A disclosure follows a decision to disclose, and says who was told and when."
                ),
            ),
            models.CheckConstraint(
                name="cases_disclosureapplication_days_in_order",
                condition=(Q(decided_on=None) | Q(decided_on__gte=F("received_on")))
                & (Q(closed_on=None) | Q(closed_on__gte=F("received_on"))),
                violation_error_message="It cannot be decided or end before it was received.",
            ),
        ]

    def __str__(self) -> str:
        return f"Clare's Law application, {self.get_route_display()}"
