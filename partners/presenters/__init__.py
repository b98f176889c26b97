"""What the pages of partners, engagement and training show."""
