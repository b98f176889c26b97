"""A page's form filled in again with what was typed: the page stays as it is, but for its controls.

For forms of any kind, be they Django's, a template's own or the admin's.
"""

from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

Attributes = list[tuple[str, str | None]]
UNTYPED = {"submit", "button", "image", "reset", "file", "password"}


def filled(
    html: str, *, at: str, address: str, fields: Mapping[str, Sequence[str]], more: str = ""
) -> str | None:
    """The page with the form that sends to `address` filled in, and `more` put into it.

    `at` is the page's own address, to which a form without one is sent. None where the page has no
    such form.
    """
    filler = _Filler(html, at, address, fields, more)
    filler.feed(html)
    filler.close()
    return filler.result() if filler.found else None


class _Filler(HTMLParser):
    def __init__(
        self, html: str, at: str, address: str, fields: Mapping[str, Sequence[str]], more: str
    ) -> None:
        super().__init__(convert_charrefs=False)
        self.html, self.at, self.address, self.more = html, at, address, more
        self.left = {name: list(values) for name, values in fields.items()}
        self.typed = fields
        self.lines = [0]
        for line in html.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.edits: list[tuple[int, int, str]] = []
        self.found = self.inside = False
        self.select = ""
        self.textarea: tuple[int, str] | None = None

    def result(self) -> str:
        parts, done = [], 0
        for start, end, text in self.edits:
            parts += [self.html[done:start], text]
            done = end
        return "".join([*parts, self.html[done:]])

    @property
    def here(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            to = urlsplit(given.get("action") or self.at).path
            self.inside = given.get("method", "").lower() == "post" and to == self.address
            if self.inside:
                self.found = True
                end = self.here + len(self.get_starttag_text() or "")
                self.edits.append((end, end, self.more))
        elif self.inside:
            self._control(tag, given, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.textarea is not None:
            start, text = self.textarea
            # A browser leaves the first line break of a text area out.
            self.edits.append((start, self.here, f"\n{escape(text)}"))
            self.textarea = None

    def _control(self, tag: str, given: Mapping[str, str], attrs: Attributes) -> None:
        name, kind = given.get("name", ""), given.get("type", "text").lower()
        if tag == "select":
            self.select = name
        elif tag == "option" and self.select in self.typed:
            chosen = given.get("value", "") in self.typed[self.select]
            self._mark(tag, attrs, "selected", on=chosen)
        elif tag == "textarea" and self.left.get(name):
            start = self.here + len(self.get_starttag_text() or "")
            self.textarea = (start, self.left[name].pop(0))
        elif tag == "input" and name and kind in {"checkbox", "radio"}:
            chosen = given.get("value", "on") in self.typed.get(name, ())
            self._mark(tag, attrs, "checked", on=chosen)
        elif tag == "input" and kind not in UNTYPED and self.left.get(name):
            self._write(tag, [*_without(attrs, "value"), ("value", self.left[name].pop(0))])

    def _mark(self, tag: str, attrs: Attributes, word: str, *, on: bool) -> None:
        self._write(tag, [*_without(attrs, word), *([(word, None)] if on else [])])

    def _write(self, tag: str, attrs: Attributes) -> None:
        words = [name if value is None else f'{name}="{escape(value)}"' for name, value in attrs]
        end = self.here + len(self.get_starttag_text() or "")
        self.edits.append((self.here, end, f"<{' '.join([tag, *words])}>"))


def _without(attrs: Attributes, name: str) -> Attributes:
    return [pair for pair in attrs if pair[0] != name]
