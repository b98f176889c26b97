"""The lists of outcomes and of cases."""

from accounts.lists import Listing
from accounts.models import SavedFilter
from cases.exports import CASES, OUTCOMES
from cases.filters import CaseFilter, OutcomeFilter
from cases.models import Case, Outcome

OUTCOME_LIST = Listing(
    SavedFilter.Page.OUTCOMES,
    Outcome,
    OutcomeFilter,
    ("case", "suspect", "borough", "team", "logged_by"),
    OUTCOMES,
    "Change the lead team",
)
CASE_LIST = Listing(
    SavedFilter.Page.CASES, Case, CaseFilter, ("borough", "team", "officer"), CASES, "Assign cases"
)
