"""The campaigns, and what became known after the first count: late, mended, void, entered twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection

from campaigns.models import Borough, Campaign
from cases.actions.outcomes import amend_outcome, correct_borough, merge_outcome, void_outcome
from cases.choices import Kind, Offence
from cases.models import Case, Outcome, OutcomeSupport, PossibleDuplicate
from config.demo import engagement, scenes
from config.demo.barred import close_and_open
from config.demo.demand import MIX
from config.demo.entries import Entries
from config.demo.looks import load_looks
from config.demo.outcomes import Plan, enter_campaign, enter_proactive_year
from config.demo.people import People, load_people
from config.demo.places import Places, load_places, load_programmes
from config.demo.returns import DIFFERS, SIGNED_AT, WAITING, sign_returns
from config.demo.review import review
from config.demo.tables import toml
from config.demo.work import Work, follow_up
from core.days import ONE_DAY, DayRange, london_day, start_of
from summaries.actions import run_nightly
from summaries.models import SummaryRun

SEED = 20211125
CAMPAIGN = "16-days-of-action-2021"
YEAR_BEFORE = "same-days-2020"
RUNNING = "winter-days-of-action"

SAID = toml("campaigns")


def _plan(first: date, last: date, **counts: int) -> Plan:
    return Plan(days=DayRange.inclusive(first, last), offences=MIX["offences"], **counts)


PUBLISHED = _plan(**SAID["plans"][CAMPAIGN])
BEFORE = _plan(**SAID["plans"][YEAR_BEFORE])
OFFICERS_TRAINED = 6800
OFFICERS_TRAINED_NOW = 600

PROACTIVE_YEAR = DayRange.inclusive(date(2020, 11, 1), PUBLISHED.days.last)
RUNNING_SHARE = 0.45
SETTLED_AFTER = timedelta(days=2)

VOIDS = (
    (Kind.ARREST, "Entered twice on the same shift; the other entry stands."),
    (Kind.CHARGE, "The same charge was entered at the desk and in custody."),
    (Kind.ARREST, "The suspect was in custody already; a further arrest there is not another one."),
    (Kind.ARREST, "Made in training on a live case; there was no second arrest."),
    (Kind.CAUTION, "One caution was given for both offences, so it counts once."),
    (Kind.ORDER, "The copy that was served was entered as if it were another."),
)
MISTAKEN = Offence.ASSAULT_NO_INJURY
"""What some arrests were first entered as, until an injury was found."""

WRONG_BOROUGHS = (("lambeth", "southwark"), ("hillingdon", "ealing"), ("not-known", "croydon"))

UNDECIDED = ("lambeth", "southwark", "newham", "hillingdon")
"""Where two entries of these days look like one event."""


@dataclass
class Afterwards:
    """What happens to a campaign's entries once they have been counted for the first time.

    Pairs that look like one event are the later entry and the earlier.
    """

    late: list[Outcome]
    void: list[tuple[Outcome, str]]
    offence: list[Outcome]
    place: list[tuple[Case, Borough]]
    merge: list[tuple[Outcome, Outcome]]
    undecided: list[tuple[Outcome, Outcome]]


def load(now: datetime) -> SummaryRun:
    """Everything, and the two nightly runs that count it; the second run tells how it went.

    The caller gives the transaction.
    """
    rng = Random(SEED)  # noqa: S311  (repeatable on purpose)
    places = load_places()
    _, for_training = load_programmes()
    people = load_people(rng, places)
    partners = engagement.load_partners(places, now)
    domestic_abuse_matters = engagement.load_training_programme(partners, for_training)
    entries = Entries(rng, places, people, now)

    enter_campaign(entries, BEFORE)
    enter_proactive_year(entries, PROACTIVE_YEAR, [BEFORE.days, PUBLISHED.days])
    published = _after_the_published(entries, enter_campaign(entries, PUBLISHED))
    engagement.load_events(
        engagement.EVENTS["published"], PUBLISHED.days, now, places, people, partners
    )
    engagement.load_training(
        rng, OFFICERS_TRAINED, PUBLISHED.days, now, places, domestic_abuse_matters
    )
    session = engagement.enter_twice(PUBLISHED.days, places.boroughs["lambeth"])

    # What moves with the day comes last, so that the past is the same on every day.
    # Of these days, those who sign in have what is written out for them, and nothing else.
    entries.loggers = people.colleagues
    running = _running(now)
    known = enter_campaign(entries, running)
    work = Work(entries)
    follow_up(work, known)
    ongoing = _while_running(entries, known)
    scenes.lay_out(entries, people, work)
    engagement.load_events(
        engagement.EVENTS["running"], running.days, now, places, people, partners
    )
    engagement.load_training(
        rng, OFFICERS_TRAINED_NOW, running.days, now, places, domestic_abuse_matters
    )

    _load_campaigns(places, running.days)
    entries.save()
    # So many rows at once, and questions about them at once: the database plans by guess till then.
    connection.cursor().execute("ANALYZE cases_case, cases_suspect, cases_outcome")
    run_nightly()
    campaign = Campaign.objects.get(slug=CAMPAIGN)
    for afterwards in (published, ongoing):
        Outcome.objects.bulk_create(afterwards.late)
    sign_returns(campaign, campaign.days, people, now, at=SIGNED_AT)
    for afterwards in (published, ongoing):
        _put_right(afterwards, people)
    engagement.put_right(session, people.sign_ins["supervisor.force"])
    OutcomeSupport.objects.bulk_create(entries.support)
    work.save()
    sign_returns(campaign, campaign.days, people, now, but=DIFFERS)
    yesterday = DayRange(london_day(now) - ONE_DAY, london_day(now))
    sign_returns(Campaign.objects.get(slug=RUNNING), yesterday, people, now, but=WAITING)
    review(people, BEFORE.days)
    load_looks(Random(SEED), people)  # noqa: S311  (repeatable on purpose)
    close_and_open(places.boroughs["lambeth"], people, now)
    return run_nightly()


def _running(now: datetime) -> Plan:
    """The campaign of these days, as far as it has come."""
    today = london_day(now)
    days = DayRange.inclusive(today - 6 * ONE_DAY, today + 9 * ONE_DAY)
    elapsed = (now - start_of(days.first)) / ONE_DAY
    return PUBLISHED.scaled(RUNNING_SHARE * elapsed / len(PUBLISHED.days), days)


def _load_campaigns(places: Places, running: DayRange) -> None:
    days = {YEAR_BEFORE: BEFORE.days, CAMPAIGN: PUBLISHED.days, RUNNING: running}
    made: dict[str, Campaign] = {}
    for slug, said in SAID["campaigns"].items():
        earlier = made[YEAR_BEFORE] if slug == CAMPAIGN else None
        made[slug] = Campaign.objects.create(
            slug=slug,
            first_day=days[slug].first,
            last_day=days[slug].last,
            baseline=Campaign.Baseline.CAMPAIGN if earlier else Campaign.Baseline.NONE,
            baseline_campaign=earlier,
            **said,
        )
        made[slug].boroughs.set(places.boroughs.values())


def _after_the_published(entries: Entries, known: list[Outcome]) -> Afterwards:
    within = [o for o in known if london_day(o.happened_at) in PUBLISHED.days]
    settled = entries.rng.sample(within, len(within))
    merged = _take(settled, Kind.ARREST, "southwark")
    return Afterwards(
        merge=[(_entered_twice(entries, merged), merged)],
        undecided=[],
        place=[
            (_take(settled, Kind.ARREST, wrong).case, entries.places.boroughs[right])
            for wrong, right in WRONG_BOROUGHS
        ],
        offence=[_take(settled, Kind.ARREST, offence=MISTAKEN) for _ in range(5)],
        void=_mistakes(entries, settled, VOIDS),
        late=_held_back(entries, settled, 14),
    )


def _while_running(entries: Entries, known: list[Outcome]) -> Afterwards:
    """Some pairs wait for a supervisor, one of them in Lambeth."""
    recent = entries.rng.sample(known, len(known))
    pairs = [_take(recent, Kind.ARREST, borough) for borough in UNDECIDED]
    settled = [o for o in recent if entries.now - o.happened_at > SETTLED_AFTER]
    return Afterwards(
        merge=[],
        undecided=[_in_order(_entered_twice(entries, one), one) for one in pairs],
        place=[],
        offence=[_take(settled, Kind.ARREST, offence=MISTAKEN) for _ in range(2)],
        void=_mistakes(entries, settled, VOIDS[:2]),
        late=_held_back(entries, settled, 4),
    )


def _take(rows: list[Outcome], kind: Kind, borough: str = "", offence: str = "") -> Outcome:
    """The first that fits, and no longer among the rows."""
    found = next(
        row
        for row in rows
        if row.kind == kind and borough in {"", row.borough.slug} and offence in {"", row.offence}
    )
    rows.remove(found)
    return found


def _entered_twice(entries: Entries, outcome: Outcome) -> Outcome:
    return entries.again(outcome, team=entries.places.teams["taskforce"])


def _in_order(one: Outcome, other: Outcome) -> tuple[Outcome, Outcome]:
    """The later entry and the earlier."""
    return (one, other) if one.recorded_at > other.recorded_at else (other, one)


def _mistakes(
    entries: Entries, rows: list[Outcome], voids: Iterable[tuple[Kind, str]]
) -> list[tuple[Outcome, str]]:
    """Entries that should not be there: each looks like another, and is void with its reason."""
    return [(entries.again(_take(rows, kind)), reason) for kind, reason in voids]


def _held_back(entries: Entries, rows: list[Outcome], number: int) -> list[Outcome]:
    """Entries that were made two to five days after the event."""
    late = entries.hold_back(rows[:number])
    for outcome in late:
        delay = timedelta(days=entries.rng.uniform(2, 5))
        outcome.recorded_at = min(outcome.happened_at + delay, entries.now)
    return late


def _put_right(afterwards: Afterwards, people: People) -> None:
    by = people.sign_ins["supervisor.force"]
    PossibleDuplicate.objects.bulk_create(
        PossibleDuplicate(outcome=later, earlier=earlier, flagged_at=later.recorded_at)
        for later, earlier in afterwards.merge + afterwards.undecided
    )
    for later, earlier in afterwards.merge:
        merge_outcome(duplicate=later, into=earlier, by=people.sign_ins["supervisor.lambeth"])
    for outcome in afterwards.offence:
        amend_outcome(outcome=outcome, by=by, offence=Offence.ASSAULT_INJURY)
    for case, borough in afterwards.place:
        correct_borough(case=case, borough=borough, by=by)
    for outcome, reason in afterwards.void:
        void_outcome(outcome=outcome, by=by, reason=reason)
