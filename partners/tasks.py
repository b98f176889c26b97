"""Doors for the worker: load, call, nothing else."""

from celery import shared_task
from django.utils import timezone

from partners.actions import websites


@shared_task
def check_links() -> None:
    """Asks for each website in a task of its own, so that none waits behind a slow one."""
    for pk in websites.to_check(timezone.now()):
        check_link.delay(pk)


@shared_task(acks_late=False)
def check_link(pk: int) -> None:
    """Taken off the queue at once: a check that is lost comes again next week."""
    websites.record_check(pk, timezone.now())
