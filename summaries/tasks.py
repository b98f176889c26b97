"""Doors for the worker: load, call, nothing else."""

from celery import shared_task
from django.db import OperationalError

from accounts.models import User
from summaries.actions import AlreadyRunning, run_nightly


@shared_task(
    autoretry_for=(AlreadyRunning, OperationalError),
    retry_backoff=5,
    retry_backoff_max=600,
    max_retries=8,
)
def nightly(asked_by: int | None = None) -> None:
    """The nightly run; a second one waits its turn and then finds little to do."""
    run_nightly(by=User.objects.filter(pk=asked_by).first() if asked_by else None)
