"""Two ways of doing one thing, side by side."""

import statistics
import time
from collections.abc import Callable


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def heading(words: str) -> None:
    print(f"\n{words:<44} {'ours, ms':>11} {'bare, ms':>11} {'ratio':>7} {'budget':>7}")


def compare(
    label: str, ours: Callable[[], object], bare: Callable[[], object], *, times: int,
    before: Callable[[], object] = lambda: None, of: int = 1, budget: float | None,
) -> None:  # fmt: skip
    """The two in turn, so that a drifting machine slows both; medians and their ratio.

    Each does its work `of` times, and the medians are for one.
    """
    rounds = []
    for _ in range(times):
        before()
        base = timed(bare)
        before()
        rounds.append((timed(ours), base))
    mine, base = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(o / b for o, b in rounds)
    mine, base = mine * 1000 / of, base * 1000 / of
    limit = "none" if budget is None else f"{budget:.2f}"
    print(f"{label:<44} {mine:>11,.1f} {base:>11,.1f} {ratio:>7.2f} {limit:>7}")
