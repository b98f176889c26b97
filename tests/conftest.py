"""The cast that tests share, and what the database's own rules need of the test runner."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pgtrigger
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, transaction
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from psycopg.errors import DeadlockDetected
from pytest_django import Settings

from accounts.models import StaffBorough, User
from campaigns.models import Borough
from config.celery import app
from core.servers import redis_running, redis_socket
from tests.factories import BoroughFactory, UserFactory
from tests.signing_in import show_second_factor

# For each connection of the tests and of the processes that they start: no row of theirs need
# outlive a crash of the machine, so no commit waits for the disk.
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")

# An example may take as long as a busy machine needs, and shares the fixtures of its test.
hypothesis_settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("patient")


@dataclass(frozen=True)
class Cast:
    """Who a test speaks of: people in borough A and B, and those who work everywhere."""

    a: Borough
    b: Borough
    officer: User
    colleague: User
    officer_of_b: User
    supervisor: User
    force_supervisor: User
    communications: User
    administrator: User
    auditor: User
    excluded: User
    outsider: User


def made_cast() -> Cast:
    """Made by few statements, as most tests begin with it."""
    a, b = (
        BoroughFactory.create(name="Lambeth", slug="lambeth"),
        BoroughFactory.create(name="Barnet", slug="barnet"),
    )
    role, build = User.Role, UserFactory.build
    cast = Cast(
        a=a,
        b=b,
        officer=build(),
        colleague=build(),
        officer_of_b=build(),
        supervisor=build(role=role.SUPERVISOR),
        force_supervisor=build(role=role.SUPERVISOR, whole_force=True),
        communications=build(role=role.COMMUNICATIONS),
        administrator=build(role=role.ADMINISTRATOR, whole_force=True),
        auditor=build(role=role.AUDITOR, whole_force=True),
        excluded=build(),
        outsider=build(),
    )
    User.objects.bulk_create(one for one in vars(cast).values() if isinstance(one, User))
    of_a = [cast.officer, cast.colleague, cast.supervisor, cast.excluded]
    work = [*((one, a) for one in of_a), (cast.officer_of_b, b)]
    StaffBorough.objects.bulk_create(StaffBorough(user=one, borough=of) for one, of in work)
    return cast


@pytest.fixture
def cast(db: None) -> Cast:
    return made_cast()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    """An administrator's browser."""
    client.force_login(cast.administrator)
    return client


@pytest.fixture(autouse=True, scope="session")
def _whoever_is_signed_in_has_shown_a_second_factor() -> Iterator[None]:
    """`force_login` skips the pages of signing in, and so makes the session that they would."""
    to_be_continued = Client.force_login

    def force_login(client: Client, user: Any, backend: str | None = None) -> None:
        to_be_continued(client, user, backend)
        show_second_factor(client, user)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", force_login)
        yield


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Redis: the one given, else the embedded one."""
    if os.environ.get("REDIS_URL"):
        yield django_settings.REDIS_URL
        return
    var = tmp_path_factory.mktemp("broker")
    with redis_running(var):
        yield f"redis+socket://{redis_socket(var)}"


@pytest.fixture(autouse=True, scope="session")
def _jobs_go_to_this_broker(broker: str) -> Iterator[None]:
    """What a page hands to the worker waits in the tests' own Redis, where nobody takes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.conf, "broker_url", broker)
        yield


@pytest.fixture(autouse=True)
def own_cache(broker: str, settings: Settings) -> None:
    """A part of Redis that no other test writes to: what was guessed there counts only here."""
    place = broker.replace("redis+socket://", "unix://")
    default = settings.CACHES["default"]
    own = default | {"LOCATION": place, "KEY_PREFIX": f"test-{uuid4()}"}
    settings.CACHES = settings.CACHES | {"default": own}


@pytest.fixture(autouse=True)
def _static_files_are_not_listed(settings: Settings) -> None:
    """The server lists them all at its start, and in tests each browser starts one of its own."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True, scope="session")
def _what_has_rows_is_emptied() -> Iterator[None]:
    """The runner would TRUNCATE every table after a transactional test, which takes a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


def empty_tables() -> None:
    """Deletes all rows but those of Django's own that are made with the database.

    The locks wait for whoever still writes; where both wait for each other, the other goes first.
    """
    while True:
        try:
            _delete_what_is_there()
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise


def _delete_what_is_there() -> None:
    """One statement deletes, so that rows which refer to each other go together.

    What the triggers write meanwhile goes in the next round.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True))
    tables -= {ContentType._meta.db_table, Permission._meta.db_table}
    filled = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in tables)
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(sorted(tables))} IN EXCLUSIVE MODE")
        cursor.execute(filled)
        while rows := cursor.fetchall():
            gone = (f"of_{table} AS (DELETE FROM {table})" for (table,) in rows)
            cursor.execute(f"WITH {', '.join(gone)} SELECT")
            cursor.execute(filled)
