"""When a case is due for review: the clear period after the latest contact, or what was decided.

A case's stored `review_date` is never later than the true day, since contact only puts that off;
so it finds the cases that may be due, and what is told here decides.
"""

from datetime import date
from typing import Any

from django.db.models import DateField, F, Func, Max, Model, OuterRef, Subquery
from django.db.models.functions import Greatest

from cases.models import (
    Case,
    CaseFlag,
    CaseNote,
    DisclosureApplication,
    EvidenceSubmission,
    MaracReferral,
    OrderBreach,
    Outcome,
    ProtectiveOrder,
    ReviewPeriod,
    RiskAssessment,
    SentBack,
)
from cases.querysets import CaseQuerySet
from core.days import LondonDay

CONTACTS: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (
    (Outcome, "case", ("bail_until",)),
    (SentBack, "outcome__case", ()),
    (CaseNote, "case", ()),
    (RiskAssessment, "case", ()),
    (MaracReferral, "case", ("heard_on",)),
    (CaseFlag, "case", ("review_on",)),
    (ProtectiveOrder, "case", ("expires_on",)),
    (OrderBreach, "order__case", ()),
    (DisclosureApplication, "case", ("closed_on",)),
    (EvidenceSubmission, "case", ("returned_on",)),
)
"""What is recorded of a case, how it leads there, and days on which it goes on beyond its entry."""


def _latest(model: type[Model], case: str, days: tuple[str, ...]) -> Subquery:
    recorded = LondonDay("sent_at" if model is SentBack else "recorded_at")
    latest = Greatest(recorded, *days) if days else recorded
    rows = model._default_manager.filter(**{case: OuterRef("pk")}).order_by().values(case)
    return Subquery(rows.annotate(latest=Max(latest)).values("latest"), output_field=DateField())


def with_due_day(cases: CaseQuerySet) -> CaseQuerySet:
    """The cases with `last_contact` and `due_on`, the latter empty without a period."""
    period = ReviewPeriod.objects.filter(group=OuterRef("review_group")).values("years")
    return cases.annotate(
        last_contact=Greatest(LondonDay("opened_at"), *(_latest(*of) for of in CONTACTS)),
    ).annotate(
        due_on=Greatest(
            "retained_until",
            Func(
                F("last_contact"),
                Subquery(period),
                template="(%(expressions)s))::date",
                arg_joiner=" + make_interval(years => ",
                output_field=DateField(),
            ),
        )
    )


def due_by(cases: CaseQuerySet, day: date) -> CaseQuerySet:
    """Those clear for their period; an opening by break-glass has its review first."""
    clear = with_due_day(cases).filter(**_day("due_on__lte", day))
    return clear.exclude(break_glass__verdict="")


def due(cases: CaseQuerySet, today: date) -> CaseQuerySet:
    """The cases to be reviewed: clear for their period, not held, on no list, not reduced yet."""
    return due_by(_seeming(cases, today).exclude(reductions__state="waiting"), today)


def due_day(case: Case) -> date | None:
    """When a case is due; never without a period."""
    day: date | None = with_due_day(Case.objects.filter(pk=case.pk)).get().due_on  # type: ignore[attr-defined]
    return day


def put_off(cases: CaseQuerySet, today: date) -> int:
    """Stores the true day of the cases that only seemed due; says how many."""
    later = with_due_day(_seeming(cases, today)).filter(**_day("due_on__gt", today))
    return later.update(review_date=F("due_on"))


def _seeming(cases: CaseQuerySet, today: date) -> CaseQuerySet:
    return cases.filter(review_date__lte=today, held_at=None, reduced_at=None)


def _day(lookup: str, day: date) -> dict[str, Any]:
    """A condition on a column that only `with_due_day` gives."""
    return {lookup: day}
