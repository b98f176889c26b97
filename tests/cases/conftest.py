"""What the tests of cases share."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _no_static_files_are_asked_for(settings: Settings) -> None:
    """So that they need not be listed anew for each browser."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _no_broker_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page hands to the worker is handed to nobody, unless a test says to whom."""
    monkeypatch.setattr("cases.views.imports.work_on_import.delay", lambda _pk: None)
