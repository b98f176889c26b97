"""Every change of partners, engagement and training."""
