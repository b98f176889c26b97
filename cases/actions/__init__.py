"""Every change of a case and its outcomes: who does it is always said, and history keeps it."""
