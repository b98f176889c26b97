"""Nobody reads a fact of a record outside their scope, whatever they follow, choose or take out."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pgtrigger
import pytest
from django.db import Error, models, transaction
from pytest_django import DjangoDbBlocker

from accounts.lists import ListPage
from accounts.models import User
from accounts.permissions import EVERYWHERE
from accounts.views import lists
from campaigns.models import Borough
from cases.actions.cuts import BLANKED, GONE
from cases.choices import Offence
from cases.models import BreakGlass, Case, CaseAccess, Outcome
from cases.views import log
from core import admin as core_admin
from core.pages import cheap_count
from summaries.actions import run_nightly
from tests.cases.pages import browser
from tests.cases.test_doors import addresses, world
from tests.conftest import Cast, made_cast
from tests.factories import (
    BY_MODEL,
    NOON,
    CampaignFactory,
    CaseAccessFactory,
    EngagementEventFactory,
    ExclusionFactory,
    LogRowFactory,
    OutcomeFactory,
    SuspectFactory,
    UserFactory,
)
from tests.security.crawler import Crawler

pytestmark = pytest.mark.django_db

OFFICERS_OF_A = {"officer", "colleague", "excluded", "supervisor"}
OVER_ALL = {"force_supervisor", "administrator"}
READERS = {
    "alpha": OFFICERS_OF_A | OVER_ALL,
    "bravo": {"officer_of_b"} | OVER_ALL,
    "restricted": {"colleague"},
    "elsewhere": {"officer_of_b"},
    "barred": (OFFICERS_OF_A - {"excluded"}) | {"force_supervisor"},
}
"""Who of the cast may read each case: in A, in B, restricted in A and in B, barring two people."""
SEERS_OF_FIGURES = {
    "a": OFFICERS_OF_A | OVER_ALL | {"communications"},
    "b": {"officer_of_b", "supervisor", "communications"} | OVER_ALL,
}
SEERS_OF_FIGURES["both"] = SEERS_OF_FIGURES["a"] & SEERS_OF_FIGURES["b"]
for of_one in ("a", "b"):
    # Who reads of each event, and sees no figure of them all.
    SEERS_OF_FIGURES[of_one] |= {"auditor"}
PEOPLE = sorted(Cast.__dataclass_fields__.keys() - {"a", "b"})
FIGURES = {"a": 37_191, "b": 79_317}
FIRST_NUMBER = 73_100_001


def mark(*words: str) -> str:
    return "".join(("zq", *words))


@dataclass
class Planted:
    """A borough's records and another's, each text of which is a mark of its case."""

    cast: Cast
    marks: dict[str, "re.Pattern[str]"] = field(default_factory=dict)
    begin: list[str] = field(default_factory=lambda: ["/", "/desk/", "/admin/", "/log/"])
    outcomes: dict[str, int] = field(default_factory=dict)

    def known_to(self, person: str) -> set[str]:
        """The marks that somebody may see, by the tables above and nothing of the product's.

        Whoever reviews a break-glass is told the case's reference, and no more of it. Why others
        read a case its supervisors see too.
        """
        may = {name for name, people in SEERS_OF_FIGURES.items() if person in people}
        for case, people in READERS.items():
            if person in people:
                may |= {f"{part} of {case}" for part in ("text", "reference", "number")}
            if person == "auditor" or (person == "force_supervisor" and person in people):
                may |= {f"{part} of {case}" for part in ("reference", "number", "glass")}
            if person == "auditor" or ("supervisor" in person and person in people):
                may.add(f"log of {case}")
        return may

    def rows_of(self, person: str) -> tuple[int, int]:
        """How many cases and outcomes somebody may read."""
        theirs = [case for case, people in READERS.items() if person in people]
        return len(theirs), sum(self.outcomes[case] for case in theirs)

    def crawled(self, person: str, within: str = "", *begin: str) -> Crawler:
        """All that a person comes by, or what is at the addresses that match."""
        client = browser(getattr(self.cast, person))
        terms = [mark("ref", case) for case in READERS]
        return Crawler(client, self.marks, terms, within).crawl([*self.begin, *begin])


@pytest.fixture(scope="module")
def planted(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Planted]:
    """Planted once for every crawl of this module; what a crawl leaves is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _planted(made_cast())
        transaction.set_rollback(True)


def _planted(cast: Cast) -> Planted:
    made = Planted(cast)
    people = {"restricted": [cast.colleague], "elsewhere": [cast.officer_of_b]}
    for number, name in enumerate(READERS):
        borough = cast.b if name in {"bravo", "elsewhere"} else cast.a
        case = _case(made, name, FIRST_NUMBER + number, borough)
        for person in people.get(name, ()):
            CaseAccessFactory.create(case=case, user=person)
            Case.objects.filter(pk=case.pk).update(restricted=True)
    for person in (cast.excluded, cast.administrator):
        ExclusionFactory.create(case=case, user=person, reason=mark("text", "barred"))
    for name, borough in (("a", cast.a), ("b", cast.b)):
        EngagementEventFactory.create(borough=borough, attendances=FIGURES[name])
    for name, figure in [*FIGURES.items(), ("both", sum(FIGURES.values()))]:
        made.marks[name] = re.compile(rf"\b(?:{figure}|{figure:,})\b")
    CampaignFactory.create(boroughs=[cast.a, cast.b])
    run_nightly()
    return made


def _case(made: Planted, name: str, number: int, borough: Borough) -> Case:
    """One of everything of one case; its texts, its number and its entries' are marks."""
    rows = world(made.cast, pk=number, borough=borough, reference=mark("ref", name), system="other")
    case = rows["case"]
    assert isinstance(case, Case)
    opener = UserFactory.create()
    with pgtrigger.ignore():
        BreakGlass._base_manager.filter(case=case).update(user=opener)
        CaseAccess._base_manager.filter(case=case).update(user=opener)
    for cut in GONE:
        if not cut.rows([number]).exists() and cut.paths == ("case",):
            BY_MODEL[cut.model].create(case=case)
    OutcomeFactory.create(
        case=case, offence=Offence.OTHER, offence_note="x", suspect=SuspectFactory.create(case=case)
    )
    OutcomeFactory.create(
        case=case, recorded_at=NOON, voided_at=NOON, voided_by=opener, void_reason="x"
    )
    LogRowFactory.create(object_id=str(number), reason=mark("log", name))
    for cut in (*BLANKED, *GONE):
        _mark(cut.model, cut.rows([number]), name)
    entries = [
        str(pk) for pk in Outcome._base_manager.filter(case=case).values_list("pk", flat=True)
    ]
    made.outcomes[name] = len(entries)
    made.begin += [address for _, address in addresses(rows)]
    known = {
        "text": [mark("text", name)],
        "reference": [mark("ref", name)],
        "log": [mark("log", name)],
    }
    known |= {"number": [str(number), *entries], "glass": [mark("glass", name)]}
    for part, words in known.items():
        made.marks[f"{part} of {name}"] = re.compile(rf"(?:{'|'.join(words)})(?!\d)")
    return case


def _mark(model: type[models.Model], rows: Any, name: str) -> None:
    """Each free text of some rows; a rule of the database may bar one from a field."""
    words = mark("glass" if model is BreakGlass else "text", name)
    for column in model._meta.concrete_fields:
        free = isinstance(column, models.CharField | models.TextField) and not column.choices
        if not free or column.generated or (model is Case and column.name == "reference"):
            continue
        for row in rows:
            try:
                # What was written stays as it is; the marks were there from the start.
                with transaction.atomic(), pgtrigger.ignore():
                    model._base_manager.filter(pk=row.pk).update(**{column.name: words})
            except Error:
                continue


@pytest.mark.parametrize("person", PEOPLE)
def test_nobody_finds_a_fact_outside_their_scope(planted: Planted, person: str) -> None:
    crawler = planted.crawled(person)
    may = planted.known_to(person)
    beyond = {name: sorted(crawler.found[name])[:5] for name in crawler.found.keys() - may}
    assert beyond == {}
    # What they may see was come by, so that the way was not too short.
    assert may - crawler.found.keys() == set()
    assert crawler.odd == {}
    assert crawler.miscounted == []
    cases, outcomes = planted.rows_of(person)
    said = crawler.counts
    assert (said.get("/cases/", 0), said.get("/outcomes/", 0)) == (cases, outcomes)


every_case = SimpleNamespace(visible_to=lambda _user: Case._base_manager.all())
UNSCOPED = SimpleNamespace(objects=every_case, _meta=Case._meta)
"""What a view sees in place of the model, that then reads every case, whoever asks."""


class EveryRow(ListPage):
    @cached_property
    def filter(self) -> Any:
        return self.of.filter(
            self.request.GET, queryset=self.of.model._default_manager.all(), request=self.request
        )


def leaks_suggestions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(log, "Case", UNSCOPED)


def leaks_an_export(patch: pytest.MonkeyPatch) -> None:
    take = lists._file
    patch.setattr(lists, "_file", lambda asked, of, form: take(asked, EveryRow(of.of, asked), form))


def leaks_a_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ListPage, "filter", EveryRow.filter)


def leaks_the_admin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(core_admin, "seen_by", lambda rows, _user: rows)


def leaks_figures(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(User, "figures_scope", EVERYWHERE)


@pytest.mark.parametrize(
    ("leak", "person", "within", "told"),
    [
        (leaks_suggestions, "officer", "/lookup/", "reference of bravo"),
        (leaks_an_export, "officer", "/nowhere/", "reference of elsewhere"),
        (leaks_a_list, "officer", r"/outcomes/(\?|$)", "reference of restricted"),
        (leaks_a_list, "excluded", r"/cases/(\?|$)", "number of barred"),
        (leaks_the_admin, "administrator", r"/admin/cases/casenote/", "text of barred"),
        (leaks_figures, "officer", r"/campaigns/[\w-]*/?$", "both"),
    ],
)
def test_a_leak_is_found(
    planted: Planted,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[pytest.MonkeyPatch], None],
    person: str,
    within: str,
    told: str,
) -> None:
    leak(monkeypatch)
    begin = ("/outcomes/", "/cases/", "/admin/cases/casenote/", "/campaigns/")
    found = planted.crawled(person, within, *begin).found
    assert told in found.keys() - planted.known_to(person)


def test_a_count_of_more_than_is_shown_is_found(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = property(lambda page: cheap_count(page.of.model._base_manager.all()))
    monkeypatch.setattr(ListPage, "count", every)
    assert "/cases/" in planted.crawled("officer", r"/cases/$", "/cases/").miscounted
