"""Old cases of Lambeth: some due for review, one on hold, a list that waits, and one reduced."""

from cases.actions.reduce import work_on
from cases.actions.retention import decide, hold, propose
from cases.choices import ReviewGroup
from cases.models import Case, Outcome, ReviewPeriod
from config.demo.people import People
from core.days import DayRange

DUE = 8
YEARS = 3
"""Of the demo's group 3, so that cases of 2020 are due whenever it is loaded."""


def review(people: People, days: DayRange) -> None:
    """Of cases that count in days that are long over, whose figures hold all the same."""
    ReviewPeriod.objects.update_or_create(group=ReviewGroup.OTHER, defaults={"years": YEARS})
    counted = Outcome.objects.counted().between(days).filter(borough__slug="lambeth")
    oldest = Case.objects.filter(pk__in=counted.values("case"))
    held, reduced, listed, *due = oldest.order_by("opened_at", "pk")[:DUE]
    cases = Case.objects.filter(pk__in=[case.pk for case in (held, reduced, listed, *due)])
    cases.update(review_group=ReviewGroup.OTHER)
    supervisor = people.sign_ins["supervisor.lambeth"]
    hold(by=supervisor, case=held, reason="A civil claim about this case is before the court.")
    agreed = propose(by=supervisor, cases=Case.objects.filter(pk=reduced.pk))
    decide(by=people.sign_ins["administrator"], reduction=agreed, approved=True)
    work_on(agreed.pk)
    propose(by=supervisor, cases=Case.objects.filter(pk=listed.pk))
