"""London now: the headline figures of a campaign, how they grow, and where they fall."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.utils.safestring import SafeString

from accounts.models import User
from accounts.permissions import BoroughScope
from campaigns.maps import BoroughMap, borough_map
from campaigns.models import Borough, Campaign, Team
from core.charts import spark
from core.days import ONE_DAY, DayRange, london_day
from core.snapshots import one_snapshot
from core.templatetags.page import listed, rounded, week_day
from summaries.asked import Asked, Place
from summaries.comparisons import RESIDENTS, Baseline, NotComparable, Uplift
from summaries.figures import By, Window, figures, restated_since
from summaries.forms import LondonForm
from summaries.measures import ADDED_UP, BY_SLUG, HEADLINES, MEASURES, OUTCOMES, Measure
from summaries.presenters.growth import Growth
from summaries.presenters.parts import Freshness, Heading, State, Table, parts_words
from summaries.presenters.returns import Returned
from summaries.presenters.training import TRAINED, Training
from summaries.statistics import Rate

ARRESTS = BY_SLUG["arrests"]
SUSPECTS = BY_SLUG["suspects_arrested"]


@dataclass(frozen=True)
class Tile:
    """A headline figure: so far, today, and against the baseline to the same point."""

    asked: Asked
    count: int
    today: tuple[int, str] | None
    """The count of today and its address, while the campaign runs."""
    uplift: Uplift | None

    @property
    def group(self) -> str:
        """What it stands among."""
        enforced = self.asked.measure.source is OUTCOMES
        return "Enforcement" if enforced else "Engagement and training"

    @property
    def against(self) -> str:
        """How many times the baseline, where chance has a say in it."""
        if self.uplift is None or self.uplift.ratio is None:
            return ""
        found = self.uplift.ratio
        if found.interval.high == float("inf"):
            return "The baseline has none"
        unclear = "" if found.differs else ", may be chance"
        return f"{rounded(found.value, 2)} times the baseline{unclear}"


@dataclass(frozen=True)
class RateRow:
    """One borough's count of the chosen measure, as a rate, and how it went day by day."""

    borough: Borough
    address: str
    count: int
    rate: Rate | None
    trend: SafeString | None
    """Of the days that are over: a day that runs would always look like a fall."""


@dataclass(frozen=True)
class Closer:
    """The chosen measure: how it grows, and where it falls."""

    asked: Asked
    growth: Growth
    map: BoroughMap
    rows: list[RateRow]
    parts: str
    places: int = RESIDENTS.places

    @classmethod
    def of(
        cls,
        asked: Asked,
        boroughs: Sequence[Borough],
        begun: DayRange,
        over: DayRange,
        baseline: Baseline | None,
        uplift: Uplift | None,
        *,
        rates: bool,
    ) -> "Closer":
        cells = figures(asked.window, By.PLACE_AND_DAY, [asked.measure])[asked.measure]
        by_place = {b: [cells.get(f"{b.pk} {day}", 0) for day in begun] for b in boroughs}
        rows = []
        for borough, counts in by_place.items():
            here = asked.within(borough)
            rate = Rate(sum(counts), borough.population, 1_000) if borough.population else None
            whole = counts[: len(over)]
            trend = spark(f"{borough.name}, day by day", whole) if whole else None
            rows.append(RateRow(borough, here.address, sum(counts), rate, trend))
        by_day = [sum(counts) for counts in zip(*by_place.values(), strict=True)]
        values = {
            row.borough.pk: row.rate.value if rates and row.rate else float(row.count)
            for row in rows
        }
        unit = f"{asked.measure.unit} {RESIDENTS.words}" if rates else asked.measure.unit.value
        return cls(
            asked=asked,
            growth=Growth.of(asked, by_day, baseline, uplift),
            map=borough_map(
                boroughs,
                values,
                {row.borough.pk: row.address for row in rows},
                unit=unit,
                places=RESIDENTS.places if rates else 0,
            ),
            rows=rows,
            parts=parts_words(asked.measure, [(row.borough, row.count) for row in rows]),
        )


@dataclass(frozen=True)
class CampaignFigures:
    """The figures of a window that has boroughs, and of which at least a day has begun."""

    tiles: list[Tile]
    different: tuple[Asked, int]
    training: Training
    closer: Closer
    by_day: Table
    by_borough: Table
    parts: str
    freshness: Freshness
    not_comparable: str

    @classmethod
    def of(
        cls, whole: "Whole", boroughs: Sequence[Borough], form: LondonForm, now: datetime
    ) -> "CampaignFigures":
        today = london_day(now)
        begun, over = whole.days.until(today + ONE_DAY), whole.days.until(today)
        baseline, uplifts, refused = whole.against(over)
        by_borough = Table.of(
            By.BOROUGH,
            "By borough",
            [whole.asked(measure) for measure in ADDED_UP],
            [
                Heading(str(borough.pk), borough.name, partial(Asked.within, borough=borough))
                for borough in boroughs
            ],
        )
        by_day = Table.of(
            By.DAY,
            "Day by day",
            [whole.asked(measure) for measure in ADDED_UP],
            [_of_day(day, today) for day in begun],
        )
        totals = figures(whole.asked(ARRESTS).window)
        arrests = [row.counts[ADDED_UP.index(ARRESTS)] for row in by_borough.rows]
        return cls(
            tiles=list(whole.tiles(totals, uplifts, today)),
            different=(whole.asked(SUSPECTS), totals[SUSPECTS].get("", 0)),
            training=Training.of(map(whole.asked, TRAINED), totals),
            closer=Closer.of(
                whole.asked(form.chosen),
                boroughs,
                *(begun, over, baseline, uplifts.get(form.chosen)),
                rates=form.rates,
            ),
            by_day=by_day,
            by_borough=by_borough,
            parts=parts_words(ARRESTS, [*zip(boroughs, arrests, strict=True)]),
            freshness=Freshness.now(now),
            not_comparable=refused,
        )

    @property
    def nothing_logged(self) -> bool:
        return not any(tile.count for tile in self.tiles)

    @property
    def meanings(self) -> list[Measure]:
        return [measure for measure in MEASURES if measure.headline or measure is SUSPECTS]


def _of_day(day: date, today: date) -> Heading:
    note = "so far" if day == today else ""
    return Heading(str(day), week_day(day), partial(Asked.on, day=day), note)


@dataclass(frozen=True)
class Whole:
    """A campaign's days and boroughs, as far as one person may see figures of them."""

    campaign: Campaign
    days: DayRange
    place: Place
    led: Team | None = None
    """The team of which alone it is, by what that led."""

    def asked(self, measure: Measure) -> Asked:
        return Asked(self.campaign, measure, self.days, self.place, led=self.led)

    def against(self, over: DayRange) -> tuple[Baseline | None, dict[Measure, Uplift], str]:
        """The baseline and what it says of each measure, or why it says nothing."""
        measures = [measure for measure in HEADLINES if measure.one_by_one]
        try:
            baseline = Baseline.of(self.campaign, self.place)
        except NotComparable as why:
            return None, {}, str(why)
        try:
            found = Uplift.of([self.asked(measure) for measure in measures], baseline, over)
        except NotComparable as why:
            return baseline, {}, str(why)
        return baseline, {uplift.ours.measure: uplift for uplift in found}, ""

    def tiles(
        self, totals: dict[Measure, dict[str, int]], uplifts: dict[Measure, Uplift], today: date
    ) -> Iterator[Tile]:
        running = today in self.days
        day = DayRange.inclusive(today, today)
        now = figures(Window(day, self.place.scope), measures=HEADLINES) if running else {}
        for measure in HEADLINES:
            asked = self.asked(measure)
            so_far = (now[measure].get("", 0), asked.on(today).address) if running else None
            yield Tile(asked, totals[measure].get("", 0), so_far, uplifts.get(measure))


@dataclass(frozen=True)
class CampaignPage:
    """One campaign as one person may see it."""

    campaign: Campaign
    state: State
    boroughs: list[Borough]
    scope: BoroughScope
    form: LondonForm
    figures: CampaignFigures | None
    restated: int
    """How many figures of days already counted are others since yesterday."""
    returned: Returned | None

    @classmethod
    def of(
        cls, campaign: Campaign, scope: BoroughScope, form: LondonForm, now: datetime
    ) -> "CampaignPage":
        days = form.days
        state = State.of(campaign.days, london_day(now))
        with one_snapshot():
            place = Place.of_campaign(campaign, scope)
            boroughs = in_order(place)
            open_ = bool(boroughs) and days.first <= london_day(now)
            whole = Whole(campaign, days, place)
            return cls(
                campaign=campaign,
                state=state,
                boroughs=boroughs,
                scope=scope,
                form=form,
                figures=CampaignFigures.of(whole, boroughs, form, now) if open_ else None,
                restated=restated_since(whole.asked(ARRESTS).window, now - ONE_DAY) if open_ else 0,
                returned=Returned.of(campaign, boroughs, now) if open_ else None,
            )

    @property
    def title(self) -> str:
        return f"{self.form.error_title}{self.campaign.name}"

    @property
    def days(self) -> DayRange:
        return self.form.days

    @property
    def reach(self) -> str:
        """Which boroughs the figures cover."""
        if self.scope.everywhere:
            return "All boroughs"
        word = "Your borough" if len(self.boroughs) == 1 else "Your boroughs"
        return f"{word}: {listed(self.boroughs)}"

    @property
    def administrators(self) -> list[User]:
        return administrators()


def administrators() -> list[User]:
    """A few whom a page can name as the ones to ask."""
    return list(User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True)[:3])


def in_order(place: Place) -> list[Borough]:
    """London's boroughs by name, then outside London, then not known: from sure to unsure."""
    boroughs = Borough.objects.filter(pk__in=place.ids)
    return sorted(boroughs, key=lambda b: (not b.in_london, b.slug == "not-known", b.name))
