"""What speaks of a reduced case elsewhere: search terms, forms, filters, imports, sessions."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY as SUSPENDED
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.models import Session

from accounts.imports.files import Refused, read, read_normal
from accounts.imports.subject import subject_of
from accounts.models import Import, ImportFile, KeptForm, SavedFilter
from audit.filters import SOUGHT
from audit.models import LogRow, Review
from cases.models import Draft, Reduction, ReductionCase
from cases.reading import REASONS
from core.days import DatabaseNow
from core.locks import alone

SURE = 5
"""Characters of a reference that are found inside other text; a shorter one must stand alone."""
CHUNK = 1000
CUT = "Cut under retention"
NAMED = "It named a case that was reduced under retention. Start it again without that row"

Erase = Callable[[type[Any], Any, dict[str, Any]], int]
T = TypeVar("T")


class Traces:
    """References, numbers and pages, to be found in any text, whatever its blanks and capitals."""

    def __init__(self, found: Iterable[str]) -> None:
        self.found = set(found)
        self.lengths = sorted({len(text) for text in self.found if len(text) >= SURE})

    @staticmethod
    def plain(text: str) -> str:
        return "".join(text.split()).upper()

    def within(self, *texts: str) -> bool:
        return any(self._within(self.plain(text)) for text in texts)

    def _within(self, text: str) -> bool:
        return text in self.found or any(
            text[start : start + length] in self.found
            for length in self.lengths
            for start in range(len(text) - length + 1)
        )


def cut_traces(reduction: Reduction, erase: Erase) -> bool:
    """Cuts every trace of a list's reduced cases, then forgets by what it looked for them.

    Says False where somebody is at work on an import, and it must come again: what is cut already
    is not found once more.
    """
    listed = ReductionCase.objects.filter(reduction=reduction).exclude(traces=[])
    traces = Traces(text for found in listed.values_list("traces", flat=True) for text in found)
    if not traces.found:
        return True
    through = Through(reduction)
    for kept in through("saved filters", SavedFilter.objects.iterator(CHUNK)):
        if traces.within(kept.name, unquote_plus(kept.query)):
            kept.delete()
    for draft in through("drafts", Draft.objects.iterator(CHUNK)):
        if traces.within(*_texts(draft.fields)):
            draft.delete()
    for form in through("forms that were not sent", KeptForm.objects.iterator(CHUNK)):
        if traces.within(form.address, unquote_plus(form.page), *_texts(form.fields)):
            form.delete()
    _cut_sessions(traces, {str(pk) for pk in listed.values_list("case", flat=True)}, through)
    _cut_log(traces, erase, through)
    imports = through("imports", Import.objects.iterator(CHUNK), every=1)
    busy = [batch for batch in imports if not _cut_import(batch, traces, through)]
    if not busy:
        listed.update(traces=[])
    return not busy


class Through:
    """Passes rows on, and says on the page of a list where the search is and that it goes on."""

    def __init__(self, reduction: Reduction) -> None:
        self.page = Reduction.objects.filter(pk=reduction.pk)

    def __call__(self, where: str, rows: Iterable[T], every: int = CHUNK) -> Iterator[T]:
        for number, row in enumerate(rows):
            if number % every == 0:
                self.page.update(seeking_in=where, rows_sought=number, worked_at=DatabaseNow())
            yield row


def _texts(value: Any) -> Iterator[str]:
    """Every text in what JSON holds."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif value is not None:
        yield str(value)


def _cut_sessions(traces: Traces, cases: set[str], through: Through) -> None:
    """What sessions hold in words.

    Why somebody reads a case, what an auditor seeks, notices, a form that waits for a password.
    """
    words = {REASONS, SOUGHT, SessionStorage.session_key, SUSPENDED}
    for session in through("sessions", Session.objects.iterator(CHUNK)):
        held = session.get_decoded()
        named = {name for name in words & held.keys() if traces.within(*_texts(held[name]))}
        if not cases.isdisjoint(held.get(REASONS, ())):
            # They are asked once more why they read the others.
            named.add(REASONS)
        if named:
            left = {name: value for name, value in held.items() if name not in named}
            Session.objects.filter(pk=session.pk).update(session_data=Session.objects.encode(left))


def _cut_import(batch: Import, traces: Traces, through: Through) -> bool:
    """An import that was not saved is refused; a saved one loses what else it says.

    Says False where somebody is at work on it.
    """
    with alone(batch.pk) as free:
        if not free:
            return False
        held = (batch.sample, batch.mends, batch.defaults, batch.result)
        named = traces.within(batch.name, *_texts(list(held)))
        less = {"name": "File", "sample": [], "mends": {}, "defaults": {}, "result": {}}
        if batch.saved_at is None and (named or _in_file(batch, traces, through)):
            ImportFile.objects.filter(pk=batch.pk).delete()
            less |= {"state": Import.State.REFUSED, "refusal": NAMED}
            named = True
        if named:
            Import.objects.filter(pk=batch.pk).update(**less)
    return True


def _in_file(batch: Import, traces: Traces, through: Through) -> bool:
    file = ImportFile.objects.filter(pk=batch.pk).first()
    if file is None:
        return False
    content = bytes(file.content)
    whole = batch.rows is not None
    rows = read_normal(content) if whole else read(content, subject_of(batch).columns)
    try:
        return any(traces.within(*cells) for _, cells in through("a spreadsheet", rows))
    except Refused:
        return False


def _cut_log(traces: Traces, erase: Erase, through: Through) -> None:
    """Search terms, and words of exports, tries and auditors, which are of no one record."""
    rows = LogRow.objects.exclude(details={}, reason="", recipient="")
    rows = rows.exclude(action=LogRow.Action.ERASURE)
    columns = ("pk", "action", "details", "reason", "recipient")
    found: dict[str, list[int]] = {"details": [], "reason": [], "recipient": []}
    found_in = through("the log", rows.values_list(*columns).iterator(CHUNK))
    for pk, action, details, reason, recipient in found_in:
        in_details = traces.within(*_texts(details))
        # Who tried to open a case by its reference said why.
        tried = in_details and action == LogRow.Action.REFUSED and reason
        named = (in_details, tried or traces.within(reason), traces.within(recipient))
        for column, is_named in zip(found, named, strict=True):
            if is_named:
                found[column].append(pk)
    for column, pks in found.items():
        blank = {} if column == "details" else CUT
        rest = through("what the log says of them", pks)
        while chunk := list(islice(rest, CHUNK)):
            erase(LogRow, chunk, {column: blank})
    reviews = Review.objects.exclude(words="").values_list("pk", "words")
    erase(Review, [pk for pk, words in reviews if traces.within(words)], {"words": CUT})
