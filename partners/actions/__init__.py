"""Every change of partners, engagement and training."""

from partners.actions.events import (
    ChangedMeanwhile,
    Every,
    add_event,
    add_follow_up,
    amend_event,
    cancel_event,
    finish_event,
    finish_follow_up,
    repeat_event,
    restore_event,
    say_parts,
    version_of,
    void_event,
)

__all__ = [
    "ChangedMeanwhile",
    "Every",
    "add_event",
    "add_follow_up",
    "amend_event",
    "cancel_event",
    "finish_event",
    "finish_follow_up",
    "repeat_event",
    "restore_event",
    "say_parts",
    "version_of",
    "void_event",
]
