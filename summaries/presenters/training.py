"""What stands behind the officers trained of a window: attendances, sessions and the target."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, Q, Sum

from campaigns.models import Borough
from partners.models import TrainingProgramme
from partners.presenters.training import share
from summaries.asked import Asked, Place
from summaries.figures import Figures
from summaries.measures import BY_SLUG

TRAINED = tuple(
    BY_SLUG[slug] for slug in ("officers_trained", "training_attendances", "training_sessions")
)


class Target(NamedTuple):
    """A programme, and how many of its target it has trained up to now, on whatever days."""

    programme: TrainingProgramme
    trained: int

    @property
    def share(self) -> str:
        return share(self.trained, self.programme.target)


@dataclass(frozen=True)
class Training:
    """The targets are the whole force's, so they are told only where every borough is counted."""

    officers: tuple[Asked, int]
    attendances: tuple[Asked, int]
    sessions: tuple[Asked, int]
    targets: list[Target]

    @classmethod
    def of(cls, trained: Iterable[Asked], counts: Figures) -> "Training":
        """From figures of the measures TRAINED, in their order."""
        officers, attendances, sessions = ((a, counts[a.measure].get("", 0)) for a in trained)
        return cls(officers, attendances, sessions, _targets(officers[0].place))


def _targets(place: Place) -> list[Target]:
    elsewhere = Borough.objects.exclude(pk__in=place.ids)
    counted = Q(sessions__counted=True)
    found = TrainingProgramme.objects.filter(~Exists(elsewhere)).annotate(
        up_to_now=Sum("sessions__officers_trained", filter=counted, default=0)
    )
    return [Target(programme, programme.up_to_now) for programme in found]
