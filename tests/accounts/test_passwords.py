"""What a new password must be."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

PERSON = User(username="imani.okereke", name="Imani Okereke", email="imani@force.example")


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "correct horse battery",
        "ÄÖÜ äöü ßßß é",
        "a" * 500,
        "9 gulls, 2 kites",
        "  lampshade rivers  ",
    ],
)
def test_a_long_one_of_any_make_is_taken(password: str) -> None:
    validate_password(password, PERSON)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("eleven char", "12 characters or more"),
        ("qwerty123456", "stolen elsewhere"),
        ("QWERTY123456", "stolen elsewhere"),
        ("leavemealone", "stolen elsewhere"),
        ("imani.okereke1", "too much like"),
        ("Days of Action 2026!", "words that others here"),
        ("MetropolitanPolice1", "words that others here"),
    ],
)
def test_one_that_is_guessed_first_is_refused(password: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, PERSON)
    assert why in " ".join(refused.value.messages)
