"""Every change of a case and its outcomes: who does it is always said, and history keeps it."""

from cases.actions.disclosures import add_disclosure, change_disclosure
from cases.actions.evidence import return_evidence, send_evidence
from cases.actions.orders import (
    add_order,
    change_order,
    correct_order,
    may_be_breached,
    record_breach,
)
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
    "add_disclosure",
    "add_order",
    "amend_outcome",
    "change_disclosure",
    "change_order",
    "check_merge",
    "correct_borough",
    "correct_order",
    "log_outcome",
    "may_be_breached",
    "merge_outcome",
    "record_breach",
    "restore_outcome",
    "return_evidence",
    "send_evidence",
    "unmerge_outcome",
    "void_outcome",
]
