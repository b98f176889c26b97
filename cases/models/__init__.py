"""Cases, suspects and outcomes: references, codes and dates, and nobody's name.

One `Outcome` row is one countable event. The force's crime system is the master; this is a
secondary record, so a suspect is "Suspect 1" and a victim is not held at all.
"""

from cases.models.case import Case, CaseAccess, Exclusion, Suspect
from cases.models.outcome import Outcome, OutcomeSupport, PossibleDuplicate

__all__ = [
    "Case",
    "CaseAccess",
    "Exclusion",
    "Outcome",
    "OutcomeSupport",
    "PossibleDuplicate",
    "Suspect",
]
