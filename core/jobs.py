"""What jobs of several apps share."""

from celery import Task
from django.db import OperationalError


class Patient(Task):  # type: ignore[type-arg]  # Celery's own class takes none at run time.
    """A job that waits for a database that is away."""

    autoretry_for: tuple[type[Exception], ...] = (OperationalError,)
    retry_backoff = 2
    retry_backoff_max = 10


class Sending(Patient):
    """A job that sends an email: a mail server that fails is an OSError."""

    autoretry_for = (OSError, OperationalError)
    max_retries = 4
