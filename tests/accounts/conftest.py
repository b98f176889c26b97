"""What the tests of signing in share."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _limits_of_its_own(own_cache: None, settings: Any) -> None:
    """What one test guesses does not lock out the next; and Argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
