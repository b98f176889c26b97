"""Returns of the boroughs: signed after the campaign, and again where something was put right."""

from collections.abc import Collection
from datetime import datetime, timedelta

from accounts.permissions import EVERYWHERE
from campaigns.models import Campaign
from config.demo.people import People
from core.days import LONDON, DayRange
from summaries.models import BoroughReturn
from summaries.returns import asked_boroughs, frozen, standings

SIGNED_AT = datetime(2021, 12, 17, 9, tzinfo=LONDON)
"""Of the published campaign, once its late entries were in."""
DIFFERS = ("lambeth",)
"""Has not signed again what was put right since."""
WAITING = ("lambeth", "southwark", "hillingdon", "newham")
"""Have not signed yesterday yet."""


def sign_returns(
    campaign: Campaign,
    days: DayRange,
    people: People,
    now: datetime,
    *,
    at: datetime | None = None,
    but: Collection[str] = (),
) -> None:
    """Signs whatever waits, one borough after the other, but for some; unless `at`, just now."""
    boroughs = asked_boroughs(campaign, EVERYWHERE)
    found = standings(campaign, days, boroughs, BoroughReturn.objects.all())
    waiting = [one for one in found if one.waits and one.borough.slug not in but]
    by = dict.fromkeys(("lambeth", "southwark"), people.sign_ins["supervisor.lambeth"])
    for number, standing in enumerate(waiting):
        figures = frozen({line.measure.slug: line.now for line in standing.lines})
        moment = min((at or now) + number * timedelta(seconds=90), now)
        BoroughReturn.objects.create(
            campaign=campaign,
            borough=standing.borough,
            first_day=days.first,
            last_day=days.last,
            number=standing.number + 1,
            figures=figures,
            nil=not any(figure["count"] for figure in figures),
            counted_at=moment,
            signed_at=moment,
            signed_by=by.get(standing.borough.slug, people.sign_ins["supervisor.force"]),
        )
