"""Every change of a case and its outcomes: who does it is always said, and history keeps it."""

from cases.actions.outcomes import (
    FIXED,
    amend_outcome,
    check_merge,
    correct_borough,
    log_outcome,
    merge_outcome,
    restore_outcome,
    unmerge_outcome,
    void_outcome,
)

__all__ = [
    "FIXED",
    "amend_outcome",
    "check_merge",
    "correct_borough",
    "log_outcome",
    "merge_outcome",
    "restore_outcome",
    "unmerge_outcome",
    "void_outcome",
]
