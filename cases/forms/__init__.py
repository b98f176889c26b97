"""The forms of the officer's daily work."""
