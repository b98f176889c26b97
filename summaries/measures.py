"""The registry of what is counted. A new measure is a new entry here, and a line in the docs.

A measure says which facts it counts, in which unit and which roles may see it; the totals, the
proof and the pages follow from the entry. Measures that share a source and an amount must not
overlap: each fact counts in at most one of them (a test holds this).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cases.choices import DETAILS, NOTICES, Kind, OrderKind, Strand
from partners.choices import EventKind


class Unit(StrEnum):
    """What one of a count is. Figures in unlike units are never added."""

    ARRESTS = "arrest events"
    SUSPECTS = "suspects"
    CHARGES = "offences charged"
    CAUTIONS = "cautions"
    ORDERS = "orders"
    NOTICES = "notices"
    APPLICATIONS = "applications"
    ATTENDED_INTERVIEWS = "voluntary attendances"
    BAILS = "releases on bail"
    RELEASES = "releases under investigation"
    DECISIONS = "decisions"
    EVENTS = "events"
    ATTENDANCES = "attendances"
    SESSIONS = "sessions"
    OFFICERS = "officers trained"
    TRAINING_ATTENDANCES = "training attendances"
    PARTNERS = "partners"


class Slice(StrEnum):
    """A breakdown that is stored beside the headline; one at a time, not a cube."""

    HEADLINE = ""
    OFFENCE = "offence"
    TEAM = "team"
    DETAIL = "detail"


@dataclass(frozen=True, eq=False)
class Source:
    """A table of facts, or a select in its place, with `day`, `borough_id` and `counted`.

    `slices` gives the text expression that keys each breakdown; `counts` says in plain columns
    what `counted` means, for the proof, which does not trust the generated column; `left_out` says
    of which rows that do not count, in words and in SQL.
    """

    table: str
    slices: dict[Slice, str]
    counts: str
    left_out: dict[str, str]
    details: dict[str, str] = field(default_factory=dict)
    """The codes of its detail, in words."""

    def broken_down_by(self, slice_: Slice) -> bool:
        """Whether its facts are told apart so; if not, all of them share the empty key."""
        return self.slices[slice_] != "''"


TEAM_KEY = "COALESCE(team_id::text, '')"
OUTCOMES = Source(
    table="cases_outcome",
    slices={Slice.OFFENCE: "offence", Slice.TEAM: TEAM_KEY, Slice.DETAIL: "detail"},
    counts="voided_at IS NULL AND merged_into_id IS NULL",
    left_out={
        "void": "voided_at IS NOT NULL",
        "merged into another entry of the same event": (
            "voided_at IS NULL AND merged_into_id IS NOT NULL"
        ),
    },
    details=DETAILS,
)
EVENTS = Source(
    table="partners_engagementevent",
    slices={Slice.OFFENCE: "''", Slice.TEAM: TEAM_KEY, Slice.DETAIL: "kind"},
    counts="voided_at IS NULL AND status = 'done'",
    left_out={
        "void": "voided_at IS NOT NULL",
        "planned, not yet held": "voided_at IS NULL AND status = 'planned'",
        "cancelled": "voided_at IS NULL AND status = 'cancelled'",
    },
    details={code: str(label) for code, label in EventKind.choices},
)
TRAINING = Source(
    table="partners_trainingsession",
    slices={Slice.OFFENCE: "''", Slice.TEAM: TEAM_KEY, Slice.DETAIL: "''"},
    counts="voided_at IS NULL",
    left_out={"void": "voided_at IS NOT NULL"},
)
INVOLVEMENT = Source(
    table="""(
        SELECT part.partner_id, event.day, event.borough_id, event.counted, event.voided_at,
            event.status, event.team_id
        FROM partners_participation AS part
            JOIN partners_engagementevent AS event ON event.id = part.event_id
        UNION ALL
        SELECT partner_id, day, borough_id, counted, voided_at, 'done', team_id
        FROM partners_trainingsession
    ) AS involvement""",
    slices=TRAINING.slices,
    counts=EVENTS.counts,
    left_out=EVENTS.left_out,
)
"""A partner at an event or a training session; only different ones are counted, so never stored."""

SOURCES = (OUTCOMES, EVENTS, TRAINING)
"""The tables whose counts are stored."""


@dataclass(frozen=True, eq=False)
class Measure:
    """One thing that is counted.

    It counts the rows of `source` that have one of the values in each column of `where`, or adds
    up their `amount` where that is a column. With `distinct`, it counts the different
    values of that column in the window asked for, is not additive and is never stored by day.
    """

    slug: str
    label: str
    unit: Unit
    source: Source
    meaning: str
    where: dict[str, frozenset[str]] = field(default_factory=dict)
    amount: str = "1"
    distinct: str | None = None
    headline: bool = False

    @property
    def additive(self) -> bool:
        return self.distinct is None

    @property
    def unit_beside(self) -> str:
        """The unit as it stands beside the label: nothing if that ends in it, as "Cautions"."""
        return "" if self.label.lower().endswith(self.unit) else self.unit.value

    @property
    def unit_told(self) -> str:
        """The unit, and of different things that they are no sum."""
        return self.unit.value if self.additive else f"{self.unit}, each counted once"

    @property
    def one_by_one(self) -> bool:
        """Whether its units happen one by one: chance explains the spread of such a count only."""
        return self.additive and self.amount == "1"

    @property
    def condition(self) -> str:
        """The facts that it counts, in SQL; every value is a code of ours, checked here."""
        tests = []
        for column, values in self.where.items():
            if not all(value.replace("_", "").isalnum() for value in values):
                raise ValueError(f"Odd code among {sorted(values)}")
            tests.append(f"{column} IN ({', '.join(repr(str(v)) for v in sorted(values))})")
        return " AND ".join(tests) or "TRUE"


def _enforcement(
    kind: Kind, *, strand: Strand = Strand.DOMESTIC_ABUSE
) -> dict[str, frozenset[str]]:
    return {"kind": frozenset({kind.value}), "strand": frozenset({strand.value})}


MEASURES: tuple[Measure, ...] = (
    Measure(
        slug="arrests",
        label="Arrests",
        unit=Unit.ARRESTS,
        source=OUTCOMES,
        where=_enforcement(Kind.ARREST),
        meaning="Each arrest for domestic abuse; the same person arrested twice is two.",
        headline=True,
    ),
    Measure(
        slug="suspects_arrested",
        label="Suspects arrested",
        unit=Unit.SUSPECTS,
        source=OUTCOMES,
        where=_enforcement(Kind.ARREST),
        distinct="suspect_id",
        meaning="Different suspects of a case among the arrests. Not a sum of days or boroughs.",
    ),
    Measure(
        slug="charges",
        label="Charges",
        unit=Unit.CHARGES,
        source=OUTCOMES,
        where=_enforcement(Kind.CHARGE),
        meaning="Each offence charged, summonses and postal requisitions included.",
        headline=True,
    ),
    Measure(
        slug="cautions",
        label="Cautions",
        unit=Unit.CAUTIONS,
        source=OUTCOMES,
        where=_enforcement(Kind.CAUTION),
        meaning="Each caution given as a disposal, of whatever kind.",
        headline=True,
    ),
    Measure(
        slug="orders",
        label="Restrictive orders",
        unit=Unit.ORDERS,
        source=OUTCOMES,
        where={
            **_enforcement(Kind.ORDER),
            "order_kind": frozenset(set(OrderKind.values) - {n.value for n in NOTICES}),
        },
        meaning="Each order for a respondent, whoever sought it. A notice is not an order.",
        headline=True,
    ),
    Measure(
        slug="notices",
        label="Protection notices",
        unit=Unit.NOTICES,
        source=OUTCOMES,
        where={
            **_enforcement(Kind.ORDER),
            "order_kind": frozenset(notice.value for notice in NOTICES),
        },
        meaning="Each protection notice given by the police, before any order.",
    ),
    Measure(
        slug="disclosure_applications",
        label="Clare's Law applications",
        unit=Unit.APPLICATIONS,
        source=OUTCOMES,
        where=_enforcement(Kind.DISCLOSURE_APPLICATION),
        meaning="Each application under the disclosure scheme, by either route. Not a disclosure.",
        headline=True,
    ),
    Measure(
        slug="voluntary_attendances",
        label="Voluntary attendances",
        unit=Unit.ATTENDED_INTERVIEWS,
        source=OUTCOMES,
        where=_enforcement(Kind.VOLUNTARY_ATTENDANCE),
        meaning="Each interview under caution without an arrest.",
    ),
    Measure(
        slug="bails",
        label="Releases on pre-charge bail",
        unit=Unit.BAILS,
        source=OUTCOMES,
        where=_enforcement(Kind.BAIL),
        meaning="Each release on pre-charge bail, with or without conditions.",
    ),
    Measure(
        slug="released_under_investigation",
        label="Releases under investigation",
        unit=Unit.RELEASES,
        source=OUTCOMES,
        where=_enforcement(Kind.RELEASED),
        meaning="Each release without bail while the investigation goes on.",
    ),
    Measure(
        slug="no_further_action",
        label="No further action",
        unit=Unit.DECISIONS,
        source=OUTCOMES,
        where=_enforcement(Kind.NO_FURTHER_ACTION),
        meaning="Each decision to take no further action, by its Home Office outcome type.",
    ),
    Measure(
        slug="sexual_offence_arrests",
        label="Arrests for sexual offences, not domestic",
        unit=Unit.ARRESTS,
        source=OUTCOMES,
        where=_enforcement(Kind.ARREST, strand=Strand.SEXUAL_OFFENCES),
        meaning="Each arrest for a sexual offence without the domestic-abuse flag.",
    ),
    Measure(
        slug="child_abuse_arrests",
        label="Arrests for child abuse, not domestic",
        unit=Unit.ARRESTS,
        source=OUTCOMES,
        where=_enforcement(Kind.ARREST, strand=Strand.CHILD_ABUSE),
        meaning="Each arrest for child abuse without the domestic-abuse flag.",
    ),
    Measure(
        slug="engagement_events",
        label="Engagement events",
        unit=Unit.EVENTS,
        source=EVENTS,
        meaning="Each event that took place: stalls, webinars, the Engagement Bus, talks.",
        headline=True,
    ),
    Measure(
        slug="engagement_attendances",
        label="Engagement attendances",
        unit=Unit.ATTENDANCES,
        source=EVENTS,
        amount="attendances",
        meaning="People at the events, added up; someone at two events is two attendances.",
        headline=True,
    ),
    Measure(
        slug="training_sessions",
        label="Training sessions",
        unit=Unit.SESSIONS,
        source=TRAINING,
        meaning="Each session of a training programme.",
    ),
    Measure(
        slug="training_attendances",
        label="Training attendances",
        unit=Unit.TRAINING_ATTENDANCES,
        source=TRAINING,
        amount="officers_attended",
        meaning="Officers at the sessions, added up; one at two sessions is two attendances.",
    ),
    Measure(
        slug="officers_trained",
        label="Officers trained",
        unit=Unit.OFFICERS,
        source=TRAINING,
        amount="officers_trained",
        meaning=(
            "Officers whom a programme trained for the first time. One who comes again is an "
            "attendance and no further officer."
        ),
        headline=True,
    ),
    Measure(
        slug="partners_involved",
        label="Partners involved",
        unit=Unit.PARTNERS,
        source=INVOLVEMENT,
        distinct="partner_id",
        meaning="Different partners at events and training. Not a sum of days or boroughs.",
        headline=True,
    ),
)

BY_SLUG: dict[str, Measure] = {measure.slug: measure for measure in MEASURES}
HEADLINES: tuple[Measure, ...] = tuple(m for m in MEASURES if m.headline)
ADDED_UP: tuple[Measure, ...] = tuple(m for m in HEADLINES if m.additive)
"""The headlines that a table may have in its columns, since its rows add up to them."""
STORED: tuple[Measure, ...] = tuple(m for m in MEASURES if m.additive)


def add(measures: Iterable[Measure], counts: Iterable[int]) -> int:
    """The sum of counts of these measures; ValueError where their units differ or do not add."""
    measures = list(measures)
    if len({measure.unit for measure in measures}) > 1:
        raise ValueError("Counts in unlike units are not added")
    if not all(measure.additive for measure in measures):
        raise ValueError("A count of distinct things is not added; count it for the whole window")
    return sum(counts)
