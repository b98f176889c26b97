"""What a password must be: long, not among those stolen elsewhere, not made of one's own words.

Nothing is asked of its make-up, and it may be pasted: a long one from a password manager is best.
"""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

HERE = Path(__file__).parent
LISTS = (
    HERE / "breached-passwords.txt.gz",
    Path(password_validation.__file__).with_name("common-passwords.txt.gz"),
)
WORDS_OF_THE_TRADE = re.compile(
    "daysofaction|days|action|domestic|abuse|violence|whiteribbon|metropolitan|police|force"
    "|officer|supervisor|constable|sergeant|london|password|campaign"
)
ENOUGH_OF_ITS_OWN = 6


class LengthValidator(password_validation.MinimumLengthValidator):
    def __init__(self) -> None:
        super().__init__(min_length=12)

    def get_error_message(self) -> str:
        return f"The new password must be {self.min_length} characters or more"


class BreachedPasswordValidator:
    """Refuses what a guesser tries first. Where the list comes from is in accounts/SOURCES.md."""

    def validate(self, password: str, user: Any = None) -> None:
        if password.lower().strip() in _breached():
            raise ValidationError(
                "This password was stolen elsewhere and published, so it is tried first."
                " Choose another, such as three random words"
            )

    def get_help_text(self) -> str:
        return "It must not be one that was stolen elsewhere and published."


@cache
def _breached() -> frozenset[str]:
    """Read when the first password is set; most processes never need it."""
    return frozenset(
        word for path in LISTS for word in gzip.decompress(path.read_bytes()).decode().split("\n")
    )


class OwnWordsValidator(password_validation.UserAttributeSimilarityValidator):
    """Refuses one's own name, and words that everyone here would think of."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "name", "email"))

    def get_error_message(self) -> str:
        return "The new password is too much like your username, name or email address"

    def validate(self, password: str, user: Any = None) -> None:
        super().validate(password, user)
        plain = re.sub(r"[\W_]", "", password.lower())
        if len(WORDS_OF_THE_TRADE.sub("", plain)) < ENOUGH_OF_ITS_OWN:
            raise ValidationError(
                "The new password is made of words that others here would try."
                " Add words that have nothing to do with the work"
            )
