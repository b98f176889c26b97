"""The cast that tests share, and what the database's own rules need of the test runner."""

from dataclasses import dataclass
from typing import Any

import pgtrigger
import pytest
from django.test import Client, TransactionTestCase
from pytest_django import Settings

from accounts.models import User
from campaigns.models import Borough
from tests.factories import BoroughFactory, UserFactory


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


@pytest.fixture
def cast(db: None) -> Cast:
    a, b = (
        BoroughFactory.create(name="Lambeth", slug="lambeth"),
        BoroughFactory.create(name="Barnet", slug="barnet"),
    )
    role = User.Role
    return Cast(
        a=a,
        b=b,
        officer=UserFactory.create(boroughs=[a]),
        colleague=UserFactory.create(boroughs=[a]),
        officer_of_b=UserFactory.create(boroughs=[b]),
        supervisor=UserFactory.create(role=role.SUPERVISOR, boroughs=[a]),
        force_supervisor=UserFactory.create(role=role.SUPERVISOR, whole_force=True),
        communications=UserFactory.create(role=role.COMMUNICATIONS),
        administrator=UserFactory.create(role=role.ADMINISTRATOR, whole_force=True),
        auditor=UserFactory.create(role=role.AUDITOR, whole_force=True),
        excluded=UserFactory.create(boroughs=[a]),
        outsider=UserFactory.create(),
    )


@pytest.fixture
def signed_in(client: Client, cast: Cast, settings: Settings) -> Client:
    """An administrator's browser, which asks for no static file: they need not be listed first."""
    settings.WHITENOISE_AUTOREFRESH = True
    client.force_login(cast.administrator)
    return client


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_guards() -> Any:
    """Lets the runner empty the tables after a transactional test; the guards refuse TRUNCATE."""
    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def past_the_guards(case: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            teardown(case)

    TransactionTestCase._fixture_teardown = past_the_guards  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
