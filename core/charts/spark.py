"""A line the size of a word, for a cell of a table."""

from collections.abc import Sequence

from django.utils.safestring import SafeString

from core.charts.svg import MAIN, element, path, said, title

ACROSS, HIGH = 96, 24


def spark(name: str, values: Sequence[float]) -> SafeString:
    """A trend from zero; `name` says in words what it shows, and its description how it goes."""
    most = max(values, default=0) or 1
    step = (ACROSS - 8) / max(len(values) - 1, 1)
    points = [
        (4 + n * step, HIGH - 4 - (HIGH - 8) * value / most) for n, value in enumerate(values)
    ]
    end = points[-1:] or [(4.0, HIGH - 4.0)]
    goes = ""
    if values:
        goes = f"{said(min(values))} to {said(max(values))}, {said(values[-1])} at the end"
    return element(
        "svg",
        title(name),
        element("desc", goes),
        element("path", d=path(points), fill="none", stroke=MAIN, stroke_width=2),
        *(element("circle", cx=x, cy=y, r=3, fill=MAIN) for x, y in end),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {ACROSS} {HIGH}",
        class_="app-spark",
        role="img",
        aria_label=f"{name}. {goes}",
    )
