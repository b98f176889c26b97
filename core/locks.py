"""One piece of work by one process at a time, and one row by one person."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models
from django.http import Http404

from core.querysets import M


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


def take_turn(work: str) -> None:
    """Waits until nobody else is at this kind of work; ours until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [work])


def locked(row: M) -> M:
    """The row as it is now, which nobody else changes until the transaction ends."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)


def hold(row: models.Model) -> None:
    """Locks this very row, and reads it again; 404 where it is gone."""
    try:
        row.refresh_from_db(from_queryset=type(row)._base_manager.select_for_update())
    except ObjectDoesNotExist:
        raise Http404 from None
