"""Cases, suspects and outcomes: references, codes and dates, and nobody's name.

One `Outcome` row is one countable event. The force's crime system is the master; this is a
secondary record, so a suspect is "Suspect 1" and a victim is not held at all.
"""

from cases.models.barred import BreakGlass, CaseAccess, Exclusion, Lifting
from cases.models.case import Case, Suspect
from cases.models.desk import Draft, SentBack
from cases.models.disclosure import DisclosureApplication
from cases.models.evidence import EvidenceSubmission
from cases.models.imports import ImportedOutcome
from cases.models.order import OrderAvailability, OrderBreach, ProtectiveOrder
from cases.models.outcome import Outcome, OutcomeSupport, PossibleDuplicate
from cases.models.retention import Reduction, ReductionCase, ReviewPeriod
from cases.models.safeguarding import CaseFlag, CaseNote, MaracReferral, RiskAssessment

__all__ = [
    "BreakGlass",
    "Case",
    "CaseAccess",
    "CaseFlag",
    "CaseNote",
    "DisclosureApplication",
    "Draft",
    "EvidenceSubmission",
    "Exclusion",
    "ImportedOutcome",
    "Lifting",
    "MaracReferral",
    "OrderAvailability",
    "OrderBreach",
    "Outcome",
    "OutcomeSupport",
    "PossibleDuplicate",
    "ProtectiveOrder",
    "Reduction",
    "ReductionCase",
    "ReviewPeriod",
    "RiskAssessment",
    "SentBack",
    "Suspect",
]
