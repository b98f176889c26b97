"""What happened in a campaign: arrests and interviews, and what came of each suspect."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from campaigns.models import Borough
from cases.choices import Kind, OrderKind, Strand
from cases.models import Case, Outcome, Suspect
from config.demo.demand import DAWN, DAYTIME, MIX, Weights, in_court, moments, pick, soon, spread
from config.demo.entries import Entries
from config.demo.places import PILOT, PILOT_BOROUGHS
from core.days import DayRange, london_day

ELSEWHERE_WEIGHTS = {"outside-london": 53_000, "not-known": 35_000}
"""As if so many people lived there: about nine and six arrests of 1,504."""

CAUTIONABLE = frozenset(
    {"assault_no_injury", "crim_damage", "harassment", "mal_comms", "public_order"}
)
AFTER_NOTICES = 0.53
"""The share of a campaign's orders that follow a protection notice."""


@dataclass(frozen=True)
class Plan:
    """What is counted in a campaign, exactly: so many of each between its first and last day."""

    days: DayRange
    arrests: int
    charges: int
    cautions: int
    orders: int
    applications: int
    attendances: int
    offences: Weights[str]

    def scaled(self, share: float, days: DayRange) -> "Plan":
        """A plan of so much less, for days on which the newer offences are law."""
        counts = {name: round(n * share) for name, n in vars(self).items() if isinstance(n, int)}
        offences = MIX["offences"] | MIX["newer_offences"]
        return replace(self, days=days, offences=offences, **counts)


def enter_campaign(entries: Entries, plan: Plan) -> list[Outcome]:
    """Every arrest and interview and what followed, up to the entries' own `now`.

    What follows an arrest of the last days happens after the campaign, and is not in its figures.
    """
    before = len(entries.outcomes)
    starts = [*_arrests(entries, plan), *_attendances(entries, plan)]
    entries.rng.shuffle(starts)
    queue = iter(starts)
    court_orders = plan.orders - round(plan.orders * AFTER_NOTICES)
    _charge(entries, queue, plan)
    _caution(entries, queue, plan)
    _protect(entries, queue, plan, plan.orders - court_orders)
    for start in queue:
        _release(entries, start)
    _order_in_court(entries, plan, court_orders)
    _apply_for_disclosure(entries, plan)
    return entries.outcomes[before:]


def enter_proactive_year(entries: Entries, days: DayRange, campaigns: list[DayRange]) -> None:
    """What the Predatory Offender Units did beside the campaigns.

    Their arrests for domestic abuse within a campaign are among its own, so these leave out its
    days.
    """
    team = entries.places.teams["predatory-offender-units"]
    for strand in Strand:
        domestic = strand == Strand.DOMESTIC_ABUSE
        offences = MIX["offences" if domestic else strand.value]
        total = MIX["proactive"][strand]
        free = [day for day in days if not (domestic and any(day in c for c in campaigns))]
        for moment, borough in _occasions(entries, total, free, DAWN):
            case = entries.open_case(borough, moment, team)
            entries.enter(
                Kind.ARREST,
                moment,
                case=case,
                suspect=entries.new_suspect(case),
                offence=pick(entries.rng, offences),
                strand=strand,
                custody_record=entries.custody_record(borough, moment),
            )


def _occasions(
    entries: Entries, total: int, days: Iterable[date], hours: Sequence[int] = ()
) -> Iterator[tuple[datetime, Borough]]:
    """When and where so many events happened, in order of time; where, by residents."""
    by_residents: Weights[Borough] = {
        borough: borough.population or ELSEWHERE_WEIGHTS[borough.slug]
        for borough in entries.places.boroughs.values()
    }
    when = moments(entries.rng, total, days, entries.now, hours)
    return zip(when, spread(entries.rng, total, by_residents), strict=True)


def _arrests(entries: Entries, plan: Plan) -> list[Outcome]:
    made: dict[Borough, list[Outcome]] = defaultdict(list)
    for moment, borough in _occasions(entries, plan.arrests, plan.days):
        case, suspect = (
            _known_suspect(entries, made[borough], moment)
            or _second_suspect(entries, made[borough])
            or _new_suspect(entries, borough, moment)
        )
        arrest = entries.enter(
            Kind.ARREST,
            moment,
            case=case,
            suspect=suspect,
            offence=pick(entries.rng, plan.offences),
            custody_record=entries.custody_record(borough, moment),
        )
        entries.credit_support(arrest)
        made[borough].append(arrest)
    return [arrest for arrests in made.values() for arrest in arrests]


def _known_suspect(
    entries: Entries, earlier: list[Outcome], moment: datetime
) -> tuple[Case, Suspect | None] | None:
    """Sometimes the suspect was arrested before, and last well over a day ago."""
    last = {id(arrest.suspect): arrest for arrest in earlier}
    known = [a for a in last.values() if moment - a.happened_at > timedelta(hours=36)]
    if not known or entries.rng.random() > 0.04:
        return None
    arrest = entries.rng.choice(known)
    return arrest.case, arrest.suspect


def _second_suspect(entries: Entries, earlier: list[Outcome]) -> tuple[Case, Suspect] | None:
    """Sometimes the borough's latest case has another suspect."""
    if not earlier or entries.rng.random() > 0.03:
        return None
    case = earlier[-1].case
    number = 1 + max(a.suspect.number for a in earlier if a.case is case and a.suspect)
    return case, entries.new_suspect(case, number)


def _new_suspect(entries: Entries, borough: Borough, moment: datetime) -> tuple[Case, Suspect]:
    case = entries.open_case(borough, moment)
    return case, entries.new_suspect(case)


def _attendances(entries: Entries, plan: Plan) -> list[Outcome]:
    made = []
    for moment, borough in _occasions(entries, plan.attendances, plan.days, DAYTIME):
        case, suspect = _new_suspect(entries, borough, moment)
        offence = pick(entries.rng, plan.offences)
        kind = Kind.VOLUNTARY_ATTENDANCE
        made.append(entries.enter(kind, moment, case=case, suspect=suspect, offence=offence))
    return made


def _charge(entries: Entries, queue: Iterator[Outcome], plan: Plan) -> None:
    """Charges from custody, from bail, or by post after an interview; some for two offences."""
    made = 0
    while made < plan.charges and (start := next(queue, None)):
        when = start.happened_at + soon(entries.rng, timedelta(hours=9), timedelta(hours=23))
        if start.kind == Kind.VOLUNTARY_ATTENDANCE:
            when += timedelta(days=entries.rng.randint(2, 6))
        elif entries.rng.random() < 0.25:
            _bail(entries, start, when)
            when += timedelta(days=entries.rng.randint(2, 7))
        offences = [start.offence]
        if entries.rng.random() < 0.15 and plan.charges - made > 1:
            others = {o: weight for o, weight in plan.offences.items() if o != start.offence}
            offences.append(pick(entries.rng, others))
        for offence in offences:
            authority = pick(entries.rng, MIX["charging_authority"])
            if entries.follow(
                start, Kind.CHARGE, when, offence=offence, charging_authority=authority
            ):
                made += london_day(when) in plan.days


def _caution(entries: Entries, queue: Iterator[Outcome], plan: Plan) -> None:
    made = 0
    while made < plan.cautions and (start := next(queue, None)):
        if start.offence not in CAUTIONABLE:
            _release(entries, start)
            continue
        when = start.happened_at + soon(entries.rng, timedelta(hours=8), timedelta(hours=22))
        kind = pick(entries.rng, MIX["caution_kind"])
        if entries.follow(start, Kind.CAUTION, when, caution_kind=kind):
            made += london_day(when) in plan.days


def _protect(entries: Entries, queue: Iterator[Outcome], plan: Plan, orders: int) -> None:
    """A notice before release, and the order that a court makes of it a day or two later."""
    made = 0
    while made < orders and (start := next(queue, None)):
        noticed = start.happened_at + soon(entries.rng, timedelta(hours=6), timedelta(hours=9))
        ordered = in_court(entries.rng, noticed)
        notice, order = OrderKind.DVPN, OrderKind.DVPO
        if start.borough.slug in PILOT_BOROUGHS and london_day(noticed) in PILOT:
            notice, order = OrderKind.DAPN, OrderKind.DAPO
        entries.follow(start, Kind.ORDER, noticed, order_kind=notice)
        if entries.follow(start, Kind.ORDER, ordered, order_kind=order):
            made += london_day(ordered) in plan.days
        _release(entries, start)


def _release(entries: Entries, start: Outcome) -> None:
    """What becomes of a suspect who is neither charged nor cautioned, as far as it is known."""
    rng = entries.rng
    interviewed = start.happened_at + timedelta(hours=9)
    when = interviewed + soon(rng, timedelta(hours=4), timedelta(hours=14))
    weights = {Kind.NO_FURTHER_ACTION: 30, None: 12}
    if start.kind == Kind.ARREST:
        weights |= {Kind.BAIL: 36, Kind.RELEASED: 22}
    match pick(rng, weights):
        case Kind.BAIL:
            _bail(entries, start, when)
            if rng.random() < 0.3:
                _end(entries, start, when + timedelta(days=rng.randint(3, 12)))
        case Kind.RELEASED:
            entries.follow(start, Kind.RELEASED, when)
        case Kind.NO_FURTHER_ACTION:
            _end(entries, start, when)


def _bail(entries: Entries, start: Outcome, when: datetime) -> None:
    entries.follow(start, Kind.BAIL, when, bail_kind=pick(entries.rng, MIX["bail_kind"]))


def _end(entries: Entries, start: Outcome, when: datetime) -> None:
    code = pick(entries.rng, MIX["no_further_action_type"])
    if entries.follow(start, Kind.NO_FURTHER_ACTION, when, no_further_action_type=code):
        start.case.status = Case.Status.CLOSED


def _order_in_court(entries: Entries, plan: Plan, orders: int) -> None:
    """Orders that no notice came before, each in a case from before the campaign."""
    sittings = [day for day in plan.days if day.weekday() < 5]
    kinds = spread(entries.rng, orders, MIX["order_kind"], noise=0)
    occasions = _occasions(entries, orders, sittings, DAYTIME)
    for kind, (moment, borough) in zip(kinds, occasions, strict=True):
        opened = moment - timedelta(days=entries.rng.randint(30, 150))
        case, suspect = _new_suspect(entries, borough, opened)
        entries.enter(
            Kind.ORDER,
            moment,
            case=case,
            suspect=suspect,
            offence=MIX["order_offence"].get(kind, ""),
            order_kind=kind,
        )


def _apply_for_disclosure(entries: Entries, plan: Plan) -> None:
    routes = spread(entries.rng, plan.applications, MIX["route"], noise=0)
    occasions = _occasions(entries, plan.applications, plan.days, DAYTIME)
    for route, (moment, borough) in zip(routes, occasions, strict=True):
        case = entries.open_case(borough, moment)
        entries.enter(Kind.DISCLOSURE_APPLICATION, moment, case=case, suspect=None, route=route)
