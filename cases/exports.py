"""What the exported lists of outcomes and cases say of each row, under which heading."""

from typing import Any

from core.days import london_clock
from core.exports import Columns


def _detail(outcome: Any) -> str:
    return str(
        outcome.get_order_kind_display()
        or outcome.get_caution_kind_display()
        or outcome.get_route_display()
        or outcome.get_bail_kind_display()
        or outcome.get_no_further_action_type_display()
        or outcome.get_charging_authority_display()
    )


OUTCOMES: Columns = (
    ("Entry", lambda o: str(o.pk)),
    ("London day", lambda o: o.day),
    ("Happened", lambda o: london_clock(o.happened_at)),
    ("Kind", lambda o: o.get_kind_display()),
    ("Offence", lambda o: o.get_offence_display()),
    ("Which other offence", lambda o: o.offence_note),
    ("Detail", _detail),
    ("Borough of the offence", lambda o: str(o.borough)),
    ("Lead team", lambda o: str(o.team or "")),
    ("Case", lambda o: o.case.reference),
    ("Suspect", lambda o: o.suspect.number if o.suspect else None),
    ("State", lambda o: o.state),
    ("Recorded", lambda o: london_clock(o.recorded_at)),
    ("Recorded by", lambda o: str(o.logged_by or "")),
)
CASES: Columns = (
    ("Reference", lambda c: c.reference),
    ("Day of a CAD number", lambda c: c.reference_date),
    ("System", lambda c: c.get_system_display()),
    ("Status", lambda c: c.get_status_display()),
    ("Borough of the offence", lambda c: str(c.borough)),
    ("Team", lambda c: str(c.team or "")),
    ("Officer in the case", lambda c: str(c.officer or "")),
    ("Opened here", lambda c: london_clock(c.opened_at)),
    ("Restricted", lambda c: "Yes" if c.restricted else "No"),
)
