"""Charts as SVG, drawn on the server: the same picture for page, print, PDF and email.

Each is an image with a title and a description for whoever cannot see it; its marks carry titles of
their own. Colours are attributes, which a stylesheet overrides by class in dark and forced-colour
modes and which hold where there is none. No style and no script, so the strictest policy allows it.
The sentence above a chart and the table beside it are the page's.
"""

from core.charts.bars import Bar, bars
from core.charts.funnel import Dot, funnel
from core.charts.line import Line, Reach, lines
from core.charts.spark import spark
from core.charts.tiles import Tile, tiles

__all__ = ["Bar", "Dot", "Line", "Reach", "Tile", "bars", "funnel", "lines", "spark", "tiles"]
