"""Doors for the worker: load, call, nothing else."""

from datetime import datetime
from uuid import UUID

from celery import Task, shared_task

from accounts.imports.actions import work_on
from accounts.mail import tell_of_reset, to_tell_of_reset
from accounts.models import User
from core.jobs import Patient, Sending


@shared_task(base=Sending)
def reset_told(pk: int, to: int, at: str) -> None:
    person, reader = User.objects.get(pk=pk), User.objects.get(pk=to)
    tell_of_reset(person, reader, datetime.fromisoformat(at))


@shared_task(base=Patient)
def sign_in_was_reset(pk: int, at: str) -> None:
    """One job for each, so that one address that is refused keeps nobody else waiting."""
    for reader in to_tell_of_reset(User.objects.get(pk=pk)):
        reset_told.delay(pk, reader.pk, at)


@shared_task(bind=True, base=Patient)
def work_on_import(self: "Task[[str], None]", pk: str) -> None:
    """Checks or saves an import.

    While another worker is at it this comes again: should that one die, somebody goes on.
    """
    if not work_on(UUID(pk)):
        raise self.retry(countdown=3, max_retries=None)
