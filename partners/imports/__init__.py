"""Bringing in a spreadsheet of engagement events."""
