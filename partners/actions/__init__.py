"""Every change of partners, engagement and training."""

from partners.actions.events import (
    Every,
    add_event,
    add_follow_up,
    amend_event,
    amend_follow_up,
    bring_in_event,
    cancel_event,
    finish_event,
    finish_follow_up,
    repeat_event,
    restore_event,
    say_parts,
    void_event,
)

__all__ = [
    "Every",
    "add_event",
    "add_follow_up",
    "amend_event",
    "amend_follow_up",
    "bring_in_event",
    "cancel_event",
    "finish_event",
    "finish_follow_up",
    "repeat_event",
    "restore_event",
    "say_parts",
    "void_event",
]
