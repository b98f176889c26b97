"""Intervals, ratios and funnels, against published values and SciPy's own laws."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson
from scipy.stats.mstats import winsorize

from summaries.statistics import (
    FAR,
    USUAL,
    Funnel,
    Interval,
    Point,
    Rate,
    byar,
    exact,
    of_count,
    ratio,
)

BYAR = {100: (81.362105, 121.627938), 65: (50.163188, 82.849138), 10: (4.787450, 18.391459)}
"""PHEindicatormethods, the package of the Office for Health Improvement and Disparities."""
GARWOOD = {
    0: (0, 3.688879),
    1: (0.025318, 5.571643),
    5: (1.623486, 11.668332),
    9: (4.115373, 17.084803),
}
"""Garwood, Biometrika 1936, 28: 437-442; the same in R's poisson.test."""


def numbers(text: str) -> list[int]:
    return [int(word) for word in text.split()]


COUNTS = numbers("""
    11 8 13 11 13 17 25 23 11 16 9 15 10 16 12 8 9 15 4 12 12 12 15 17 14 17 12 12 7 16
""")
"""Wetherill and Brown, "Statistical process control", 1991, pages 216 to 218: one base for all."""
DEATHS = numbers("""
    1 0 5 1 9 7 0 0 4 1 2 16 4 4 4 18 3 4 1 1 1 0 1 2 10 23 13 6 4 16 8 0 10 6 0 2 16 2 4 1 0 8
    5 5 0 5 7 2 11 3 14 5 9 6 2 0 7 3 4 5 12 18 6 10 8 2 5 44 3 3 5 5 0 10 3 11 1 0 4 1 2 38 1 4
    15 7 0 4 4 0 13 8 29 31 5 8 4 15 12 5
""")
BIRTHS = numbers("""
    1091 487 3188 508 1421 1452 286 420 968 1612 1035 4449 1671 1556 2180 3608 1638 3146 1323
    484 751 781 1269 1399 11858 16184 4672 1324 3164 7970 4021 671 3657 3609 770 1549 14484 765
    4139 1207 1333 5509 3573 990 248 1946 4456 1646 3702 4606 5094 5754 7515 3999 2110 521 2692
    675 870 2252 2992 6638 3776 4866 2216 1143 2648 21588 4099 1258 2356 2574 415 3589 1173 9014
    533 797 3025 542 1027 20366 578 3915 1570 1494 338 2483 2756 284 5868 2255 11158 7889 2414
    1782 1228 3350 5526 2181
""")
"""Sudden infant deaths and births by county of North Carolina, 1974 to 1978: Cressie, "Statistics
for spatial data", 1993, pages 386 to 389."""
SPREADS = {
    "the same base for all": (COUNTS, [1] * 30, 42.69388),
    "a base for each": (DEATHS, BIRTHS, 225.5723),
}
"""What scatters, and its published sum of squares: the first R's qcc gives for that example, the
second Bivand, Pebesma and Gómez-Rubio, "Applied spatial data analysis with R", 2008, chapter 11."""


def close(found: Interval, low: float, high: float) -> bool:
    return (found.low, found.high) == pytest.approx((low, high), rel=1e-6, abs=5e-7)


@pytest.mark.parametrize("count", BYAR)
def test_byars_limits_are_those_published(count: int) -> None:
    assert close(byar(count), *BYAR[count])
    assert of_count(count) == byar(count)


@pytest.mark.parametrize("count", GARWOOD)
def test_below_ten_the_limits_are_exact(count: int) -> None:
    assert close(exact(count), *GARWOOD[count])
    assert of_count(count) == exact(count)


def test_a_rate_carries_the_limits_of_its_count() -> None:
    rate = Rate(count=65, base=100_000, per=1_000)
    assert rate.value == pytest.approx(0.65)
    assert close(rate.interval, 0.501632, 0.828491)


def test_a_rate_ratio_is_that_of_the_conditional_test() -> None:
    """R's own example of poisson.test: Fay's breast cancers, 11 in 800 against 21 in 3,011."""
    found = ratio(11, 800, 21, 1083 + 1050 + 878)
    assert found is not None
    assert found.value == pytest.approx(1.971488, rel=1e-6)
    assert close(found.interval, 0.8584264, 4.2772659)
    assert not found.differs
    swapped = ratio(21, 3011, 11, 800)
    assert swapped is not None
    assert close(swapped.interval, 1 / 4.2772659, 1 / 0.8584264)


def test_a_ratio_to_nothing_has_no_upper_end_and_of_nothing_no_value() -> None:
    more, less = ratio(8, 16, 0, 16), ratio(0, 16, 8, 16)
    assert more is not None
    assert less is not None
    assert (more.value, more.interval.high, less.value, less.interval.low) == (inf, inf, 0, 0)
    # The chance that all eight fall on one side is 2^-8; the limit is where it is a fortieth.
    assert more.interval.low == pytest.approx(1 / (40 ** (1 / 8) - 1))
    assert more.differs
    assert less.differs
    assert ratio(0, 16, 0, 16) is None


@given(count=st.integers(0, 400), other=st.integers(0, 400), days=st.integers(1, 40))
def test_at_the_ends_of_a_ratio_a_fortieth_lies_beyond(count: int, other: int, days: int) -> None:
    found = ratio(count, days, other, 16)
    if found is None:
        assert count + other == 0
        return
    assert found.interval.low <= found.value <= found.interval.high
    share = found.interval.low * days / (found.interval.low * days + 16)
    if count:
        assert binom.sf(count - 1, count + other, share) == pytest.approx(0.025, rel=1e-6)


@given(mean=st.floats(0.05, 5_000), level=st.sampled_from([USUAL, FAR]))
def test_funnel_limits_are_interpolated_quantiles(mean: float, level: float) -> None:
    """Spiegelhalter 2005, appendix A.1.1."""
    funnel = Funnel([Point("a", round(mean * 1_000), 1_000)], per=1)
    mean = funnel.target

    def quantile(share: float) -> float:
        reached = poisson.ppf(share, mean)
        above, below = poisson.cdf(reached, mean), poisson.cdf(reached - 1, mean)
        return float(reached - (above - share) / (above - below))

    found, tail = funnel.limits(1, level), (1 - level) / 2
    assert found.low == pytest.approx(max(quantile(tail), 0), rel=1e-6, abs=1e-6)
    assert found.high == pytest.approx(quantile(1 - tail), rel=1e-6)


def test_at_size_funnel_limits_are_the_usual_two_and_three_deviations() -> None:
    funnel = Funnel([Point("a", 100_000, 100_000)], per=1)
    for level, z in ((USUAL, 1.959964), (FAR, 3.090232)):
        limits = funnel.limits(10_000, level)
        assert limits.low == pytest.approx(1 - z / sqrt(10_000), abs=2e-4)
        assert limits.high == pytest.approx(1 + z / sqrt(10_000), abs=5e-4)


def spread(*counts: int) -> Funnel:
    return Funnel([Point(str(n), count, 100) for n, count in enumerate(counts)], per=100)


@pytest.mark.parametrize("name", SPREADS)
def test_published_spreads_are_found_and_their_ends_cut(name: str) -> None:
    counts, bases, squares = SPREADS[name]
    funnel = Funnel([Point("", n, base) for n, base in zip(counts, bases, strict=True)], per=1)
    assert sum(z * z for z in funnel.distances) == pytest.approx(squares, rel=5e-7)
    cut = winsorize(np.array(funnel.distances), limits=(0.1, 0.1))
    assert funnel.dispersion == pytest.approx((cut**2).mean())


def test_dispersion_is_the_mean_of_winsorised_squares() -> None:
    """Ten counts of mean 100, so a distance of ten is one deviation; one at either end is cut."""
    funnel = spread(60, 90, 95, 98, 100, 100, 102, 105, 110, 140)
    squares = [1, 1, 0.25, 0.04, 0, 0, 0.04, 0.25, 1, 1]
    assert funnel.target == 1
    assert funnel.dispersion == pytest.approx(sum(squares) / 10)
    assert not funnel.overdispersed


def test_limits_widen_by_the_root_of_the_dispersion_once_it_is_clear() -> None:
    wild = spread(*[60, 140] * 5)
    assert wild.dispersion == pytest.approx(16)
    assert wild.overdispersed
    plain = Funnel([Point("all", 1_000, 1_000)], per=100).limits(100, USUAL)
    wide = wild.limits(100, USUAL)
    assert (wide.low - 100, wide.high - 100) == pytest.approx(
        (4 * (plain.low - 100), 4 * (plain.high - 100))
    )
    assert wild.beyond(USUAL) == []


def test_whoever_lies_beyond_is_named_with_the_side() -> None:
    funnel = spread(*[100] * 30, 160, 40)
    assert [(point.key, above) for point, above in funnel.beyond(FAR)] == [
        ("30", True),
        ("31", False),
    ]


def test_where_nothing_was_counted_nobody_lies_beyond() -> None:
    nothing = spread(0, 0, 0)
    assert (nothing.dispersion, nothing.overdispersed, nothing.beyond(USUAL)) == (1, False, [])
