"""References of crimes and incidents: which system one comes from, and whether it looks right.

The shapes are lenient, since formats change: an odd reference is warned of and kept.
"""

import re
from dataclasses import dataclass

from cases.choices import ReferenceSystem

SHAPES: tuple[tuple[ReferenceSystem, re.Pattern[str]], ...] = (
    (ReferenceSystem.CONNECT, re.compile(r"01/\d{5,8}/\d{2}")),
    (ReferenceSystem.CRIS, re.compile(r"\d{7}/\d{2}")),
    (ReferenceSystem.CAD, re.compile(r"\d{1,5}")),
)
PLACEHOLDER = "REDUCED-"
"""What the key of a reduced case begins with, and that of no other."""


@dataclass(frozen=True)
class Reference:
    """A reference as typed, its key for finding it, and the system that its shape tells of."""

    text: str
    key: str
    system: ReferenceSystem

    @classmethod
    def of(cls, typed: str) -> "Reference":
        text = " ".join(typed.replace("\0", "").split())
        key = text.replace(" ", "").upper()
        system = next(
            (system for system, shape in SHAPES if shape.fullmatch(key)), ReferenceSystem.OTHER
        )
        return cls(text, key, system)

    @property
    def needs_its_day(self) -> bool:
        """CAD numbers start again every day."""
        return self.system is ReferenceSystem.CAD

    @property
    def of_the_reduced(self) -> bool:
        """What a reduced case is called: nobody's crime."""
        return self.key.startswith(PLACEHOLDER)

    @property
    def odd(self) -> bool:
        return self.system is ReferenceSystem.OTHER
