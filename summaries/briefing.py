"""The briefing: a page of figures on one or two sheets of A4, as data for its template.

Its numbers are the cells of the page's own tables, and its charts the page's own drawings.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from html import unescape
from typing import Any

from core.charts.svg import LEVELS, TEXT, TYPEFACE
from core.spreadsheets import Cell, Table
from core.templatetags.page import moment, thousands
from summaries.measures import Measure
from summaries.presenters.campaign import CampaignFigures, CampaignPage
from summaries.presenters.drawn import Picture
from summaries.presenters.place import PlacePage
from summaries.tables import Taken, taken

PROVISIONAL = "Provisional management information, not official statistics"
PARTS_DRAWN = ("By offence", "By kind")
"""A chart of all teams would need a third sheet."""
WORDS = {"Measure", "Unit", "Against the baseline", "Borough", "Began with", "What followed"}
"""Columns of words, which stand at the left."""
ON_PAPER, TEXT_ON_PAPER = "Libertinus Serif", 20
Data = dict[str, Any]


def briefing(page: CampaignPage | PlacePage, *, by: str, made: datetime) -> Data | None:
    """What the template says of a page; nothing where there are no figures yet."""
    out = taken(page)
    if isinstance(page, PlacePage):
        more = _of_place(page, out) if page.begun else None
    else:
        more = _of_boroughs(page.figures, out) if page.figures else None
    return more and {
        "title": f"Briefing: {out.title}",
        "facts": [(name, words.rstrip(".")) for name, words in out.facts if name != "Warning"],
        "warning": dict(out.facts).get("Warning", ""),
        "headline": _table(out.table("Headline figures")),
        "provisional": f"{PROVISIONAL}.",
        "made": f"Made {moment(made)}, by {by}",
        **more,
    }


def _of_boroughs(shown: CampaignFigures, out: Taken) -> Data:
    closer, charts = shown.closer, [_growth(shown.closer.growth.picture)]
    if sum(row.borough.in_london for row in closer.rows) > 1:
        legend = [(LEVELS[shade.level], shade.words) for shade in closer.map.legend]
        found = closer.map
        charts.append(_chart("Where it falls", found.drawing, found.finding, legend=legend))
    return {
        "measure": closer.asked.measure.label,
        "finding": closer.growth.picture.finding,
        "charts": charts,
        "table": _table(_with_rates(out, closer.asked.measure)),
        "meanings": _meanings(shown.meanings),
    }


def _of_place(page: PlacePage, out: Taken) -> Data:
    parts = [part for part in page.depth.breakdowns if part.title in PARTS_DRAWN]
    return {
        "measure": page.form.chosen.label,
        "finding": page.growth.picture.finding,
        "charts": [
            _growth(page.growth.picture),
            *(
                _chart(p.title, p.drawing, p.finding, numbers=out.table(p.title).rows)
                for p in parts
            ),
        ],
        "table": _table(out.table("What became of it")),
        "meanings": _meanings(tile.asked.measure for tile in page.tiles),
    }


def _growth(picture: Picture) -> Data:
    return _chart("How it grows", picture.drawing, picture.note)


def _meanings(measures: Iterable[Measure]) -> list[tuple[str, str]]:
    return [(measure.label, measure.meaning) for measure in measures]


def _with_rates(out: Taken, measure: Measure) -> Table:
    """The counts of each borough, with its rate of the measure that the page is about."""
    counts, rates = out.table("By borough"), out.table("By borough, as a rate")
    headings = [f"{measure.label} per 1,000 residents", "95% interval from", "95% interval to"]
    said = [row[2:] if isinstance(row[2], Decimal) else (row[2], "", "") for row in rates.rows]
    said.append(("", "", ""))  # The total has no rate.
    rows = [(*row, *rate) for row, rate in zip(counts.rows, said, strict=True)]
    return replace(counts, headings=[*counts.headings, *headings], rows=rows)


def _table(table: Table) -> Data:
    return {
        "title": table.title,
        "headings": table.headings,
        "numbers": [column for column, name in enumerate(table.headings) if name not in WORDS],
        "rows": [[_words(cell) for cell in row] for row in table.rows],
        "notes": table.notes,
    }


def _words(cell: Cell) -> str:
    return thousands(cell) if isinstance(cell, int) else str(cell)


def _chart(
    title: str,
    drawing: str,
    caption: str = "",
    *,
    legend: Sequence[tuple[str, str]] = (),
    numbers: Iterable[Sequence[Cell]] = (),
) -> Data:
    """A drawing in the typeface of the sheet, larger written since it is smaller there.

    Who cannot see it is told its name, its description and the numbers that stand nowhere else.
    """
    [told] = re.findall(r'^<svg[^>]* aria-label="([^"]*)"', drawing)
    numbered = "; ".join(f"{name} {_words(number)}" for name, number in numbers)
    svg = drawing.replace(f'font-family="{TYPEFACE}"', f'font-family="{ON_PAPER}"')
    return {
        "title": title,
        "svg": svg.replace(f'font-size="{TEXT}"', f'font-size="{TEXT_ON_PAPER}"'),
        "alt": ": ".join(filter(None, [unescape(told), numbered])),
        "caption": caption,
        "legend": legend,
    }
