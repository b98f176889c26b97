"""One piece of work, by one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection


@contextmanager
def alone(pk: UUID) -> Iterator[bool]:
    """Holds a piece of work for this process, until it is done or dies; says whether it could."""
    with connection.cursor() as cursor:
        key = [int.from_bytes(pk.bytes[:8], "big", signed=True)]
        cursor.execute("SELECT pg_try_advisory_lock(%s)", key)
        free = cursor.fetchone()[0]
        try:
            yield free
        finally:
            if free and connection.is_usable():
                cursor.execute("SELECT pg_advisory_unlock(%s)", key)
