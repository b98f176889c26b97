"""How many, when and how soon: the shape of demand, drawn from one generator."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from config.demo.tables import toml
from core.days import LONDON, ONE_DAY, london_day

T = TypeVar("T")
Weights = Mapping[T, float]
MIX: dict[str, dict[str, Any]] = toml("mix")

# Monday first. Domestic abuse is reported most at weekends and at night, and the small hours of
# a Saturday, Sunday or Monday are the end of the evening before.
WEEKDAYS = (0.94, 0.90, 0.92, 0.95, 1.08, 1.26, 1.20)
AROUND_THE_CLOCK = (
    *(34, 30, 24, 18, 13, 11, 13, 18, 24, 29, 32, 34),
    *(36, 37, 38, 40, 43, 47, 52, 57, 61, 62, 56, 46),
)
WEEKEND_NIGHT = (70, 66, 52, 38, 24, *AROUND_THE_CLOCK[5:])
DAYTIME = tuple(int(9 <= hour < 17) for hour in range(24))
DAWN = tuple(6 if 5 <= hour < 9 else int(9 <= hour < 20) for hour in range(24))


def pick(rng: Random, weights: Weights[T]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]


def split(total: int, weights: Weights[T]) -> dict[T, int]:
    """Whole numbers that add up to the total, by weight, the largest remainders rounded up."""
    whole = sum(weights.values())
    shares = {key: total * weight / whole for key, weight in weights.items()}
    counts = {key: int(share) for key, share in shares.items()}
    by_remainder = sorted(shares, key=lambda key: counts[key] - shares[key])
    for key in by_remainder[: total - sum(counts.values())]:
        counts[key] += 1
    return counts


def spread(rng: Random, total: int, weights: Weights[T], noise: float = 0.15) -> list[T]:
    """The keys, each as often as its share after some luck, in no order."""
    lucky = {key: weight * rng.uniform(1 - noise, 1 + noise) for key, weight in weights.items()}
    keys = [key for key, count in split(total, lucky).items() for _ in range(count)]
    rng.shuffle(keys)
    return keys


def moments(
    rng: Random, total: int, days: Iterable[date], until: datetime, hours: Sequence[int] = ()
) -> list[datetime]:
    """Moments of these London days before `until`, in order, at these hours or as demand falls."""
    days = list(days)
    weights = [WEEKDAYS[day.weekday()] * rng.uniform(0.92, 1.08) for day in days]
    found: list[datetime] = []
    while len(found) < total:
        day = rng.choices(days, weights)[0]
        profile = hours or (WEEKEND_NIGHT if day.weekday() in {5, 6, 0} else AROUND_THE_CLOCK)
        moment = at(day, rng.choices(range(24), profile)[0], rng.randrange(60))
        if moment < until:
            found.append(moment)
    return sorted(found)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A London time, held in UTC so that adding hours to it is safe when the clocks change."""
    return datetime.combine(day, time(hour, minute), tzinfo=LONDON).astimezone(UTC)


def soon(rng: Random, median: timedelta, longest: timedelta) -> timedelta:
    """A delay to the minute: mostly about the median, now and then far longer."""
    minutes = rng.lognormvariate(0, 0.8) * median / timedelta(minutes=1)
    return min(timedelta(minutes=1 + int(minutes)), longest)


def in_court(rng: Random, moment: datetime) -> datetime:
    """When a court sits one or two days later; never on a Sunday."""
    day = london_day(moment) + rng.randint(1, 2) * ONE_DAY
    if day.weekday() == 6:
        day += ONE_DAY
    return at(day, rng.randrange(10, 16), rng.randrange(60))
