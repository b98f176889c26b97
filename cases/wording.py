"""Words in a note that may tell who somebody is.

A warning, not a lock: it names the words, and the officer decides. Names are guessed from two words
with capitals in a row that are no words of police work or places, or from a title before one.
"""

import re

MOST = 4_000
"""Characters looked at; a note holds no more."""
TITLES = "Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Lady"
PATTERNS = (
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"),
    re.compile(r"(?<!\d)(?:\+44\s?|0)\d(?:[\s-]?\d){8,9}(?!\d)"),
    # A whole postcode; its first half alone is a district and tells of nobody.
    re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.IGNORECASE),
    re.compile(
        r"\b\d{1,4}[a-z]?,?\s(?:[A-Z][a-z]+\s){1,3}"
        r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Close|Way|Court|House|Gardens|Place|Terrace|Drive)\b"
    ),
    re.compile(rf"\b(?:{TITLES})\.?\s[A-Z][\w'’-]+"),
)
CAPITALS = re.compile(r"\b[A-Z][a-z'’-]+(?:\s[A-Z][a-z'’-]+)+\b")
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
    )
    for word in words.split()
)


def looks_personal(text: str) -> list[str]:
    """The words that may identify somebody, each once, in the order in which they stand."""
    text = text[:MOST]
    found = [(m.start(), m.group()) for pattern in PATTERNS for m in pattern.finditer(text)]
    for run in CAPITALS.finditer(text):
        strange = [word for word in run.group().split() if word not in KNOWN]
        if len(strange) >= 2:
            found.append((run.start(), " ".join(strange)))
    kept: list[str] = []
    for _, words in sorted(found):
        if not any(words in known for known in kept):
            kept.append(words)
    return kept
