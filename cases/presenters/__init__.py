"""What pages show of cases and outcomes, in words."""
