"""The jobs and their whole timetable.

Times are London's. Kept in code: the database scheduler is an hour off on clock-change nights.
Whatever the timetable does, a command does by hand (`manage.py nightly`).
"""

import logging
import os
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

app = Celery("days_of_action")
app.conf.update(
    broker_url=settings.REDIS_URL,
    timezone="Europe/London",
    task_ignore_result=True,
    # A killed worker's task goes back to the queue, and within seconds rather than minutes. The
    # price is that a job which outlives the timeout is delivered again: each job here notes what
    # it carried out, and runs one at a time.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={
        "visibility_timeout": 15,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
    },
    broker_connection_retry_on_startup=True,
    beat_schedule_filename=str(settings.VAR_DIR / "celerybeat-schedule"),
    beat_schedule={
        "nightly": {
            # The hour after the day is over that exists exactly once on both clock-change nights.
            "task": "summaries.tasks.nightly",
            "schedule": crontab(hour=2, minute=30),
        },
        "morning": {
            # Before the morning's meetings. It comes again until noon, for those whom a mail server
            # that was down kept from theirs: nobody is sent a second one.
            "task": "summaries.tasks.morning",
            "schedule": crontab(hour="7-11", minute="0,30"),
        },
        "seal-log": {
            # What can be changed unseen is what came since the last seal.
            "task": "audit.tasks.seal_log",
            "schedule": timedelta(minutes=settings.SEAL_EVERY_MINUTES),
        },
        "seal-day": {
            # As a day ends, so that no seal holds rows of two days, whatever the gap.
            "task": "audit.tasks.seal_log",
            "schedule": crontab(hour=0, minute=0),
        },
        "purge": {
            # Once the nightly run is done with the database; which night matters to nobody.
            "task": "cases.tasks.purge",
            "schedule": crontab(hour=4, minute=10),
        },
        "review": {
            # Before the first reviewer sits down; a list whose worker was lost goes on then too.
            "task": "cases.tasks.review",
            "schedule": crontab(hour=4, minute=30),
        },
        "check-links": {
            # Once a week is polite to other people's websites, and soon enough to mark an entry.
            "task": "partners.tasks.check_links",
            "schedule": crontab(hour=4, minute=50, day_of_week="sunday"),
        },
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def _logs_as_django_does(**_: Any) -> None:
    """Somebody who answers keeps Celery from setting up lines of its own, which hold arguments."""


@worker_ready.connect
def _says_that_nobody_is_told(**_: Any) -> None:
    if not settings.MAILS_ON:
        logging.getLogger("summaries").warning("Email is off: EMAIL_URL names no mail server")
