from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SummariesConfig(AppConfig):
    name = "summaries"

    def ready(self) -> None:
        from cases.presenters.desk import REMINDERS
        from summaries.presenters.returns import reminders

        post_migrate.connect(_recount_what_was_redefined, sender=self)
        REMINDERS.append(reminders)


def _recount_what_was_redefined(**_: Any) -> None:
    """Each deployment migrates, so a new or changed measure is right from its first page on."""
    from summaries.actions import mark_if_redefined

    mark_if_redefined()
