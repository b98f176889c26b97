"""Every address, asked by everybody in each state by each method, against the permission table."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import resolve

from tests.security.asking import asked
from tests.security.permissions import NOT_TAKEN, TABLE, Rule
from tests.security.world import NOBODY, PEOPLE, Rows, State, World, made, routes
from tests.signing_in import long_ago

__all__ = ["made"]

pytestmark = pytest.mark.django_db

ROUTES = routes()
PARTS = {
    "daily work, a to c": ("cases:", "a", "c"),
    "daily work, d to l": ("cases:", "d", "l"),
    "daily work, m to q": ("cases:", "m", "q"),
    "daily work, r to z": ("cases:", "r", "z"),
    "figures": ("summaries:", "a", "z"),
    "partners": ("partners:", "a", "z"),
    "admin, a": ("admin:a", "a", "z"),
    "admin, campaigns and partners": ("admin:campaigns_", "a", "z"),
    "admin, cases, a to i": ("admin:cases_", "a", "i"),
    "admin, cases, l to z": ("admin:cases_", "l", "z"),
    "all else": ("", "\0", "\x7f"),
}
"""The table in parts, so that asking can be spread: how a name starts, and goes on."""
SPOKESMEN = ("force", "administrator", "auditor")
"""Who asks by the methods that no page knows: the first of them who may do it."""


def part_of(name: str) -> str:
    """The first part in which an address falls."""
    fits = (
        part
        for part, (start, first, last) in PARTS.items()
        if name.startswith(start) and first <= name[len(start) :][:1] <= last
    )
    return next(fits, "all else")


def questions(rule: Rule, who: str) -> Iterator[tuple[State, str]]:
    """In which states and by which methods somebody asks.

    Whoever may not do it, or knows of none, is refused whatever it is asked of: they ask of the
    first state alone, and where who it is is asked before by which method, by one method.
    """
    first, *others = rule.of.known_to
    knows = who in rule.who and any(who in knowing for knowing in rule.of.known_to.values())
    for state in [first, *(others if knows else [])]:
        yield state, "GET"
        if knows or not rule.person_first:
            yield state, "POST"
    if who == next((one for one in SPOKESMEN if one in rule.who), ""):
        for method in ("HEAD", "PUT", "DELETE"):
            yield first, method


def answer(world: World, name: str, state: State, who: str, method: str) -> list[str]:
    """What the table says, with each row of the log as it names its record."""
    rule, known = TABLE[name], world.of(state, who)
    said, *rows = rule.answer(who, state, method).split(", ")
    if not said.startswith("302"):
        said, *first = said.split(" ", 1)
        rows = [*first, *rows]
    told = [said, *(_named(row, known, state) for row in rows)]
    if who != NOBODY and said in {"403", "404"}:
        barred = rule.of.flagged and state == State.EXCLUDED and said == "404"
        match = resolve(world.address(name, ROUTES[name], state, who))
        about = " ".join(
            str(value) for place, value in match.kwargs.items() if place != "credential"
        )[:40]
        flag = "flag excluded_case" if barred else ""
        words = ["refused", match.view_name[:40], about, said, method, flag]
        told.append(" ".join(filter(None, words)))
    return told


def _named(row: str, known: Rows, state: State) -> str:
    action, *more = row.split()
    of = more.pop(0) if more else ""
    if of in known:
        of = f"{known[of]._meta.label_lower} {known[of].pk}"
        more += ["for task"] * (state == State.LISTED and action == "consultation")
    return " ".join(filter(None, [action, of, *more]))


def found(world: World, name: str, state: State, who: str, method: str) -> list[str]:
    """What the product says, without what it may write."""
    said = asked(world, who, method, world.address(name, ROUTES[name], state, who))
    done = method == "POST" and said[0].startswith("302")
    may_write = {f"writes {table}" for table in TABLE[name].keeps}
    return [one for one in said if not (one.startswith("writes") and done) and one not in may_write]


def test_every_address_has_a_rule_and_every_rule_an_address() -> None:
    assert set(TABLE) == set(ROUTES)


@pytest.mark.parametrize("who", [NOBODY, *PEOPLE])
@pytest.mark.parametrize("part", PARTS)
def test_the_product_answers_as_the_table_says(made: World, part: str, who: str) -> None:
    asks = [
        (name, state, method)
        for name, rule in TABLE.items()
        if part_of(name) == part
        for state, method in questions(rule, who)
    ]
    wrong = []
    for name, state, method in asks:
        told, said = (one(made, name, state, who, method) for one in (answer, found))
        known = [told] if method in {"GET", "POST"} else [told, [NOT_TAKEN]]
        if said not in known:
            wrong.append(f"{method} {name}, {state}: {said}, and not {told}")
    assert asks
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_step_that_does_harm_asks_for_a_proof_after_five_minutes(made: World, who: str) -> None:
    """Whoever may do it proves themselves first; others are refused as ever."""
    client = Client()
    client.force_login(made.people[who])
    long_ago(client, 301)
    steps = [(name, rule) for name, rule in TABLE.items() if rule.recent and who in rule.who]
    asked_again = {
        (name, method): client.generic(
            method, made.address(name, ROUTES[name], rule.of.first, who)
        ).headers.get("Location", "")
        for name, rule in steps
        for method in ("GET", "POST")
    }
    assert steps
    wrong = {step: to for step, to in asked_again.items() if not to.startswith("/confirm/?next=")}
    assert wrong == {}
