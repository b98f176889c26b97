"""Cases and outcomes for administrators: in scope, changed with history, never deleted.

Drafts and saved filters are not here: nobody but their owner sees them. Nor is what was opened by
break-glass, which its reviewers see.
"""

from cases.admin import cases, outcomes, work

__all__ = ["cases", "outcomes", "work"]
