"""Doors for the worker: load, call, nothing else."""

from uuid import UUID

from celery import Task, shared_task
from django.core.management import call_command
from django.utils import timezone

from accounts.imports.actions import purge_imports
from cases.actions import reduce, retention
from cases.actions.drafts import purge_drafts
from core.days import london_day
from core.jobs import Patient


@shared_task(bind=True, base=Patient)
def work_on_reduction(self: "Task[[str], None]", pk: str) -> None:
    """Reduces an approved list; like an import, it comes again while another worker is at it."""
    if not reduce.work_on(UUID(pk)):
        raise self.retry(countdown=3, max_retries=None)


@shared_task
def purge() -> None:
    """A second delivery finds nothing left to remove."""
    purge_drafts()
    purge_imports()
    call_command("clearsessions")


@shared_task
def review() -> None:
    """Puts off the cases that have had contact since, and goes on with lists that were lost."""
    retention.put_off_reviews(london_day(timezone.now()))
    for pk in retention.approved():
        work_on_reduction.delay(str(pk))
