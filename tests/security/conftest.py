"""What the tests of attacks share."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _no_static_files_are_asked_for(settings: Settings) -> None:
    """So that they need not be listed anew for each browser."""
    settings.WHITENOISE_AUTOREFRESH = True
