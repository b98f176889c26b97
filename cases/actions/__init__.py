"""Every change of a case and its outcomes: who does it is always said, and history keeps it."""

from cases.actions.amend import amend_entry
from cases.actions.disclosures import add_disclosure, change_disclosure
from cases.actions.drafts import checked_entry, keep_draft, purge_drafts, seal_entry
from cases.actions.entries import (
    Alike,
    Likeness,
    answer_sent_back,
    likely_duplicates,
    log_entry,
    may_undo,
    send_back,
    undo_entry,
)
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
    keep_apart,
    log_outcome,
    merge_outcome,
    restore_outcome,
    unmerge_outcome,
    void_outcome,
)

__all__ = [
    "FIXED",
    "Alike",
    "Likeness",
    "add_disclosure",
    "add_order",
    "amend_entry",
    "amend_outcome",
    "answer_sent_back",
    "change_disclosure",
    "change_order",
    "check_merge",
    "checked_entry",
    "correct_borough",
    "correct_order",
    "keep_apart",
    "keep_draft",
    "likely_duplicates",
    "log_entry",
    "log_outcome",
    "may_be_breached",
    "may_undo",
    "merge_outcome",
    "purge_drafts",
    "record_breach",
    "restore_outcome",
    "return_evidence",
    "seal_entry",
    "send_back",
    "send_evidence",
    "undo_entry",
    "unmerge_outcome",
    "void_outcome",
]
