"""A PDF from a template and data: tagged for screen readers (PDF/UA-1), with the marking on each
page, the same on every machine.

A template is templates/<app>/<name>.typ. It reads its data with `json(bytes(sys.inputs.data))`, so
a text from the data stays a text, whatever is in it; `templates/marked.typ` has the frame that all
share. The typeface is one of those that the compiler carries, so nothing depends on the machine's.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typst
from django.conf import settings

from core.marking import HANDLING, MARKING


def pdf(template: str, data: Mapping[str, Any], *, made: datetime) -> bytes:
    """The file; `made` is the time that its properties give."""
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
