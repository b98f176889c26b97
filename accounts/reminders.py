"""What waits for a person beside the work on cases; each app says its own, for the desk."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from accounts.models import User


class Reminder(NamedTuple):
    """A line of what waits, and where it is done."""

    words: str
    address: str


REMINDERS: list[Callable[[User, datetime], list[Reminder]]] = []
"""Each app adds its own as the product starts."""
