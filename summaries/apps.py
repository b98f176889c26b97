from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SummariesConfig(AppConfig):
    name = "summaries"

    def ready(self) -> None:
        from accounts.reminders import REMINDERS
        from summaries.presenters.returns import reminders

        post_migrate.connect(_recount_what_was_redefined, sender=self)
        REMINDERS.append(reminders)


def _recount_what_was_redefined(plan: Sequence[tuple[Any, bool]] = (), **_: Any) -> None:
    """Each deployment migrates, so a new or changed measure is right from its first page on.

    `plan` holds each migration, and whether it was taken back: then the tables may be gone.
    """
    from summaries.actions import mark_if_redefined

    if not any(taken_back for _, taken_back in plan):
        mark_if_redefined()
