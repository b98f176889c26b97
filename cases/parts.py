"""Parts of outcomes that no column tells: when in the week, with whose help, and what followed.

Each is a condition on a row of `cases_outcome`, in SQL, so that a figure counts just the rows of
the list that it opens. Addresses have its code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
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

_LATER = (
    "cases_outcome AS later WHERE later.case_id = cases_outcome.case_id"
    " AND later.counted AND later.happened_at >= cases_outcome.happened_at"
)
_SUSPECT = "later.suspect_id = cases_outcome.suspect_id"


@dataclass(frozen=True)
class Followed:
    """What can follow, until the moment that its conditions have as `{until}`."""

    words: str
    later: str = ""
    """Which later outcome of the case it is; else `record` says it of a record of the outcome."""
    record: str = ""
    never: bool = False
    """Whether it is that no such outcome came."""

    def condition(self, until: str) -> str:
        if self.record:
            return f"EXISTS (SELECT 1 FROM {self.record.format(until=until)})"
        came = f"EXISTS (SELECT 1 FROM {_LATER} AND {self.before(until)})"
        return f"NOT {came}" if self.never else came

    def before(self, until: str) -> str:
        return f"{self.later} AND later.happened_at < {until}"


def _kind(kind: Kind, words: str) -> Followed:
    return Followed(words, f"{_SUSPECT} AND later.kind = '{kind.value}'")


def _application(words: str, what: str) -> Followed:
    return Followed(
        words,
        record="cases_disclosureapplication AS application"
        f" WHERE application.outcome_id = cases_outcome.id AND {what}"
        " < ({until} AT TIME ZONE 'Europe/London')::date",
    )


FOLLOWED = {
    "charge": _kind(Kind.CHARGE, "a charge of the same suspect followed"),
    "caution": _kind(Kind.CAUTION, "a caution of the same suspect followed"),
    "bail": _kind(Kind.BAIL, "bail of the same suspect followed"),
    "released": _kind(Kind.RELEASED, "a release under investigation of the same suspect followed"),
    "nfa": _kind(Kind.NO_FURTHER_ACTION, "no further action against the same suspect followed"),
    "nothing": Followed(
        "nothing else is logged of the same suspect",
        f"{_SUSPECT} AND later.kind <> '{Kind.ARREST.value}'",
        never=True,
    ),
    "order": Followed(
        "an order for the same suspect followed",
        "later.suspect_id IS NOT DISTINCT FROM cases_outcome.suspect_id AND later.order_kind ="
        " CASE cases_outcome.order_kind WHEN 'dvpn' THEN 'dvpo' ELSE 'dapo' END",
    ),
    "served": Followed(
        "served",
        record="cases_protectiveorder AS made WHERE made.outcome_id = cases_outcome.id"
        " AND made.served_at < {until}",
    ),
    "breached": Followed(
        "breached",
        record="cases_protectiveorder AS made"
        " JOIN cases_orderbreach AS breach ON breach.order_id = made.id"
        " WHERE made.outcome_id = cases_outcome.id AND breach.happened_at < {until}",
    ),
    "decided": _application("decided", "decided_on"),
    "to_disclose": _application(
        "decided to disclose", "decision = 'disclose' AND application.decided_on"
    ),
    "disclosed": _application("disclosed", "disclosed_on"),
}
"""By the end of its code."""


def choices() -> list[tuple[str, str]]:
    """Every part by its code, in words."""
    return [
        *((f"weekday-{n}", f"on a {name}") for n, name in enumerate(WEEKDAYS, start=1)),
        *((f"hours-{n}", name) for n, name in enumerate(HOURS)),
        *(
            (f"helped-{pk}", f"helped by {name}")
            for pk, name in Team.objects.values_list("pk", "name")
        ),
        *((f"followed-{code}", f"{it.words}, up to now") for code, it in FOLLOWED.items()),
        *(
            (f"followed-{code}{WITHIN}", f"{it.words}, before these days ended")
            for code, it in FOLLOWED.items()
        ),
    ]


def condition(code: str, end: datetime | None) -> str:
    """A part as SQL without parameters; the days that it is asked of end before `end`, if they do.

    KeyError or ValueError for a code that is none.
    """
    kind, _, which = code.partition("-")
    if kind == "followed":
        followed, until = _followed(which, end)
        return followed.condition(until)
    return {
        "weekday": "extract(isodow FROM day) = {}",
        "hours": "extract(hour FROM happened_at AT TIME ZONE 'Europe/London')::int / 3 = {}",
        "helped": "cases_outcome.id IN"
        " (SELECT outcome_id FROM cases_outcomesupport WHERE team_id = {})",
    }[kind].format(int(which))


def _followed(which: str, end: datetime | None) -> tuple[Followed, str]:
    until = end.isoformat() if end and which.endswith(WITHIN) else "infinity"
    return FOLLOWED[which.removesuffix(WITHIN)], f"TIMESTAMPTZ '{until}'"


def together(codes: Iterable[str], end: datetime) -> tuple[str, list[str]]:
    """The conditions of what followed, and a join for them: a case is read once for all of them.

    With fifty outcomes in each case, it takes half the time of the conditions one by one.
    """
    columns, said = [], []
    for n, code in enumerate(codes):
        followed, until = _followed(code.removeprefix("followed-"), end)
        if followed.later:
            columns.append(f"bool_or({followed.before(until)}) AS came_{n}")
            said.append(f"came_{n} IS {'NOT ' if followed.never else ''}TRUE")
        else:
            said.append(followed.condition(until))
    join = f"CROSS JOIN LATERAL (SELECT {', '.join(columns)} FROM {_LATER}) AS came"
    return (join if columns else ""), said
