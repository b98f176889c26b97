"""The life of an order or notice, beside the outcome that counts it."""

from datetime import date

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from campaigns.models import Borough
from cases.choices import NOTICES, ORDER_LED_BY, LedBy, OrderKind, OrderStatus
from cases.models.case import Case, Suspect, of_live_case
from cases.models.outcome import Outcome
from cases.querysets import BegunQuerySet, CaseLinkedQuerySet
from core.days import DatabaseNow, london_day
from core.models import never_deleted, one_of


class OrderBreachQuerySet(CaseLinkedQuerySet["OrderBreach"]):
    paths = (("order__case__", "order__case__borough"),)


@pghistory.track()
class ProtectiveOrder(models.Model):
    """An order or notice against a suspect, from the application to its end.

    `outcome` is the event that counts, once it was granted or given: an application counts in no
    total. Duties of the respondent start when it is served. `expires_on` is the first day on which
    it no longer binds; without one it stands until further order.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="orders")
    suspect = models.ForeignKey(
        Suspect, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    kind = models.CharField(max_length=12, choices=OrderKind.choices)
    other_kind = models.CharField("which other order", max_length=80, blank=True)
    status = models.CharField(max_length=15, choices=OrderStatus.choices)
    applied_on = models.DateField("applied for on", null=True, blank=True)
    given_at = models.DateTimeField("given to the respondent", null=True, blank=True)
    hearing_at = models.DateTimeField("hearing", null=True, blank=True)
    granted_on = models.DateField("granted on", null=True, blank=True)
    served_at = models.DateTimeField("served", null=True, blank=True)
    expires_on = models.DateField("ends on", null=True, blank=True)
    power_of_arrest = models.BooleanField("power of arrest attached", default=False)
    court_reference = models.CharField(max_length=40, blank=True)
    outcome = models.OneToOneField(
        Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="protective_order"
    )
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = BegunQuerySet["ProtectiveOrder"].as_manager()

    class Meta:
        ordering = ["-pk"]
        triggers = [*never_deleted(), of_live_case()]
        indexes = [
            models.Index(
                fields=["expires_on"],
                name="cases_order_expires",
                condition=Q(expires_on__isnull=False),
            )
        ]
        constraints = [
            one_of("cases_protectiveorder_kind_is_known", kind=OrderKind.values),
            one_of("cases_protectiveorder_status_is_known", status=OrderStatus.values),
            models.CheckConstraint(
                name="cases_protectiveorder_other_is_named",
                condition=~Q(kind=OrderKind.OTHER) | Q(other_kind__regex=r"\S"),
                violation_error_message="Say which other order it is.",
            ),
            models.CheckConstraint(
                name="cases_protectiveorder_notice_is_given",
                condition=~Q(status=OrderStatus.NOTICE_ISSUED) | Q(given_at__isnull=False),
                violation_error_message="Say when the notice was given: its clock starts then.",
            ),
            models.CheckConstraint(
                name="cases_protectiveorder_served_has_its_time",
                condition=~Q(status=OrderStatus.SERVED) | Q(served_at__isnull=False),
                violation_error_message="Say when it was served: its duties start then.",
            ),
            models.CheckConstraint(
                name="cases_protectiveorder_ends_after_it_starts",
                condition=Q(expires_on=None)
                | Q(granted_on=None)
                | Q(expires_on__gt=F("granted_on")),
                violation_error_message="It must end after it was granted.",
            ),
        ]

    def __str__(self) -> str:
        return self.other_kind or self.get_kind_display()

    def clean(self) -> None:
        wrong = {}
        if self.suspect is not None and self.suspect.case_id != self.case_id:
            wrong["suspect"] = "Choose a suspect of this case."
        if self.applied_on and self.granted_on and self.granted_on < self.applied_on:
            wrong["granted_on"] = "It cannot be granted before it was applied for."
        if self.granted_on and self.served_at and london_day(self.served_at) < self.granted_on:
            wrong["served_at"] = "It cannot be served before it was granted."
        if self.given_at and self.hearing_at and self.hearing_at < self.given_at:
            wrong["hearing_at"] = "The hearing must be after the notice was given."
        if wrong:
            raise ValidationError(wrong)

    @property
    def is_notice(self) -> bool:
        return self.kind in NOTICES

    @property
    def led_by(self) -> LedBy:
        return ORDER_LED_BY[self.kind]


@pghistory.track()
class OrderBreach(models.Model):
    """A breach of an order or notice. Whether it is an offence depends on the kind."""

    order = models.ForeignKey(ProtectiveOrder, on_delete=models.PROTECT, related_name="breaches")
    happened_at = models.DateTimeField()
    arrested = models.BooleanField("arrested for it", default=False)
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+"
    )

    objects = OrderBreachQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at"]
        verbose_name_plural = "order breaches"
        triggers = never_deleted()
        constraints = [
            models.CheckConstraint(
                name="cases_orderbreach_happened_before_recorded",
                condition=Q(happened_at__lte=F("recorded_at")),
                violation_error_message="When it was breached must be today or in the past.",
            )
        ]

    def __str__(self) -> str:
        return f"Breach of {self.order}"


@pghistory.track()
class OrderAvailability(models.Model):
    """Where and when a kind of order can be had: data, since pilots start, move and end.

    Without a borough it stands for all of London.
    """

    kind = models.CharField(max_length=12, choices=OrderKind.choices)
    borough = models.ForeignKey(
        Borough, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_day = models.DateField()
    end_day = models.DateField(
        "day after the last", null=True, blank=True, help_text="Empty while it goes on."
    )

    class Meta:
        ordering = ["kind", "first_day"]
        verbose_name_plural = "availability of orders"
        constraints = [
            models.CheckConstraint(
                name="cases_orderavailability_ends_after_start",
                condition=Q(end_day=None) | Q(end_day__gt=F("first_day")),
                violation_error_message="It must end after it starts.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.first_day}"

    def covers(self, borough: Borough, day: date) -> bool:
        here = self.borough_id in {None, borough.pk}
        return here and self.first_day <= day and (self.end_day is None or day < self.end_day)
