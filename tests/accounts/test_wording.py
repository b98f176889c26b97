"""The warning before free text is saved: what tells of somebody, and what only seems to."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.wording import MOST, looks_personal

HITS = [
    ("Spoke to Jane Okonkwo at the door.", ["Jane Okonkwo"]),
    ("Spoke to Mary-Ann O'Neill.", ["Mary-Ann O'Neill"]),
    ("Spoke to Zoë Müller.", ["Zoë Müller"]),
    ("Spoke to Łukasz Żak.", ["Łukasz Żak"]),
    ("The Victim Jane Okonkwo left.", ["Jane Okonkwo"]),
    ("Told Mrs Patel to wait.", ["Mrs Patel"]),
    ("Told mr. Patel to wait.", ["mr. Patel"]),
    ("Told Dr O’Shea to wait.", ["Dr O’Shea"]),
    ("Ring 07700 900123 after six.", ["07700 900123"]),
    ("Ring 07700900123 after six.", ["07700900123"]),
    ("Ring 020 7946 0018.", ["020 7946 0018"]),
    ("Ring (020) 7946 0018.", ["(020) 7946 0018"]),
    ("Ring +44 7700 900123.", ["+44 7700 900123"]),
    ("Ring +44 (0)7700 900123.", ["+44 (0)7700 900123"]),
    ("Ring 0044 7700 900123.", ["0044 7700 900123"]),
    ("Ring 07700-900-123.", ["07700-900-123"]),
    ("Write to jo.hale@example.org.", ["jo.hale@example.org"]),
    ("Write to JO_HALE+x@mail.example.co.uk", ["JO_HALE+x@mail.example.co.uk"]),
    ("She lives in SW9 8LT.", ["SW9 8LT"]),
    ("She lives in sw98lt.", ["sw98lt"]),
    ("She lives in EC1A 1BB.", ["EC1A 1BB"]),
    ("She lives at 14 Acre Lane.", ["14 Acre Lane"]),
    ("She lives at 14 acre lane.", ["14 acre lane"]),
    ("She lives at 14B, Brixton Hill Road.", ["14B, Brixton Hill Road"]),
    ("She lives at Flat 3.", ["Flat 3"]),
    ("Born 14/02/1987.", ["Born 14/02/1987"]),
    ("Write to jo@example.org, then jo@example.org.", ["jo@example.org"]),
    (
        "Mr Khan, 07700 900123, jo@example.org, SW9 8LT.",
        ["Mr Khan", "07700 900123", "jo@example.org", "SW9 8LT"],
    ),
]


@pytest.mark.parametrize(("note", "found"), HITS)
def test_what_tells_of_somebody_is_named(note: str, found: list[str]) -> None:
    assert looks_personal(note) == found


MISSES = [
    "",
    "Body-worn video asked for.",
    "Body Worn Video sent to the Digital Forensics Hub.",
    "Suspect 1 was told the conditions of bail.",
    "Domestic Violence Protection Notice given on Monday 29 November.",
    "Crown Prosecution Service asked for the custody record.",
    "Case 01/1234567/26, was 1234567/23.",
    "Custody record 01LX/1234/26.",
    "CAD 4321 of 22 November.",
    "ASN 21/01TT/01/123456A.",
    "Seen in SW9, not in SE1.",
    "Arrest at 14:30, charge at 0930.",
    "Hearing at Westminster Magistrates Court.",
    "Sent to Lambeth and Southwark.",
    "Tower Hamlets took it over.",
    "DASH done, risk is HIGH, MARAC told.",
    # In capitals throughout, a name cannot be told from an abbreviation.
    "DVPN AND DVPO ASKED FOR",
    "Miss the train, ms later, sir.",
    "Three men in the street, 2 men in the road, 3 at the house.",
    "Born in 1987.",
    "The flat was empty.",
    "Bail from 01.02.2026 10.30 on.",
    "She Said No. He Called Back.",
    "The case went to court in 2026.",
    "Statement signed, 4 exhibits, 12 pages.",
    "Two at home, one away @ work.",
    "Paid £1,200 in 3 parts.",
    "Brixton Market and Peckham Library were full; the Safer Neighbourhoods Team helped.",
    "Held at Deptford Community Centre, then at Croydon University Hospital.",
]


@pytest.mark.parametrize("note", MISSES)
def test_what_tells_of_nobody_passes(note: str) -> None:
    assert looks_personal(note) == []


def test_only_what_a_note_can_hold_is_looked_at() -> None:
    assert looks_personal("x" * (MOST - 7) + " SW9 8LT") == []
    assert looks_personal("x" * (MOST - 8) + " SW9 8LT") == ["SW9 8LT"]


PIECES = st.sampled_from(
    ["A", "a", "0", "07", "1 ", "@", "a.", "-", "'", " ", "Mr ", "Aa ", "1 Aa ", "+44", "W1", "\n"]
)


@given(
    st.one_of(
        st.text(max_size=400),
        st.lists(PIECES, max_size=60).map("".join),
        # One piece again and again, where a pattern that looks back would take for ever.
        st.lists(PIECES, min_size=1, max_size=4).map(lambda few: "".join(few) * MOST),
    )
)
@example("\x00‮SW9 8LT")
@example("Mr " * MOST)
def test_any_text_is_looked_through(text: str) -> None:
    found = looks_personal(text)
    assert len(found) == len(set(found))
    assert all(found)
