"""The files that a page of figures has."""

from django import template
from django.utils.text import slugify

from summaries.tables import Page, taken

register = template.Library()


@register.inclusion_tag("summaries/_downloads.html")
def downloads(page: Page) -> dict[str, list[tuple[str, str]]]:
    """Links to the page's briefing and tables, each with its address below the page's own."""
    out = taken(page)
    if not out.tables:
        return {"files": []}
    files = [("Briefing, one or two pages (PDF)", "briefing.pdf")] if out.briefing else []
    files.append(("All tables of this page, one a sheet (XLSX)", "tables.xlsx"))
    files += [(f"{t.title} (CSV)", f"tables/{slugify(t.title)}.csv") for t in out.tables]
    return {"files": [(words, f"{address}{out.query}") for words, address in files]}
