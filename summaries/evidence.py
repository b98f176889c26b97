"""Devices sent to be examined, counted over days and places: figures only, and never of a few."""

from dataclasses import dataclass

from django.db import connection

from summaries.figures import Window

AT_LEAST = 5
"""Of fewer devices nothing is said, since that could point to somebody."""


@dataclass(frozen=True)
class DigitalEvidence:
    """What became of the devices that were sent in a window, by now."""

    sent: int
    returned: int
    helped: int
    median_days: float | None
    """From sent to returned, of those that are back."""
    longest_days: int | None

    @property
    def too_few(self) -> bool:
        return self.sent < AT_LEAST

    @property
    def too_few_back(self) -> bool:
        return self.returned < AT_LEAST


def digital_evidence(window: Window) -> DigitalEvidence:
    """The devices of cases in a window's boroughs that were sent on its days."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH devices AS (
                SELECT device.sent_on AS day, borough_id, result, returned_on - sent_on AS took
                FROM cases_evidencesubmission AS device
                    JOIN cases_case ON cases_case.id = device.case_id
            )
            SELECT count(*), count(took), count(*) FILTER (WHERE result = 'helped_charge'),
                percentile_cont(0.5) WITHIN GROUP (ORDER BY took), max(took)
            FROM devices WHERE {window.sql}
            """,
            window.params,
        )
        return DigitalEvidence(*cursor.fetchone())
