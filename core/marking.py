"""The protective marking that each file carries out of the product."""

MARKING = "OFFICIAL-SENSITIVE"
HANDLING = "Share only with people who need it for their work."
MARKED = f"{MARKING}. {HANDLING}"
