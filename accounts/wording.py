"""Words in free text that may tell who somebody is, and the forms that ask about them.

A warning, not a lock: it names the words, and the officer decides. Names are guessed from two words
with capitals in a row that are no words of police work or places, or from a title before one.
"""

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms

from core.forms import PageFormMixin

CHECKED = "I have checked: this does not identify anybody"
MOST = 4_000
"""Characters looked at; no text that is asked about holds more."""
PATTERNS = (
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    re.compile(r"(?<!\d)(?:(?:\+|00)44[\s-]?(?:\(0\))?|\(?0)(?:\)?[\s-]?\d){9,10}(?!\d)"),
    # A whole postcode; its first half alone is a district and tells of nobody.
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE),
    re.compile(
        r"\b\d{1,4}[A-Za-z]?,?\s(?:[^\W\d_a-z][\w'’-]+\s){1,3}"
        r"(?:St|Rd|Ave|Close|Way|Court|House|Place|Drive|Square|Hill)\b"
    ),
    # In small letters too, where the last word can be nothing but a street.
    re.compile(
        r"\b\d{1,4}[a-z]?,?\s(?:(?!(?:in|on|at|of|to|the|by|from)\b)[^\W\d_][\w'’-]+\s){1,3}"
        r"(?:street|road|avenue|lane|terrace|gardens|crescent|grove)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:flat|apartment)\s\d{1,4}[a-z]?\b", re.IGNORECASE),
    re.compile(r"\b(?:born|dob|date of birth):?\s(?:on\s)?\d[\d/.-]{5,9}", re.IGNORECASE),
    re.compile(r"\bmrs?\.?\s[^\W\d_][\w'’-]+", re.IGNORECASE),
    re.compile(r"\b(?:Ms|Mx|Dr|Miss|Sir|Lady)\.?\s[^\W\d_a-z][\w'’-]+"),
)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
KNOWN = frozenset(
    word
    for words in (
        "Suspect Victim Witness Case Note Crime Report Officer Sergeant Inspector Constable",
        "Police Superintendent Detective Chief Special Metropolitan Service Crown Prosecution",
        "Court Family Magistrates Magistrate Domestic Violence Abuse Protection Notice Order",
        "Stalking Restraining Non Molestation Occupation Sexual Harm Prevention Clare's Law",
        "Right Ask Know Home Office Body Worn Video Digital Forensics Hub Evidence Custody",
        "Record Bail Conditions Social Care Children Adult Safeguarding Monday Tuesday",
        "Wednesday Thursday Friday Saturday Sunday January February March April May June July",
        "August September October November December London Borough Barking Dagenham Barnet",
        "Bexley Brent Bromley Camden Croydon Ealing Enfield Greenwich Hackney Hammersmith",
        "Fulham Haringey Harrow Havering Hillingdon Hounslow Islington Kensington Chelsea",
        "Kingston Lambeth Lewisham Merton Newham Redbridge Richmond Thames Southwark Sutton",
        "Tower Hamlets Waltham Forest Wandsworth Westminster City Central North South East West",
        "The This That No Not A An At In On By After Before When He She They His Her Christmas",
        "Day New Year Eve Good Bank Holiday Predatory Offender Unit Units Taskforce Engagement",
        "Bus Women's Aid Refuge Call Calls Called Told Says Said Common Assault Statement",
        "Market Station Library Centre Community Town College University School Hospital Council",
        "Shopping Team Teams Safer Neighbourhood Neighbourhoods Ribbon",
    )
    for word in words.split()
)


def looks_personal(text: str) -> list[str]:
    """The words that may identify somebody, each once, in the order in which they stand."""
    text = text[:MOST]
    found = [(m.start(), m.group()) for pattern in PATTERNS for m in pattern.finditer(text)]
    for start, run in _capitals(text):
        strange = [word for word in run if word not in KNOWN]
        if len(strange) >= 2:
            found.append((start, " ".join(strange)))
    kept: list[str] = []
    for _, words in sorted(found, key=lambda at: (at[0], -len(at[1]))):
        if not any(words in known for known in kept):
            kept.append(words)
    return kept


def _capitals(text: str) -> Iterator[tuple[int, list[str]]]:
    """Words in a row that begin with a capital, in any alphabet, and where the first stands.

    Words in capitals throughout are the abbreviations of police work.
    """
    start, end = 0, 0
    run: list[str] = []
    for word in WORD.finditer(text):
        if not (run and text[end : word.start()].isspace()):
            yield start, run
            start, run = word.start(), []
        if word.group()[0].isupper() and not word.group().isupper():
            run.append(word.group())
            end = word.end()
        else:
            yield start, run
            run = []
    yield start, run


def doubt(text: str) -> str:
    """What is said of a text that may identify somebody, until somebody has checked it."""
    words = ", ".join(f"“{word}”" for word in looks_personal(text))
    return f"This may identify somebody: {words}. Take it out, or confirm" if words else ""


class CarefulMixin(PageFormMixin):
    """A form that asks once more before it takes a text that may identify somebody.

    What stood there already was asked about when it came.
    """

    careful: ClassVar[str]
    """The field of the text."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            self.fields["sure"] = forms.BooleanField(label=CHECKED, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        sure, text = cleaned.pop("sure"), cleaned.get(self.careful, "")
        words = "" if text == self.initial.get(self.careful) else doubt(text)
        if not words:
            del self.fields["sure"]
        elif not sure:
            self.add_error(self.careful, words)
        return cleaned
