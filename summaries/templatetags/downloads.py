"""The files that a page of figures has."""

from django import template

from summaries.tables import Page, Taken, taken

register = template.Library()


@register.inclusion_tag("summaries/_downloads.html")
def downloads(page: Page) -> dict[str, Taken]:
    """Links to the page's tables and its briefing, below its own address."""
    return {"out": taken(page)}
