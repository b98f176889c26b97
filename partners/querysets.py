"""What can be asked of engagement and training.

They hold no person's data, so whoever may see figures may see them; only the scope narrows.
"""

from typing import TYPE_CHECKING, Self

from accounts.models import User
from accounts.permissions import Permission
from core.querysets import M, ScopedQuerySet, Viewer

if TYPE_CHECKING:
    from partners.models import EngagementEvent, TrainingSession


class EngagementQuerySet(ScopedQuerySet[M]):
    def _scope(self, user: Viewer) -> Self:
        if not (isinstance(user, User) and user.may(Permission.SEE_FIGURES)):
            return self.none()
        return user.figures_scope.limit(self)


class EngagementEventQuerySet(EngagementQuerySet["EngagementEvent"]):
    pass


class TrainingSessionQuerySet(EngagementQuerySet["TrainingSession"]):
    pass
