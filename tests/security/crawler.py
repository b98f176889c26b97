"""A reader who follows every link, choice, suggestion and export, and notes whatever is a mark."""

import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.cases.pages import at

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
OF_RECORDS = re.compile(r"/(admin/)?(cases|outcomes|break-glass|duplicates|reductions|imports)\b")
OF_A_LIST = re.compile(r"\.\w+$|/(filter|export)/$")
"""Files and forms that follow a list, whatever it is narrowed to."""
ORDERS = {"o", "sort"}
BEHIND = re.compile(r"/(admin|log|partners)/")
TURNED = re.compile(r"\d{4}-\d\d-\d\d")
"""Of pages that are turned by days, without end, a few are read."""
DAY = re.compile(r"_(day|month|year)$")
ALIKE = 3
"""Of pages about rows that are no records, like people and rows of the log, so many are read."""
CHOICES = 6
"""Of each filter of the admin, the log or the directory of partners so many values are tried."""
BEGUN = 5
"""Letters that all terms begin with, which say nothing of any one."""
FITS = 50
"""Rows of a list that fit one page of it."""
ANSWERS = {200, 302, 400, 403, 404, 405}


@dataclass
class Form:
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """What of a page leads further."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.suggesting: list[str] = []
        """Addresses that suggest rows of a model, as the admin's boxes ask them."""
        self._selects = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "hx-get", "data-href", "data-url"):
            if tag != "script" and said.get(name):
                self.links.append(said[name])
        if "data-ajax--url" in said:
            names = ("app_label", "model_name", "field_name")
            asked = {name: said[f"data-{name.replace('_', '-')}"] for name in names}
            self.suggesting.append(f"{said['data-ajax--url']}?{urlencode(asked)}")
        if tag == "form":
            self.forms.append(Form(said.get("method", "get").lower(), said.get("action", "")))
        elif self.forms:
            self._field(self.forms[-1], tag, said)

    def _field(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text")
        if tag == "select":
            self._selects = name
        elif tag == "option":
            form.choices.append((self._selects, said.get("value", "")))
        elif tag == "textarea" or (tag == "input" and kind in {"text", "search"}):
            form.texts.append(name)
        elif tag == "input" and kind in {"checkbox", "radio"}:
            form.choices.append((name, said.get("value", "on")))
        elif tag == "input" and name:
            form.fields[name] = said.get("value", "")


@dataclass
class Crawler:
    """One person's way through the product."""

    client: Client
    marks: dict[str, "re.Pattern[str]"]
    """By name of a mark, how it looks in small letters."""
    terms: list[str]
    """What is typed into boxes that search."""
    within: str = ""
    """Addresses that match are read; by default every one."""
    found: dict[str, set[str]] = field(default_factory=dict)
    """By name of a mark, the addresses that said it."""
    counts: dict[str, int] = field(default_factory=dict)
    """By address of a list, the number that it says it has."""
    miscounted: list[str] = field(default_factory=list)
    odd: dict[str, int] = field(default_factory=dict)
    """Answers that no page is to give."""
    read: set[str] = field(default_factory=set)
    posts: set[str] = field(default_factory=set)
    """Kinds of address that take what is sent and show nothing."""

    def crawl(self, begin: Iterable[str]) -> "Crawler":
        seen: dict[Any, int] = {}
        waiting = deque([*begin, *self.ask()])
        while waiting:
            address = waiting.popleft()
            kind, most = self._kind(address)
            beside = self.within and not re.match(self.within, address)
            if beside or address in self.read or seen.get(kind, 0) >= most:
                continue
            if ID.sub("#", address) in self.posts:
                continue
            seen[kind] = seen.get(kind, 0) + 1
            waiting.extend(self.open(address))
        return self

    def _kind(self, address: str) -> tuple[Any, float]:
        """What a page is alike to, and how many of that kind are read.

        Filters are tried one value at a time; together they narrow what was seen.
        """
        parts = urlsplit(address)
        asked = parse_qsl(parts.query, keep_blank_values=True)
        if "autocomplete" in parts.path:
            return address, 1
        of_a_list = OF_A_LIST.search(parts.path) or ORDERS & {name for name, _ in asked}
        if any(TURNED.fullmatch(value) for _, value in asked):
            return (parts.path, "day"), ALIKE
        if len(asked) > 1 or (asked and of_a_list):
            return (parts.path, len(asked) > 1), ALIKE
        if asked and BEHIND.match(parts.path):
            name, value = asked[0]
            return (ID.sub("#", parts.path), name, value in self.terms and value), CHOICES
        if asked or OF_RECORDS.match(parts.path):
            return address, 1
        return ID.sub("#", parts.path), ALIKE

    def open(self, address: str) -> Iterator[str]:
        """Reads a page; yields where it leads."""
        self.read.add(address)
        answer: Any = self.client.get(address)
        text = self.take(address, answer)
        if answer.status_code == 405:
            self.posts.add(ID.sub("#", address))
        elif answer.status_code == 302:
            yield from self._local(address, [answer["Location"]])
            if "/reason/" in answer["Location"]:
                yield from self.say_why(answer["Location"], address)
        elif answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            page = Page(text)
            self._count(address, answer, text)
            yield from self._local(address, page.links)
            for suggesting in page.suggesting:
                yield from (f"{suggesting}&{urlencode({'term': term})}" for term in self.terms)
            for form in page.forms:
                yield from self._local(address, self._filled(address, form))

    def _filled(self, address: str, form: Form) -> Iterator[str]:
        if form.method != "get":
            return
        for name, value in form.choices:
            if name and value:
                yield f"{form.action or urlsplit(address).path}?{urlencode({name: value})}"
        for name in form.texts:
            for term in self.terms if name and not DAY.search(name) else ():
                yield f"{form.action or urlsplit(address).path}?{urlencode({name: term})}"

    def _local(self, address: str, links: Iterable[str]) -> Iterator[str]:
        for link in links:
            whole = urlsplit(urljoin(f"http://testserver{address}", link))
            if whole.netloc == "testserver" and not whole.path.startswith("/static/"):
                # Where the admin leads back to is no choice.
                query = re.sub(r"&?_changelist_filters=[^&]*", "", whole.query)
                yield f"{whole.path}?{query}" if query else whole.path

    def say_why(self, door: str, address: str) -> Iterator[str]:
        """A restricted case asks its reader why, and then opens."""
        why = {"code": "safety", "reason": "My own enquiry"}
        answer = self.client.post(door, why)
        self.take(door, answer)
        if answer.status_code == 302:
            self.read.discard(address)
            yield from self.open(address)

    def ask(self) -> tuple[str, ...]:
        """What is asked in a body and changes nothing: suggestions, a reference, files."""
        begun = self.terms[0][:BEGUN]
        self.take(at("lookup_cases"), self.client.post(at("lookup_cases"), {"q": begun}))
        for term in self.terms:
            answer = self.client.post(at("find"), {"reference": term})
            self.take(at("find"), answer, term)
            self.take("/log/find/", self.client.post("/log/find/", {"words": term}), term)
        for of in ("outcomes", "cases"):
            for form in ("csv", "xlsx"):
                sent = {"form": form, "recipient": "me", "reason": "Weekly review"}
                address = at(f"export_{of}")
                self.take(f"{address}{form}", self.client.post(address, sent))
        return ()

    def take(self, address: str, answer: Any, *typed: str) -> str:
        """The text of an answer, with the marks in it noted, but not what was typed itself."""
        if answer.status_code not in ANSWERS:
            self.odd[address] = answer.status_code
        text = text_of(answer)
        heard = f"{answer.headers} {text}"
        for term in (*typed, *(value for _, value in parse_qsl(urlsplit(address).query))):
            heard = heard.replace(term, "")
        # Small letters take a quarter of the time that marks in any would.
        heard = heard.lower()
        for name, mark in self.marks.items():
            if mark.search(heard):
                self.found.setdefault(name, set()).add(address)
        return text

    def _count(self, address: str, answer: Any, html: str) -> None:
        """A list says how many rows it has: as many as it shows, where they fit one page."""
        if said := re.search(r'role="status">\s*(\d+) (case|outcome)s?<', html):
            link = rf'class="govuk-link" href="/{said[2]}s/({ID.pattern})/"'
            number, shown = int(said[1]), len(set(re.findall(link, html)))
        elif answer.context and "cl" in answer.context:
            number, shown = answer.context["cl"].result_count, len(answer.context["cl"].result_list)
        else:
            return
        self.counts[address] = number
        if number != shown and number <= FITS:
            self.miscounted.append(address)


def text_of(answer: Any) -> str:
    """All that somebody can read of an answer, whatever its form."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.get("Content-Type", "")
    if "spreadsheet" in kind:
        cells = (
            c.value for sheet in load_workbook(io.BytesIO(body)) for r in sheet.rows for c in r
        )
        return " ".join(map(str, cells))
    if kind == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return str(body.decode("utf-8", "replace"))
