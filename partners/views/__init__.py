"""The doors of partners, engagement and training."""
