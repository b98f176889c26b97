"""What the permission table is asked about: one of everything in each state, and who asks."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum, auto
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData
from pytest_django import DjangoDbBlocker

from accounts.models import Import, User
from campaigns.models import Borough
from cases.models import Case, Outcome
from cases.reading import REASONS
from core.days import ONE_DAY, london_day
from core.mail import END
from summaries.returns import counted
from tests.cases.pages import restrict
from tests.cases.reducing import OLD, agreed, reduced
from tests.cases.test_doors import parts, world
from tests.conftest import Cast, made_cast
from tests.factories import (
    BY_MODEL,
    NOON,
    BasicCommandUnitFactory,
    BoroughFactory,
    BoroughReturnFactory,
    BreakGlassFactory,
    CalendarLinkFactory,
    CampaignFactory,
    CaseFactory,
    CaseNoteFactory,
    CommandMembershipFactory,
    ConfirmationLinkFactory,
    ContactFactory,
    DraftFactory,
    EngagementEventFactory,
    ExclusionFactory,
    FollowUpFactory,
    ImportedEventFactory,
    ImportedOutcomeFactory,
    ImportFactory,
    KeptFormFactory,
    OrderBreachFactory,
    OutcomeFactory,
    OutcomeSupportFactory,
    ParticipationFactory,
    PartnerFactory,
    ProgrammeFactory,
    ProtectiveOrderFactory,
    ReductionCaseFactory,
    ReductionFactory,
    RestatementFactory,
    RiskAssessmentFactory,
    SampledRowFactory,
    SavedFilterFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)
from tests.signing_in import long_ago
from tests.test_admin import IN_ADMIN

NOBODY = "nobody"
PEOPLE = {
    "officer": "officer",
    "supervisor": "supervisor",
    "force": "force_supervisor",
    "communications": "communications",
    "administrator": "administrator",
    "auditor": "auditor",
    "scopeless": "outsider",
}
"""Who asks, as the table calls them and as the cast does; nobody asks as well."""


class State(StrEnum):
    """How what is asked for stands to whoever asks."""

    OWN = auto()
    """Of borough A, and of nobody who asks."""
    MINE = auto()
    """Of whoever asks: what they typed, opened or proposed themselves."""
    AWAY = auto()
    """Of borough B."""
    RESTRICTED = auto()
    """Of borough A, for a list on which nobody stands who asks."""
    LISTED = auto()
    """Of borough A, for a list on which everybody stands; the reason was given."""
    EXCLUDED = auto()
    """Of borough A, with everybody who asks barred from it."""
    VOIDED = auto()
    REDUCED = auto()
    """Cut under retention, or a list of such cases."""
    ANOTHERS = auto()
    """Of a colleague in borough A."""
    SAVED = auto()
    """An import of somebody else, of which the entries count."""
    EVENTS = auto()
    """The same of events, of borough A."""
    EVENTS_AWAY = auto()
    """The same of events, one of borough A and one of borough B."""
    MY_EVENTS = auto()
    """The same of events, of whoever asks."""
    APPROVED = auto()
    """A list of cases that two people agreed to reduce."""
    SIGNED = auto()
    """A return that was signed."""
    RUNNING = auto()
    """A campaign of these days; the others are long over."""
    RETIRED = auto()
    """A command that polices no borough any more."""


Rows = dict[str, Any]


def routes() -> dict[str, str]:
    """Every address of the product, as its pattern, by its name; what has none by its pattern."""

    def walk(resolver: Any, space: str = "", path: str = "") -> Iterator[tuple[str, str]]:
        for pattern in resolver.url_patterns:
            here = path + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern, inner, here)
            else:
                assert isinstance(pattern, URLPattern)
                yield (f"{space}{pattern.name}" if pattern.name else here), here

    found = list(walk(get_resolver()))
    assert len(dict(found)) == len(found)
    return dict(found)


@dataclass(frozen=True)
class World:
    """The records by state, what each person has of their own, and a browser for each."""

    people: dict[str, User]
    rows: dict[State, Rows]
    mine: dict[str, Rows]
    browsers: dict[str, Client]
    cookies: dict[str, str]

    def of(self, state: State, who: str) -> Rows:
        """What fills a path in this state: of what has no such state, what is of borough A."""
        mine = self.mine.get(who, self.rows[State.ANOTHERS])
        own = {State.MINE: mine, State.MY_EVENTS: {"import": mine["import of events"]}}
        rows = self.rows[State.OWN] | self.rows.get(state, {}) | own.get(state, {})
        return rows | {"me": self.people[who]} if who in self.people else rows

    def address(self, name: str, route: str, state: State, who: str) -> str:
        """The address of a page, with the rows of a state in the places of its path."""
        rows = self.of(state, who)
        if name.startswith("cases:"):
            places = parts(name.removeprefix("cases:"), route, rows)
            return reverse(name, kwargs=places)
        if name in ODD:
            return ODD[name]
        for place in re.findall(r"<(?:\w+:)?\w+>", route):
            of = place.strip("<>").split(":")[-1]
            route = route.replace(place, _filled(of, route, rows))
        return f"/{route}"

    def browser(self, who: str) -> Client:
        """A person's as it was when the world was made, whatever was asked since."""
        client = self.browsers[who]
        client.cookies.clear()
        if who in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return client


ODD = {
    "admin:app_list": "/admin/cases/",
    "admin/(?P<url>.*)$": "/admin/nowhere",
    "admin:view_on_site": "/admin/r/1/1/",
}
"""Addresses whose patterns have no plain places."""
TABLES = {
    "changes/": "what-changed",
    "returns/tables/": "returns-by-borough",
    "returns/": "signed-and-the-figures-now",
    "figures/": "what-this-number-is",
    "compare/": "the-numbers",
    "uplift/": "each-measure-against-the-baseline",
    "beside/": "both-campaigns",
    "teams/": "led-and-helped-with",
    "campaigns/": "headline-figures",
}
"""A table of each kind of page."""
KINDS = {
    "imports/": "import",
    "filters/": "filter",
    "engagement/parts/": "participation",
    "engagement/links/": "confirmationlink",
    "engagement/feed/": "calendarlink",
    "engagement/": "engagementevent",
    "follow-ups/": "followup",
    "training/sessions/": "trainingsession",
    "contacts/": "contact",
    "kept/": "keptform",
    "log/rows/": "logrow",
    "log/samples/": "sample",
    "account/passkeys/": "passkey",
    "boroughs/": "borough",
    "returns/": "borough",
    "commands/": "command",
    "teams/": "team",
}
"""Which row a place called `pk` or `key` is of, by what stands in the path."""
SLUGS = {
    "partners/": "partner",
    "training/": "trainingprogramme",
    "programmes/": "programme",
    "campaigns/": "campaign",
}
"""Which row a `slug` is of."""


def _first(by_path: dict[str, str], route: str) -> str:
    return next(named for part, named in by_path.items() if part in route)


def _filled(place: str, route: str, rows: Rows) -> str:
    """What stands in one place of a path."""
    if route.startswith("admin/"):
        return str(rows[route.split("/")[2]].pk)
    if place == "table":
        return _first(TABLES, route)
    if place == "pk":
        return str(rows[_first(KINDS, route)].pk)
    if place == "key":
        row = rows[_first(KINDS, route)]
        return str(getattr(row, "slug", None) or row.code)
    if place == "slug":
        return str(rows[_first(SLUGS, route)].slug)
    known = {
        "credential": "x" * 43,
        "other": rows["other"].slug,
        "measure": "arrests",
        "name": "2021-mail",
        "by": "person",
        "object_type": "cases.case",
        "object_id": rows["case"].pk,
        "row_pk": rows["sampledrow"].pk,
        "provider_id": "force",
    }
    return str(known[place])


def _of_case(cast: Cast, **of_case: Any) -> Rows:
    """One of each row of a case, by the names of paths and by those of models."""
    rows: Rows = {**world(cast, **of_case)}
    case, outcome = rows["case"], rows["outcome"]
    more = [
        outcome.suspect,
        OutcomeSupportFactory.create(outcome=outcome),
        outcome.sent_back.get(),
        ImportedOutcomeFactory.create(outcome=outcome),
        OrderBreachFactory.create(order=ProtectiveOrderFactory.create(case=case, served=True)),
        CaseNoteFactory.create(case=case),
        RiskAssessmentFactory.create(case=case),
        rows["reduction"].listed.get(),
    ]
    return {row._meta.model_name: row for row in [*rows.values(), *more]} | rows


def _cases(cast: Cast, people: list[User]) -> dict[State, Rows]:
    listed, excluded, voided = (_of_case(cast) for _ in range(3))
    restrict(listed["case"], *people)
    for person in people:
        ExclusionFactory.create(case=excluded["case"], user=person)
    void = {"voided_at": timezone.now(), "voided_by": cast.officer, "void_reason": "Not ours"}
    Outcome.objects.filter(pk=voided["outcome"].pk).update(**void)
    entry = OutcomeFactory.create(
        case=CaseFactory.create(borough=cast.a, opened_at=NOON), recorded_at=OLD
    )
    reduced(entry.case)
    of_reduced = entry.case.reductions.get()
    approved = agreed(CaseFactory.create(borough=cast.a))
    counted_rows = {"rows": 1, "days": [["2021-11-25", 1]]}
    imported = ImportedOutcomeFactory.create(
        batch=ImportFactory.create(owner=cast.colleague, saved=True, result=counted_rows),
        outcome=OutcomeFactory.create(case=CaseFactory.create(borough=cast.a)),
    )
    return {
        State.OWN: _of_case(cast),
        State.AWAY: _of_case(replace(cast, a=cast.b)),
        State.RESTRICTED: _of_case(cast, restricted=True),
        State.LISTED: listed,
        State.EXCLUDED: excluded,
        State.VOIDED: voided,
        State.REDUCED: {
            "case": entry.case,
            "outcome": entry,
            "suspect": entry.suspect,
            "reduction": of_reduced.reduction,
            "reductioncase": of_reduced,
        },
        State.APPROVED: {"reduction": approved},
        State.SAVED: {"import": imported.batch},
    }


def _campaigns(cast: Cast) -> dict[State, Rows]:
    """One that is over, with a baseline and one beside it, and one of these days."""
    commands = BasicCommandUnitFactory.create_batch(3)
    for command, borough in zip(commands[:2], (cast.a, cast.b), strict=True):
        CommandMembershipFactory.create(command=command, borough=borough)
    elsewhere = BoroughFactory.create(elsewhere=True)
    boroughs = [cast.a, cast.b, BoroughFactory.create(), elsewhere]
    earlier = {"first_day": date(2021, 11, 1), "last_day": date(2021, 11, 16)}
    before = CampaignFactory.create(slug="before", name="Before", boroughs=boroughs, **earlier)
    baseline = {"baseline": "campaign", "baseline_campaign": before, "baseline_none_reason": ""}
    over = CampaignFactory.create(slug="over", boroughs=boroughs, **baseline)
    now = counted(cast.a, before.days)
    figures = {"figures": now.figures, "nil": now.nil}
    BoroughReturnFactory.create(campaign=before, borough=cast.a, **figures)
    RestatementFactory.create(borough=cast.a, day=over.first_day)
    today = london_day(timezone.now())
    days = {"first_day": today - 3 * ONE_DAY, "last_day": today + 3 * ONE_DAY}
    running = CampaignFactory.create(slug="running", boroughs=boroughs, **days)
    return {
        State.OWN: {"campaign": over, "other": before, "borough": cast.a, "command": commands[0]},
        State.AWAY: {"borough": cast.b, "command": commands[1]},
        State.RUNNING: {"campaign": running},
        State.RETIRED: {"command": commands[2]},
        State.SIGNED: {"campaign": before},
    }


def _engagement(cast: Cast) -> dict[State, Rows]:
    """An event and a session of each borough, and what hangs on them; and one of each that is void.

    Those are past, and of the partner's parts none is answered.
    """
    partner = PartnerFactory.create()
    contact = ContactFactory.create(partner=partner)
    programme = TrainingProgrammeFactory.create(partner=partner)
    void = {"recorded_at": NOON, "voided_at": NOON, "voided_by": cast.officer}
    void |= {"void_reason": "Not ours"}

    def of(borough: Borough, **facts: Any) -> Rows:
        event = EngagementEventFactory.create(borough=borough, **facts)
        part = ParticipationFactory.create(event=event, partner=partner)
        made = [
            *(event, part, FollowUpFactory.create(event=event)),
            ConfirmationLinkFactory.create(participation=part),
            TrainingSessionFactory.create(borough=borough, programme=programme, **facts),
        ]
        return {str(row._meta.model_name): row for row in made}

    shared = {"partner": partner, "contact": contact, "trainingprogramme": programme}
    shared |= {"programme": ProgrammeFactory.create()}
    return {
        State.OWN: of(cast.a) | shared,
        State.AWAY: of(cast.b),
        State.VOIDED: of(cast.a, **void),
        State.EVENTS: {"import": _import_of_events(cast.colleague, cast.a)},
        State.EVENTS_AWAY: {"import": _import_of_events(cast.colleague, cast.a, cast.b)},
    }


def _import_of_events(owner: User, *boroughs: Borough) -> Import:
    """One that was saved, with an event of each borough, changed since."""
    result = {"rows": len(boroughs), "days": [["2021-11-25", len(boroughs)]]}
    batch = ImportFactory.create(owner=owner, of=Import.Of.EVENTS, saved=True, result=result)
    for line, borough in enumerate(boroughs, 2):
        ImportedEventFactory.create(batch=batch, line=line, event__borough=borough)
    return batch


def _mine(person: User, borough: Borough) -> Rows:
    """What somebody has of their own."""
    case = CaseFactory.create(borough=borough)
    mine = ReductionFactory.create(proposed_by=person)
    ReductionCaseFactory.create(reduction=mine, case=case)
    key = Authenticator.objects.create(user=person, type="webauthn", data=_passkey())
    return {
        "draft": DraftFactory.create(owner=person, form="arrest"),
        "filter": SavedFilterFactory.create(owner=person),
        "calendarlink": CalendarLinkFactory.create(owner=person, borough=borough),
        "keptform": KeptFormFactory.create(owner=person),
        "passkey": key,
        "import": ImportFactory.create(owner=person, sample=[[1, ["Kind", "Day"]]]),
        "import of events": _import_of_events(person, borough),
        "opening": BreakGlassFactory.create(case=case, user=person),
        "reduction": mine,
    }


def _passkey() -> dict[str, Any]:
    """As allauth keeps one."""
    public = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    held = AttestedCredentialData.create(Aaguid.NONE, b"key", public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    made = AttestationObject.create("none", AuthenticatorData.create(bytes(32), flags, 0, held), {})
    said = {"type": "webauthn.create", "challenge": "AA", "origin": "https://testserver"}
    response = {
        "clientDataJSON": websafe_encode(json.dumps(said).encode()),
        "attestationObject": websafe_encode(made),
    }
    key = websafe_encode(b"key")
    return {"name": "Key", "credential": {"id": key, "rawId": key, "response": response}}


def _made() -> World:
    cast = made_cast()
    people = {name: getattr(cast, member) for name, member in PEOPLE.items()}
    rows = _cases(cast, [*people.values()])
    for more in (_campaigns(cast), _engagement(cast)):
        for state, rest in more.items():
            rows[state] = rows.get(state, {}) | rest
    sampled = SampledRowFactory.create()
    plain = {str(model._meta.model_name): BY_MODEL[model].create for model in IN_ADMIN}
    own = {name: create() for name, create in plain.items() if name not in rows[State.OWN]}
    own |= {"sampledrow": sampled, "sample": sampled.sample, "logrow": sampled.row}
    rows[State.OWN] |= own
    rows[State.ANOTHERS] = _mine(cast.colleague, cast.a)
    mine = {who: _mine(person, cast.a) for who, person in people.items()}
    browsers = {who: Client() for who in [NOBODY, *people]}
    cookies = {}
    for who, person in people.items():
        browsers[who].force_login(person)
        _stay(browsers[who], rows[State.LISTED]["case"])
        cookies[who] = browsers[who].cookies[settings.SESSION_COOKIE_NAME].value
    return World(people, rows, mine, browsers, cookies)


def _stay(client: Client, case: Case) -> None:
    """A session that lasts however slow the machine is, its proof new and its reason given.

    What each question would prolong is rolled back.
    """
    session, until = client.session, timezone.now() + settings.SESSION_LASTS
    session.set_expiry(until)
    session[REASONS] = {str(case.pk): ("task", "Asked to", until.timestamp())}
    session.save()
    long_ago(client, -int(settings.SESSION_LASTS.total_seconds()))


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    _whoever_is_signed_in_has_shown_a_second_factor: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The world, once for all that is asked in one module; each question is rolled back."""
    folder = tmp_path_factory.mktemp("mails")
    (folder / "2021-mail.log").write_bytes(
        b"Subject: Figures\nTo: dana@example.org\n"
        b"Date: Thu, 25 Nov 2021 06:00:00 +0000\n\nNone" + END
    )
    quiet = override_settings(MAILS_KEPT=True, EMAIL_FILE_PATH=str(folder))
    logging.disable(logging.WARNING)
    with pytest.MonkeyPatch.context() as patch, quiet, django_db_blocker.unblock():
        for job in JOBS:
            patch.setattr(f"{job}.delay", lambda *_: None)
        with transaction.atomic():
            yield _made()
            transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


JOBS = [
    "accounts.imports.views.work_on_import",
    "cases.views.retention.work_on_reduction",
    "summaries.admin.nightly",
]
"""What pages hand to the worker, and here to nobody."""
