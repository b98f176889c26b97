"""The pages of one's own account, and what every list of records can do."""
