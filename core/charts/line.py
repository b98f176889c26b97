"""Lines over days, the last value said at their end, and a band where one is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.charts.svg import (
    BAND,
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

HEIGHT, TOP, FOOT = 320, 36, 290
LABEL = 190
"""How far a label beneath a line reaches back, in the large letters of a narrow window."""


@dataclass(frozen=True)
class Line:
    """Values by place along the axis; nothing for the places that have none yet."""

    label: str
    values: Sequence[float | None]
    main: bool = True


@dataclass(frozen=True)
class Reach:
    """A band between two values at each place, and what it stands for."""

    label: str
    low: Sequence[float]
    high: Sequence[float]


def lines(
    name: str,
    description: str,
    places: Sequence[str],
    drawn: Sequence[Line],
    *,
    unit: str,
    band: Reach | None = None,
) -> SafeString:
    """A chart of a few lines, zero-based; the main one is solid and thick, the others dashed."""
    known = [value for line in drawn for value in line.values if value is not None]
    # At least two, since the unit is in the plural.
    steps = ticks(max([2, *known, *(band.high if band else ())]))

    def x(n: int) -> float:
        return WIDTH * (n + 0.5) / len(places)

    def y(value: float) -> float:
        return FOOT - (FOOT - TOP) * value / steps[-1]

    content = gridlines(steps, [y(step) for step in steps], unit)
    if band:
        edge = [(x(n), y(value)) for n, value in enumerate(band.high)]
        edge += [(x(n), y(value)) for n, value in reversed([*enumerate(band.low)])]
        content.append(
            element(
                "path", title(band.label), d=path(edge) + "Z", fill=BAND, class_="app-chart__band"
            )
        )
    for line in sorted(drawn, key=lambda line: line.main):
        content += _line(line, places, x, y, unit)
    content += _axis(places, x)
    return picture(name, description, HEIGHT, content, of="line")


def _line(
    line: Line,
    places: Sequence[str],
    x: Callable[[int], float],
    y: Callable[[float], float],
    unit: str,
) -> list[SafeString]:
    kind, colour = ("main", MAIN) if line.main else ("other", OTHER)
    points = [(n, value) for n, value in enumerate(line.values) if value is not None]
    drawn = [
        element(
            "path",
            d=path((x(n), y(value)) for n, value in points),
            fill="none",
            stroke=colour,
            stroke_width=4 if line.main else 2,
            stroke_dasharray=None if line.main else "6 4",
            class_=f"app-chart__line app-chart__line--{kind}",
        )
    ]
    drawn += [
        element(
            "circle",
            title(f"{line.label}, {places[n]}: {said(value)} {unit}"),
            cx=x(n),
            cy=y(value),
            r=5 if line.main else 3,
            fill=colour,
            class_=f"app-chart__dot app-chart__dot--{kind}",
        )
        for n, value in points
    ]
    if points:
        n, value = points[-1]
        late = n > len(places) / 2
        under = [value for at, value in points if late and x(n) - x(at) < LABEL] or [value]
        drawn.append(
            over(
                f"{line.label} {said(value)}",
                x(n) + (5 if late else -5),
                y(value) - 12 if line.main else min(y(min(under)) + 30, FOOT - 8),
                at="end" if late else "start",
                kind=kind,
                fill=colour,
                font_weight="bold" if line.main else None,
            )
        )
    return drawn


def _axis(places: Sequence[str], x: Callable[[int], float]) -> list[SafeString]:
    """The first, the middle and the last place by name."""
    if len(places) < 3:
        shown = dict.fromkeys(range(len(places)), "middle")
    else:
        shown = {0: "start", len(places) // 2: "middle", len(places) - 1: "end"}
    edges = {"start": 0, "end": WIDTH}
    return [quiet(places[n], edges.get(at, x(n)), HEIGHT - 8, at=at) for n, at in shown.items()]
