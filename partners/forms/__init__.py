"""The forms of partners, engagement and training."""
