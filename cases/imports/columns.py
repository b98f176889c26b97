"""The columns of a spreadsheet that is brought in: what they hold, and what people call them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cases.choices import (
    BailKind,
    ChargingAuthority,
    DisclosureRoute,
    Kind,
    Offence,
    OrderKind,
    Strand,
)


@dataclass(frozen=True)
class Column:
    """A field of the log form as a column: its heading, other headings for it, an example."""

    field: str
    heading: str
    others: tuple[str, ...]
    example: str
    hint: str = ""


COLUMNS = (
    Column(
        "kind",
        "Kind",
        ("outcome", "outcome type", "type", "type of outcome", "disposal", "action"),
        "Arrest",
        "What happened, in the words of the list on the sheet Words.",
    ),
    Column(
        "reference",
        "Reference",
        (
            *("crime reference", "crime ref", "crime number", "crime no", "ref", "ref no", "cris"),
            *("connect", "connect reference", "connect ref", "cris reference", "incident number"),
            *("crime or incident reference", "crn", "cad", "cad number", "case", "case reference"),
        ),
        "01/1234567/26",
        "Of the crime or incident. A case is made if there is none yet.",
    ),
    Column(
        "reference_day",
        "Day of the CAD number",
        ("cad day", "cad date", "date of cad", "day of cad"),
        "",
        "Only for a CAD number, since these start again every day.",
    ),
    Column(
        "suspect_number",
        "Suspect",
        ("suspect number", "suspect no", "suspect #"),
        "1",
        "1 for the only or first suspect of the case. Never a name.",
    ),
    Column(
        "day",
        "Day",
        (
            *("date", "day of arrest", "date of arrest", "arrest date", "event date", "happened"),
            *("outcome date", "date of outcome", "date and time", "datetime", "date time", "when"),
            *("happened at", "day of charge", "charge date", "date of charge", "date of event"),
        ),
        "25/11/2025",
        "Day, month, year. It may have the time with it.",
    ),
    Column(
        "time",
        "Time",
        ("time of arrest", "arrest time", "event time", "time of event", "outcome time"),
        "14:30",
        "Like 14:30, 1430 or 2.30pm. Not needed for a Clare's Law application.",
    ),
    Column(
        "offence",
        "Offence",
        ("offence type", "offense", "offence name", "offence description", "crime type"),
        "Common assault or battery",
        "Not for an order, notice or Clare's Law application.",
    ),
    Column(
        "offence_note",
        "Which other offence",
        ("other offence", "offence note"),
        "",
        "Where the offence is Other. The offence in law; no names.",
    ),
    Column(
        "order_kind",
        "Order or notice",
        ("order", "order kind", "order type", "kind of order", "type of order", "notice"),
        "",
        "For an order or notice.",
    ),
    Column("other_order", "Which other order", ("other order",), "", "Where the order is Other."),
    Column(
        "caution_kind",
        "Kind of caution (disposal)",
        ("caution", "caution kind", "caution type", "kind of caution", "type of caution"),
        "",
        "For a caution.",
    ),
    Column(
        "route",
        "Route",
        ("clares law route", "dvds route", "disclosure route"),
        "",
        "For a Clare's Law application.",
    ),
    Column("bail_kind", "Kind of bail", ("bail", "bail type", "bail kind"), "", "For bail."),
    Column(
        "bail_until",
        "Day to answer bail",
        ("bail until", "bail date", "bail return date", "rtb", "bail to"),
        "",
        "For bail.",
    ),
    Column(
        "charging_authority",
        "Who decided to charge",
        ("charging authority", "charged by", "charge authority"),
        "",
        "For a charge.",
    ),
    Column(
        "no_further_action_type",
        "Home Office outcome type",
        ("outcome code", "nfa type", "ho outcome", "home office outcome", "nfa reason"),
        "",
        "For no further action.",
    ),
    Column(
        "custody_record",
        "Custody record",
        ("custody ref", "custody number", "custody record number", "custody no", "custody"),
        "01LX/1234/25",
        "It helps to find an arrest that is entered twice.",
    ),
    Column(
        "borough",
        "Borough",
        ("borough of the offence", "borough of offence", "bocu", "area", "borough name"),
        "",
        "Where the offence was. It counts there.",
    ),
    Column("team", "Lead team", ("team", "unit", "arresting team", "team name"), ""),
    Column(
        "supporting_teams",
        "Teams that helped",
        ("supporting teams", "supporting team", "support", "other teams"),
        "",
        "With a semicolon between two.",
    ),
    Column(
        "strand",
        "Enforced as",
        ("strand",),
        "",
        "Domestic abuse where nothing is said.",
    ),
)
BY_FIELD = {column.field: column for column in COLUMNS}
NEEDED = ("kind", "reference", "day", "borough")
"""Without these no row can be right."""
FOR_EVERY_ROW = ("kind", "borough")
"""What may be said once instead, for the rows that do not say."""

WORDS: dict[str, dict[str, str]] = {
    "kind": {
        "arrested": Kind.ARREST,
        "charged": Kind.CHARGE,
        "caution": Kind.CAUTION,
        "cautioned": Kind.CAUTION,
        "order": Kind.ORDER,
        "notice": Kind.ORDER,
        "clares law": Kind.DISCLOSURE_APPLICATION,
        "dvds": Kind.DISCLOSURE_APPLICATION,
        "dvds application": Kind.DISCLOSURE_APPLICATION,
        "va": Kind.VOLUNTARY_ATTENDANCE,
        "voluntary interview": Kind.VOLUNTARY_ATTENDANCE,
        "bail": Kind.BAIL,
        "bailed": Kind.BAIL,
        "rui": Kind.RELEASED,
        "nfa": Kind.NO_FURTHER_ACTION,
    },
    "offence": {
        "common assault": Offence.ASSAULT_NO_INJURY,
        "battery": Offence.ASSAULT_NO_INJURY,
        "s39": Offence.ASSAULT_NO_INJURY,
        "abh": Offence.ASSAULT_INJURY,
        "actual bodily harm": Offence.ASSAULT_INJURY,
        "s47": Offence.ASSAULT_INJURY,
        "s20": Offence.ASSAULT_INJURY,
        "wounding": Offence.ASSAULT_INJURY,
        "s18": Offence.GBH_INTENT,
        "gbh with intent": Offence.GBH_INTENT,
        "nfs": Offence.STRANGULATION,
        "strangulation": Offence.STRANGULATION,
        "non fatal strangulation": Offence.STRANGULATION,
        "ccb": Offence.COERCIVE_CONTROL,
        "coercive control": Offence.COERCIVE_CONTROL,
        "mal comms": Offence.MALICIOUS_COMMUNICATIONS,
        "sexual assault": Offence.SEXUAL_ASSAULT,
        "criminal damage": Offence.CRIMINAL_DAMAGE,
        "arson": Offence.CRIMINAL_DAMAGE,
        "affray": Offence.PUBLIC_ORDER,
        "theft": Offence.THEFT_BURGLARY,
        "burglary": Offence.THEFT_BURGLARY,
        "breach of nmo": Offence.BREACH_NON_MOLESTATION,
        "breach of restraining order": Offence.BREACH_RESTRAINING,
        "breach of spo": Offence.BREACH_STALKING,
        "breach of dapo": Offence.BREACH_ABUSE_PROTECTION,
    },
    "order_kind": {"other": OrderKind.OTHER},
    "route": {
        "rta": DisclosureRoute.RIGHT_TO_ASK,
        "rtk": DisclosureRoute.RIGHT_TO_KNOW,
        "not stated": DisclosureRoute.NOT_STATED,
    },
    "bail_kind": {
        "conditional": BailKind.CONDITIONAL,
        "unconditional": BailKind.UNCONDITIONAL,
    },
    "charging_authority": {"cps": ChargingAuthority.CPS},
    "strand": {"da": Strand.DOMESTIC_ABUSE},
}
"""What people also write for a code, where it can mean only one."""


def plain(text: str) -> str:
    """A heading or a word without what does not tell it from another: case, spaces, points."""
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold().replace("&", " and ")).split())


HEADINGS = {
    plain(heading): column.field
    for column in COLUMNS
    for heading in (column.heading, column.field, *column.others)
}


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Which column holds which field, as far as the headings tell; the first of two alike."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        field = HEADINGS.get(plain(heading))
        if field is not None:
            found.setdefault(field, place)
    return found


def heading_row(rows: Iterable[tuple[int, Sequence[str]]]) -> int:
    """The number of the row that holds the headings: the first of those that say most; 0 for none.

    Above it may stand a title. Without a heading that is known, the first row is taken for it.
    """
    best, most, first = 0, 0, 0
    for number, cells in rows:
        first = first or number
        known = len(guess(cells))
        if known > most:
            best, most = number, known
    return best or first


def letter(place: int) -> str:
    """A column as spreadsheets call it: A, B, ... AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def missing(columns: Mapping[str, int], defaults: Mapping[str, str]) -> list[Column]:
    """The columns without which no row can be right."""
    return [BY_FIELD[name] for name in NEEDED if name not in columns and not defaults.get(name)]
