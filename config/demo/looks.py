"""What people read these days, as the log would have it: their own cases, lists, an export; a few
looks that an auditor should ask about; a sample of reads, partly reviewed. All invented.

The clock of the log is the database's, so all of it is of the moment of loading.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import User
from audit.actions import draw_sample, review_row
from audit.models import LogRow, Review
from cases.models import Case, Outcome
from config.demo.people import People
from core.days import ONE_DAY, london_day

CASES = 90
SAMPLE = 12
EXPORTS = (
    ("Weekly review of open bail dates", "Duty inspector, Lambeth"),
    ("Briefing for the borough's daily meeting", "supervisor.lambeth"),
    ("Quality check of entries without a suspect", "Crime management unit"),
)
BREAK_GLASS = "Caller says that the suspect is outside; the case is not in my borough"
VERDICTS = (
    (Review.Verdict.IN_ORDER, ""),
    (Review.Verdict.IN_ORDER, "The case was handed over that day"),
    (Review.Verdict.ASKED_ABOUT, "Asked the officer's sergeant for the task; answer awaited"),
    (Review.Verdict.REFERRED, "Passed to professional standards"),
)
Action = LogRow.Action
Flag = LogRow.Flag


class Reading:
    """Rows of the log as requests would leave them."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def row(self, by: User, action: LogRow.Action, of: Any = Case, **said: Any) -> LogRow:
        if isinstance(of, Case | Outcome):
            said["object_id"] = str(of.pk)
        return LogRow(
            actor=by.username,
            role=by.role,
            action=action,
            object_type=of._meta.label_lower,
            request_id=str(UUID(int=self.rng.getrandbits(128), version=4)),
            session=sha256(by.username.encode()).hexdigest(),
            address=f"10.20.{self.rng.randrange(32)}.{self.rng.randrange(1, 255)}",
            **said,
        )


def load_looks(rng: Random, people: People, now: datetime) -> None:
    read = Reading(rng)
    LogRow.objects.bulk_create([*_work(read), *_exports(read, people), *_odd(read, people)])
    auditor = people.sign_ins["auditor"]
    today = london_day(now)
    # The log's clock may be past a midnight that `now` is not.
    sample = draw_sample(by=auditor, size=SAMPLE, first_day=today, last_day=today + ONE_DAY)
    for sampled, (verdict, words) in zip(sample.rows.all(), VERDICTS, strict=False):
        review_row(by=auditor, sampled=sampled, verdict=verdict, words=words)


def _work(read: Reading) -> Iterator[LogRow]:
    """Officers find their cases, read them and an entry or two."""
    rows = Case.objects.filter(restricted=False, officer__isnull=False)
    latest = rows.select_related("officer").prefetch_related("outcomes").order_by("-pk")[:CASES]
    for case in latest:
        officer = case.officer
        assert officer is not None  # noqa: S101  (The filter says so.)
        terms = {"reference": case.reference}
        yield read.row(officer, Action.SEARCH, details=terms, results=1)
        for _ in range(read.rng.randint(1, 3)):
            yield read.row(officer, Action.CONSULTATION, case)
        for outcome in list(case.outcomes.all())[: read.rng.randint(0, 2)]:
            yield read.row(officer, Action.CONSULTATION, outcome)


def _exports(read: Reading, people: People) -> Iterator[LogRow]:
    supervisor = people.sign_ins["supervisor.lambeth"]
    for reason, recipient in EXPORTS:
        yield read.row(supervisor, Action.SEARCH, Outcome, details={"kind": "bail"}, results=50)
        yield read.row(
            supervisor,
            Action.DISCLOSURE,
            Outcome,
            reason=reason,
            recipient=recipient,
            details={"kind": "bail", "file": "csv"},
            results=read.rng.randint(20, 90),
        )


def _odd(read: Reading, people: People) -> Iterator[LogRow]:
    """What an auditor should ask about."""
    officer = people.sign_ins["officer.hillingdon"]
    own, other = Case.objects.filter(restricted=False).order_by("-pk")[:2]
    surname = officer.name.split()[-1].lower()
    yield read.row(
        officer, Action.SEARCH, details={"reference": surname}, results=0, flag=Flag.OWN_NAME
    )
    for _ in range(5):
        yield read.row(officer, Action.CONSULTATION, own)
    yield read.row(officer, Action.CONSULTATION, own, flag=Flag.REPEATED)
    yield read.row(
        officer,
        Action.BREAK_GLASS,
        other,
        reason_code="life",
        reason=BREAK_GLASS,
        flag=Flag.BREAK_GLASS,
    )
    yield LogRow(
        actor=officer.username,
        role=officer.role,
        action=Action.REFUSED,
        object_type="cases:case",
        object_id=str(other.pk),
        details={"status": 404, "method": "GET"},
    )
