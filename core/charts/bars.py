"""Level bars from zero, each with its label above and its value at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.charts.svg import MAIN, WIDTH, element, picture, said, title, words

ROW, THICK, ROOM = 62, 20, 90


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    words: str = ""
    """What stands at its end; the value itself where this says nothing."""


def bars(name: str, description: str, drawn: Sequence[Bar], *, unit: str) -> SafeString:
    """A chart of bars in the order given."""
    most = max((bar.value for bar in drawn), default=0) or 1
    content = []
    for n, bar in enumerate(drawn):
        top, width = n * ROW, (WIDTH - ROOM) * bar.value / most
        value = bar.words or said(bar.value)
        content += [
            words(bar.label, 0, top + 24),
            element(
                "rect",
                title(f"{bar.label}: {value} {unit}"),
                x=0,
                y=top + 32,
                width=max(width, 1),
                height=THICK,
                fill=MAIN,
                class_="app-chart__bar",
            ),
            words(value, width + 8, top + 50, font_weight="bold"),
        ]
    return picture(name, description, max(len(drawn), 1) * ROW, content, of="bars")
