"""What the tests of cases share."""

import pytest
from django.test import Client

from tests.cases.pages import browser
from tests.conftest import Cast


@pytest.fixture(autouse=True)
def _no_broker_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page hands to the worker is handed to nobody, unless a test says to whom."""
    monkeypatch.setattr("accounts.imports.views.work_on_import.delay", lambda _pk: None)
    monkeypatch.setattr("cases.views.retention.work_on_reduction.delay", lambda _pk: None)


@pytest.fixture
def officer(cast: Cast) -> Client:
    """The browser of the officer of borough A."""
    return browser(cast.officer)


@pytest.fixture
def supervisor(cast: Cast) -> Client:
    """The browser of the supervisor of borough A."""
    return browser(cast.supervisor)
