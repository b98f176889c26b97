"""Bringing in a spreadsheet, whatever its rows become: what goes with that is a `Subject`."""
