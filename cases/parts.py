"""Parts of outcomes that no column tells: when in the week, with whose help, and what followed.

Each is a condition on a row of `cases_outcome`, in SQL, so that a figure counts just the rows of
the list that it opens. Addresses have its code.
"""

from datetime import datetime

from campaigns.models import Team
from cases.choices import Kind

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = (
    *("midnight to 3am", "3am to 6am", "6am to 9am", "9am to midday"),
    *("midday to 3pm", "3pm to 6pm", "6pm to 9pm", "9pm to midnight"),
)
WITHIN = "-within"
"""Ends the code of what followed before the days ended, and not up to now."""

_SUSPECT = "later.suspect_id = cases_outcome.suspect_id"


def _later(what: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM cases_outcome AS later WHERE later.case_id = cases_outcome.case_id"
        " AND later.counted AND later.happened_at >= cases_outcome.happened_at"
        f" AND later.happened_at < {{until}} AND {what})"
    )


def _later_kind(kind: Kind) -> str:
    return _later(f"{_SUSPECT} AND later.kind = '{kind.value}'")


def _application(what: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM cases_disclosureapplication AS application"
        f" WHERE application.outcome_id = cases_outcome.id AND {what}"
        " < ({until} AT TIME ZONE 'Europe/London')::date)"
    )


_ORDER = "SELECT 1 FROM cases_protectiveorder AS made"
_OF_IT = "made.outcome_id = cases_outcome.id"
FOLLOWED = {
    "charge": ("a charge of the same suspect followed", _later_kind(Kind.CHARGE)),
    "caution": ("a caution of the same suspect followed", _later_kind(Kind.CAUTION)),
    "bail": ("bail of the same suspect followed", _later_kind(Kind.BAIL)),
    "released": (
        "a release under investigation of the same suspect followed",
        _later_kind(Kind.RELEASED),
    ),
    "nfa": (
        "no further action against the same suspect followed",
        _later_kind(Kind.NO_FURTHER_ACTION),
    ),
    "nothing": (
        "nothing else is logged of the same suspect",
        "NOT " + _later(f"{_SUSPECT} AND later.kind <> '{Kind.ARREST.value}'"),
    ),
    "order": (
        "an order for the same suspect followed",
        _later(
            "later.suspect_id IS NOT DISTINCT FROM cases_outcome.suspect_id AND later.order_kind ="
            " CASE cases_outcome.order_kind WHEN 'dvpn' THEN 'dvpo' ELSE 'dapo' END"
        ),
    ),
    "served": ("served", f"EXISTS ({_ORDER} WHERE {_OF_IT} AND made.served_at < {{until}})"),
    "breached": (
        "breached",
        f"EXISTS ({_ORDER} JOIN cases_orderbreach AS breach ON breach.order_id = made.id"
        f" WHERE {_OF_IT} AND breach.happened_at < {{until}})",
    ),
    "decided": ("decided", _application("decided_on")),
    "to_disclose": (
        "decided to disclose",
        _application("decision = 'disclose' AND application.decided_on"),
    ),
    "disclosed": ("disclosed", _application("disclosed_on")),
}
"""What can follow, by the end of its code: in words, and as a condition with the end it is told."""


def choices() -> list[tuple[str, str]]:
    """Every part by its code, in words."""
    return [
        *((f"weekday-{n}", f"on a {name}") for n, name in enumerate(WEEKDAYS, start=1)),
        *((f"hours-{n}", name) for n, name in enumerate(HOURS)),
        *(
            (f"helped-{pk}", f"helped by {name}")
            for pk, name in Team.objects.values_list("pk", "name")
        ),
        *((f"followed-{code}", f"{words}, up to now") for code, (words, _) in FOLLOWED.items()),
        *(
            (f"followed-{code}{WITHIN}", f"{words}, before these days ended")
            for code, (words, _) in FOLLOWED.items()
        ),
    ]


def condition(code: str, end: datetime | None) -> str:
    """A part as SQL without parameters; the days that it is asked of end before `end`, if they do.

    KeyError or ValueError for a code that is none.
    """
    kind, _, which = code.partition("-")
    if kind == "followed":
        until = f"TIMESTAMPTZ '{end.isoformat() if end and which.endswith(WITHIN) else 'infinity'}'"
        return FOLLOWED[which.removesuffix(WITHIN)][1].format(until=until)
    return {
        "weekday": "extract(isodow FROM day) = {}",
        "hours": "extract(hour FROM happened_at AT TIME ZONE 'Europe/London')::int / 3 = {}",
        "helped": "cases_outcome.id IN"
        " (SELECT outcome_id FROM cases_outcomesupport WHERE team_id = {})",
    }[kind].format(int(which))
