"""The pages of figures as plain data, for files: the numbers that the page shows, rounded as there.

Each page that has tables is `taken` out with the words that stand around them. A new page of
figures registers its own; `summaries.views.out` writes the files.
"""

from summaries.tables import comparisons, places, records
from summaries.tables.taken import Page, Taken, taken

__all__ = ["Page", "Taken", "comparisons", "places", "records", "taken"]
