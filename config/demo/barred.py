"""What stands between people and cases in the demo: one case restricted, one that bars an officer
who signs in, one conflict declared, and one case opened by break-glass that waits for its review.
"""

from datetime import datetime, timedelta

from campaigns.models import Borough
from cases.actions.barred import declare_conflict, exclude, restrict_case
from cases.choices import BreakGlassReason
from cases.models import BreakGlass, Case
from config.demo.people import People

OPENED_BEFORE = timedelta(hours=20)
CLOSED_AFTER = timedelta(minutes=25)
LASTS = timedelta(hours=1)


def close_and_open(lambeth: Borough, people: People, now: datetime) -> None:
    """Cases of Lambeth that are in the hands of officers who do not sign in."""
    signs_in = people.sign_ins
    plain = Case.objects.filter(
        borough=lambeth,
        officer__in=people.colleagues[lambeth],
        opened_at__lt=now - OPENED_BEFORE,
        outcomes__flags=None,
        outcomes__later_flags=None,
    )
    restricted, excluding, conflicting, opened = plain.distinct().order_by("-opened_at", "-pk")[:4]
    restrict_case(
        by=signs_in["supervisor.lambeth"],
        case=restricted,
        reason="The suspect works for the force. Professional standards asked for it.",
    )
    exclude(
        by=signs_in["supervisor.force"],
        case=excluding,
        user=signs_in["officer.lambeth"],
        reason="Lives next door to the suspect.",
    )
    if conflicting.officer:
        declare_conflict(
            by=conflicting.officer, case=conflicting, reason="We were at school together."
        )
    BreakGlass.objects.create(
        case=opened,
        user=signs_in["officer.hillingdon"],
        reason_code=BreakGlassReason.ARREST,
        reason="The suspect was found in Hayes, and nobody of Lambeth could be reached.",
        opened_at=now - OPENED_BEFORE,
        ends_at=now - OPENED_BEFORE + LASTS,
        ended_at=now - OPENED_BEFORE + CLOSED_AFTER,
    )
