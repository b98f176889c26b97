"""Doors for the worker: load, call, nothing else."""

import logging

from celery import Task, shared_task
from django.db import OperationalError

from accounts.models import User
from summaries.actions import AlreadyRunning, run_nightly

logger = logging.getLogger(__name__)


@shared_task(
    bind=True,
    autoretry_for=(OperationalError,),
    retry_backoff=2,
    retry_backoff_max=10,
    max_retries=8,
)
def nightly(self: "Task[[int | None], None]", asked_by: int | None = None) -> None:
    """The nightly run; while another is under way it only says so, since that one does its work."""
    by = User.objects.filter(pk=asked_by).first() if asked_by else None
    try:
        run_nightly(by=by, job=self.request.id or "")
    except AlreadyRunning as error:
        logger.info("%s", error)
