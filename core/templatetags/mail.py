"""Addresses in emails."""

from django import template

from core.mail import absolute

register = template.Library()
register.filter("absolute", absolute)
