"""One thing that two people put right at once, and one form that is sent twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import Model
from django.test import Client

from partners.models import Contact, EngagementEvent, FollowUp, Partner, TrainingSession
from tests.cases.pages import as_asked, browser, form_at, text_of
from tests.conftest import Cast
from tests.core.rules import until_someone_waits
from tests.factories import (
    ContactFactory,
    EngagementEventFactory,
    FollowUpFactory,
    PartnerFactory,
    TrainingProgrammeFactory,
    TrainingSessionFactory,
)
from tests.partners.pages import at

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Page:
    """A page that puts a row right; what one types there, and what another."""

    row: Model
    address: str
    mine: dict[str, str]
    theirs: dict[str, str]
    apart: str
    """A field that the other alone changes."""


def page_of(name: str, cast: Cast) -> Page:
    if name == "partner":
        partner = PartnerFactory.create(hours="Mornings", phone="020 7946 0001")
        return Page(
            partner,
            at("amend_partner", partner.slug),
            {"hours": "Afternoons"},
            {"hours": "Evenings", "phone": "020 7946 0002"},
            "phone",
        )
    if name == "contact":
        contact = ContactFactory.create(role="Adviser", name="Ada", email="ada@example.org")
        return Page(
            contact,
            at("amend_contact", contact.partner.slug, contact.pk),
            {"role": "Manager"},
            {"role": "Trainer", "email": "ada.b@example.org"},
            "email",
        )
    if name == "session":
        session = TrainingSessionFactory.create(
            borough=cast.a, officers_attended=20, officers_trained=10
        )
        return Page(
            session,
            at("amend_session", session.pk),
            {"officers_attended": "21"},
            {"officers_attended": "22", "officers_trained": "11"},
            "officers_trained",
        )
    event = EngagementEventFactory.create(borough=cast.a, place="The station", leaflets=3)
    if name == "follow-up":
        follow_up = FollowUpFactory.create(event=event, what="Ring the library")
        return Page(
            follow_up,
            at("amend_follow_up", follow_up.pk),
            {"what": "Write to the library"},
            {"what": "Visit the library", "due_on_year": "2031"},
            "due_on",
        )
    if name == "counts":
        return Page(
            event,
            at("finish_event", event.pk),
            {"leaflets": "4"},
            {"leaflets": "5", "conversations": "77"},
            "conversations",
        )
    return Page(
        event,
        at("amend_event", event.pk),
        {"title": "Stall by the river"},
        {"title": "Stall by the bridge", "audience": "Shoppers"},
        "audience",
    )


@pytest.fixture(params=["event", "counts", "session", "partner", "contact", "follow-up"])
def page(request: pytest.FixtureRequest, cast: Cast) -> Page:
    return page_of(request.param, cast)


@pytest.fixture
def first(cast: Cast) -> Client:
    return browser(cast.supervisor)


@pytest.fixture
def second(cast: Cast) -> Client:
    return browser(cast.force_supervisor)


def says(page: Page) -> dict[str, Any]:
    return dict(type(page.row)._default_manager.values().get(pk=page.row.pk))


def both_typed(page: Page, first: Client, second: Client) -> Any:
    """What the second is answered, whose page was open while the first saved."""
    opened = form_at(second, page.address)
    sent = form_at(first, page.address) | page.theirs
    assert first.post(page.address, sent).status_code == 302
    return second.post(page.address, opened | page.mine)


class TestTwoPeople:
    def test_the_second_is_shown_what_changed_and_nothing_is_saved(
        self, page: Page, first: Client, second: Client
    ) -> None:
        answer = both_typed(page, first, second)
        theirs = says(page)
        [field] = page.mine
        conflicts = {one.name: one for one in answer.context["form"].conflicts}
        assert {name: one.touched for name, one in conflicts.items()} == {
            field: True,
            page.apart: False,
        }
        assert (conflicts[field].now, conflicts[field].mine) == (
            page.theirs[field],
            page.mine[field],
        )
        words = text_of(answer)
        assert "<title>Error: " in words.replace("<title> ", "<title>")
        assert "Somebody corrected this while you had it open" in words
        for one in conflicts.values():
            assert f'<a href="#{one.control}_now">{one.label}: choose what to keep</a>' in words
            assert f'id="{one.control}_now"' in words
        assert theirs[field] != page.mine[field]

    def test_they_keep_what_it_says_now(self, page: Page, first: Client, second: Client) -> None:
        answer = both_typed(page, first, second)
        theirs = says(page)
        form = answer.context["form"]
        kept = {one.control: "now" for one in form.conflicts}
        assert second.post(page.address, as_asked(form) | kept).status_code == 302
        assert says(page) == theirs

    def test_they_use_their_own_and_lose_nothing_of_the_other(
        self, page: Page, first: Client, second: Client
    ) -> None:
        answer = both_typed(page, first, second)
        before = says(page)
        [field] = page.mine
        kept = {f"keep_{field}": "mine", f"keep_{page.apart}": "now"}
        again = as_asked(answer.context["form"]) | kept
        assert second.post(page.address, again).status_code == 302
        after = says(page)
        assert str(after.pop(field)) == page.mine[field]
        assert after == {name: value for name, value in before.items() if name != field}

    def test_a_third_change_is_asked_about_anew(
        self, page: Page, first: Client, second: Client
    ) -> None:
        answer = both_typed(page, first, second)
        kept = {one.control: "now" for one in answer.context["form"].conflicts}
        again = as_asked(answer.context["form"]) | kept
        [field] = page.mine
        third = {field: page.theirs[field].replace("2", "9").replace("5", "9") + " or"}
        if third[field][0].isdigit():
            third = {field: "29"}
        sent = form_at(first, page.address) | third
        assert first.post(page.address, sent).status_code == 302
        conflicts = second.post(page.address, again).context["form"].conflicts
        assert {one.name: one.now for one in conflicts}[field] == third[field]

    def test_who_changes_nothing_of_the_same_is_asked_nothing(
        self, page: Page, first: Client, second: Client
    ) -> None:
        opened = form_at(second, page.address)
        for client in (first, second):
            assert client.post(page.address, opened | page.theirs).status_code == 302

    def test_whoever_comes_while_another_saves_waits_and_is_asked(
        self, cast: Cast, transactional_db: None
    ) -> None:
        page = page_of("contact", cast)
        client = browser(cast.supervisor)
        sent = form_at(client, page.address) | page.mine

        def send() -> Any:
            try:
                return client.post(page.address, sent)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                Contact.objects.select_for_update().get()
                Contact.objects.update(role="Trainer")
                answer = other.submit(send)
                until_someone_waits()
            found = answer.result(timeout=30)
        assert [one.name for one in found.context["form"].conflicts] == ["role"]
        assert Contact.objects.get().role == "Trainer"

    def test_one_that_is_gone_is_not_found(self, cast: Cast, transactional_db: None) -> None:
        page = page_of("contact", cast)
        client = browser(cast.supervisor)
        sent = form_at(client, page.address)

        def send() -> Any:
            try:
                return client.post(page.address, sent)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                Contact.objects.get().delete()
                answer = other.submit(send)
                until_someone_waits()
            assert answer.result(timeout=30).status_code == 404


def adding(name: str, cast: Cast) -> tuple[type[Model], str, dict[str, Any]]:
    """What a form adds, its address, and what is typed into it."""
    typed: dict[str, Any]
    day = {"day": "27", "month": "11", "year": "2021"}
    if name == "event":
        typed = {"title": "Stall", "kind": "stall", "starts": "1430", "place": "The market"}
        typed |= {f"day_{part}": text for part, text in day.items()} | {"borough": cast.a.pk}
        return EngagementEvent, at("add_event"), typed
    if name == "session":
        programme = TrainingProgrammeFactory.create()
        typed = {"starts": "0930", "officers_attended": "20", "officers_trained": "10"}
        typed |= {f"day_{part}": text for part, text in day.items()} | {"borough": cast.a.pk}
        return TrainingSession, at("log_session", programme.slug), typed
    if name == "partner":
        return Partner, at("add_partner"), {"name": "Lantern", "kind": "support"}
    if name == "contact":
        typed = {"name": "Ada", "role": "Adviser", "phone": "020 7946 0001"}
        typed |= {f"review_on_{part}": text for part, text in (day | {"year": "2031"}).items()}
        return Contact, at("add_contact", PartnerFactory.create().slug), typed
    event = EngagementEventFactory.create(borough=cast.a)
    typed = {"what": "Ring the library", "who": cast.officer.pk}
    typed |= {f"due_on_{part}": text for part, text in day.items()}
    return FollowUp, at("add_follow_up", event.pk), typed


class TestTwice:
    """A double click, a reload and the back button."""

    @pytest.mark.parametrize("name", ["event", "session", "partner", "contact", "follow-up"])
    def test_one_form_makes_one_row_and_leads_to_it_each_time(
        self, cast: Cast, first: Client, name: str
    ) -> None:
        model, address, typed = adding(name, cast)
        rows = model._default_manager
        before = set(rows.values_list("pk", flat=True))
        sent = form_at(first, address) | typed
        leads = [first.post(address, sent) for _ in range(2)]
        assert not leads[0].context, leads[0].context["form"].errors
        [made] = set(rows.values_list("pk", flat=True)) - before
        assert [answer.status_code for answer in leads] == [302, 302]
        assert leads[0]["Location"] == leads[1]["Location"]
        # Opened anew, the form is another one.
        fresh = form_at(first, address)
        assert fresh["token"] != sent["token"]
        if name == "partner":
            typed |= {"name": "Lantern East"}
        assert first.post(address, fresh | typed).status_code == 302
        assert rows.exclude(pk__in=[*before, made]).count() == 1

    @pytest.mark.parametrize("name", ["event", "partner"])
    def test_two_clicks_at_the_same_moment_make_one_row(
        self, cast: Cast, transactional_db: None, name: str
    ) -> None:
        model, address, typed = adding(name, cast)
        rows = model._default_manager
        before = rows.count()
        clients = [browser(cast.supervisor) for _ in range(2)]
        sent = form_at(clients[0], address) | typed
        leads = sent_at_once(address, [(client, sent) for client in clients])
        assert [answer.status_code for answer in leads] == [302, 302]
        assert leads[0]["Location"] == leads[1]["Location"]
        assert rows.count() == before + 1

    def test_of_two_people_who_add_one_name_at_the_same_moment_one_is_told(
        self, cast: Cast, transactional_db: None
    ) -> None:
        _, address, typed = adding("partner", cast)
        clients = [browser(cast.supervisor) for _ in range(2)]
        answers = sent_at_once(address, [(one, form_at(one, address) | typed) for one in clients])
        late, early = sorted(answers, key=lambda answer: answer.status_code)
        assert (late.status_code, early.status_code) == (200, 302)
        assert list(late.context["form"].errors) == ["name"]
        assert Partner.objects.filter(name="Lantern").count() == 1


def sent_at_once(address: str, sent: list[tuple[Client, dict[str, Any]]]) -> list[Any]:
    def send(one: tuple[Client, dict[str, Any]]) -> Any:
        try:
            return one[0].post(address, one[1])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(send, sent))
