"""The people who use the product, and what they have of their own."""

from accounts.models.imports import Import, ImportedRow, ImportFile
from accounts.models.people import KEPT_FOR, KeptForm, SavedFilter, StaffBorough, User

__all__ = [
    "KEPT_FOR",
    "Import",
    "ImportFile",
    "ImportedRow",
    "KeptForm",
    "SavedFilter",
    "StaffBorough",
    "User",
]
