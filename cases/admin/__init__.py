"""Cases and outcomes for administrators: in scope, changed with history, never deleted.

Drafts and saved filters are not here: nobody but their owner sees them.
"""

from cases.admin import cases, outcomes, work

__all__ = ["cases", "outcomes", "work"]
