"""The one scoping verb, and its refusal by default."""

from typing import Protocol, Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class Viewer(Protocol):
    """Whoever looks: a signed-in user, or Django's anonymous one."""

    @property
    def is_authenticated(self) -> bool: ...

    @property
    def is_active(self) -> bool: ...


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset of sensitive rows.

    Views, filters, admin, exports and tasks that act for a person enter through `visible_to`;
    `core.scoping` checks that they do. A subclass says what an active user sees in `_scope`;
    until it does, that is nothing.
    """

    def visible_to(self, user: Viewer) -> Self:
        """The rows that this person may know of; none for an anonymous or suspended one."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self._scope(user)

    def _scope(self, user: Viewer) -> Self:
        return self.none()
