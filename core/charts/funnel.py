"""A funnel: each place by how much it rests on, the rate of all, and how far chance reaches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.charts.svg import (
    INK,
    MAIN,
    OTHER,
    WIDTH,
    element,
    gridlines,
    over,
    path,
    picture,
    quiet,
    said,
    ticks,
    title,
)

HEIGHT, TOP, FOOT = 400, 40, 350
STEPS = 60
NEAR, APART = 300, 24
"""Names of places nearer across than the one stand no nearer down than the other."""
Limits = Callable[[float], tuple[float, float]]
"""The lower and the upper limit at a base."""


@dataclass(frozen=True)
class Dot:
    """One place; `outside` where it lies beyond the usual limits, and is then named."""

    label: str
    base: float
    value: float
    outside: bool
    words: str


def funnel(
    name: str,
    description: str,
    dots: Sequence[Dot],
    *,
    target: float,
    usual: Limits,
    far: Limits,
    unit: str,
    base: str,
) -> SafeString:
    """A chart of places against the target; the usual limits are dashed, the far ones solid."""
    right = max(dot.base for dot in dots) * 1.08
    left = min(dot.base for dot in dots) * 0.9
    bases = [left + (right - left) * n / STEPS for n in range(STEPS + 1)]
    steps = ticks(max(max(dot.value for dot in dots), far(left)[1]))

    def x(value: float) -> float:
        return WIDTH * (value - left) / (right - left)

    def y(value: float) -> float:
        return FOOT - (FOOT - TOP) * value / steps[-1]

    content = gridlines(steps, [y(step) for step in steps], unit)
    for limits, dashed in ((usual, True), (far, False)):
        for side in (0, 1):
            content.append(
                element(
                    "path",
                    d=path((x(at), y(limits(at)[side])) for at in bases),
                    fill="none",
                    stroke=OTHER,
                    stroke_width=1.5,
                    stroke_dasharray="5 4" if dashed else None,
                    class_="app-chart__limit",
                )
            )
    content.append(
        element(
            "path",
            d=f"M0 {y(target):.1f}H{WIDTH}",
            stroke=INK,
            stroke_width=2,
            class_="app-chart__axis",
        )
    )
    content += [_inside(dot, x(dot.base), y(dot.value)) for dot in dots if not dot.outside]
    named: list[tuple[float, float]] = []
    for dot in sorted(dots, key=lambda dot: -dot.value):
        if dot.outside:
            at = _free(x(dot.base), y(dot.value) + 5, named)
            named.append((x(dot.base), at))
            content += _outside(dot, x(dot.base), y(dot.value), at)
    content += [
        quiet(f"{said(round(bases[0]))} {base}", 0, HEIGHT - 22),
        quiet(f"{said(round(right))} {base}", WIDTH, HEIGHT - 22, at="end"),
    ]
    return picture(name, description, HEIGHT, content, of="funnel")


def _free(x: float, y: float, named: Sequence[tuple[float, float]]) -> float:
    """How far down a name stands so that it lies on none of those above it."""
    for other_x, other_y in named:
        if abs(x - other_x) < NEAR and abs(y - other_y) < APART:
            y = other_y + APART
    return y


def _inside(dot: Dot, x: float, y: float) -> SafeString:
    """An open circle, told apart in grey too from the squares beyond the limits."""
    return element(
        "circle",
        title(dot.words),
        cx=x,
        cy=y,
        r=5,
        fill="#ffffff",
        stroke=MAIN,
        stroke_width=2,
        class_="app-chart__dot app-chart__dot--inside",
    )


def _outside(dot: Dot, x: float, y: float, label_y: float) -> list[SafeString]:
    """A full square with its name."""
    late = x > WIDTH / 2
    return [
        element(
            "rect",
            title(dot.words),
            x=x - 6,
            y=y - 6,
            width=12,
            height=12,
            fill=MAIN,
            class_="app-chart__dot app-chart__dot--main",
        ),
        over(
            dot.label,
            x + (-12 if late else 12),
            label_y,
            at="end" if late else "start",
            font_weight="bold",
        ),
    ]
