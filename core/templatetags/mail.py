"""Addresses in emails."""

from django import template

from core import mail

register = template.Library()


@register.filter
def absolute(path: str) -> str:
    """The whole address of one of our pages."""
    return mail.absolute(path)
