"""Bringing in a spreadsheet of outcomes: its columns, its check, and saving in bulk."""
