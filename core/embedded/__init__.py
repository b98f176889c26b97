"""A database backend: Django's PostgreSQL, on a server that starts when it is first needed."""
