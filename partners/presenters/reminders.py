"""What somebody has to do after events, for their desk."""

from datetime import datetime

from django.urls import reverse

from accounts.models import User
from accounts.reminders import Reminder
from core.days import london_day
from core.templatetags.page import thousands
from partners.models import FollowUp


def follow_ups_to_do(user: User, now: datetime) -> list[Reminder]:
    """One line, where there are any."""
    rows = FollowUp.objects.visible_to(user).open().filter(owner=user)
    days = list(rows.values_list("due_on", flat=True))
    if not days:
        return []
    words = f"My follow-ups of events: {thousands(len(days))}"
    if overdue := sum(day < london_day(now) for day in days):
        words += f", {thousands(overdue)} overdue"
    return [Reminder(words, f"{reverse('partners:events')}?to_do=on")]
