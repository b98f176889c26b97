"""Charts stand on zero, say themselves in words, and carry no style and no script."""

import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.charts import Bar, Dot, Line, Reach, Tile, bars, funnel, lines, spark, tiles
from core.charts.svg import said, ticks

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '"><script>alert(1)</script>&'


def drawn(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(markup)


def texts(chart: ElementTree.Element) -> list[str]:
    return [str(text.text) for text in chart.iter(f"{SVG}text")]


def titles(chart: ElementTree.Element) -> list[str]:
    return [str(title.text) for title in chart.iter(f"{SVG}title")]


CHARTS: dict[str, Callable[[str], str]] = {
    "lines": lambda word: lines(
        word,
        word,
        [word, word, word],
        [Line(word, [1, 2, None]), Line(word, [3, 2, 1], main=False)],
        unit=word,
        band=Reach(word, [0, 1, 2], [2, 3, 4]),
    ),
    "bars": lambda word: bars(word, word, [Bar(word, 3), Bar(word, 0, word)], unit=word),
    "funnel": lambda word: funnel(
        word,
        word,
        [Dot(word, 100, 0.3, False, word), Dot(word, 200, 0.9, True, word)],
        target=0.5,
        usual=lambda _: (0.4, 0.6),
        far=lambda _: (0.3, 0.7),
        unit=word,
        base=word,
    ),
    "tiles": lambda word: tiles(
        word, word, [Tile(1, 1, word, word, 0, word), Tile(2, 3, word, word, 4, word, f"/{word}")]
    ),
    "spark": lambda word: spark(word, [1, 2, 3]),
}


@pytest.mark.parametrize("kind", CHARTS)
def test_a_chart_is_well_formed_and_harmless_whatever_it_is_told(kind: str) -> None:
    markup = CHARTS[kind](NASTY)
    chart = drawn(markup)
    assert "<script" not in markup
    assert re.search(r"\s(style|on\w+)=", markup) is None
    assert chart.get("role") in {"img", "group"}
    assert NASTY in str(chart.get("aria-label"))
    assert titles(chart)[0] == NASTY


def test_every_chart_has_a_title_and_a_description() -> None:
    for kind, made in CHARTS.items():
        told = [child.tag for child in drawn(made("N"))][:2]
        assert told == [f"{SVG}title", f"{SVG}desc"], kind


def test_a_trend_says_how_it_goes() -> None:
    assert drawn(spark("Lambeth", [3, 0, 2])).get("aria-label") == "Lambeth. 0 to 3, 2 at the end"
    assert drawn(spark("Lambeth", [0, 0])).get("aria-label") == "Lambeth. 0 to 0, 0 at the end"


def test_a_line_says_each_value_and_the_last_one_in_the_open() -> None:
    chart = drawn(
        lines("N", "D", ["Mon", "Tue", "Wed"], [Line("This year", [4, 9, None])], unit="arrests")
    )
    assert titles(chart)[1:] == ["This year, Mon: 4 arrests", "This year, Tue: 9 arrests"]
    assert "This year 9" in texts(chart)
    assert {"Mon", "Tue", "Wed", "0", "10 arrests"} <= {*texts(chart)}
    zero, nine = 290, 290 - (290 - 36) * 0.9
    assert [dot.get("cy") for dot in chart.iter(f"{SVG}circle")][1] == f"{nine:.1f}"
    assert f"M0 {zero}H640" in [path.get("d") for path in chart.iter(f"{SVG}path")]


def test_bars_start_at_zero_and_are_as_long_as_their_values() -> None:
    chart = drawn(bars("N", "D", [Bar("A", 40), Bar("B", 10), Bar("C", 0)], unit="arrests"))
    found = [(bar.get("x"), float(str(bar.get("width")))) for bar in chart.iter(f"{SVG}rect")]
    assert found == [("0", 550), ("0", 137.5), ("0", 1)]
    assert titles(chart)[1:] == ["A: 40 arrests", "B: 10 arrests", "C: 0 arrests"]


def test_who_lies_beyond_a_funnel_is_a_square_with_its_name() -> None:
    chart = drawn(CHARTS["funnel"]("Lambeth"))
    assert len([*chart.iter(f"{SVG}circle")]) == len([*chart.iter(f"{SVG}rect")]) == 1
    assert "Lambeth" in texts(chart)


def test_names_beyond_a_funnel_lie_on_no_other() -> None:
    dots = [Dot(name, base, 0.9, True, name) for name, base in [("A", 300), ("B", 310), ("C", 900)]]
    chart = drawn(
        funnel(
            "N",
            "D",
            dots,
            target=0.2,
            usual=lambda _: (0.1, 0.3),
            far=lambda _: (0.05, 0.5),
            unit="arrests",
            base="people",
        )
    )
    at = {text.text: float(text.get("y", "")) for text in chart.iter(f"{SVG}text")}
    assert at["B"] == at["A"] + 24
    assert at["C"] == at["A"]


def test_each_tile_says_its_place_and_value_without_colour_and_leads_on() -> None:
    chart = drawn(
        tiles("N", "D", [Tile(5, 4, "Lam", "47", 3, "Lambeth: 47 arrests", "/boroughs/lambeth/")])
    )
    assert texts(chart) == ["Lam", "47"]
    (link,) = chart.iter(f"{SVG}a")
    assert link.get("href") == "/boroughs/lambeth/"
    assert link[0].text == "Lambeth: 47 arrests"
    # Nothing is drawn for the empty row and columns around it, and it does not fill the page.
    assert chart.get("viewBox") == "0 0 640 80"
    (square,) = chart.iter(f"{SVG}rect")
    assert (square.get("x"), square.get("y"), square.get("width")) == ("2", "2", "76")


@given(top=st.just(0) | st.floats(1e-3, 1e7))
def test_an_axis_starts_at_zero_in_even_round_steps_and_reaches_the_top(top: float) -> None:
    found = ticks(top)
    steps = [after - before for before, after in pairwise(found)]
    assert found[0] == 0
    assert found[-1] >= top * (1 - 1e-9)
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert 1 <= len(steps) <= 5
    assert [float(said(value).replace(",", "")) for value in found] == pytest.approx(found)
