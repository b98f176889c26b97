"""Every page on paper: it says what it says on the screen, and nothing that can only be done there.

The pages are those of the permission table, as whoever may do most on each is answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser

from tests.security.permissions import TABLE
from tests.security.world import World, made, routes

__all__ = ["made"]

pytestmark = pytest.mark.django_db

FORMS = {"form_page.html", "cases/log_form.html", "cases/log.html", "imports/start.html"}
FORMS |= {"lists/of_list.html", "imports/match.html", "summaries/sign_return.html"}
FORMS |= {"cases/order_kinds.html"}
"""What a page is made of that only asks for something; a link that leads to one does something."""
NAMED = {("partners:due", "partners:amend_contact"), ("audit:sample", "audit:review")}
"""Lists whose rows lead to such pages by what they are called."""
VISIBLE = """() => {
    const shown = (one) => one.checkVisibility() && one.getClientRects().length;
    const all = (what) => [...document.querySelectorAll(what)].filter(shown);
    return {
        links: all("a[href]").map((one) => [one.getAttribute("href"), one.textContent.trim()]),
        pressed: all("button, [role=button], form[method=get] select").map((one) => one.innerText),
    };
}"""


@dataclass(frozen=True)
class Answer:
    address: str
    html: str
    form: bool
    """Whether the page only asks for something, or is a file."""


def answers(world: World, who: str) -> Iterator[tuple[str, Answer]]:
    """What somebody is answered at each address of the table that is for them."""
    for name, route in routes().items():
        rule = TABLE[name]
        if name.startswith(("admin", "mfa_", "account_")) or who not in rule.who:
            continue
        state = next((one for one in rule.of.known_to if who in rule.of.known_to[one]), None)
        if state is None:
            continue
        address = world.address(name, route, state, who)
        answer: Any = world.browser(who).get(address)
        if answer.status_code == 200:
            made_of = {one.name for one in getattr(answer, "templates", [])}
            page = "base.html" in made_of
            html = answer.content.decode() if page else ""
            yield name, Answer(address, html, not page or bool(made_of & FORMS))


def style() -> str:
    return f"<style>{(Path(settings.STATIC_ROOT) / 'app.css').read_text()}</style></head>"


@pytest.mark.parametrize("who", ["force", "auditor"])
def test_no_page_prints_what_can_only_be_done_on_a_screen(
    made: World, browser: Browser, who: str
) -> None:
    found = dict(answers(made, who))
    page = browser.new_page(java_script_enabled=False)
    page.emulate_media(media="print")
    wrong = []
    for name, answer in found.items():
        if answer.form:
            continue
        page.set_content(answer.html.replace("</head>", style()))
        shown = page.evaluate(VISIBLE)
        wrong += [f"{name}: {words}" for words in shown["pressed"]]
        for address, words in shown["links"]:
            arranged = address.startswith("?") and "sort=" not in address
            to = _name(address)
            does = to in found and found[to].form and (name, to) not in NAMED
            if arranged or does:
                wrong.append(f"{name}: {words} ({address})")
    page.close()
    assert len(found) > 20
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def _name(address: str) -> str:
    """The name of the address that a link leads to."""
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""
