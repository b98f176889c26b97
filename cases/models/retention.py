"""Review, retention and disposal: how long a clear period is, and lists of cases to be reduced."""

import uuid
from typing import Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import User
from accounts.permissions import Permission
from cases.choices import ReviewGroup
from cases.models.case import Case
from cases.querysets import CaseLinkedQuerySet
from core.days import DatabaseNow
from core.models import never_deleted, one_of
from core.querysets import ScopedQuerySet, Viewer


class ReductionQuerySet(ScopedQuerySet["Reduction"]):
    """Those of which the person may see every case: a list would tell of the one that they may not.

    What was reduced behind a restriction is out of sight for good, and so is its list.
    """

    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.REVIEW_RETENTION)):
            return self.none()
        listed = ReductionCase.objects.filter(reduction=OuterRef("pk"))
        hidden = listed.exclude(case__in=Case.objects.visible_to(user))
        return self.filter(~Exists(hidden))


@pghistory.track()
class ReviewPeriod(models.Model):
    """How long a case of a group stays without new contact before somebody reviews it.

    A group without a period is never due.
    """

    group = models.PositiveSmallIntegerField(
        "review group", choices=ReviewGroup.choices, unique=True
    )
    years = models.PositiveSmallIntegerField("clear period in years")

    class Meta:
        ordering = ["group"]
        constraints = [
            one_of("cases_reviewperiod_group_is_known", group=ReviewGroup.values),
            models.CheckConstraint(
                name="cases_reviewperiod_is_a_period",
                condition=Q(years__gte=1, years__lte=100),
                violation_error_message="A clear period has from 1 to 100 years.",
            ),
        ]
        triggers = [
            # The cases' own trigger dates them anew.
            pgtrigger.Trigger(
                name="dates_cases",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    UPDATE cases_case SET review_group = review_group
                        WHERE review_group = NEW."group" AND reduced_at IS NULL;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.get_group_display()


class Reduction(models.Model):
    """A list of cases that one person proposes to reduce and another approves or refuses.

    The list is made whole with the proposal, and frozen from then on.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waits for a second person"
        REFUSED = "refused", "Refused"
        APPROVED = "approved", "Being reduced"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    worked_at = models.DateTimeField(null=True, blank=True)
    """When the worker last did something about it."""
    seeking_in = models.CharField(max_length=40, blank=True, editable=False)
    """Where it looks for what names the cases, once all of them are done."""
    rows_sought = models.PositiveIntegerField(default=0, editable=False)
    """How far it has come there."""
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ReductionQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at"]
        triggers = never_deleted()
        constraints = [
            one_of(
                "cases_reduction_state_is_known", state=["proposed", "refused", "approved", "done"]
            ),
            models.CheckConstraint(
                name="cases_reduction_decided_says_who_and_when",
                condition=Q(state="proposed", decided_at=None, decided_by=None)
                | (~Q(state="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="cases_reduction_two_people",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                violation_error_message="Somebody else must decide on what you proposed.",
            ),
            models.CheckConstraint(
                name="cases_reduction_done_says_when",
                condition=Q(state="done", finished_at__isnull=False)
                | (~Q(state="done") & Q(finished_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()


class ReductionCase(models.Model):
    """A case of a list, and what became of it.

    `traces` are the references and numbers by which other rows speak of the case: kept from its
    reduction until those are searched for them, and empty before and after.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waits"
        REDUCED = "reduced", "Reduced"
        REFUSED = "refused", "Refused"
        HELD = "held", "Left out: held meanwhile"
        CONTACT = "contact", "Left out: not due any more"

    reduction = models.ForeignKey(Reduction, on_delete=models.PROTECT, related_name="listed")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reductions")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    traces = ArrayField(models.CharField(max_length=80), default=list, blank=True, editable=False)

    objects = CaseLinkedQuerySet["ReductionCase"].as_manager()

    class Meta:
        ordering = ["pk"]
        triggers = [
            *never_deleted(),
            pgtrigger.Trigger(
                name="frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("proposed", "TIMESTAMPTZ")],
                func="""
                    SELECT proposed_at INTO proposed
                        FROM cases_reduction WHERE id = NEW.reduction_id;
                    IF proposed < transaction_timestamp() THEN
                        RAISE EXCEPTION 'A list is made whole with its proposal'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'cases_reductioncase_list_is_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reduction", "case"], name="cases_reductioncase_once_a_list"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state="waiting"),
                name="cases_reductioncase_on_one_list_at_a_time",
                violation_error_message="The case is on another list already.",
            ),
            one_of(
                "cases_reductioncase_state_is_known",
                state=["waiting", "reduced", "refused", "held", "contact"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_state_display().lower()}"
