"""What every chart is made of: elements, scales and colours."""

from collections.abc import Iterable
from math import ceil, floor, log10

from django.utils.html import escape
from django.utils.safestring import SafeString

WIDTH = 640
"""Units across; a stylesheet makes it as wide as its box."""
TEXT = 15
TYPEFACE = "Helvetica Neue, Arial, sans-serif"
SMALLEST = 1e-6
"""A value below it is nothing to a scale."""
INK, QUIET, GRID, PAPER = "#0b0c0c", "#484949", "#cecece", "#ffffff"
MAIN, OTHER, BAND = "#54319f", "#484949", "#d6cfe8"
LEVELS = ("#ffffff", "#e4dff1", "#b9aed9", "#7a60b8", "#54319f")
"""From none to most; the text on the last two is white."""


def element(name: str, *content: str, **attributes: object) -> SafeString:
    """One element. What it holds is markup already; attributes are escaped, None leaves one out.

    An underscore at the end of an attribute's name falls away and one inside is a hyphen.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return SafeString(f"<{name}{said}>{''.join(content)}</{name}>")


def _number(value: object) -> object:
    """Coordinates to a tenth of a unit, which no eye tells apart."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def quiet(text: object, x: float, y: float, at: str = "start") -> SafeString:
    """A line of text that stands back, as on an axis."""
    return words(text, x, y, at=at, fill=QUIET, class_="app-chart__quiet")


def words(text: object, x: float, y: float, *, at: str = "start", **more: object) -> SafeString:
    """A line of text, whose baseline starts, is centred or ends at a point."""
    plain = {"text_anchor": at if at != "start" else None, "fill": INK, "font_size": TEXT}
    return element("text", escape(text), x=x, y=y, **{**plain, **more})


def over(
    text: object, x: float, y: float, *, at: str = "start", kind: str = "", **more: object
) -> SafeString:
    """A line of text with a rim of paper, so that it reads where it crosses a line.

    Its kind is that of the mark whose colour it has.
    """
    rim = {"stroke": PAPER, "stroke_width": 5, "paint_order": "stroke"}
    class_ = "app-chart__over" + (f" app-chart__over--{kind}" if kind else "")
    return words(text, x, y, at=at, class_=class_, **{**rim, **more})


def title(text: str) -> SafeString:
    return element("title", escape(text))


def picture(
    name: str,
    description: str,
    height: float,
    content: Iterable[str],
    *,
    of: str,
    role: str = "img",
) -> SafeString:
    """The whole image, of a kind that the stylesheet knows."""
    return element(
        "svg",
        title(name),
        element("desc", escape(description)),
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {_number(height)}",
        class_=f"app-chart app-chart--{of}",
        role=role,
        aria_label=f"{name}. {description}",
        font_family=TYPEFACE,
    )


def ticks(top: float, about: int = 4) -> list[float]:
    """Round values from zero to the first at or above `top`; a single step where nothing counts."""
    if top < SMALLEST:
        return [0, 1]
    step = top / about
    power = 10 ** floor(log10(step))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= step)
    if top >= 1:
        step = max(step, 1) if step < 1 else step
    return [step * n for n in range(ceil(top / step - 1e-9) + 1)]


def said(value: float) -> str:
    """A value on an axis: whole where it is, else with as many places as it needs."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def path(points: Iterable[tuple[float, float]]) -> str:
    """A polyline as path data."""
    return "M" + "L".join(f"{_number(float(x))} {_number(float(y))}" for x, y in points)


def gridlines(values: list[float], y_of: Iterable[float], unit: str) -> list[SafeString]:
    """Level lines with their values above them at the left; the highest also says the unit."""
    drawn = []
    for value, y in zip(values, y_of, strict=True):
        drawn.append(
            element(
                "path",
                d=f"M0 {_number(float(y))}H{WIDTH}",
                stroke=GRID if value else INK,
                class_="app-chart__grid" if value else "app-chart__axis",
            )
        )
        label = f"{said(value)} {unit}" if value == values[-1] else said(value)
        drawn.append(quiet(label, 0, y - 5))
    return drawn
