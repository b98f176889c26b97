"""What the tests of signing in share."""

import pytest


@pytest.fixture(autouse=True)
def _limits_of_its_own(own_cache: None) -> None:
    """What one test guesses does not lock out the next."""
