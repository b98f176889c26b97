"""Doors for the worker: load, call, nothing else."""

import logging
from typing import Any

from celery import Task, shared_task
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from core.jobs import Sending
from summaries.actions import AlreadyRunning, run_nightly
from summaries.digest import (
    administrators_to_tell,
    send_alarm,
    send_figures,
    supervisors_to_send,
)
from summaries.models import SummaryRun

logger = logging.getLogger(__name__)


class ToldOf(Task):  # type: ignore[type-arg]  # Celery's own class takes none at run time.
    """A job whose last failure administrators hear of."""

    def on_failure(self, *args: Any, **kwargs: Any) -> None:
        tell_administrators.delay()


@shared_task(
    bind=True,
    base=ToldOf,
    autoretry_for=(OperationalError,),
    retry_backoff=2,
    retry_backoff_max=10,
    max_retries=8,
)
def nightly(self: "Task[[int | None], None]", asked_by: int | None = None) -> None:
    """The nightly run; while another is under way it only says so, since that one does its work."""
    by = User.objects.filter(pk=asked_by).first() if asked_by else None
    try:
        run = run_nightly(by=by, job=self.request.id or "")
    except AlreadyRunning as error:
        logger.info("%s", error)
        return
    if run.state != SummaryRun.State.PUBLISHED:
        tell_administrators.delay()


@shared_task(base=Sending)
def figures_to(pk: int) -> None:
    send_figures(pk, timezone.now())


@shared_task(base=Sending)
def alarm_to(pk: int) -> None:
    send_alarm(pk, timezone.now())


@shared_task(autoretry_for=(OperationalError,), retry_backoff=2, retry_backoff_max=10)
def tell_administrators() -> None:
    """One job for each, so that one address that is refused keeps nobody else waiting."""
    for person in administrators_to_tell(timezone.now()):
        alarm_to.delay(person.pk)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=2, retry_backoff_max=10)
def morning() -> None:
    """Everybody's email of the morning; a second one finds whom the first could not reach."""
    tell_administrators()
    for person in supervisors_to_send(timezone.now()):
        figures_to.delay(person.pk)
