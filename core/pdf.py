"""A PDF from a template and data: tagged for screen readers (PDF/UA-1), with the marking on each
page, the same on every machine.

A template is templates/<app>/<name>.typ. It reads its data with `json(bytes(sys.inputs.data))`, so
a text from the data stays a text, whatever is in it; `templates/marked.typ` has the frame that all
share. The typefaces are those that the compiler carries, so nothing depends on the machine's.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst
from django.conf import settings

from core.marking import HANDLING, MARKING

ALWAYS_DRAWN = {*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA0, 0x180)), *"\n–—‘’“”•…€"}


def pdf(template: str, data: Mapping[str, Any], *, made: datetime) -> bytes:
    """The file; `made` is the time that its properties give.

    A tagged PDF may not hold a character that no typeface draws, as of an emoji that somebody
    typed. Where there is one, all rare characters are written out by their number.
    """
    try:
        return _compiled(template, data, made)
    except typst.TypstError:
        return _compiled(template, _written_out(data), made)


def _compiled(template: str, data: Any, made: datetime) -> bytes:
    root = settings.BASE_DIR / "templates"
    marked = {"marking": MARKING, "handling": HANDLING}
    return typst.compile(
        root / template,
        root=root,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data), "marked": json.dumps(marked)},
        pdf_standards="ua-1",
        timestamp=int(made.timestamp()),
    )


def _written_out(data: Any) -> Any:
    """The data with each rare character as its number, like [U+1F9E1]."""
    if isinstance(data, str):
        return "".join(c if c in ALWAYS_DRAWN else f"[U+{ord(c):04X}]" for c in data)
    if isinstance(data, Mapping):
        return {name: _written_out(value) for name, value in data.items()}
    return [_written_out(one) for one in data] if isinstance(data, list | tuple) else data
