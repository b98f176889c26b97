"""Reading a database that others write to at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


@contextmanager
def planned_once() -> Iterator[CursorWrapper]:
    """A cursor whose statements the server binds, so that a connection plans each of them once."""
    with connection.cursor() as cursor:
        cursor.cursor = Cursor(connection.connection)
        yield cursor


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Every question inside sees the database at one moment, so the answers agree."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
