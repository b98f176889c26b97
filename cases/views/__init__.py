"""The pages of the officer's daily work."""
