"""What a count says: its interval, a rate, a ratio of two rates, a funnel of many.

Counts are taken as Poisson. Sources: Byar's limits and the exact ones below ten, Office for Health
Improvement and Disparities, "Public health methods" (Breslow and Day 1987; Garwood 1936); the ratio
of two rates, the conditional binomial test (Przyborowski and Wilenski 1940, limits of Clopper and
Pearson 1934); the funnel, its discrete limits and over-dispersion, Spiegelhalter, Statistics in
Medicine 2005, 24: 1185-1202, appendix A. `core.charts` draws them; pages say them in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

from scipy.special import betaincinv, gammaincinv, ndtri, pdtr, pdtrik

EXACT_BELOW = 10
"""Byar's approximation is not used for counts smaller than this."""
USUAL, FAR = 0.95, 0.998
"""The two pairs of limits of a funnel: one in 20 and one in 500 boroughs lies beyond by chance."""
WINSORISED = 0.1
"""The share of boroughs at either end whose distance is cut when over-dispersion is judged."""


@dataclass(frozen=True)
class Interval:
    """The values that are likely at a level, 95% unless said."""

    low: float
    high: float

    def scaled(self, factor: float) -> "Interval":
        return Interval(self.low * factor, self.high * factor)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def exact(count: int, level: float = USUAL) -> Interval:
    """The exact Poisson limits of a count (half the quantiles of chi-squared)."""
    tail = (1 - level) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    return Interval(low, float(gammaincinv(count + 1, 1 - tail)))


def byar(count: int, level: float = USUAL) -> Interval:
    """Byar's approximation to the Poisson limits of a count of one or more."""
    z = float(ndtri(1 - (1 - level) / 2))
    above = count + 1
    return Interval(
        count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3,
        above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3,
    )


def of_count(count: int, level: float = USUAL) -> Interval:
    """The limits that public health practice gives a count: exact below ten, Byar's from there."""
    return exact(count, level) if count < EXACT_BELOW else byar(count, level)


@dataclass(frozen=True)
class Rate:
    """A count over a base, for each `per` of it: arrests per 1,000 residents of all ages."""

    count: int
    base: float
    per: int

    @property
    def value(self) -> float:
        return self.count / self.base * self.per

    @property
    def interval(self) -> Interval:
        return of_count(self.count).scaled(self.per / self.base)


@dataclass(frozen=True)
class Ratio:
    """One rate over another, with its exact interval; `high` is infinite where the other is nil."""

    value: float
    interval: Interval

    @property
    def differs(self) -> bool:
        """Whether chance alone is an unlikely reason for the difference."""
        return 1 not in self.interval


def ratio(count: int, days: float, other: int, other_days: float) -> Ratio | None:
    """How many times the rate of `other` a rate is; nothing where neither counted anything."""
    if not count + other:
        return None
    tail = (1 - USUAL) / 2
    share_low = float(betaincinv(count, other + 1, tail)) if count else 0.0
    share_high = float(betaincinv(count + 1, other, 1 - tail)) if other else 1.0
    return Ratio(
        _odds(count / (count + other)) * other_days / days,
        Interval(_odds(share_low), _odds(share_high)).scaled(other_days / days),
    )


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")


@dataclass(frozen=True)
class Point:
    """One borough of a funnel: how many, over which base."""

    key: str
    count: int
    base: float


@dataclass(frozen=True)
class Funnel:
    """Many counts against the rate that they have together, for each `per` of the base.

    Where they scatter more than chance would have it, the limits are widened by the square root of
    `dispersion`, so that nobody is called unusual for a spread that all of them share.
    """

    points: Sequence[Point]
    per: int

    @cached_property
    def target(self) -> float:
        """The rate of all points together, for one of the base."""
        return sum(point.count for point in self.points) / sum(point.base for point in self.points)

    @cached_property
    def distances(self) -> list[float]:
        """How many standard deviations each point is from the target, the lowest first."""
        means = [self.target * point.base for point in self.points]
        return sorted(
            (point.count - mean) / sqrt(mean)
            for point, mean in zip(self.points, means, strict=True)
        )

    @cached_property
    def dispersion(self) -> float:
        """The mean of the squared distances from the target, the outermost cut: 1 by chance."""
        if not self.target:
            return 1.0
        cut = int(len(self.points) * WINSORISED)
        low, high = self.distances[cut], self.distances[-cut - 1]
        return sum(min(max(z, low), high) ** 2 for z in self.distances) / len(self.points)

    @property
    def overdispersed(self) -> bool:
        """Whether the spread is clearly more than chance: two standard errors beyond 1."""
        return self.dispersion > 1 + 2 * sqrt(2 / len(self.points))

    def limits(self, base: float, level: float) -> Interval:
        """Between which rates a point of this base is expected, for each `per` of the base.

        The quantiles of a Poisson count are interpolated, as appendix A.1.1 has it, so that the
        lines of a funnel have no steps.
        """
        mean, tail = self.target * base, (1 - level) / 2
        wide = sqrt(self.dispersion) if self.overdispersed else 1
        low, high = (
            mean + wide * (_poisson_quantile(share, mean) - mean) for share in (tail, 1 - tail)
        )
        return Interval(max(low, 0.0), high).scaled(self.per / base)

    def beyond(self, level: float) -> list[tuple[Point, bool]]:
        """The points outside the limits, each with whether it is above them."""
        found = []
        for point in self.points:
            limits, value = self.limits(point.base, level), point.count / point.base * self.per
            if value not in limits:
                found.append((point, value > limits.high))
        return found


def _poisson_quantile(share: float, mean: float) -> float:
    """The interpolated quantile of a Poisson count: r - (F(r) - share) / (F(r) - F(r - 1))."""
    if not mean:
        return 0.0
    reached = max(int(pdtrik(share, mean)) - 1, 0)
    while pdtr(reached, mean) < share:
        reached += 1
    before = float(pdtr(reached - 1, mean)) if reached else 0.0
    return reached - (float(pdtr(reached, mean)) - share) / (float(pdtr(reached, mean)) - before)
